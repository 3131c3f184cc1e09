"""The HLS rendition: playlists are read and written, captions are put into segments, and a killed run continues."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.errors import MediaNotReadable, OutputNotWritten
from captioner.formats import vtt
from captioner.live.events import Caption, StreamEnded, StreamProgress, TimedSegment
from captioner.live.sinks.hls_captions import HlsCaptions, delete_rendition
from captioner.live.sinks.webvtt_rendition import (
    CaptionSegment,
    master_text,
    playlist_text,
    segment_text,
    without_newest,
)
from captioner.live.source.live_source import HlsStream
from captioner.live.source.playlist import MediaSegment, media_playlist, renditions
from captioner.live.stream_clock import TICKS, WRAP, Epoch
from captioner.values import Cue

MASTER = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Deutsch",LANGUAGE="de",DEFAULT=YES,URI="de/audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2000000,CODECS="avc1.42c01e,mp4a.40.2",AUDIO="a"
high/video.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=500000,CODECS="avc1.42c01e,mp4a.40.2",AUDIO="a"
low/video.m3u8?token=a,b
"""

MEDIA = """#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:17
#EXT-X-DISCONTINUITY-SEQUENCE:2
#EXT-X-MAP:URI="init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-21T10:00:00.000Z
#EXTINF:4.000,
a.m4s
#EXT-X-DISCONTINUITY
#EXTINF:3.5,
b.m4s
#EXTINF:4,
#EXT-X-BYTERANGE:100@50
c.m4s
#EXTINF:4,
#EXT-X-BYTERANGE:70
c.m4s
"""


def test_a_media_playlist_is_read() -> None:
    playlist = media_playlist(MEDIA, "http://127.0.0.1/x/live.m3u8")
    first, second, third, fourth = playlist.segments
    assert (playlist.target_duration, playlist.ended, playlist.encrypted) == (4.0, False, False)
    assert first.address == "http://127.0.0.1/x/a.m4s"
    assert first.init_section == "http://127.0.0.1/x/init.mp4"
    assert (first.sequence, first.discontinuities, first.program_date) == (17, 2, "2026-11-21T10:00:00.000Z")
    assert (second.sequence, second.discontinuities, second.duration, second.program_date) == (18, 3, 3.5, None)
    assert (third.byte_range, fourth.byte_range) == ((50, 100), (150, 70))


@given(st.lists(st.sampled_from(MEDIA.split("\n")), max_size=30).map("\n".join))
def test_segments_are_numbered_without_a_gap_in_whatever_order_the_tags_come(text: str) -> None:
    sequences = [segment.sequence for segment in media_playlist(text, "http://127.0.0.1/").segments]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)) if sequences else [])


TAGS = ["#EXTM3U", "#EXTINF", *re.findall(r"#EXT-X-[A-Z-]+", MEDIA + MASTER), "#EXT-X-KEY", "#EXT-X-DATERANGE"]
ODD_LINES = st.tuples(st.sampled_from(TAGS), st.sampled_from([":", "", "\n"]), st.text(max_size=20)).map("".join)


@given(st.text(max_size=200) | st.lists(ODD_LINES, max_size=10).map("\n".join))
def test_an_odd_playlist_is_read_or_refused_in_one_sentence(text: str) -> None:
    sentences = []
    for read in (media_playlist, renditions):
        try:
            read(text, "http://127.0.0.1/")
        except MediaNotReadable as error:
            sentences.append(str(error))
    assert not any("\n" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    "line",
    [
        "#EXT-X-TARGETDURATION:1e999",
        "#EXT-X-TARGETDURATION:nan",
        "#EXT-X-MEDIA-SEQUENCE:1e999",
        "#EXT-X-MEDIA-SEQUENCE:-4",
        "#EXT-X-DISCONTINUITY-SEQUENCE:soon",
        "#EXTINF:1e300,",
        "#EXTINF:-4,",
        "#EXT-X-BYTERANGE:1e9@0",
    ],
)
def test_a_line_that_makes_no_sense_is_named(line: str) -> None:
    with pytest.raises(MediaNotReadable) as raised:
        media_playlist(f"#EXTM3U\n{line}\n#EXTINF:4,\na.ts\n", "http://127.0.0.1/live.m3u8")
    assert raised.value.reason == f"line 2 of the playlist cannot be read: {line}"


