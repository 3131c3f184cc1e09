"""Frame rates and SMPTE timecode, compared with OpenTimelineIO."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import opentimelineio.opentime as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.timestamps import (
    FrameRate,
    format_timecode,
    frame_at,
    parse_rate,
    parse_timecode,
    seconds_at,
)

NAMES = ["23.976", "24", "25", "29.97", "29.97df", "30", "50", "59.94", "59.94df", "60"]
RATES = [parse_rate(name) for name in NAMES]

every_rate = pytest.mark.parametrize("rate", RATES, ids=str)


def frames_of_an_hour(rate: FrameRate) -> list[int]:
    """Each 23rd frame of the first hour, all at a minute's edge, and some of the twenty-third hour.

    OpenTimelineIO starts the day again 86 s early at 29.97 and 59.94 without drop-frame.
    """
    minute = round(60 * rate.per_second)
    late = parse_timecode("22:00:00:00", rate)
    edges = [edge + step for edge in range(minute, 61 * minute, minute) for step in range(-3, 8)]
    first_hour = sorted({*range(0, 60 * minute, 23), *edges})
    return [*first_hour, *range(late, late + 60 * minute, 997)]


@every_rate
def test_opentimelineio_labels_each_frame_the_same(rate: FrameRate) -> None:
    speed = float(rate.per_second)
    for frame in frames_of_an_hour(rate):
        text = format_timecode(frame, rate)
        assert text == otio.to_timecode(otio.RationalTime(frame, speed), speed, rate.drop_frame)
        assert parse_timecode(text, rate) == frame == otio.from_timecode(text, speed).value


@every_rate
def test_opentimelineio_finds_the_same_frame_for_a_time(rate: FrameRate) -> None:
    speed = float(rate.per_second)
    for frame in frames_of_an_hour(rate):
        seconds = seconds_at(frame, rate)
        assert frame_at(seconds, rate) == frame
        assert otio.RationalTime(seconds, 1).rescaled_to(speed).value == pytest.approx(frame, abs=1e-6)


@given(st.sampled_from(RATES), st.integers(0, 2_000_000))
def test_a_frame_survives_timecode_seconds_and_milliseconds(rate: FrameRate, frame: int) -> None:
    assert parse_timecode(format_timecode(frame, rate), rate) == frame
    assert frame_at(seconds_at(frame, rate), rate) == frame
    assert frame_at(round(seconds_at(frame, rate), 3), rate) == frame


@given(st.sampled_from(RATES), st.floats(0, 1e5))
def test_a_time_is_half_a_frame_off_at_most(rate: FrameRate, seconds: float) -> None:
    assert abs(frame_at(seconds, rate) / rate.per_second - Fraction(seconds)) <= 1 / (2 * rate.per_second)


@pytest.mark.parametrize(
    ("rate", "frame", "text"),
    [
        ("23.976", 86_314, "00:59:56:10"),  # one hour by the clock
        ("24", 86_400, "01:00:00:00"),
        ("25", 90_000, "01:00:00:00"),
        ("29.97", 107_892, "00:59:56:12"),
        ("29.97df", 107_892, "01:00:00;00"),
        ("29.97df", 1_799, "00:00:59;29"),
        ("29.97df", 1_800, "00:01:00;02"),
        ("29.97df", 17_982, "00:10:00;00"),
        ("59.94df", 3_599, "00:00:59;59"),
        ("59.94df", 3_600, "00:01:00;04"),
        ("59.94df", 215_784, "01:00:00;00"),
        ("29.97df", 2_589_407, "23:59:59;29"),
        ("100", 360_099, "01:00:00:99"),
    ],
)
def test_labels(rate: str, frame: int, text: str) -> None:
    assert format_timecode(frame, parse_rate(rate)) == text
    assert parse_timecode(text, parse_rate(rate)) == frame


def test_a_semicolon_means_drop_frame_and_a_dropped_label_means_the_next_one() -> None:
    assert parse_timecode("00:01:00;02", parse_rate("29.97")) == 1800
    assert parse_timecode("00;01;00;02", parse_rate("29.97")) == 1800
    assert parse_timecode("00:01:00:02", parse_rate("29.97df")) == 1800
    assert parse_timecode("00:01:00;00", parse_rate("29.97df")) == 1800
    assert parse_timecode("00:10:00;00", parse_rate("29.97df")) == 17_982
    assert parse_timecode("00:01:00:02", parse_rate("29.97")) == 1802


@pytest.mark.parametrize("frame", [-1, 24 * 3600 * 25])
def test_timecode_ends_with_the_day(frame: int) -> None:
    with pytest.raises(ValueError, match=f"frame {frame} is beyond the 24 hours"):
        format_timecode(frame, parse_rate("25"))


@pytest.mark.parametrize(
    "text",
    ["", "1:2:3", "00:00:00", "24:00:00:00", "00:60:00:00", "00:00:60:00", "00:00:00:25", "00:00:00;00", "٠٠:00:00:00"],
)
def test_text_that_is_no_timecode_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="timecode"):
        parse_timecode(text, parse_rate("25"))


@given(st.text() | st.from_regex(r"\d{1,2}[:;]\d\d[:;]\d\d[:;]\d\d"), st.sampled_from(RATES))
def test_any_text_is_a_frame_or_refused(text: str, rate: FrameRate) -> None:
    with suppress(ValueError):
        assert parse_timecode(text, rate) >= 0


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("23.976", FrameRate(Fraction(24_000, 1001))),
        ("23.98", FrameRate(Fraction(24_000, 1001))),
        ("23.976023976", FrameRate(Fraction(24_000, 1001))),
        ("24000/1001", FrameRate(Fraction(24_000, 1001))),
        ("2997/100", FrameRate(Fraction(30_000, 1001))),
        ("19001/317", FrameRate(Fraction(60_000, 1001))),
        ("24", FrameRate(Fraction(24))),
        ("25.000", FrameRate(Fraction(25))),
        (" 50 fps ", FrameRate(Fraction(50))),
        ("29.97", FrameRate(Fraction(30_000, 1001))),
        ("29.97ndf", FrameRate(Fraction(30_000, 1001))),
        ("29.97 DF", FrameRate(Fraction(30_000, 1001), drop_frame=True)),
        ("59.94df", FrameRate(Fraction(60_000, 1001), drop_frame=True)),
        ("47.95", FrameRate(Fraction(48_000, 1001))),
        ("119.88", FrameRate(Fraction(120_000, 1001))),
        ("15", FrameRate(Fraction(15))),
    ],
)
def test_rates_as_people_and_media_name_them(text: str, rate: FrameRate) -> None:
    assert parse_rate(text) == rate


@every_rate
def test_a_rate_is_named_as_it_is_read(rate: FrameRate) -> None:
    assert parse_rate(str(rate)) == rate


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a frame rate: ''; write 23.976"),
        ("PAL", "not a frame rate: 'PAL'"),
        ("0/0", "not a frame rate: '0/0'"),
        ("-25", "not a frame rate: '-25'"),
        ("0", "not a frame rate that timecode can count: 0"),
        ("12.5", "not a frame rate that timecode can count: 25/2"),
        ("24.63", "not a frame rate that timecode can count: 2463/100"),
        ("1000000", "not a frame rate that timecode can count: 1000000"),
        ("25df", "timecode drops frames at 29.97 and 59.94 a second, not at 25"),
        ("30df", "timecode drops frames at 29.97 and 59.94 a second, not at 30"),
    ],
)
def test_text_that_is_no_frame_rate_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_rate(text)
