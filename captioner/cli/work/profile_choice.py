"""The profile of a run: a built-in one, one of the settings or of a file, with the rules that flags change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.cli.work.caption_input import CaptionFile
from captioner.cli.work.subtitle_arguments import parse_file_name
from captioner.errors import UnknownName
from captioner.languages import language_by_script
from captioner.profiles import PROFILES, Profile, changed_profile, profile_for, profile_from
from captioner.settings import Settings, read_toml


@dataclass(frozen=True)
class ProfileByLanguage:
    """A function from a language to a profile, which can be pickled."""

    named: Profile | None
    """The profile for all languages; None for the one of the language."""

    rules: tuple[tuple[str, Any], ...]
    """Rules that replace those of the profile."""

    def __call__(self, language: str | None) -> Profile:
        return changed_profile(self.named or profile_for(language), dict(self.rules), "--profile-option")


def profile_by_language(
    name: str | None, changes: Iterable[tuple[str, Any]], settings: Settings
) -> Callable[[str | None], Profile]:
    """Return a function from a language to the profile that `--profile` and `--profile-option` ask for.

    Raises `UsageError`, before any work is done, if there is no such profile or a rule is wrong.
    """
    profile = ProfileByLanguage(None if name is None else asked_profile(name, settings), tuple(changes))
    profile(None)
    return profile


def asked_profile(name: str, settings: Settings) -> Profile:
    """Return the profile that `--profile` names: built in, of the settings, or of a TOML file. Raises `UsageError`."""
    if name.lower().endswith(".toml"):
        return profile_from(Path(name).stem, read_toml(Path(name)), name)
    if name in settings.profiles:
        return profile_from(name, settings.profiles[name], f"{settings.path} [profiles.{name}]")
    if name in PROFILES:
        return PROFILES[name]
    raise UnknownName("profile", name, (*settings.profiles, *PROFILES))


@dataclass(frozen=True)
class FileProfile:
    """The profile by which a caption file is checked."""

    profile: Profile

    language: str | None
    """The BCP 47 tag of the file's language, None if it is not known."""

    reason: str
    """The language and its origin, for a message: "language en, from the file name"."""


def profile_of_file(file: CaptionFile, profile: Callable[[str | None], Profile], language: str | None) -> FileProfile:
    """Return the profile for `language`; without one, for the language of the file, of its name or of its script."""
    known, source = (language, "from --language") if language else _language_of(file)
    return FileProfile(profile(known), known, f"language {known}, {source}" if known else "language unknown")


def _language_of(file: CaptionFile) -> tuple[str | None, str]:
    transcript = file.contents.transcript
    if stored := file.contents.programme.language or (transcript and transcript.language):
        return stored, "from the file"
    if named := parse_file_name(file.path)[0]:
        return named, "from the file name"
    return language_by_script(file.shown_text), "from the script"
