"""Caption styles as data: how wide, how many lines, how fast, how long, how far apart, and who says so.

A profile also says how its publisher counts, so that whoever makes cues and whoever checks them count alike.
"""

from __future__ import annotations

from captioner.profiles.custom import changed_profile, profile_from
from captioner.profiles.presets import BY_LANGUAGE, PROFILES, profile_for, profile_named
from captioner.profiles.profile import Profile

__all__ = [
    "BY_LANGUAGE",
    "PROFILES",
    "Profile",
    "changed_profile",
    "profile_for",
    "profile_from",
    "profile_named",
]