def test_an_address_that_makes_no_sense_is_named() -> None:
    with pytest.raises(MediaNotReadable, match=r"an address in the playlist cannot be read: http://\[::1$"):
        media_playlist("#EXTM3U\n#EXTINF:4,\nhttp://[::1\n", "http://127.0.0.1/live.m3u8")


def test_a_playlist_is_encrypted_if_its_newest_segment_is() -> None:
    encrypted, plain = (f"#EXT-X-KEY:METHOD={method}\n#EXTINF:4,\na.ts\n" for method in ('AES-128,URI="k"', "NONE"))
    assert media_playlist(f"#EXTM3U\n{encrypted}", "").encrypted
    assert not media_playlist(f"#EXTM3U\n{encrypted}{plain}", "").encrypted


def test_a_run_without_hls_does_not_import_m3u8() -> None:
    program = "import captioner.cli.work.live, sys; assert 'httpx' in sys.modules; assert 'm3u8' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_entries_of_a_master_playlist() -> None:
    audio, high, low = renditions(MASTER, "http://127.0.0.1/master.m3u8")
    assert (audio.kind, audio.address) == ("AUDIO", "http://127.0.0.1/de/audio.m3u8")
    assert (high.bandwidth, low.address) == (2_000_000, "http://127.0.0.1/low/video.m3u8?token=a,b")


def test_a_master_playlist_gets_our_rendition() -> None:
    text = master_text(MASTER, "captions.m3u8", lambda address: f"/{address}", "en", "English")
    ours, *others = (entry for entry in renditions(text, "http://127.0.0.1/") if entry.kind != "AUDIO")
    assert (ours.kind, ours.address) == ("SUBTITLES", "http://127.0.0.1/captions.m3u8")
    assert ours.language == "en"
    assert {other.group for other in others} == {ours.group}
    assert text.count("TYPE=SUBTITLES") == 1
    assert 'URI="/de/audio.m3u8"' in text


