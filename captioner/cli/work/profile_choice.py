"""The style that a run asks for: one of ours, one of the settings or of a file, with the rules that flags change."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from captioner.errors import SettingsError, UnknownName
from captioner.profiles import PROFILES, Profile, changed_profile, profile_for, profile_from
from captioner.settings import Settings


def asked_style(
    name: str | None, changes: Iterable[tuple[str, Any]], settings: Settings
) -> Callable[[str | None], Profile]:
    """From the language of a transcript to the style that `--profile` and `--profile-option` ask for.

    Raises `UsageError`, before any work is done, where there is no such style or a rule is wrong.
    """
    named = None if name is None else asked_profile(name, settings)
    rules = dict(changes)

    def style(language: str | None) -> Profile:
        return changed_profile(named or profile_for(language), rules, "--profile-option")

    style(None)
    return style


def asked_profile(name: str, settings: Settings) -> Profile:
    """The style that `--profile` names: ours, one of the settings, or that of a TOML file. Raises `UsageError`."""
    if name.lower().endswith(".toml"):
        return profile_from(Path(name).stem, _read(Path(name)), name)
    if name in settings.profiles:
        return profile_from(name, settings.profiles[name], f"{settings.path} [profiles.{name}]")
    if name in PROFILES:
        return PROFILES[name]
    raise UnknownName("profile", name, (*settings.profiles, *PROFILES))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise SettingsError(str(path), f"cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(str(path), f"is no TOML: {error}") from error
