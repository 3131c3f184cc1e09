"""Profiles of the user: a built-in profile with some rules changed, each checked by name, type and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from captioner.errors import SettingsError, UnknownName
from captioner.profiles.presets import PROFILES, profile_named
from captioner.profiles.profile import Profile
from captioner.validation import check_values, types_of, wrong_type

BASE = "base"
"""The key that names the built-in profile that is changed."""

RULES = {name: kind for name, kind in types_of(Profile).items() if name != "name"}
"""The rules that can be changed, and their types."""

_ALTERNATIVES = {"cps": "wpm", "gap": "gap_frames"}
"""Rules of which the second replaces the first. To set the first clears the second."""


def changed_profile(profile: Profile, changes: Mapping[str, Any], place: str) -> Profile:
    """Return `profile` with some of its rules changed. Raises `SettingsError` that names `place` and the rule."""
    check_values(changes, RULES, place)
    cleared = {_ALTERNATIVES[key]: None for key in changes if key in _ALTERNATIVES}
    try:
        return replace(profile, **cleared | dict(changes))
    except ValueError as error:
        raise SettingsError(place, str(error)) from error


def profile_from(name: str, table: Mapping[str, Any], place: str) -> Profile:
    """Return the profile `name` of a table with `base`, a built-in profile, and the rules that differ from it.

    Raises `SettingsError` that names `place`.
    """
    changes = dict(table)
    base = changes.pop(BASE, "default")
    if reason := wrong_type(BASE, base, str):
        raise SettingsError(place, reason)
    if name in PROFILES:
        raise SettingsError(place, f"there is a profile {name!r} already; give yours another name")
    source = {"source": f"{place}, after {base}"}
    try:
        built_in = profile_named(base)
    except UnknownName as error:
        raise SettingsError(place, str(error)) from error
    return replace(changed_profile(built_in, source | changes, place), name=name)
