"""Files for editing programs, checked with readers of other projects."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio import opentime as time

from captioner.cli import main
from captioner.errors import FormatError
from captioner.formats import FORMATS, Contents, Programme
from captioner.formats.common.frames import one_at_a_time
from captioner.timestamps import FrameRate, parse_rate
from captioner.values import Cue, Position, StyleSpan
from tests.formats.editor_cues import CUES, FILM, WORLD, cues_at_minutes, file_of, read_back

EDITORS = ("fcpxml", "fcpxml-titles", "xmeml", "otio", "edl", "avid", "premiere", "audition", "audacity")
FRAME_FORMATS = ("fcpxml", "fcpxml-titles", "xmeml", "edl", "avid", "premiere", "itt")
RATES = ("23.976", "24", "25", "29.97", "29.97df", "30", "50", "59.94", "59.94df")

every_editor = pytest.mark.parametrize("name", EDITORS)
every_rate = pytest.mark.parametrize("rate", [parse_rate(rate) for rate in RATES], ids=RATES)


def at(rate: FrameRate, start: str = "01:00:00:00") -> Programme:
    return Programme(frame_rate=rate.per_second, drop_frame=rate.drop_frame, start_timecode=start)


def times_of(items: list[otio.schema.Marker]) -> list[tuple[float, float]]:
    spans = [(item.marked_range.start_time, item.marked_range.end_time_exclusive()) for item in items]
    return [(start.to_seconds(), end.to_seconds()) for start, end in spans]


def near(cues: list[Cue]) -> object:
    return [pytest.approx((cue.start, cue.end), abs=1e-6) for cue in cues]


@every_editor
def test_editor_goldens(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"editors{FORMATS[name].suffix}", file_of(name, CUES))


@every_editor
def test_every_script(name: str) -> None:
    one_line = name in ("edl", "premiere", "audition", "audacity")
    texts = [cue.text.replace("\n", " ") if one_line else cue.text for cue in WORLD]
    assert [cue.text for cue in read_back(name, file_of(name, WORLD))] == texts


@pytest.mark.parametrize("name", FRAME_FORMATS)
def test_writing_frames_requires_the_frame_rate(name: str) -> None:
    with pytest.raises(FormatError, match=f"{name}: needs the frame rate of the video"):
        FORMATS[name].write(Contents(CUES))


@pytest.mark.parametrize("name", ["edl", "avid", "premiere"])
def test_reading_requires_the_frame_rate_where_the_file_lacks_it(name: str) -> None:
    with pytest.raises(FormatError, match=f"{name}: needs the frame rate of the video"):
        FORMATS[name].read(file_of(name, CUES))


@pytest.mark.parametrize("name", ["edl", "avid", "premiere", "itt", "scc", "stl"])
def test_timecode_ends_with_the_day(name: str) -> None:
    with pytest.raises(FormatError, match=r"a cue at 23:(30|29):\S+ lies beyond the 24 hours of timecode"):
        file_of(name, [Cue(84_600, 84_601, "late")])


@every_rate
def test_every_label_is_that_of_opentimelineio(rate: FrameRate) -> None:
    cues, speed = cues_at_minutes(rate), float(rate.per_second)
    first = time.from_timecode("01:00:00;00" if rate.drop_frame else "01:00:00:00", speed)
    times = [seconds for cue in cues for seconds in (cue.start, cue.end)]
    frames = [first + time.RationalTime(round(seconds * speed), speed) for seconds in times]
    labels = [time.to_timecode(frame, speed, rate.drop_frame) for frame in frames]
    rows = [line.split("\t") for line in file_of("premiere", cues, at(rate)).splitlines()[1:]]
    assert [label for row in rows for label in row[2:4]] == [
        label.replace(":", ";") if rate.drop_frame else label for label in labels
    ]
    events = [line.split() for line in file_of("edl", cues, at(rate)).splitlines()]
    assert [event[6] for event in events if len(event) == 8] == labels[::2]
    starts = [cue.start for cue in cues]
    for name in FRAME_FORMATS:
        assert [cue.start for cue in read_back(name, file_of(name, cues, at(rate)), at(rate))] == starts


@every_rate
def test_opentimelineio_reads_the_markers(rate: FrameRate) -> None:
    cues = [*cues_at_minutes(rate), *CUES]
    timeline = otio.adapters.read_from_string(file_of("otio", cues, at(rate)), "otio_json")
    markers = timeline.tracks[0][0].markers
    read = read_back("otio", file_of("otio", cues, at(rate)))
    assert times_of(markers) == near(read)
    assert sorted(marker.comment for marker in markers) == sorted(cue.text for cue in cues)
    speed = float(rate.per_second)
    assert time.to_timecode(timeline.global_start_time, speed, rate.drop_frame)[:8] == "01:00:00"


@every_rate
def test_opentimelineio_reads_the_sequence_markers_of_xmeml(rate: FrameRate) -> None:
    cues = [*cues_at_minutes(rate), *CUES]
    text = file_of("xmeml", cues, at(rate))
    timeline = otio.adapters.read_from_string(text, "fcp_xml")
    markers = list(timeline.tracks.markers)
    assert times_of(markers) == near(read_back("xmeml", text))
    assert [marker.metadata["fcp_xml"]["comment"] for marker in markers] == [c.text for c in read_back("xmeml", text)]


@pytest.mark.parametrize("rate", ["24", "25", "30"])
def test_opentimelineio_reads_the_events_of_the_edl(rate: str) -> None:
    programme = at(parse_rate(rate))
    text = file_of("edl", CUES, programme)
    timeline = otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate))
    clips = [item for item in timeline.tracks[0] if isinstance(item, otio.schema.Clip)]
    starts = [clip.range_in_parent().start_time.to_seconds() for clip in clips]
    first = starts[0]
    read = read_back("edl", text, programme)
    assert [start - first for start in starts] == [pytest.approx(cue.start - read[0].start) for cue in read]


def test_an_edl_of_resolve_with_notes_and_colors() -> None:
    text = (
        "TITLE: Timeline 1\nFCM: NON-DROP FRAME\n\n"
        "001  001      V     C        01:00:18:06 01:00:18:07 01:00:18:06 01:00:18:07  \n"
        "A note |C:ResolveColorYellow |M:Marker 1 |D:12\n\n"
        "002  AX       V     C        00:00:00:00 00:00:01:00 01:00:20:00 01:00:21:00\n"
        "* FROM CLIP NAME: a.mov\n"
    )
    contents = FORMATS["edl"].read(text, Programme(frame_rate=Fraction(24)))
    assert contents.cues == [Cue(18.25, 18.75, "Marker 1\nA note")]
    assert contents.losses == ("1 event without a marker",)
    assert contents.programme.title == "Timeline 1"


def test_a_file_with_labels_before_the_hour_starts_at_midnight() -> None:
    text = "Marker Name\tDescription\tIn\tOut\nHello.\t\t00:00:02:00\t00:00:03:00\n"
    assert read_back("premiere", text, Programme(frame_rate=Fraction(25))) == [Cue(2, 3, "Hello.")]
    early = file_of("avid", [Cue(2, 3, "Hello.")], Programme(frame_rate=Fraction(25), start_timecode="00:00:00:00"))
    assert read_back("avid", early, Programme(frame_rate=Fraction(25))) == [Cue(2, 3, "Hello.")]
    with pytest.raises(FormatError, match="00:00:02:00 lies before the start of the programme, 10:00:00:00"):
        read_back("avid", early, Programme(frame_rate=Fraction(25), start_timecode="10:00:00:00"))


@pytest.mark.parametrize("rate", ["23.976", "24"])
def test_avid_accepts_every_end(rate: str) -> None:
    cues = [Cue(frame / 24, (frame + 1 + frame % 3) / 24, "x") for frame in range(0, 240, 3)]
    text = file_of("avid", cues, at(parse_rate(rate)))
    ends = [line.split()[1] for line in text.splitlines() if len(line) == 23]
    assert len(ends) == len(cues)
    assert not [end for end in ends if int(end[-2:]) % 5 == 2]


def test_avid_shows_one_at_a_time() -> None:
    cues = [Cue(0, 4, "Both", styles=(StyleSpan(0, 4, italic=True),)), Cue(2, 6, "<end subtitles>"), Cue(6, 7, "After")]
    programme = Programme(frame_rate=Fraction(25))
    texts = [
        (cue.start, cue.end, cue.text)
        for cue in read_back("avid", file_of("avid", cues, at(parse_rate("25"))), programme)
    ]
    assert texts == [
        (0, 2, "Both"),
        (2, 4, "Both\n\u2060<end subtitles>"),
        (4, 6, "\u2060<end subtitles>"),
        (6, 7, "After"),
    ]
    losses = FORMATS["avid"].write(Contents(cues, programme=programme)).losses
    assert losses == {"overlaps": 1, "styles": 1}


def test_cues_shown_at_once_keep_styles_and_the_first_position() -> None:
    first = Cue(0, 4, "One", "Anna", styles=(StyleSpan(0, 3, bold=True),), position=Position(8))
    second = Cue(2, 6, "Two", styles=(StyleSpan(1, 2, italic=True),))
    assert one_at_a_time([second, first]) == [
        Cue(0, 2, "One", "Anna", styles=(StyleSpan(0, 3, bold=True),), position=Position(8)),
        Cue(2, 4, "One\nTwo", styles=(StyleSpan(0, 3, bold=True), StyleSpan(5, 6, italic=True)), position=Position(8)),
        Cue(4, 6, "Two", styles=(StyleSpan(1, 2, italic=True),)),
    ]


def test_audition_refuses_samples_and_audacity_counts_frequency_ranges() -> None:
    head = "Name\tStart\tDuration\tTime Format\tType\tDescription\n"
    assert read_back("audition", head + "One\t1:00:02.500\t0:01.000\tdecimal\tCue\tAnna\n") == [
        Cue(3602.5, 3603.5, "One", "Anna")
    ]
    with pytest.raises(FormatError, match="audition line 2: has times in '48000 Samples'; set Audition to decimal"):
        read_back("audition", head + "One\t100\t5\t48000 Samples\tCue\t\n")
    with pytest.raises(FormatError, match="audition line 2: not a time: 'soon'"):
        read_back("audition", head + "One\tsoon\t0:01\tdecimal\tCue\t\n")
    contents = FORMATS["audacity"].read("1.000000\t2.500000\x1c\tOne\n\\\t100.0\t200.0\n3,5\t3,5\tpoint\n4.0\t5.0\t\n")
    assert contents.cues == [Cue(1, 2.5, "One"), Cue(3.5, 3.501, "point")]
    assert contents.losses == ("1 range of frequencies", "1 label without text")


@pytest.mark.parametrize(("name", "module"), [("otio", "opentimelineio"), ("ttml", "ttconv"), ("scc", "ttconv")])
def test_a_missing_library_is_named(name: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = file_of(name, [Cue(1, 2, "One.")])
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == module]:
        monkeypatch.setitem(sys.modules, loaded, None)
    with pytest.raises(FormatError, match=rf"{name}: needs {module}; run: pip install 'captioner\[formats\]'"):
        read_back(name, text)


@pytest.mark.parametrize(("rate", "value"), [(0.0, 1.0), (25.0, float("nan")), (25.0, float("inf"))])
def test_markers_without_a_valid_time_are_refused(rate: float, value: float) -> None:
    span = time.TimeRange(time.RationalTime(value, rate), time.RationalTime(1, rate))
    gap = otio.schema.Gap(markers=[otio.schema.Marker("One", span)])
    timeline = otio.schema.Timeline(tracks=[otio.schema.Track(children=[gap])])
    with pytest.raises(FormatError, match="otio: has a marker without a valid time"):
        FORMATS["otio"].read(otio.adapters.write_to_string(timeline, "otio_json"))


def test_infinity_as_opentimelineio_writes_it_is_read() -> None:
    file = str(FORMATS["otio"].write(Contents(CUES, programme=FILM)).data)
    cues = FORMATS["otio"].read(file.replace('"metadata": {', '"metadata": {"limit": -Inf,', 1)).cues
    assert cues == FORMATS["otio"].read(file).cues


def test_an_otio_object_that_is_not_closed_is_refused() -> None:
    """The library reads beyond its end, which crashes the process."""
    file = str(FORMATS["otio"].write(Contents(CUES, programme=FILM)).data)
    with pytest.raises(FormatError, match="otio: is not an OpenTimelineIO file: "):
        FORMATS["otio"].read(file.replace(' },\n "tracks"', ' ,\n "tracks"'))


def test_markers_of_other_programs_on_clips_are_read() -> None:
    span = time.TimeRange(time.RationalTime(110, 25), time.RationalTime(50, 25))
    clip = otio.schema.Clip(
        source_range=time.TimeRange(time.RationalTime(100, 25), time.RationalTime(100, 25)),
        markers=[otio.schema.Marker("Name", span), otio.schema.Marker("", span, comment="Comment")],
    )
    gap = otio.schema.Gap(duration=time.RationalTime(25, 25))
    timeline = otio.schema.Timeline(tracks=[otio.schema.Track(children=[gap, clip])])
    cues = FORMATS["otio"].read(otio.adapters.write_to_string(timeline, "otio_json")).cues
    assert cues == [Cue(1.4, 3.4, "Name"), Cue(1.4, 3.4, "Comment")]


def test_the_command_line_converts_to_each_format_and_back(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nGood evening.\n", "utf-8")
    for name in EDITORS:
        file = tmp_path / f"talk{FORMATS[name].suffix}"
        for source, target in ((tmp_path / "talk.srt", file), (file, tmp_path / f"{name}.srt")):
            assert main(["convert", str(source), str(target), "--fps", "25", "-q"]) == 0
        assert (tmp_path / f"{name}.srt").read_text("utf-8") == (tmp_path / "talk.srt").read_text("utf-8")


SEQUENCE = """<xmeml version="4"><sequence><name>Cut</name><rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>
<media><video><track>{}</track></video></media>{}</sequence></xmeml>"""

GENERATOR = """<generatoritem><start>{}</start><end>50</end><effect><effectid>Text</effectid>
<parameter><parameterid>str</parameterid><name>Text</name><value>Hello
there</value></parameter></effect></generatoritem>"""

GRAPHIC = """<clipitem><enabled>{}</enabled><start>75</start><end>100</end><filter><effect><name>Renamed</name>
<effectid>GraphicAndType</effectid><parameter><name>Source Text</name><value>{}</value></parameter></effect></filter>
</clipitem>"""


def source_text(document: object) -> str:
    """The value of a parameter of Premiere."""
    return b64encode(bytes(12) + json.dumps(document).encode("utf-16-le")).decode()


PREMIERE_TEXT = source_text({"mVersion": 1, "mTextParam": {"mStyleSheet": {"mText": "Zwölf\rBoxkämpfer"}}})


def test_titles_of_xmeml_are_cues_where_there_are_no_markers() -> None:
    titles = GENERATOR.format(25) + GRAPHIC.format("TRUE", PREMIERE_TEXT)
    titles += GRAPHIC.format("TRUE", source_text({"mTextParam": 1})) + GENERATOR.format(-1)
    titles += GRAPHIC.format("FALSE", PREMIERE_TEXT)
    contents = FORMATS["xmeml"].read(SEQUENCE.format(titles, ""))
    assert contents.cues == [Cue(1, 2, "Hello\nthere"), Cue(3, 4, "Zwölf\nBoxkämpfer"), Cue(3, 4, "Renamed")]
    assert contents.lines == (2, 4, 6)
    assert contents.losses == ("1 title without a place on the timeline", "1 disabled title")
    marker = "<marker><comment>Marked</comment><name/><in>0</in><out>25</out></marker>"
    marked = FORMATS["xmeml"].read(SEQUENCE.format(GENERATOR.format(25), marker))
    assert (marked.cues, marked.losses) == ([Cue(0, 1, "Marked")], ("1 title",))
