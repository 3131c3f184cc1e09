"""The profiles, and how they count characters and columns."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace
from fractions import Fraction

import pytest

from captioner.errors import SettingsError, UnknownName, UsageError
from captioner.profiles import PROFILES, Profile, changed_profile, profile_for, profile_from, profile_named
from tests.paths import DOCS


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
        ("ar", "netflix-ar"),
        ("hi-IN", "netflix-hi"),
        ("th", "netflix-th"),
        (None, "default"),
    ],
)
def test_a_language_has_its_profile(language: str | None, name: str) -> None:
    assert profile_for(language) is profile_named(name)


def test_an_unknown_profile_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="unknown profile 'tiktok'; there is: default, netflix-en, "):
        profile_named("tiktok")


@pytest.mark.parametrize(("name", "meant"), [("nettflix", "netflix"), ("BBC", "bbc")])
def test_a_similar_profile_is_suggested(name: str, meant: str) -> None:
    with pytest.raises(UnknownName, match=f"unknown profile '{name}'; did you mean '{meant}'\\?$"):
        profile_named(name)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_names_its_source(profile: Profile) -> None:
    assert profile.source
    assert PROFILES[profile.name] is profile
    assert pickle.loads(pickle.dumps(profile)) == profile


@pytest.mark.parametrize(
    "change",
    [
        {"width": 1},
        {"wpm": 0.0},
        {"gap_frames": -1},
        {"dialogue": "-\n"},
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
def test_values_outside_their_limits_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(change))} (must be|is) "):
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


def test_reading_time_is_counted_in_characters_or_in_words() -> None:
    assert PROFILES["netflix-en"].reading_time("Two words.") == 0.5
    assert PROFILES["bbc"].reading_time("Three\nwhole words.") == 1.0
    assert PROFILES["netflix-ko"].reading_time("한국어 자막.") == 0.5


@pytest.mark.parametrize(
    ("name", "frame_rate", "gap"),
    [
        ("netflix", None, Fraction(1, 12)),
        ("netflix", Fraction(24), Fraction(2, 24)),
        ("netflix", Fraction(60000, 1001), Fraction(2002, 60000)),
        ("arte", None, Fraction(1, 5)),
        ("arte", Fraction(25), Fraction(1, 5)),
        ("arte", Fraction(24), Fraction(5, 24)),
        ("ted", Fraction(24), Fraction(0)),
    ],
)
def test_the_gap_is_whole_frames_where_the_frame_rate_is_known(
    name: str, frame_rate: Fraction | None, gap: Fraction
) -> None:
    assert abs(PROFILES[name].gap_at(frame_rate) - gap) < Fraction(1, 10**6)


def test_the_documented_profiles_match_the_code() -> None:
    rows = re.findall(
        r"^\| `(.+)` \| (\d+) × (\d+) \| ([\d.]+) (cps|words a minute) \| ([\d.]+) to ([\d.]+) \|",
        (DOCS / "cues.md").read_text("utf-8"),
        re.MULTILINE,
    )
    documented = {
        name: (int(width), int(lines), float(speed), f"{float(least):.3g}", float(most))
        for name, width, lines, speed, _, least, most in rows
    }
    assert documented == {
        name: (
            style.width,
            style.lines,
            style.wpm or style.cps,
            f"{style.minimum_duration:.3g}",
            style.maximum_duration,
        )
        for name, style in PROFILES.items()
        if not name.endswith(("-child", "-sdh"))
    }


def test_variants_differ_only_in_speed() -> None:
    child, adult = PROFILES["netflix-zh-child"], PROFILES["netflix-zh"]
    assert (child.cps, adult.cps, PROFILES["netflix-zh-sdh"].cps) == (7, 9, 11)
    assert replace(child, cps=9.0, name=adult.name, source=adult.source) == adult


def test_a_custom_profile_changes_another() -> None:
    mine = profile_from("mine", {"base": "bbc", "cps": 15, "width": 32}, "mine.toml")
    assert (mine.name, mine.width, mine.cps, mine.wpm, mine.chain) == ("mine", 32, 15, None, 1.0)
    assert mine.source == "mine.toml, after bbc"
    assert profile_from("plain", {}, "here") == replace(PROFILES["default"], name="plain", source="here, after default")
    assert changed_profile(PROFILES["netflix"], {"gap": 0.2}, "here").gap_at(Fraction(25)) == Fraction(5, 25)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"widht": 3}, "here: unknown key 'widht'; did you mean 'width'?"),
        ({"name": "x"}, "here: unknown key 'name'"),
        ({"width": 37.5}, "here: width must be a whole number, not 37.5"),
        ({"width": True}, "here: width must be a whole number, not True"),
        ({"bare_line_ends": 1}, "here: bare_line_ends must be true or false, not 1"),
        ({"cps": "fast"}, "here: cps must be a number, not 'fast'"),
        ({"cps": 0}, "here: cps must be from 0.1 to 1000, not 0"),
        ({"minimum_duration": 9}, "here: minimum_duration is 9, above maximum_duration"),
        ({"base": 3}, "here: base must be text, not 3"),
        ({"base": "nettflix"}, "here: unknown profile 'nettflix'; did you mean 'netflix'?"),
    ],
)
def test_an_error_names_the_wrong_rule(table: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        profile_from("mine", table, "here")
    assert str(caught.value).startswith(sentence)


def test_a_custom_profile_cannot_take_a_known_name() -> None:
    with pytest.raises(SettingsError, match="there is a profile 'ted' already"):
        profile_from("ted", {}, "here")
