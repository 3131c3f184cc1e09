"""The HLS rendition: playlists read and written, captions in their segments, and a folder that outlives a kill."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.formats import vtt
from captioner.live.events import Caption, StreamEnded, StreamProgress, TimedSegment
from captioner.live.sinks.hls_captions import HlsCaptions, delete_rendition
from captioner.live.sinks.webvtt_rendition import CaptionSegment, without_newest, master_text, playlist_text, segment_text
from captioner.live.source.contract import HlsStream
from captioner.live.source.playlist import MediaSegment, attributes, media_playlist, renditions
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


@given(st.text(max_size=200) | st.lists(st.sampled_from(MEDIA.split("\n")), max_size=30).map("\n".join))
def test_no_playlist_is_too_odd_to_read(text: str) -> None:
    playlist = media_playlist(text, "http://127.0.0.1/")
    assert [piece.sequence for piece in playlist.segments] == list(
        range(playlist.segments[0].sequence, playlist.segments[0].sequence + len(playlist.segments))
        if playlist.segments
        else []
    )
    renditions(text, "http://127.0.0.1/")


def test_the_entries_of_a_master_playlist() -> None:
    audio, high, low = renditions(MASTER, "http://127.0.0.1/master.m3u8")
    assert (audio.kind, audio.address) == ("AUDIO", "http://127.0.0.1/de/audio.m3u8")
    assert (high.bandwidth, low.address) == (2_000_000, "http://127.0.0.1/low/video.m3u8?token=a,b")


def test_a_master_playlist_gets_our_rendition() -> None:
    text = master_text(MASTER, "captions.m3u8", lambda address: f"/{address}", "en", "English")
    ours, *others = (entry for entry in renditions(text, "http://127.0.0.1/") if entry.kind != "AUDIO")
    assert (ours.kind, ours.address) == ("SUBTITLES", "http://127.0.0.1/captions.m3u8")
    assert ours.attributes["LANGUAGE"] == "en"
    assert {other.attributes["SUBTITLES"] for other in others} == {ours.attributes["GROUP-ID"]}
    assert text.count("TYPE=SUBTITLES") == 1
    assert 'URI="/de/audio.m3u8"' in text


def test_a_segment_says_what_the_clock_of_the_source_shows() -> None:
    epoch = Epoch(0, 10.0, WRAP - 5 * TICKS)
    slot = CaptionSegment(3, 16.0, 20.0, 4.0, epoch)
    text = segment_text(slot, [Cue(15.5, 17.25, "a < b\nc & d")])
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
    assert [piece.address for piece in media_playlist(held, "").segments] == [
        "http://127.0.0.1/x/a.m4s",
        "http://127.0.0.1/x/b.m4s",
    ]
    assert 'URI="http://127.0.0.1/x/init.mp4"' in held
    assert without_newest(text, "http://127.0.0.1/x/live.m3u8", 60.0) is None
    assert "c.m4s" in (without_newest(text + "#EXT-X-ENDLIST\n", "http://127.0.0.1/x/live.m3u8", 6.0) or "")


EPOCH = Epoch(0, 0.0, 126_000)


def timed_segment(number: int, *, first_sequence: int = 0, epoch: Epoch = EPOCH, restarted: bool = False) -> TimedSegment:
    """Segment `number` of two seconds."""
    piece = MediaSegment(number, f"{number}.ts", 2.0, discontinuities=epoch.number)
    return TimedSegment(piece, 2.0, 2.0 * number, 2.0 * number + 2, epoch, first_sequence, (), restarted)


def caption(start: float, end: float, text: str = "Hello.") -> Caption:
    return Caption(1, "0.0", 0, start, end, text, is_final=True)


class RenditionFolder:
    """A rendition on a clock of its own, and what a player reads of it."""

    def __init__(self, path: Path) -> None:
        self.path, self.now = path, 0.0
        self.hls = self.opened()

    def opened(self) -> HlsCaptions:
        return HlsCaptions(str(self.path), language="en", now=lambda: self.now)

    def handle(self, *events: TimedSegment | Caption | StreamProgress | StreamEnded | HlsStream) -> None:
        for event in events:
            self.hls.handle(event)

    @property
    def listed(self) -> list[MediaSegment]:
        path = self.path / "captions.m3u8"
        return list(media_playlist(path.read_text("utf-8"), "").segments) if path.exists() else []

    def cues(self, sequence: int) -> list[tuple[float, float, str]]:
        (piece,) = (piece for piece in self.listed if piece.sequence == sequence)
        cues = vtt.parse((self.path / piece.address).read_text("utf-8")).cues or ()
        return [(cue.start, cue.end, cue.text) for cue in cues]


@pytest.fixture
def folder(tmp_path: Path) -> RenditionFolder:
    return RenditionFolder(tmp_path)


def test_a_cue_that_spans_two_segments_stands_in_both_alike(folder: RenditionFolder) -> None:
    folder.handle(timed_segment(0), timed_segment(1), timed_segment(2), caption(1.5, 2.5), StreamProgress(4.0, 6.0))
    assert [piece.sequence for piece in folder.listed] == [0, 1]
    assert folder.cues(0) == folder.cues(1) == [(1.5, 2.5, "Hello.")]


def test_a_segment_waits_for_its_captions_but_no_longer_than_a_target_duration(folder: RenditionFolder) -> None:
    folder.handle(timed_segment(0), StreamProgress(0.5, 2.0))
    assert not folder.listed
    folder.now = 1.0
    folder.handle(StreamProgress(0.5, 2.0))
    assert folder.cues(0) == []
    folder.handle(caption(0.5, 1.5, "Late."), timed_segment(1), StreamProgress(4.0, 4.0), timed_segment(2), StreamProgress(6.0, 6.0))
    assert folder.cues(1) == [(0.5, 1.5, "Late.")]
    assert folder.cues(2) == []


def test_the_last_words_have_a_place_even_after_the_last_segment(folder: RenditionFolder) -> None:
    folder.handle(timed_segment(0), StreamProgress(0.5, 2.0))
    folder.now = 1.0
    folder.handle(StreamProgress(0.5, 2.0))
    folder.handle(caption(0.5, 1.5, "The end."), StreamEnded())
    assert [piece.sequence for piece in folder.listed] == [0, 1]
    assert folder.cues(1) == [(0.5, 1.5, "The end.")]


def test_the_window_is_that_of_the_source_and_old_segments_are_deleted_later(folder: RenditionFolder) -> None:
    for number in range(40):
        folder.now = 2.0 * number
        folder.handle(timed_segment(number, first_sequence=max(0, number - 4)), StreamProgress(2.0 * number + 2, 2.0 * number + 2))
    assert [piece.sequence for piece in folder.listed] == [35, 36, 37, 38, 39]
    assert 5 < len(list(folder.path.glob("*-*.vtt"))) < 20


def test_discontinuities_are_those_of_the_source(folder: RenditionFolder) -> None:
    second = Epoch(1, 4.0, 7)
    folder.handle(timed_segment(0), timed_segment(1), timed_segment(2, epoch=second), StreamProgress(6.0, 6.0), StreamEnded())
    assert [piece.discontinuities for piece in folder.listed] == [0, 0, 1]
    text = (folder.path / folder.listed[2].address).read_text("utf-8")
    assert "MPEGTS:7,LOCAL:00:00:04.000" in text
    assert media_playlist((folder.path / "captions.m3u8").read_text("utf-8"), "").ended


def test_no_cue_crosses_a_discontinuity(folder: RenditionFolder) -> None:
    second = Epoch(1, 4.0, 7)
    folder.handle(timed_segment(0), timed_segment(1), timed_segment(2, epoch=second), caption(3.0, 4.5), StreamProgress(6.0, 6.0))
    assert folder.cues(1) == [(3.0, 4.5, "Hello.")]
    assert folder.cues(2) == []


@pytest.mark.parametrize("missing", [0, 2])
def test_a_cue_that_is_told_after_a_discontinuity_keeps_its_place_before_it(folder: RenditionFolder, missing: int) -> None:
    """The sender was gone for 20 s, which no player waits for; of a segment that it missed, a player knows how long."""
    second = Epoch(1, 24.0, 7)
    folder.handle(timed_segment(0), timed_segment(1), StreamProgress(2.5, 4.0))
    folder.now = 1.0
    folder.handle(StreamProgress(2.5, 4.0))
    back = replace(timed_segment(2 + missing, epoch=second), start=24.0, end=26.0)
    folder.handle(caption(2.5, 4.0, "Late."), caption(24.5, 25.0, "New."), back, StreamProgress(26.0, 26.0))
    gone = 20.0 - 2.0 * missing
    assert folder.cues(2 + missing) == [(2.5 + gone, 4.0 + gone, "Late."), (24.5, 25.0, "New.")]
    assert folder.cues(1) == []


def test_a_segment_that_never_came_is_an_empty_one(folder: RenditionFolder) -> None:
    folder.handle(timed_segment(0), timed_segment(3), StreamProgress(8.0, 8.0))
    assert [piece.sequence for piece in folder.listed] == [0, 1, 2, 3]
    assert folder.cues(1) == []


def test_a_sequence_that_begins_again_begins_again(folder: RenditionFolder) -> None:
    folder.handle(*(timed_segment(number) for number in range(5, 9)), StreamProgress(18.0, 18.0))
    names = {piece.address for piece in folder.listed}
    again = replace(timed_segment(0, restarted=True), start=18.0, end=20.0)
    folder.handle(again, caption(18.5, 19.0), StreamProgress(20.0, 20.0))
    assert [piece.sequence for piece in folder.listed] == [0]
    assert folder.cues(0) == [(18.5, 19.0, "Hello.")]
    assert not names & {piece.address for piece in folder.listed}


def test_a_killed_run_goes_on_where_it_was(folder: RenditionFolder) -> None:
    folder.handle(timed_segment(0), timed_segment(1), caption(0.5, 1.5, "One."), caption(2.5, 3.0, "Two."), StreamProgress(2.0, 4.0))
    folder.hls = folder.opened()
    again = [timed_segment(1), caption(2.5, 3.0, "Two."), caption(3.2, 3.9, "Three.")]
    folder.handle(*again, timed_segment(2), StreamProgress(6.0, 6.0))  # type: ignore[arg-type]
    assert [piece.sequence for piece in folder.listed] == [0, 1, 2]
    assert folder.cues(0) == [(0.5, 1.5, "One.")]
    assert [text for _, _, text in folder.cues(1)] == ["Two.", "Three."]


def test_what_an_earlier_stream_left_is_deleted_when_told_and_nothing_else(folder: RenditionFolder) -> None:
    (folder.path / "1-0.vtt").write_text("somebody's\n", "utf-8")
    (folder.path / "captions.m3u8").write_text("somebody's\n", "utf-8")
    (folder.path / "captions.state").unlink(missing_ok=True)
    delete_rendition(folder.path)
    delete_rendition(folder.path / "new")
    assert (folder.path / "1-0.vtt").exists()
    folder.handle(
        HlsStream("http://127.0.0.1/live.m3u8", None, 1), timed_segment(0), caption(0.5, 1.0), StreamProgress(2.0, 2.0), StreamEnded()
    )
    (folder.path / "index.html").write_text("somebody's\n", "utf-8")
    delete_rendition(folder.path)
    assert [path.name for path in folder.path.iterdir()] == ["index.html"]


def test_without_a_rendition_to_go_with_it_makes_segments_of_its_own(folder: RenditionFolder) -> None:
    second = Epoch(1, 8.0, 0)
    folder.handle(caption(1.0, 2.0, "One."), StreamProgress(7.0, 7.0, EPOCH))
    folder.handle(caption(8.5, 9.0, "Two."), StreamProgress(20.0, 20.0, second))
    spans = [(piece.sequence, piece.duration, piece.discontinuities) for piece in folder.listed]
    assert spans == [(0, 6.0, 0), (1, 2.0, 0), (2, 6.0, 1), (3, 6.0, 1)]
    assert folder.cues(0) == [(1.0, 2.0, "One.")]
    assert folder.cues(2) == [(8.5, 9.0, "Two.")]
    assert all(piece.program_date for piece in folder.listed)


def test_the_master_playlist_names_ours_beside_what_was_there(folder: RenditionFolder) -> None:
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


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(0.1, 5), st.floats(0.1, 6)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_every_cue_stands_in_every_segment_it_is_shown_in_whenever_it_is_told(
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
        folder.handle(timed_segment(number))
        settled = random.uniform(0, 2.0 * number + 2)
        while waiting and waiting[0].start <= settled:
            folder.handle(waiting.pop(0))
        folder.handle(StreamProgress(min([settled, *(cue.start for cue in waiting)]), 2.0 * number + 2))
    folder.handle(*waiting, StreamEnded())
    for number in range(last):
        shown = [cue.text for cue in cues if cue.start < 2 * number + 2 and cue.end > 2 * number]
        assert [text for _, _, text in folder.cues(number)] == shown
    assert all(before.sequence + 1 == after.sequence for before, after in pairwise(folder.listed))


def test_a_playlist_of_nothing_can_be_written() -> None:
    assert media_playlist(playlist_text([], 6.0, ended=False), "").segments == ()
    assert attributes('#EXT-X-MEDIA:A="x,y",B=2') == {"A": "x,y", "B": "2"}