def test_a_segment_maps_its_times_to_the_clock_of_the_source() -> None:
    epoch = Epoch(0, 10.0, WRAP - 5 * TICKS)
    shown = CaptionSegment(3, 16.0, 20.0, 4.0, epoch)
    text = segment_text(shown, [Cue(15.5, 17.25, "a < b\nc & d")])
    assert text == (
        f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{WRAP - 5 * TICKS},LOCAL:00:00:10.000\n\n"
        "15500\n00:00:15.500 --> 00:00:17.250\na &lt; b\nc &amp; d\n\n"
    )
    later = CaptionSegment(9, 3616.0, 3620.0, 4.0, epoch)  # an hour on, the clock has wrapped
    assert segment_text(later, []) == (f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{3595 * TICKS},LOCAL:01:00:10.000\n\n")


def test_playlists_are_held_back() -> None:
    text = MEDIA.replace("#EXT-X-BYTERANGE:70\n", "")
    held = without_newest(text, "http://127.0.0.1/x/live.m3u8", 6.0)
    assert held is not None
    assert [segment.address for segment in media_playlist(held, "").segments] == [
        "http://127.0.0.1/x/a.m4s",
        "http://127.0.0.1/x/b.m4s",
    ]
    assert 'URI="http://127.0.0.1/x/init.mp4"' in held
    assert without_newest(text, "http://127.0.0.1/x/live.m3u8", 60.0) is None
    assert "c.m4s" in (without_newest(text + "#EXT-X-ENDLIST\n", "http://127.0.0.1/x/live.m3u8", 6.0) or "")


EPOCH = Epoch(0, 0.0, 126_000)


def timed(number: int, *, first_sequence: int = 0, epoch: Epoch = EPOCH, restarted: bool = False) -> TimedSegment:
    """Segment `number` of the source, of two seconds."""
    source = MediaSegment(number, f"{number}.ts", 2.0, discontinuities=epoch.number)
    return TimedSegment(source, 2.0, 2.0 * number, 2.0 * number + 2, epoch, first_sequence, (), restarted)


def progress(final_until: float, audio_end: float, epoch: Epoch | None = None) -> StreamProgress:
    return StreamProgress(final_until, audio_end, epoch)


def caption(start: float, end: float, text: str = "Hello.") -> Caption:
    return Caption(1, "0.0", 0, start, end, text, is_final=True)


class RenditionFolder:
    """A rendition on a clock of its own, and what a player reads in its folder."""

    def __init__(self, path: Path) -> None:
        self.path, self.now = path, 0.0
        self.hls = self.open()

    def open(self) -> HlsCaptions:
        return HlsCaptions(str(self.path), language="en", now=lambda: self.now)

    def handle(self, *events: TimedSegment | Caption | StreamProgress | StreamEnded | HlsStream) -> None:
        for event in events:
            self.hls.handle(event)

    @property
    def listed(self) -> list[MediaSegment]:
        path = self.path / "captions.m3u8"
        return list(media_playlist(path.read_text("utf-8"), "").segments) if path.exists() else []

    def cues(self, sequence: int) -> list[tuple[float, float, str]]:
        (listed,) = (segment for segment in self.listed if segment.sequence == sequence)
        cues = vtt.parse((self.path / listed.address).read_text("utf-8")).cues or ()
        return [(cue.start, cue.end, cue.text) for cue in cues]


@pytest.fixture
def folder(tmp_path: Path) -> RenditionFolder:
    return RenditionFolder(tmp_path)


def test_a_cue_that_spans_two_segments_is_in_both(folder: RenditionFolder) -> None:
    folder.handle(timed(0), timed(1), timed(2), caption(1.5, 2.5), progress(4.0, 6.0))
    assert [segment.sequence for segment in folder.listed] == [0, 1]
    assert folder.cues(0) == folder.cues(1) == [(1.5, 2.5, "Hello.")]


def test_a_segment_waits_for_its_captions_for_at_most_a_target_duration(folder: RenditionFolder) -> None:
    folder.handle(timed(0), progress(0.5, 2.0))
    assert not folder.listed
    folder.now = 1.0
    folder.handle(progress(0.5, 2.0))
    assert folder.cues(0) == []
    folder.handle(caption(0.5, 1.5, "Late."), timed(1), progress(4.0, 4.0), timed(2), progress(6.0, 6.0))
    assert folder.cues(1) == [(0.5, 1.5, "Late.")]
    assert folder.cues(2) == []


def test_the_last_words_get_a_segment_after_the_last_one(folder: RenditionFolder) -> None:
    folder.handle(timed(0), progress(0.5, 2.0))
    folder.now = 1.0
    folder.handle(progress(0.5, 2.0))
    folder.handle(caption(0.5, 1.5, "The end."), StreamEnded())
    assert [segment.sequence for segment in folder.listed] == [0, 1]
    assert folder.cues(1) == [(0.5, 1.5, "The end.")]


def test_the_window_is_that_of_the_source_and_old_segments_are_deleted_later(folder: RenditionFolder) -> None:
    for number in range(40):
        folder.now = 2.0 * number
        folder.handle(timed(number, first_sequence=max(0, number - 4)), progress(2.0 * number + 2, 2.0 * number + 2))
    assert [segment.sequence for segment in folder.listed] == [35, 36, 37, 38, 39]
    assert 5 < len(list(folder.path.glob("*-*.vtt"))) < 20


def test_discontinuities_are_those_of_the_source(folder: RenditionFolder) -> None:
    second = Epoch(1, 4.0, 7)
    folder.handle(timed(0), timed(1), timed(2, epoch=second), progress(6.0, 6.0), StreamEnded())
    assert [segment.discontinuities for segment in folder.listed] == [0, 0, 1]
    text = (folder.path / folder.listed[2].address).read_text("utf-8")
    assert "MPEGTS:7,LOCAL:00:00:04.000" in text
    assert media_playlist((folder.path / "captions.m3u8").read_text("utf-8"), "").ended


def test_no_cue_crosses_a_discontinuity(folder: RenditionFolder) -> None:
    second = Epoch(1, 4.0, 7)
    folder.handle(timed(0), timed(1), timed(2, epoch=second), caption(3.0, 4.5), progress(6.0, 6.0))
    assert folder.cues(1) == [(3.0, 4.5, "Hello.")]
    assert folder.cues(2) == []


@pytest.mark.parametrize("missing", [0, 2])
def test_a_cue_that_comes_after_a_discontinuity_stays_before_it(folder: RenditionFolder, missing: int) -> None:
    """The sender was gone for 20 s, which no player waits for. A player knows the duration of a missed segment."""
    second = Epoch(1, 24.0, 7)
    folder.handle(timed(0), timed(1), progress(2.5, 4.0))
    folder.now = 1.0
    folder.handle(progress(2.5, 4.0))
    back = replace(timed(2 + missing, epoch=second), start=24.0, end=26.0)
    folder.handle(caption(2.5, 4.0, "Late."), caption(24.5, 25.0, "New."), back, progress(26.0, 26.0))
    gone = 20.0 - 2.0 * missing
    assert folder.cues(2 + missing) == [(2.5 + gone, 4.0 + gone, "Late."), (24.5, 25.0, "New.")]
    assert folder.cues(1) == []


def test_a_missed_segment_is_an_empty_one(folder: RenditionFolder) -> None:
    folder.handle(timed(0), timed(3), progress(8.0, 8.0))
    assert [segment.sequence for segment in folder.listed] == [0, 1, 2, 3]
    assert folder.cues(1) == []


def test_sequence_numbers_begin_again_with_those_of_the_source(folder: RenditionFolder) -> None:
    folder.handle(*(timed(number) for number in range(5, 9)), progress(18.0, 18.0))
    names = {segment.address for segment in folder.listed}
    again = replace(timed(0, restarted=True), start=18.0, end=20.0)
    folder.handle(again, caption(18.5, 19.0), progress(20.0, 20.0))
    assert [segment.sequence for segment in folder.listed] == [0]
    assert folder.cues(0) == [(18.5, 19.0, "Hello.")]
    assert not names & {segment.address for segment in folder.listed}


def test_a_killed_run_continues_where_it_stopped(folder: RenditionFolder) -> None:
    folder.handle(timed(0), timed(1), caption(0.5, 1.5, "One."), caption(2.5, 3.0, "Two."), progress(2.0, 4.0))
    folder.hls = folder.open()
    again = [timed(1), caption(2.5, 3.0, "Two."), caption(3.2, 3.9, "Three.")]
    folder.handle(*again, timed(2), progress(6.0, 6.0))  # type: ignore[arg-type]
    assert [segment.sequence for segment in folder.listed] == [0, 1, 2]
    assert folder.cues(0) == [(0.5, 1.5, "One.")]
    assert [text for _, _, text in folder.cues(1)] == ["Two.", "Three."]


def a_stream(folder: RenditionFolder) -> None:
    """A whole stream of one segment."""
    start = HlsStream("http://127.0.0.1/live.m3u8", None, 1)
    folder.handle(start, timed(0), caption(0.5, 1.0), progress(2.0, 2.0), StreamEnded())


def test_only_files_of_an_earlier_stream_are_deleted(folder: RenditionFolder) -> None:
    delete_rendition(folder.path / "new")
    a_stream(folder)
    foreign = [folder.path / name for name in ("index.html", "1-0.vtt", "live.m3u8")]
    for path in foreign:
        path.write_text("not ours\n", "utf-8")
    delete_rendition(folder.path)
    assert sorted(folder.path.iterdir()) == sorted(foreign)


@pytest.mark.parametrize("name", ["captions.m3u8", "master.m3u8", "empty.vtt", "captions.state"])
@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_a_file_that_is_not_ours_is_not_overwritten(name: str, kind: str, tmp_path: Path) -> None:
    foreign = tmp_path / name
    if kind == "folder":
        foreign.mkdir()
    elif kind == "link":
        (tmp_path / "other").write_text("not ours\n", "utf-8")
        foreign.symlink_to("other")
    else:
        foreign.write_text("not ours\n", "utf-8")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OutputNotWritten, match=name):
        HlsCaptions(str(tmp_path))
    if name == "captions.state":
        with pytest.raises(OutputNotWritten, match=name):
            delete_rendition(tmp_path)
    else:
        delete_rendition(tmp_path)
    assert sorted(tmp_path.iterdir()) == before
    assert kind == "folder" or foreign.read_text("utf-8") == "not ours\n"


