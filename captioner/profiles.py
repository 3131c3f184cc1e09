"""Caption styles as data: how wide, how many lines, how fast, how long, how far apart, and who says so.

A profile also says how its publisher counts, so that whoever makes cues and whoever checks them count alike.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from captioner.errors import UnknownName

ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The rules of one caption style. Times in seconds.

    `width` counts columns of one line: a Latin letter takes one, a full-width character two, so Netflix's 16
    full-width characters are 32 columns. `lines` is the most lines of a cue.

    `cps` is the fastest reading speed in characters a second, spaces and punctuation among them; a half-width
    character counts `narrow` of a character (Korean and Japanese count a half). Words are never dropped for it.

    `minimum_duration` and `maximum_duration` are a cue's; `gap` is the least time between two cues, and a gap shorter
    than `chain` is closed to `gap`. A cue may begin up to `lead` before its first word and may stay up to `tail`
    after its last one to be read (to reach `minimum_duration`, longer). Silence of `pause` or more ends a cue.

    `wide_punctuation` gives quotes, dashes and dots of ambiguous width two columns, as East Asian fonts do.
    """

    name: str
    source: str
    width: int = 42
    lines: int = 2
    cps: float = 17.0
    narrow: float = 1.0
    minimum_duration: float = 5 / 6
    maximum_duration: float = 7.0
    gap: float = 2 / 24
    chain: float = 0.5
    lead: float = 0.0
    tail: float = 0.5
    pause: float = 1.0
    wide_punctuation: bool = False

    def __post_init__(self) -> None:
        sizes = self.width >= 2 and self.lines >= 1 and 0 < self.cps < math.inf and 0 <= self.narrow <= 1
        durations = 0 < self.minimum_duration <= self.maximum_duration < math.inf and 0 < self.pause < math.inf
        distances = all(0 <= seconds < math.inf for seconds in (self.gap, self.chain, self.lead, self.tail))
        if not (sizes and durations and distances):
            raise ValueError(f"not a profile: {self!r}")

    def columns(self, text: str) -> int:
        """The width of `text`, in columns: 0, 1 or 2 for each character, marks ride on their base."""
        if text.isascii() and text.isprintable():
            return len(text)
        return sum(map(self._columns_of, _bases(text)))

    def characters(self, text: str) -> float:
        """The length of `text` as `cps` counts it."""
        if text.isascii() and text.isprintable():
            return len(text) * self.narrow
        counts = (0.0, self.narrow, 1.0)
        return sum(counts[self._columns_of(character)] for character in _bases(text))

    @property
    def _columns_of(self) -> Callable[[str], int]:
        return _east_asian_columns if self.wide_punctuation else character_columns


def _bases(text: str) -> str:
    """`text` without what a zero width joiner glues to the character before: a family is as wide as one person."""
    first, *joined = text.split(ZERO_WIDTH_JOINER)
    return first + "".join(part[1:] for part in joined)


@lru_cache(maxsize=8192)
def character_columns(character: str) -> int:
    """0 for marks, modifiers and the invisible, 2 for wide and full-width characters, 1 for all others."""
    if unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf", "Cc") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@lru_cache(maxsize=8192)
def _east_asian_columns(character: str) -> int:
    """As `character_columns`, but punctuation and symbols of ambiguous width (“ … — ·) are full-width."""
    ambiguous = unicodedata.east_asian_width(character) == "A" and unicodedata.category(character)[0] in "PS"
    return 2 if ambiguous else character_columns(character)


_NETFLIX = "Netflix Timed Text Style Guide, {}, read 2026-08"
_SUBTITLE_EDIT = "Subtitle Edit's profile {} at 5c98fbd (2026-08-22)"

PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            name="default",
            source="captioner's own: Netflix's general requirements at their speed for word-for-word captions",
            cps=20.0,
        ),
        Profile(name="netflix-en", source=_NETFLIX.format("English (USA)"), cps=20.0),
        Profile(name="netflix", source=_NETFLIX.format("general requirements")),
        Profile(
            name="netflix-zh",
            source=_NETFLIX.format("Chinese (Simplified)"),
            width=32,
            cps=9.0,
            wide_punctuation=True,
        ),
        Profile(
            name="netflix-ja",
            source=_NETFLIX.format("Japanese")
            + "; 7 characters a second as for its captions, since 4 is for condensed text",
            width=26,
            cps=7.0,
            narrow=0.5,
            minimum_duration=0.5,
            gap=0.0,
            wide_punctuation=True,
        ),
        Profile(
            name="netflix-ko",
            source=_NETFLIX.format("Korean"),
            width=32,
            cps=12.0,
            narrow=0.5,
            wide_punctuation=True,
        ),
        Profile(name="ted", source="TED Translators cheat sheet (2015)", cps=21.0, minimum_duration=1.0, gap=0.0),
        Profile(
            name="amazon",
            source=_SUBTITLE_EDIT.format("Amazon Prime"),
            minimum_duration=1.0,
            maximum_duration=7.007,
        ),
        Profile(
            name="shorts",
            source=_SUBTITLE_EDIT.format("9:16 short videos"),
            width=24,
            cps=25.0,
            minimum_duration=0.7,
            maximum_duration=5.0,
            gap=0.0,
        ),
        Profile(
            name="arte",
            source=_SUBTITLE_EDIT.format("Arte"),
            width=40,
            cps=20.0,
            minimum_duration=1.0,
            maximum_duration=10.0,
            gap=5 / 25,
        ),
    )
}

BY_LANGUAGE = {
    "en": "netflix-en",
    "zh": "netflix-zh",
    "cmn": "netflix-zh",
    "yue": "netflix-zh",
    "ja": "netflix-ja",
    "ko": "netflix-ko",
}
"""The profile of a language by the first part of its BCP 47 tag; others take `netflix`."""


def profile_named(name: str) -> Profile:
    """The profile `name`. Raises `UnknownName`, which lists what there is."""
    if name not in PROFILES:
        raise UnknownName("profile", name, PROFILES)
    return PROFILES[name]


def profile_for(language: str | None) -> Profile:
    """The profile that suits a BCP 47 tag; `default` where nobody knows the language."""
    if language is None:
        return PROFILES["default"]
    return PROFILES[BY_LANGUAGE.get(language.lower().split("-")[0], "netflix")]
