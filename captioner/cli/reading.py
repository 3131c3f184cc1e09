"""A caption file, whichever its format, as the commands that take one read it."""

from __future__ import annotations

from dataclasses import dataclass

from captioner.cli.files import captions_in, read_bytes
from captioner.cli.options import user_settings
from captioner.cli.styles import asked_profile
from captioner.cli.subtitle_files import named
from captioner.formats import Contents, Format, decoded
from captioner.languages import asked_language, language_by_script
from captioner.profiles import Profile, profile_for


@dataclass(frozen=True)
class CaptionFile:
    """A file that was read: its text as it stands there, none if it is bytes, and what it holds."""

    path: str
    format: Format
    text: str
    contents: Contents

    @property
    def shown(self) -> str:
        """All that is shown or said."""
        if self.contents.cues is not None:
            return "\n".join(cue.text for cue in self.contents.cues)
        transcript = self.contents.transcript
        return "\n".join(segment.text for segment in transcript.segments) if transcript else ""


def open_captions(path: str) -> CaptionFile:
    """The captions or the transcript in a file. Raises `FormatError`, which names it, and `UnknownName`."""
    data = read_bytes(path)
    format, contents = captions_in(data, path)
    return CaptionFile(path, format, "" if format.binary else decoded(data), contents)


@dataclass(frozen=True)
class Style:
    """The profile a file is held against, its language (a BCP 47 tag) if anybody knows it, and `why` in words."""

    profile: Profile
    language: str | None
    why: str


def style_of(file: CaptionFile, profile: str | None, language: str | None) -> Style:
    """The profile that is named; else that of the language: the named one, the one that the file or its name tells, or
    that of its script.

    Raises `UsageError` for a profile or a language that there is not.
    """
    told, how = _language_of(file, language)
    if profile is not None:
        return Style(asked_profile(profile, user_settings()), told, "as asked")
    return Style(profile_for(told), told, f"for {told}, {how}" if told else "for nobody says the language")


def _language_of(file: CaptionFile, asked: str | None) -> tuple[str | None, str]:
    if asked is not None:
        return asked_language(asked), "as asked"
    transcript = file.contents.transcript
    if told := file.contents.programme.language or (transcript and transcript.language):
        return told, "as the file says"
    if told := named(file.path).language:
        return told, "as its name says"
    return language_by_script(file.shown), "by its script"