def test_a_master_playlist_of_others_stays_where_the_source_is_not_hls(tmp_path: Path) -> None:
    (tmp_path / "master.m3u8").write_text("not ours\n", "utf-8")
    HlsCaptions(str(tmp_path), writes_master=False).handle(progress(7.0, 7.0, EPOCH))
    assert (tmp_path / "master.m3u8").read_text("utf-8") == "not ours\n"
    assert (tmp_path / "captions.m3u8").exists()


def test_a_file_that_appears_during_the_stream_is_not_overwritten(folder: RenditionFolder) -> None:
    (folder.path / "master.m3u8").write_text("not ours\n", "utf-8")
    with pytest.raises(OutputNotWritten, match="captioner did not write it"):
        folder.handle(HlsStream("http://127.0.0.1/live.m3u8", None, 1))
    assert (folder.path / "master.m3u8").read_text("utf-8") == "not ours\n"


def test_another_stream_in_the_same_folder_replaces_our_own_files(folder: RenditionFolder) -> None:
    a_stream(folder)
    first = [segment.address for segment in folder.listed]
    folder.now += 1
    folder.hls = HlsCaptions(str(folder.path), continues=False, now=lambda: folder.now)
    folder.hls._window.run += 1
    a_stream(folder)
    assert len(folder.listed) == 1
    assert [segment.address for segment in folder.listed] != first
    delete_rendition(folder.path)
    assert not list(folder.path.iterdir())


