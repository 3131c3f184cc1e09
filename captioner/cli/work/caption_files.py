"""A caption file, whichever its format, as the commands that take one read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from captioner.cli.work.jobs import captions_in, read_bytes
from captioner.cli.work.subtitle_arguments import named
from captioner.cues import make_cues
from captioner.formats import Contents, Format, Programme, decoded
from captioner.languages import language_by_script
from captioner.profiles import Profile
from captioner.values import Cue


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


def open_captions(path: str, format: Format | None = None, frame_rate: Fraction | None = None) -> CaptionFile:
    """The captions or the transcript in a file. `frame_rate` is used where it counts frames and does not say at which.

    Raises `FormatError`, which names it, and `UnknownName`.
    """
    data = read_bytes(path)
    format, contents = captions_in(data, path, format, Programme(frame_rate=frame_rate))
    return CaptionFile(path, format, "" if format.binary else decoded(data), contents)


@dataclass(frozen=True)
class ChosenProfile:
    """The profile a file is held against, its language (a BCP 47 tag) if anybody knows it, and who said so."""

    profile: Profile
    language: str | None
    why: str


def style_of(file: CaptionFile, profile: Callable[[str | None], Profile], language: str | None) -> ChosenProfile:
    """What `profile` gives for the language: the named one, that which the file or its name tells, or its script's."""
    told, how = (language, "as asked") if language else _language_of(file)
    return ChosenProfile(profile(told), told, f"for {told}, {how}" if told else "for nobody says the language")


def _language_of(file: CaptionFile) -> tuple[str | None, str]:
    transcript = file.contents.transcript
    if told := file.contents.programme.language or (transcript and transcript.language):
        return told, "as the file says"
    if told := named(file.path).language:
        return told, "as its name says"
    return language_by_script(file.shown), "by its script"


def cues_of(file: CaptionFile, style: ChosenProfile, frame_rate: Fraction | None = None) -> Sequence[Cue]:
    """The file's cues; of a transcript those that it becomes, at `frame_rate` or at that of its video."""
    if file.contents.cues is not None:
        return file.contents.cues
    transcript, report = file.contents.transcript, file.contents.report
    assert transcript is not None
    assert report is not None
    rate = frame_rate or report.frame_rate
    return make_cues(transcript, style.profile, frame_rate=rate, shot_changes=report.shot_changes)
