"""Damaged files: what can be read is read and reported as repaired, what cannot is counted, and strict refuses both."""

from __future__ import annotations

import logging
import re
from fractions import Fraction

import opentimelineio as otio
import pytest

from captioner.errors import FormatError
from captioner.formats import Contents, Programme, format_named
from captioner.values import Cue, Position, StyleSpan

PAL = Programme(frame_rate=Fraction(25))


def read(name: str, text: str, programme: Programme = PAL) -> Contents:
    """What the file holds. It has something to report if it is not exact, and then strict refuses it."""
    contents = format_named(name).read(text, programme)
    if contents.repairs or contents.losses:
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
    assert contents.repairs == ("2 times in another spelling",)


def test_all_timings_of_an_srt_may_be_in_another_spelling() -> None:
    contents = read("srt", "1\n00:00:01,000 -> 00:00:02,000\nA\n\n2\n00:00:03,000 -> 00:00:04,000\nB")
    assert shown(contents) == [(1, 2, "A"), (3, 4, "B")]


@pytest.mark.parametrize("text", ["10:30 - 11:15", "From 10:00 -> 11:00", "9:30", "00:00:05", "Score 3:2 - 4:1"])
def test_times_in_a_text_are_text(text: str) -> None:
    contents = read("srt", f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n")
    assert shown(contents) == [(1, 2, text)]
    assert contents.repairs == ()


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
    assert contents.repairs == ("8 entities",)
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
    assert "4 times that may count frames (give --fps)" in unknown.repairs
    assert shown(read("srt", text.replace(":24", ":240"), PAL))[0] == (1, 2.012, "A")


VTT_TIMINGS = [*TIMINGS[:4], *TIMINGS[6:8], *TIMINGS[9:]]


@pytest.mark.parametrize("timing", [*VTT_TIMINGS, "00:03.250 -> 00:04.000", "00:00:03.250 --> 00:00:04,000"])
def test_a_timing_of_a_vtt_in_another_spelling_is_a_timing(timing: str) -> None:
    contents = read("vtt", f"WEBVTT\n\n00:01.000 --> 00:02.000\nGood morning.\n\n2\n{timing}\nCome in.\n")
    assert shown(contents) == [(1, 2, "Good morning."), (3.25, 4, "Come in.")]
    assert contents.repairs == ("1 time in another spelling",)
    assert contents.lines == (4, 8)


def test_text_behind_a_blank_line_of_a_vtt_is_kept() -> None:
    text = """WEBVTT

1

00:01.000 --> 00:02.000

Good morning.

How are you?

NOTE a note

of two parts

2

00:03.000 --> 00:04.000

7

"""
    contents = read("vtt", text)
    assert shown(contents) == [(1, 2, "Good morning.\nHow are you?"), (3, 4, "7")]
    assert contents.losses == ("1 text without a time", "1 comment")
    assert contents.repairs == ("2 numbers without its timing", "3 blank lines in a text")


def test_a_cue_of_a_vtt_without_a_valid_time_is_counted() -> None:
    text = """WEBVTT

00:01.000 --> 00:02.000
A

00:03.000 --> 00:00:065.000
B

00:61.000 --> 00:00:75.500
C

00:0x.000 --> 00:09.000
D

soon --> later
F
"""
    contents = read("vtt", text)
    assert shown(contents) == [(1, 2, "A"), (61, 75.5, "C")]
    assert contents.losses == ("2 cues without a valid time", "1 text without a time")
    assert contents.repairs == ("1 time in another spelling",)


def test_an_arrow_in_the_text_of_a_vtt_ends_no_cue() -> None:
    contents = read("vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nGo\nleft --> right\nnow\n")
    assert shown(contents) == [(1, 2, "Go\nleft --> right\nnow")]
    assert contents.repairs == ("1 arrow in a text",)


def test_ruby_text_of_a_vtt_is_left_out_and_counted() -> None:
    payload = "<ruby>山<rt>やま</rt>川<rt><b>かわ</b></ruby>と<ruby>海<rt>うみ</rt></ruby>。"
    contents = read("vtt", f"WEBVTT\n\n00:01.000 --> 00:02.000\n{payload}\n")
    assert [cue.text for cue in contents.cues or ()] == ["山川と海。"]
    assert contents.losses == ("3 ruby texts",)


SEGMENTS = """WEBVTT
X-TIMESTAMP-MAP=MPEGTS:8589930000,LOCAL:00:00:00.000

00:00:01.000 --> 00:00:03.000
A

00:00:05.000 --> 00:00:07.000
B

WEBVTT
X-TIMESTAMP-MAP=LOCAL:00:00:10.000,MPEGTS:535408

00:00:09.000 --> 00:00:11.000
B

00:00:13.500 --> 00:00:15.000
C <00:00:14.000>D
"""


def test_segments_are_joined_by_their_time_maps_and_repeated_cues_stand_once() -> None:
    # The clock of MPEG-TS begins again between the maps: they are 540,000 ticks or 6 s apart, and LOCAL adds 10.
    contents = read("vtt", SEGMENTS)
    assert shown(contents) == [(1, 3, "A"), (5, 7, "B"), (9.5, 11, "C D")]
    assert [(word.start, word.end) for word in (contents.cues or ())[2].words] == [(9.5, 10), (10, 11)]
    assert contents.repairs == ("1 header inside of the file", "1 repeat of a cue", "2 segments with a time map")
    assert contents.losses == ()


def test_a_time_map_alone_moves_nothing_and_is_named() -> None:
    contents = read("vtt", SEGMENTS.partition("\nWEBVTT")[0])
    assert shown(contents) == [(1, 3, "A"), (5, 7, "B")]
    assert contents.losses == ("1 header line",)


ROLLING = """WEBVTT
Kind: captions
Language: en

00:00:01.000 --> 00:00:02.990 align:start position:0%
{BLANK}
we<00:00:01.500><c> went</c><00:00:02.000><c> home</c>

00:00:02.990 --> 00:00:03.000 align:start position:0%
we went home
{BLANK}

00:00:03.000 --> 00:00:04.990 align:start position:0%
we went home
in<00:00:03.500><c> the</c><00:00:04.000><c> rain</c>

00:00:04.990 --> 00:00:05.000 align:start position:0%
in the rain
{BLANK}

00:00:05.000 --> 00:00:06.000 align:start position:0%
in the rain
again<00:00:05.500><c> today</c>
""".replace("{BLANK}", " ")


@pytest.mark.parametrize("name", ["vtt", "srt"])
def test_each_line_of_captions_that_roll_up_is_read_once(name: str) -> None:
    text = ROLLING
    if name == "srt":
        text = re.sub(r"<[^>]*>| align.*", "", ROLLING.partition("\n\n")[2])
    contents = read(name, text)
    assert shown(contents) == [(1, 3, "we went home"), (3, 5, "in the rain"), (5, 6, "again today")]
    assert contents.repairs[-1] == "4 repeats of a line"
    if name == "vtt":
        cue = (contents.cues or ())[1]
        assert [(word.start, word.text) for word in cue.words] == [(3, "in"), (3.5, " the"), (4, " rain")]
        assert contents.lines == (7, 15, 23)


def test_captions_that_only_repeat_a_line_do_not_roll_up() -> None:
    times = ("00:01.000 --> 00:02.000", "00:02.000 --> 00:03.000", "00:03.000 --> 00:04.000")
    contents = read("vtt", "WEBVTT\n\n" + "".join(f"{time}\nNo.\n\n" for time in times))
    assert shown(contents) == [(1, 2, "No."), (2, 3, "No."), (3, 4, "No.")]


def otio_markers(*markers: tuple[str, float, float]) -> str:
    """A timeline of another program, with markers of a name, a start and a duration in seconds."""
    tracks = otio.schema.Stack()
    for name, start, duration in markers:
        times = otio.opentime.TimeRange(*(otio.opentime.RationalTime(24 * time, 24) for time in (start, duration)))
        tracks.markers.append(otio.schema.Marker(name=name, marked_range=times))
    timeline = otio.schema.Timeline(name="Talk")
    timeline.tracks = tracks
    return str(otio.adapters.write_to_string(timeline, "otio_json"))


EARLY = {
    "sbv": "-0:00:04.000,-0:00:03.000\nGone\n\n-0:00:02.500,0:00:01.000\nA\n\n0:00:03.000,0:00:04.000\nB",
    "ass": "[Events]\n"
    + "".join(
        f"Dialogue: 0,{times},Default,,0,0,0,,{text}\n"
        for times, text in [
            ("-0:00:04.00,-0:00:03.00", "Gone"),
            ("-0:00:02.50,0:00:01.00", "A"),
            ("0:00:03.00,0:00:04.00", "B"),
        ]
    ),
    "microdvd": "{1}{1}50\n{-200}{-150}Gone\n{-125}{50}A\n{150}{200}B",
    "sami": "<SAMI><SYNC Start=-4000><P>Gone<SYNC Start=-3000><P>&nbsp;<SYNC Start=-2500><P>A<SYNC Start=1000><P>&nbsp;"
    "<SYNC Start=3000><P>B<SYNC Start=4000><P>&nbsp;</SAMI>",
    "vtt": "WEBVTT\n\n-00:04.000 --> -00:03.000\nGone\n\n-00:02.500 --> 00:01.000\nA\n\n00:03.000 --> 00:04.000\nB",
    "srt": "-0:00:04,0 --> -0:00:03,0\nGone\n\n-0:00:02,500 --> 0:00:01,0\nA\n\n00:00:03,000 --> 00:00:04,000\nB",
    "lrc": "[-00:04.00]Gone\n[-00:03.00]\n[-00:02.50]A\n[00:01.00]\n[00:03.00]B\n[00:04.00]",
    "csv": "start,end,text\n-4,-3,Gone\n-2.5,1,A\n3,4,B",
    "tsv": "start\tend\ttext\n-4000\t-3000\tGone\n-2500\t1000\tA\n3000\t4000\tB",
    "audacity": "-4.0\t-3.0\tGone\n-2.5\t1.0\tA\n3.0\t4.0\tB",
    "otio": otio_markers(("Gone", -4, 1), ("A", -2.5, 3.5), ("B", 3, 1)),
}


@pytest.mark.parametrize("name", EARLY)
def test_times_before_0_are_cut_or_shifted(name: str) -> None:
    contents = read(name, EARLY[name], Programme())
    assert shown(contents) == [(0, 1, "A"), (3, 4, "B")]
    assert "1 cue before the start" in contents.losses
    assert "1 cue with its start before 0" in contents.repairs
    later = format_named(name).read(EARLY[name], shift=5)
    assert shown(later) == [(1, 2, "Gone"), (2.5, 6, "A"), (8, 9, "B")]
    assert not any("before" in phrase for phrase in (*later.repairs, *later.losses))
    assert shown(format_named(name).read(EARLY[name], shift=5, stretch=Fraction(2)))[0] == (0, 7, "A")


def ttml(body: str, head: str = "", attributes: str = "") -> str:
    namespace = "http://www.w3.org/ns/ttml"
    spaces = f'xmlns="{namespace}" xmlns:tts="{namespace}#styling" xmlns:ttp="{namespace}#parameter"'
    language = "" if "xml:lang" in attributes else 'xml:lang="en"'
    return f"<tt {spaces} {language} {attributes}><head>{head}</head><body><div>{body}</div></body></tt>"


@pytest.mark.parametrize(
    "times",
    [
        'begin="00:00:01,5" end="00:00:04,25"',
        'begin="0:00:01.5" end="0:0:4.25"',
        'begin="00:01.500" end="00:04.250"',
        'begin="1.5" end="4.25"',
        'begin="1,5s" end="4.25 s"',
        'begin=" 00:00:01.500" end="00: 00: 04.250"',
        'begin="1.5s" dur="2,75s"',
    ],
)
def test_times_of_ttml_in_another_spelling(times: str) -> None:
    contents = read("ttml", ttml(f"<p {times}>Hi</p>"))
    assert shown(contents) == [(1.5, 4.25, "Hi")]
    assert contents.repairs[0].endswith("in another spelling")


def test_a_cue_of_ttml_without_a_valid_time_is_counted() -> None:
    contents = read("ttml", ttml('<p begin="soon" end="4s">A</p><p begin="5s" end="6s">B</p>'))
    assert shown(contents) == [(5, 6, "B")]
    assert contents.losses == ("1 cue without a valid time",)


def test_cues_of_ttml_that_end_too_early_keep_their_text() -> None:
    body = '<p begin="5s" end="5s">A</p><p begin="8s" end="00:00:07.5">B</p><p begin="9s" dur="0s">C</p>'
    contents = read("ttml", ttml(body))
    assert shown(contents) == [(5, 5.001, "A"), (8, 8.001, "B"), (9, 9.001, "C")]
    assert contents.repairs == ("3 cues with its end before its start",)


STYLES = {
    "tts:textAlign": "middle",
    "tts:fontWeight": "900",
    "tts:writingMode": "up",
    "tts:displayAlign": "bottom",
    "ebutts:multiRowAlign": "left",
    "tts:fontStyle": "",
}


@pytest.mark.parametrize("style", STYLES)
def test_a_style_that_cannot_be_read_loses_no_text_of_ttml(style: str) -> None:
    """On a paragraph, in a style that it names, and on its region."""
    value, ebu = f'{style}="{STYLES[style]}"', 'xmlns:ebutts="urn:ebu:tt:style"'
    on_paragraph = read("ttml", ttml(f'<p begin="1s" end="2s" tts:color="red" {value}>A</p>', attributes=ebu))
    assert shown(on_paragraph) == [(1, 2, "A")]
    assert on_paragraph.losses == ("1 style with an unknown value",)
    assert on_paragraph.cues == [Cue(1, 2, "A", styles=(StyleSpan(0, 1, color="#ff0000"),))]
    head = f'<styling><style xml:id="s" {value}/></styling><layout><region xml:id="r" {value}/></layout>'
    named = read("ttml", ttml('<p begin="1s" end="2s" style="s" region="r">A</p>', head, ebu))
    assert shown(named) == [(1, 2, "A")]
    assert named.losses == ("2 styles with an unknown value",)


def test_ttml_by_the_clock_is_read_from_0() -> None:
    contents = read("ttml", ttml('<p begin="10:00:01.5" end="10:00:02">A</p>', attributes='ttp:timeBase="clock"'))
    assert shown(contents) == [(36001.5, 36002, "A")]
    assert contents.repairs == ("1 parameter timeBase with clock read as media",)


def test_ttml_without_its_namespace_is_read() -> None:
    text = '<tt><head/><body><div><p begin="0:01" end="00:00:02.000">A<br/>B</p></div></body></tt>'
    contents = read("ttml", text)
    assert shown(contents) == [(1, 2, "A\nB")]
    assert contents.repairs[0] == "1 missing namespace"


def test_text_of_ttml_outside_of_its_body_is_counted() -> None:
    head = '<layout><region xml:id="r"><body><div><p>A</p><p> </p></div></body></region></layout>'
    contents = read("ttml", ttml('<p begin="1s" end="2s">B</p>', head))
    assert shown(contents) == [(1, 2, "B")]
    assert "1 text outside of the body" in contents.losses


@pytest.mark.parametrize("size", ["auto", "100%", "12"])
def test_ttml_with_any_size_of_the_picture_is_read(size: str) -> None:
    assert shown(read("ttml", ttml('<p begin="1s" end="2s">A</p>', attributes=f'tts:extent="{size}"'))) == [(1, 2, "A")]


def test_what_is_counted_does_not_depend_on_logging() -> None:
    logging.disable(logging.CRITICAL)
    try:
        contents = read("ttml", ttml('<p begin="1s" end="2s" region="none">A</p>'))
    finally:
        logging.disable(logging.NOTSET)
    assert contents.repairs == ("1 thing that ttconv did not understand",)


def test_hidden_text_of_ttml_is_left_out_and_counted() -> None:
    body = """
        <p begin="1s" end="2s" tts:display="none">none</p>
        <p begin="1s" end="2s"><span tts:visibility="hidden">hidden
            <span tts:visibility="visible">seen</span></span></p>
        <p begin="1s" end="2s" region="off">of a hidden region</p>
        <p begin="3s" end="6s" tts:opacity="0">faded<set begin="1s" end="2s" tts:opacity="1"/></p>
        <p begin="7s" end="9s"><set begin="1s" tts:display="none"/>gone early</p>"""
    head = '<layout><region xml:id="off" tts:opacity="0"/></layout>'
    contents = read("ttml", ttml(body, head))
    assert shown(contents) == [(1, 2, "seen"), (4, 5, "faded"), (7, 8, "gone early")]
    assert contents.losses == ("2 hidden cues", "1 hidden text")


def test_a_region_of_ttml_may_lie_anywhere() -> None:
    head = f'<layout><region xml:id="r" tts:origin="{"9" * 400}% 0%" tts:extent="10% 10%"/></layout>'
    [cue] = read("ttml", ttml('<p begin="1s" end="2s" region="r">A</p>', head)).cues or ()
    assert cue.position == Position(9)


def test_regions_of_ttml_have_times() -> None:
    head = '<layout><region xml:id="r" begin="2s" end="5s"/></layout>'
    body = '<p begin="1s" end="9s" region="r">A</p><p region="r" begin="3s" end="4s">B</p>'
    assert shown(read("ttml", ttml(body, head))) == [(2, 5, "A"), (3, 4, "B")]


def test_pictures_and_ruby_of_ttml_are_counted() -> None:
    smpte = 'xmlns:smpte="http://www.smpte-ra.org/schemas/2052-1/2010/smpte-tt"'
    text = ttml('<div begin="1s" end="2s" smpte:backgroundImage="#a"/>', attributes=smpte)
    assert read("ttml", text).losses == ("1 picture",)
    ruby = """<p begin="0s" end="4s"><span tts:ruby="container"><span tts:ruby="baseContainer"><span
        tts:ruby="base">a</span><span tts:ruby="base">b</span></span><span tts:ruby="textContainer"><span
        tts:ruby="text">x</span><span tts:ruby="text">y</span></span></span></p>"""
    contents = read("ttml", ttml(ruby))
    assert [cue.text for cue in contents.cues or ()] == ["ab"]
    assert contents.losses == ("2 ruby annotations",)


def test_ttml_without_a_frame_rate_has_that_of_the_programme() -> None:
    text = ttml('<p begin="00:00:01:00" end="00:00:02:12">A</p><p begin="75f" end="100f">B</p>')
    assert shown(read("ttml", text)) == [(1, 2.48, "A"), (3, 4, "B")]
    unknown = read("ttml", text, Programme())
    assert shown(unknown) == [(1, 2.4, "A"), (2.5, 10 / 3, "B")]
    assert unknown.repairs == ("4 times in frames without a rate, read at 30 a second (give --fps)",)
    ntsc = read("ttml", text, Programme(frame_rate=Fraction(30_000, 1001)))
    assert [(cue.start, round(cue.end, 6)) for cue in ntsc.cues or ()][1] == (2.5025, 3.336667)
    named = ttml('<p begin="00:00:01:00" end="00:00:02:12">A</p>', attributes='ttp:frameRate="24"')
    assert shown(read("ttml", named)) == [(1, 2.5, "A")]


def test_the_language_chooses_between_texts_of_ttml() -> None:
    body = """<p xml:lang="fr" begin="1s" end="2s">Oui</p><p begin="1s" end="2s">Yes</p>"""
    text = ttml(body, attributes='xml:lang="en-GB"')
    english = read("ttml", text, Programme(language="en"))
    assert shown(english) == [(1, 2, "Yes")]
    assert english.losses == ("1 text in another language",)
    assert shown(read("ttml", text, Programme(language="fr-CA"))) == [(1, 2, "Oui")]
    assert len(read("ttml", text, Programme(language="de")).cues or ()) == 2


def test_times_of_ebu_tt_count_from_the_start_of_the_programme() -> None:
    head = """<metadata xmlns:ebuttm="urn:ebu:tt:metadata"><ebuttm:documentMetadata>
        <ebuttm:documentStartOfProgramme>10:00:00:00</ebuttm:documentStartOfProgramme>
        </ebuttm:documentMetadata></metadata>"""
    body = '<p begin="00:00:00:00" end="00:00:00:08">TITLE</p><p begin="10:00:01:00" end="10:00:02:05">A</p>'
    contents = read("ttml", ttml(body, head, 'ttp:frameRate="25"'))
    assert shown(contents) == [(1, 2.2, "A")]
    assert contents.losses == ("1 cue before the start",)
    early = '<p begin="00:00:01:00" end="00:00:02:05">A</p>'
    assert shown(read("ttml", ttml(early, head, 'ttp:frameRate="25"'))) == [(1, 2.2, "A")]


SCC = (
    "Scenarist_SCC V1.0\n\n00:00:01;00{0}9420{1}9420{1}94ae{1}94ae{1}9470{1}9470{1}c8e9{1}942f{1}942f\n"
    "\n00:00:03;00{0}942c\n"
)


DAMAGED_SCC = {
    "94z0 9420": "1 word without four hex digits",
    "9420 942 94 ae": "3 words without four hex digits",
    "no words": "1 line without a timecode and words of four hex digits",
}


@pytest.mark.parametrize("words", DAMAGED_SCC)
def test_a_damaged_line_of_scc_does_not_lose_the_others(words: str) -> None:
    whole = SCC.format("\t", " ")
    contents = read("scc", f"{whole}\n00:00:20;00\t{words}\n")
    assert contents.cues == read("scc", whole).cues
    assert contents.losses == (DAMAGED_SCC[words],)


def test_scc_without_a_readable_line_is_refused() -> None:
    with pytest.raises(FormatError, match=r"scc line 3: expected a timecode and words of four hex digits: 'nothing'"):
        format_named("scc").read("Scenarist_SCC V1.0\n\nnothing\n00:00:01:00\n", PAL)


@pytest.mark.parametrize(("behind", "between"), [(" ", " "), ("  ", " "), ("\t", "  ")])
def test_an_scc_may_have_spaces_in_place_of_tabs(behind: str, between: str) -> None:
    contents = read("scc", SCC.format(behind, between))
    assert contents.cues == format_named("scc").read(SCC.format("\t", " "), PAL).cues
    assert [cue.text for cue in contents.cues or ()] == ["Hi"]
    assert contents.repairs == (() if "\t" in behind else ("2 lines with a space in place of a tab",))


def test_captions_of_the_other_channels_of_an_scc_are_counted() -> None:
    other = (
        "\n00:00:04;00\t1c20 1c20 1c70 1c70 c8e9 1c2f 1c2f\n\n00:00:06;00\t1520 1520 1570 1570 c8e9 152f 152f 1d2f\n"
    )
    contents = read("scc", SCC.format("\t", " ") + other)
    expected = ("1 caption of channel 2", "1 caption of channel 3", "1 caption of channel 4")
    assert contents.losses == expected


def stl(*cues: Cue, start: str = "00:00:00:00") -> bytes:
    written = format_named("stl").write(Contents(cues, programme=Programme(frame_rate=Fraction(25))))
    assert isinstance(written.data, bytes)
    return written.data[:256] + start.replace(":", "").encode() + written.data[264:]


def test_subtitles_of_an_stl_may_overlap() -> None:
    cues = [Cue(1, 9, "Long"), Cue(2, 4, "Inside"), Cue(3, 10, "Beyond"), Cue(10, 12, "After")]
    blocks = b"".join(stl(cue)[1024:] for cue in cues)  # the writer would cut them where they overlap
    assert shown(format_named("stl").read(stl()[:1024] + blocks)) == [(cue.start, cue.end, cue.text) for cue in cues]


def test_times_of_an_stl_count_from_the_start_of_the_programme() -> None:
    cues = [Cue(0, 0.32, "TITLE"), Cue(36_001, 36_003, "A")]
    contents = format_named("stl").read(stl(*cues, start="10:00:00:00"))
    assert shown(contents) == [(1, 3, "A")]
    assert contents.losses == ("1 subtitle before the start of the programme",)
    given = format_named("stl").read(stl(*cues), Programme(start_timecode="10:00:00:00"))
    assert shown(given) == [(1, 3, "A")]
    assert shown(format_named("stl").read(stl(*cues[:1], start="10:00:00:00"))) == [(0, 0.32, "TITLE")]


def test_br_in_brackets_breaks_a_line_of_sbv() -> None:
    contents = read("sbv", "0:00:01.000,0:00:02.000\none[br]two[BR]three")
    assert shown(contents) == [(1, 2, "one\ntwo\nthree")]
    assert contents.repairs == ("2 breaks in the form of [br]",)
    sbv = format_named("sbv")
    assert sbv.read(sbv.write(Contents([Cue(1, 2, "write [br]")])).data).cues == [Cue(1, 2, "write [br]")]


KARAOKE = "[Events]\nDialogue: 0,0:00:06.00,0:00:08.00,Default,,0,0,0,,"


@pytest.mark.parametrize("tags", [r"{\k50}a {\k50}b{\kt}c", r"{\k100}a{\k-150}b", r"{\kt200}a{\kt10}b{\k5}c"])
def test_karaoke_whose_times_go_back_keeps_its_text(tags: str) -> None:
    contents = read("ass", KARAOKE + tags)
    assert len(contents.cues or ()) == 1
    assert (contents.cues or ())[0].words == ()
    assert contents.losses[0].endswith("times inside a text")


def test_karaoke_with_absolute_times() -> None:
    (cue,) = read("ass", KARAOKE + r"{\kt50\k50}a{\k20}b").cues or ()
    assert [(word.start, word.end) for word in cue.words] == [(6.5, 7), (7, 7.2)]


def test_an_event_of_an_ass_file_without_a_valid_time_is_counted() -> None:
    contents = read("ass", KARAOKE + "A\nDialogue: 0,soon,0:00:09.00,Default,,0,0,0,,B\nDialogue: 0,0:00:01.00\n")
    assert shown(contents) == [(6, 8, "A")]
    assert contents.losses == ("2 cues without a valid time",)


def test_default_lines_of_microdvd_give_a_look() -> None:
    text = "{DEFAULT}{}{Y:i}\n{1}{1}25\n{25}{50}A\n{default}{}{C:$0000FF}{F:Arial}\n{75}{100}{y:b}B\nno times\n"
    contents = read("microdvd", text, Programme())
    assert [(cue.start, cue.text, cue.styles) for cue in contents.cues or ()] == [
        (1, "A", (StyleSpan(0, 1, italic=True),)),
        (3, "B", (StyleSpan(0, 1, bold=True, color="#ff0000"),)),
    ]
    assert contents.losses == ("1 effect", "1 line without times")


SAMI = """<SAMI><HEAD><STYLE TYPE="text/css"><!--
.DECC {{ Name: German; lang: de-DE; }} .FRCC {{ Name: French; lang: fr-FR; }}
--></STYLE></HEAD><BODY>{}</BODY></SAMI>"""


def test_the_language_chooses_between_texts_of_sami() -> None:
    text = SAMI.format(
        "<SYNC Start=1000><P Class=DECC>Ja<P Class=FRCC>Oui<SYNC Start=3000><P Class=DECC>&nbsp;<P Class=FRCC>&nbsp;"
    )
    french = read("sami", text, Programme(language="fr"))
    assert shown(french) == [(1, 3, "Oui")]
    assert (french.losses, french.programme.language) == (("1 text in another language",), "fr-FR")
    for language in (None, "de", "it"):
        assert shown(read("sami", text, Programme(language=language))) == [(1, 3, "Ja")]


def test_languages_of_sami_one_after_the_other_end_within_themselves() -> None:
    block = "<SYNC Start=1000><P>{}<SYNC Start=3000><P>&nbsp;<SYNC Start=4000><P>{}<SYNC Start=6000><P>&nbsp;"
    contents = read("sami", SAMI.format(block.format("Ja", "Nein") + block.format("Oui", "Non")))
    assert shown(contents) == [(1, 3, "Ja"), (1, 3, "Oui"), (4, 6, "Nein"), (4, 6, "Non")]
    assert contents.repairs == ("1 run of earlier times",)


def test_disabled_captions_of_fcpxml_are_left_out_and_counted() -> None:
    captions = "".join(
        f'<caption {enabled} lane="1" offset="{start}s" duration="1s" role="iTT?captionFormat=ITT.en">'
        f"<text><text-style>{text}</text-style></text></caption>"
        for enabled, start, text in [('enabled="0"', 1, "Off"), ('enabled="1"', 3, "On"), ("", 5, "On too")]
    )
    spine = f'<spine><gap offset="0s" start="0s" duration="9s">{captions}</gap></spine>'
    resources = '<resources><format id="r1" frameDuration="1/25s"/></resources>'
    project = f'<project><sequence format="r1">{spine}</sequence></project>'
    contents = read("fcpxml", f'<fcpxml version="1.9">{resources}{project}</fcpxml>')
    assert shown(contents) == [(3, 4, "On"), (5, 6, "On too")]
    assert contents.losses == ("1 disabled caption",)


def test_the_text_of_a_marker_of_premiere_is_its_description() -> None:
    head = "Marker Name\tDescription\tIn\tOut\tDuration\tMarker Type\n"
    rows = [("", "Only text"), ("A title", "Text"), ("Only a name", " ")]
    lines = [f"{name}\t{text}\t00:00:0{at}:00\t00:00:0{at}:12\t\tComment\n" for at, (name, text) in enumerate(rows)]
    contents = read("premiere", head + "".join(lines))
    assert shown(contents) == [(0, 0.48, "Only text"), (1, 1.48, "Text"), (2, 2.48, "Only a name")]
    assert contents.losses == ("1 title of a marker",)


def test_paragraphs_of_sami_at_the_same_time_are_lines_of_one_cue() -> None:
    body = '<SYNC Start=1000><P Class=A Style="x">A<P Class=A>B</P></SYNC><SYNC Start=1000>C<SYNC Start=2000><P>&nbsp;'
    assert shown(read("sami", SAMI.format(body))) == [(1, 2, "A\nB\nC")]


def test_a_text_of_sami_with_a_time_that_cannot_be_read_is_counted() -> None:
    body = "<SYNC Start=1000><P>A<SYNC Start=99999999999999><P>B<SYNC Start=soon><P>C<SYNC Start=2000><P>D"
    contents = read("sami", SAMI.format(body))
    assert shown(contents) == [(1, 2, "A"), (2, 7, "D")]
    assert contents.losses == ("2 texts without a time",)


def test_times_of_sami_beyond_a_thousand_hours() -> None:
    body = "<SYNC Start=36000000000><P>A<SYNC Start=36000001000><P>&nbsp;"
    assert shown(read("sami", SAMI.format(body))) == [(36_000_000, 36_000_001, "A")]


def test_texts_of_sami_without_a_time_are_counted() -> None:
    contents = read("sami", SAMI.format("<SYNC><P>A<SYNC start=><P>B<SYNC><P>&nbsp;"))
    assert (contents.cues, contents.losses) == ([], ("2 texts without a time",))