def test_segments_are_six_seconds_long_where_the_source_is_not_hls(folder: RenditionFolder) -> None:
    second = Epoch(1, 8.0, 0)
    folder.handle(caption(1.0, 2.0, "One."), progress(7.0, 7.0, EPOCH))
    folder.handle(caption(8.5, 9.0, "Two."), progress(20.0, 20.0, second))
    spans = [(segment.sequence, segment.duration, segment.discontinuities) for segment in folder.listed]
    assert spans == [(0, 6.0, 0), (1, 2.0, 0), (2, 6.0, 1), (3, 6.0, 1)]
    assert folder.cues(0) == [(1.0, 2.0, "One.")]
    assert folder.cues(2) == [(8.5, 9.0, "Two.")]
    assert all(segment.program_date for segment in folder.listed)


def test_the_master_playlist_names_our_rendition_beside_the_others(folder: RenditionFolder) -> None:
    folder.handle(HlsStream("http://127.0.0.1:80/live/master.m3u8", MASTER, 1))
    addresses = {entry.address for entry in renditions((folder.path / "master.m3u8").read_text("utf-8"), "")}
    assert addresses == {
        "captions.m3u8",
        "http://127.0.0.1:80/live/high/video.m3u8",
        "http://127.0.0.1:80/live/low/video.m3u8?token=a,b",
        "http://127.0.0.1:80/live/de/audio.m3u8",
    }
    folder.handle(HlsStream("http://127.0.0.1/live.m3u8", None, 345_678))
    (_, variant) = renditions((folder.path / "master.m3u8").read_text("utf-8"), "")
    assert (variant.bandwidth, variant.address) == (345_678, "http://127.0.0.1/live.m3u8")


def test_a_web_server_may_read_the_files_whatever_the_umask(folder: RenditionFolder) -> None:
    before = os.umask(0o077)
    try:
        folder.handle(timed(0), progress(2.0, 2.0))
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in folder.path.glob("*-*.vtt")} == {0o644}


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(0.1, 5), st.floats(0.1, 6)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_every_cue_is_in_every_segment_it_overlaps_whenever_it_comes(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[tuple[float, float]], random: Random
) -> None:
    folder = RenditionFolder(tmp_path_factory.mktemp("hls"))
    time, cues = 0.0, []
    for pause, length in gaps:
        time = round(time + pause, 3)
        cues.append(caption(time, round(time + length, 3), f"At {time}."))
        time = round(time + length, 3)
    last = int(time / 2) + 1
    waiting = list(cues)
    for number in range(last):
        folder.handle(timed(number))
        settled = random.uniform(0, 2.0 * number + 2)
        while waiting and waiting[0].start <= settled:
            folder.handle(waiting.pop(0))
        folder.handle(progress(min([settled, *(cue.start for cue in waiting)]), 2.0 * number + 2))
    folder.handle(*waiting, StreamEnded())
    for number in range(last):
        shown = [cue.text for cue in cues if cue.start < 2 * number + 2 and cue.end > 2 * number]
        assert [text for _, _, text in folder.cues(number)] == shown
    assert all(before.sequence + 1 == after.sequence for before, after in pairwise(folder.listed))


def test_a_playlist_of_nothing_can_be_written() -> None:
    assert media_playlist(playlist_text([], 6.0, ended=False), "").segments == ()


def test_a_comma_in_quotes_ends_no_attribute() -> None:
    (audio,) = renditions('#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME="x,y",LANGUAGE="de",URI="a,b.m3u8"\n', "")
    assert (audio.language, audio.address) == ("de", "a,b.m3u8")
