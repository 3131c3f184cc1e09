"""The styles that publishers ask for, each with its source, and the style for each language."""

from __future__ import annotations

from dataclasses import replace

from captioner.errors import UnknownName
from captioner.profiles.profile import Profile

_NETFLIX = "Netflix Timed Text Style Guide, {}, read 2026-08"
_SUBTITLE_EDIT = "Subtitle Edit's profile {} at 5c98fbd (2026-08-22)"
_CHECKER = "Netflix Timed Text Style Guide; numbers for {} as in Subtitle Edit's checker at 5c98fbd (2026-08-22)"


def _netflix(name: str, source: str, cps: float, *, child: float, sdh: float, **rules: float) -> list[Profile]:
    """Netflix's style for a language, with its variants for children's programmes and for the hard of hearing."""
    plain = Profile(name=name, source=source, cps=cps, **{"gap_frames": 2, **rules})  # type: ignore[arg-type]
    return [
        plain,
        replace(plain, name=f"{name}-child", source=f"{source}; reading speed for children", cps=child),
        replace(plain, name=f"{name}-sdh", source=f"{source}; reading speed for the hard of hearing", cps=sdh),
    ]


_EAST_ASIAN = {"width": 32, "wide_punctuation": True}

_ALL = (
    Profile(
        name="default",
        source="captioner's own: Netflix's general requirements at their speed for word-for-word captions",
        cps=20.0,
        gap_frames=2,
    ),
    *_netflix("netflix-en", _NETFLIX.format("English (USA)"), 20, child=17, sdh=20),
    *_netflix("netflix", _NETFLIX.format("general requirements"), 17, child=13, sdh=20),
    *_netflix("netflix-zh", _NETFLIX.format("Chinese (Simplified)"), 9, child=7, sdh=11, **_EAST_ASIAN),
    *_netflix("netflix-ko", _NETFLIX.format("Korean"), 12, child=9, sdh=14, narrow=0.5, **_EAST_ASIAN),
    *_netflix("netflix-ar", _CHECKER.format("Arabic"), 20, child=17, sdh=23),
    *_netflix("netflix-hi", _CHECKER.format("Hindi"), 22, child=18, sdh=25),
    *_netflix("netflix-th", _CHECKER.format("Thai"), 17, child=13, sdh=20, width=35),
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
        name="bbc",
        source="BBC Subtitle Guidelines, read 2026-08: broadcast width, 160 to 180 words a minute, no gap below 1 s; "
        "durations are captioner's",
        width=37,
        wpm=180.0,
        gap=0.0,
        chain=1.0,
    ),
    Profile(name="ted", source="TED Translators cheat sheet (2015)", cps=21.0, minimum_duration=1.0, gap=0.0),
    Profile(
        name="amazon",
        source=_SUBTITLE_EDIT.format("Amazon Prime"),
        minimum_duration=1.0,
        maximum_duration=7.007,
        gap_frames=2,
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

PROFILES = {profile.name: profile for profile in _ALL}

BY_LANGUAGE = {
    "en": "netflix-en",
    "zh": "netflix-zh",
    "cmn": "netflix-zh",
    "yue": "netflix-zh",
    "ja": "netflix-ja",
    "ko": "netflix-ko",
    "ar": "netflix-ar",
    "hi": "netflix-hi",
    "th": "netflix-th",
}
"""The name of the profile for each language, by the first part of its BCP 47 tag; other languages take `netflix`."""


def profile_named(name: str) -> Profile:
    """Return the profile of that name. Raises `UnknownName`, which lists the known names."""
    if name not in PROFILES:
        raise UnknownName("profile", name, PROFILES)
    return PROFILES[name]


def profile_for(language: str | None) -> Profile:
    """Return the profile for a BCP 47 tag; `default` if the language is unknown."""
    if language is None:
        return PROFILES["default"]
    return PROFILES[BY_LANGUAGE.get(language.lower().split("-")[0], "netflix")]
