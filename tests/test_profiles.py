"""The styles and how they count."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from captioner.errors import UnknownName
from captioner.profiles import PROFILES, Profile, profile_for, profile_named


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "netflix-en"),
        ("en-GB", "netflix-en"),
        ("EN", "netflix-en"),
        ("zh-Hans-CN", "netflix-zh"),
        ("yue", "netflix-zh"),
        ("ja", "netflix-ja"),
        ("ko-KR", "netflix-ko"),
        ("de", "netflix"),
        ("eno", "netflix"),
        (None, "default"),
    ],
)
def test_a_language_finds_its_profile(language: str | None, name: str) -> None:
    assert profile_for(language) is profile_named(name)


def test_an_unknown_profile_lists_what_there_is() -> None:
    with pytest.raises(UnknownName, match="unknown profile 'nettflix'; there is: default, netflix-en, "):
        profile_named("nettflix")


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_says_where_it_comes_from(profile: Profile) -> None:
    assert profile.source
    assert PROFILES[profile.name] is profile
    assert pickle.loads(pickle.dumps(profile)) == profile


@pytest.mark.parametrize(
    "change",
    [
        {"width": 1},
        {"lines": 0},
        {"cps": 0.0},
        {"cps": float("nan")},
        {"narrow": 2.0},
        {"minimum_duration": 8.0},
        {"minimum_duration": 0.0},
        {"maximum_duration": float("inf")},
        {"gap": -0.1},
        {"lead": float("nan")},
        {"pause": 0.0},
    ],
)
def test_nonsense_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not a profile"):
        replace(PROFILES["default"], **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "latin", "chinese"),
    [
        ("Hello, world", 12, 12),
        ("naïve café", 10, 10),
        ("nai\u0308ve cafe\u0301", 10, 10),
        ("你好,world", 10, 10),
        ("你好，“世界”……", 14, 18),  # quotes and dots are as wide as Han characters in East Asian fonts only
        ("ｱｲｳ ABC", 7, 7),
        ("한국어 자막", 11, 11),
        ("नमस्ते", 4, 4),
        ("สวัสดี", 4, 4),
        ("שָׁלוֹם", 4, 4),
        ("👩\u200d👩\u200d👧 👍🏽", 5, 5),
        ("Привет", 6, 6),
        ("", 0, 0),
    ],
)
def test_columns(text: str, latin: int, chinese: int) -> None:
    assert PROFILES["netflix-en"].columns(text) == latin
    assert PROFILES["netflix-zh"].columns(text) == chinese


@pytest.mark.parametrize(
    ("name", "text", "length"),
    [
        ("netflix-en", "Two words.", 10),
        ("netflix-zh", "用Python写", 8),
        ("netflix-ja", "Pythonを書く", 6),
        ("netflix-ko", "한국어 자막.", 6),
        ("netflix-en", "नमस्ते", 4),
    ],
)
def test_characters_are_counted_as_the_publisher_counts(name: str, text: str, length: float) -> None:
    assert PROFILES[name].characters(text) == length
