"""Caption styles as data: line width, lines, reading speed, durations and gaps, with the source of each.

A profile also counts characters as its publisher does, so that the stages that make and that check cues agree.
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
