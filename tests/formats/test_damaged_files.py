"""Damaged files: what can be read is read and reported as repaired, what cannot is counted, and strict refuses both."""

from __future__ import annotations

from fractions import Fraction

import pytest

from captioner.errors import FormatError
from captioner.formats import Contents, Programme, format_named
from captioner.values import Cue

PAL = Programme(frame_rate=Fraction(25))


def read(name: str, text: str, programme: Programme = PAL) -> Contents:
    """What the file holds. It has something to report if it is not exact, and then strict refuses it."""
    contents = format_named(name).read(text, programme)
    if contents.mended or contents.losses:
        with pytest.raises(FormatError, match="cannot be read exactly"):
            format_named(name).read(text, programme, strict=True)
    return contents


def shown(contents: Contents) -> list[tuple[float, float, str]]:
    return [(cue.start, cue.end, cue.text) for cue in contents.cues or ()]


TIMINGS = [
    "00:00:03,250 -> 00:00:04,000",
    "00:00:03,250 → 00:00:04,000",
    "00:00:03,250 – 00:00:04,000",
    "00:00:03,250 —> 00:00:04,000",
    "00:00:03,250 ==> 00:00:04,000",
    "00:00:03,250 - 00:00:04,000",
    "00:00:03,250 -- > 00:00:04,000",
    "00:00:03,250 --&gt; 00:00:04,000",
    "00:00:03,250 00:00:04,000",
    "00：00：03，250 --> 00：00：04，000",
    "00: 00: 03, 250 --> 00: 00: 04, 000",
    "٠٠:٠٠:٠٣,٢٥٠ --> ٠٠:٠٠:٠٤,٠٠٠",
    "\u200e00:00:03,250 --> 00:00:04,000",
    "００:００:０３,２５０ －－＞ ００:００:０４,０００",
]


@pytest.mark.parametrize("timing", TIMINGS)
def test_a_timing_of_an_srt_in_another_spelling_is_a_timing(timing: str) -> None:
    text = (
        f"1\n00:00:01,000 --> 00:00:02,000\nGood morning.\n\n2\n{timing}\nCome in.\n\n3\n0:00:05,0 --> 0:00:06,0\nBye."
    )
    contents = read("srt", text)
    assert shown(contents) == [(1, 2, "Good morning."), (3.25, 4, "Come in."), (5, 6, "Bye.")]
    assert contents.mended == ("2 times in another spelling",)


def test_all_timings_of_an_srt_may_be_in_another_spelling() -> None:
    contents = read("srt", "1\n00:00:01,000 -> 00:00:02,000\nA\n\n2\n00:00:03,000 -> 00:00:04,000\nB")
    assert shown(contents) == [(1, 2, "A"), (3, 4, "B")]


@pytest.mark.parametrize("text", ["10:30 - 11:15", "From 10:00 -> 11:00", "9:30", "00:00:05", "Score 3:2 - 4:1"])
def test_times_in_a_text_are_text(text: str) -> None:
    contents = read("srt", f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n")
    assert shown(contents) == [(1, 2, text)]
    assert contents.mended == ()


@pytest.mark.parametrize("name", ["srt", "vtt", "sbv"])
@pytest.mark.parametrize("text", ["00:00:01,000 - 00:00:02,000", "0:0:1.0 → 0:0:2.0\nb", "00:00:01.500 00:00:02.500"])
def test_a_text_that_looks_like_a_timing_stays_text(name: str, text: str) -> None:
    cue = Cue(1, 2, text)
    form = format_named(name)
    assert form.read(form.write(Contents([cue])).data).cues == [cue]


def test_a_cue_of_an_srt_without_a_valid_time_is_counted() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n00:00:03,000 --> soon\nB\n\n3\n00:00:05,000 --> 00:00:06,000\nC"
    contents = read("srt", text)
    assert shown(contents) == [(1, 2, "A"), (5, 6, "C")]
    assert contents.losses == ("1 cue without a valid time",)


def test_entities_of_an_srt_are_read_and_none_is_written() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nSalt &amp; pepper&nbsp;&#233;&#xE9; &lt;i&gt;x &quot;y&apos; R&D &copy;"
    contents = read("srt", text)
    assert shown(contents) == [(1, 2, "Salt & pepper\xa0éé <i>x \"y' R&D &copy;")]
    assert contents.mended == ("8 entities",)
    cue = Cue(1, 2, "Write &amp; for &")
    srt = format_named("srt")
    assert srt.read(srt.write(Contents([cue])).data) == srt.read(
        "1\n00:00:01,000 --> 00:00:02,000\n" + cue.text.replace("&a", "&\u2060a")
    )
    assert srt.read(srt.write(Contents([cue])).data).cues == [cue]


def test_timecode_in_an_srt_is_read_by_the_frame_rate() -> None:
    text = "1\n00:00:01:00 --> 00:00:02:12\nA\n\n2\n00:00:03:20 --> 00:00:04:24\nB"
    assert shown(read("srt", text, PAL)) == [(1, 2.48, "A"), (3.8, 4.96, "B")]
    unknown = read("srt", text, Programme())
    assert shown(unknown) == [(1, 2.012, "A"), (3.02, 4.024, "B")]
    assert "4 times that may count frames (give --fps)" in unknown.mended
    assert shown(read("srt", text.replace(":24", ":240"), PAL))[0] == (1, 2.012, "A")


EARLY = {
    "srt": "1\n-00:00:04,000 --> -00:00:03,000\nGone\n\n2\n-00:00:02,500 --> 00:00:01,000\nA\n\n3\n00:00:03,000 --> 00:00:04,000\nB",
}


@pytest.mark.parametrize("name", EARLY)
def test_times_before_0_are_cut_or_shifted(name: str) -> None:
    contents = read(name, EARLY[name])
    assert shown(contents) == [(0, 1, "A"), (3, 4, "B")]
    assert "1 cue before the start" in contents.losses
    assert "1 cue with its start before 0" in contents.mended
    later = format_named(name).read(EARLY[name], PAL, shift=5)
    assert shown(later) == [(1, 2, "Gone"), (2.5, 6, "A"), (8, 9, "B")]
    assert not any("before" in phrase for phrase in (*later.mended, *later.losses))
    assert shown(format_named(name).read(EARLY[name], PAL, shift=5, stretch=Fraction(2)))[0] == (0, 7, "A")
