"""Clock times: formatting, parsing and rounding."""

from __future__ import annotations

from contextlib import suppress
from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from captioner.timestamps import format_clock, parse_clock

WEEK = 7 * 24 * 3600 * 1000


@given(st.integers(0, 100 * WEEK))
@example(1247)
@example(359_999_999)
@example(360_000_000)
def test_a_whole_millisecond_written_and_read_is_the_same_float(milliseconds: int) -> None:
    assert parse_clock(format_clock(milliseconds / 1000)) == milliseconds / 1000
    assert parse_clock(format_clock(milliseconds / 1000, ",")) == milliseconds / 1000


def test_every_millisecond_of_a_minute() -> None:
    for milliseconds in range(60_000):
        text = f"00:00:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
        assert format_clock(milliseconds / 1000) == text
        assert parse_clock(text) == milliseconds / 1000


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "00:00:00.000"),
        (0.0004, "00:00:00.000"),
        (0.9996, "00:00:01.000"),
        (59.9994, "00:00:59.999"),
        (59.9996, "00:01:00.000"),
        (3599.9996, "01:00:00.000"),
        (86_399.9996, "24:00:00.000"),
        (359_999.9996, "100:00:00.000"),
        (3_600_000.5, "1000:00:00.500"),
    ],
)
def test_rounding_carries(seconds: float, text: str) -> None:
    assert format_clock(seconds) == text


@given(st.floats(0, 1e8))
def test_writing_is_off_by_half_a_millisecond_at_most(seconds: float) -> None:
    assert abs(parse_clock(format_clock(seconds)) - seconds) <= 0.0005 + 1e-7


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_writing_keeps_the_order(one: float, other: float) -> None:
    first, last = sorted((one, other))
    assert parse_clock(format_clock(first)) <= parse_clock(format_clock(last))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90.0),
        ("90.5", 90.5),
        ("1:30", 90.0),
        ("01:30", 90.0),
        ("0:01:30.500", 90.5),
        ("1:00:00", 3600.0),
        (" 00:00:01,25 ", 1.25),
        ("100:00:00,001", 360_000.001),
        ("0.123456789", 0.123456789),
    ],
)
def test_times_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_clock(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "now",
        "1:",
        ":30",
        "1:2:3:4",
        "-1",
        "-00:00:01",
        "1.",
        ".5",
        "1 30",
        "1:300:00",
        "٣",
        "1e3",
        "nan",
        "9" * 400,
    ],
)
def test_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_clock(text)


@given(st.text())
def test_any_text_is_a_time_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert 0 <= parse_clock(text) < inf
