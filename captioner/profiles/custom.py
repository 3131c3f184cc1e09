"""Styles that a user makes: one of ours with some of its rules changed, each checked by name, type and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from captioner.errors import SettingsError
from captioner.profiles.presets import PROFILES, profile_named
from captioner.profiles.profile import Profile

BASE = "base"
"""The key of a user's profile that names the one it changes."""

_INSTEAD = {"cps": "wpm", "gap": "gap_frames"}
"""Who sets the first alone means it to count, whatever the second was."""

_KINDS: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "int": ("a whole number", int),
    "int | None": ("a whole number", int),
    "float": ("a number", (int, float)),
    "float | None": ("a number", (int, float)),
    "bool": ("true or false", bool),
    "str": ("text", str),
}
_RULES = {rule.name: _KINDS[str(rule.type)] for rule in fields(Profile) if rule.name != "name"}


def changed_profile(profile: Profile, changes: Mapping[str, Any], place: str) -> Profile:
    """`profile` with some of its rules changed. Raises `SettingsError` that names `place`."""
    for key, value in changes.items():
        if key not in _RULES:
            raise SettingsError(place, f"unknown key {key!r}; there is: {', '.join(_RULES)}")
        wanted, kinds = _RULES[key]
        if not isinstance(value, kinds) or isinstance(value, bool) is not (kinds is bool):
            raise SettingsError(place, f"{key} must be {wanted}, not {value!r}")
    try:
        return replace(profile, **{_INSTEAD[key]: None for key in changes if key in _INSTEAD} | dict(changes))
    except ValueError as error:
        raise SettingsError(place, str(error)) from error


def profile_from(name: str, table: Mapping[str, Any], place: str) -> Profile:
    """The profile that a user's table describes: `base`, the name of one of ours, and the rules that differ from it.

    Raises `SettingsError` that names `place`, `UnknownName` where there is no such base.
    """
    changes = dict(table)
    base = changes.pop(BASE, "default")
    if not isinstance(base, str):
        raise SettingsError(place, f"{BASE} must be the name of a profile, not {base!r}")
    if name in PROFILES:
        raise SettingsError(place, f"there is a profile {name!r} already; give yours another name")
    source = {"source": f"{place}, after {base}"}
    return replace(changed_profile(profile_named(base), source | changes, place), name=name)
