"""What a source does not deliver is reported as lost: stalls, segments that left the playlist, damaged segments."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from captioner.cli import main
from captioner.errors import MediaNotReadable
from captioner.formats import srt
from captioner.formats.transcript import json as transcript
from captioner.live.events import LOST_MARKER
from captioner.live.session.source_reader import LostAudio, SourceReader
from captioner.live.source import hls as hls_module
from captioner.live.source.hls import HlsSource
from captioner.live.source.live_source import HlsEnded, SourceOptions
from captioner.live.stream_clock import StreamClock
from tests.live.live_parts import EPOCH, SteppedSession, speech_chunks
from tests.live.live_stream import serve_folder
from tests.media.media_factory import ffmpeg, tone_source

SEGMENT, END = 2.0, 7.0


def segments_in(folder: Path, sound: str = tone_source()) -> Path:
    """An HLS stream of seven seconds in four segments, which has ended."""
    playlist = folder / "talk.m3u8"
    split: list[str | Path] = [
        "-f",
        "hls",
        "-hls_time",
        "2",
        "-hls_list_size",
        "0",
        "-hls_segment_filename",
        folder / "%d.ts",
    ]
    ffmpeg("-f", "lavfi", "-i", sound, "-c:a", "aac", *split, playlist)
    return playlist


def reader_of(playlist: Path | str, sleep: Callable[[float], object] = lambda seconds: None) -> SourceReader:
    source = HlsSource(str(playlist), SourceOptions(from_start=True), sleep=sleep)
    return SourceReader(source, StreamClock(), reconnect_timeout=60.0, sleep=sleep)


def lost_in(playlist: Path) -> list[LostAudio]:
    items = list(reader_of(playlist).read())
    assert isinstance(items[-1], HlsEnded)
    return [item for item in items if isinstance(item, LostAudio)]


def cut(segment: Path) -> None:
    segment.write_bytes(segment.read_bytes()[: segment.stat().st_size // 2 // 188 * 188 + 50])


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "random": lambda path: path.write_bytes(Random(3).randbytes(20_000)),
    "a page": lambda path: path.write_text("<html>404</html>", "utf-8"),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_segment_that_cannot_be_read_is_lost_and_the_rest_is_read(number: int, damage: str, tmp_path: Path) -> None:
    playlist = segments_in(tmp_path)
    DAMAGE[damage](tmp_path / f"{number}.ts")
    (lost,) = lost_in(playlist)
    assert lost.start == pytest.approx(SEGMENT * number, abs=0.1)
    assert lost.end == pytest.approx(min(SEGMENT * (number + 1), END), abs=0.1)
    assert f"segment {number} " in lost.reason


def test_a_segment_of_a_few_packets_is_read(tmp_path: Path) -> None:
    """Two seconds of digital silence are so small in MPEG-TS that libav takes them for another container."""
    playlist = segments_in(tmp_path, f"{tone_source()},aresample=16000,apad=pad_dur=5")
    assert min(len(path.read_bytes()) for path in tmp_path.glob("*.ts")) < 10 * 188
    assert lost_in(playlist) == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_rest_of_a_segment_that_is_cut_off_is_lost(number: int, tmp_path: Path) -> None:
    playlist = segments_in(tmp_path)
    cut(tmp_path / f"{number}.ts")
    (lost,) = lost_in(playlist)
    assert SEGMENT * number < lost.start < min(SEGMENT * (number + 1), END) - 0.2
    assert lost.end == pytest.approx(min(SEGMENT * (number + 1), END), abs=0.1)
    assert lost.reason == f"segment {number} is cut off"


def test_a_stream_of_which_no_segment_can_be_read_is_refused(tmp_path: Path) -> None:
    playlist = segments_in(tmp_path)
    for segment in tmp_path.glob("*.ts"):
        segment.write_bytes(b"")
    with pytest.raises(MediaNotReadable, match="segments that cannot be read: segment 2 is not media"):
        list(reader_of(playlist).read())


@pytest.mark.parametrize("where", ["segment", "playlist"])
def test_a_remote_playlist_reads_no_local_file(where: str, tmp_path: Path) -> None:
    """The local file is a segment that could be read: only its address is refused."""
    site_folder = tmp_path / "site"
    site_folder.mkdir()
    playlist = segments_in(site_folder)
    local = tmp_path / "1.ts"
    (site_folder / "1.ts").rename(local)
    if where == "segment":
        playlist.write_text(playlist.read_text("utf-8").replace("1.ts", local.as_uri()), "utf-8")
        with serve_folder(site_folder) as site:
            items = list(reader_of(f"{site.address}/talk.m3u8").read())
        (lost,) = [item for item in items if isinstance(item, LostAudio)]
        assert [lost.start, lost.end] == pytest.approx([2.0, 4.0], abs=0.1)
    else:
        master = f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{playlist.as_uri()}\n"
        (site_folder / "master.m3u8").write_text(master, "utf-8")
        with serve_folder(site_folder) as site, pytest.raises(MediaNotReadable, match="cannot be reached"):
            list(reader_of(f"{site.address}/master.m3u8").read())


@pytest.mark.parametrize("kind", ["device", "pipe", "folder", "large"])
def test_a_local_segment_that_is_no_file_or_too_large_is_lost(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    playlist, segment = segments_in(tmp_path), tmp_path / "1.ts"
    monkeypatch.setattr(hls_module, "LARGEST_DOWNLOAD", 1 << 20)
    segment.unlink()
    if kind == "device":
        segment.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(segment)
    elif kind == "folder":
        segment.mkdir()
    else:
        segment.write_bytes(bytes((1 << 20) + 1))
    (lost,) = lost_in(playlist)
    assert [lost.start, lost.end] == pytest.approx([2.0, 4.0], abs=0.1)


def test_a_remote_segment_that_is_too_large_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    segments_in(tmp_path)
    monkeypatch.setattr(hls_module, "LARGEST_DOWNLOAD", 1 << 20)
    (tmp_path / "1.ts").write_bytes(bytes((1 << 20) + 1))
    with serve_folder(tmp_path) as site:
        items = list(reader_of(f"{site.address}/talk.m3u8").read())
    assert len([item for item in items if isinstance(item, LostAudio)]) == 1


def test_segments_that_left_the_playlist_are_lost(tmp_path: Path) -> None:
    """As after a stop of the process, or of its network: the playlist lists other segments by then."""
    playlist = segments_in(tmp_path)
    text = playlist.read_text("utf-8")
    head, first, *others = text.replace("#EXT-X-ENDLIST\n", "").split("#EXTINF")
    playlist.write_text(f"{head}#EXTINF{first}", "utf-8")

    def go_on(seconds: float) -> None:
        later = head.replace("MEDIA-SEQUENCE:0", "MEDIA-SEQUENCE:3")
        playlist.write_text(f"{later}#EXTINF{others[-1]}#EXT-X-ENDLIST\n", "utf-8")

    items = list(reader_of(playlist, go_on).read())
    (lost,) = [item for item in items if isinstance(item, LostAudio)]
    assert [lost.start, lost.end] == pytest.approx([2.0, 6.0], abs=0.1)
    assert lost.reason == "2 segments left the playlist before captioner read them"


def test_lost_audio_is_reported_in_its_place_and_shown_as_a_gap() -> None:
    session = SteppedSession()
    session.play(speech_chunks(10.0))
    session.session.push(LostAudio(10.0, 45.0, EPOCH, "gone"))
    session.play(speech_chunks(10.0, start=45.0))
    session.end()
    regions = [reported.report for reported in session.region_reports]
    assert [region.index for region in regions] == list(range(7))
    (lost,) = [region for region in regions if region.lost]
    assert (lost.start, lost.end, lost.status, lost.reason) == (10.0, 45.0, "failed", "gone")
    (mark,) = [caption for caption in session.finals if caption.lost]
    assert (mark.text, mark.start) == (LOST_MARKER, 10.0)
    assert mark.end <= 45.0
    assert (session.session.counts.lost, session.session.counts.lost_seconds) == (1, 35.0)
    assert session.session.counts.final_until == pytest.approx(55.0, abs=0.6)


def test_a_run_that_lost_audio_says_so_and_returns_7(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    playlist = segments_in(tmp_path)
    (tmp_path / "2.ts").unlink()
    output, record = tmp_path / "talk.srt", tmp_path / "talk.json"
    flags = ["--backend", "scripted", "-o", str(output), "--record", str(record)]
    assert main(["live", str(playlist), *flags]) == 7
    messages = capsys.readouterr().err
    assert "00:00:04.010 to 00:00:06.015: segment 2 cannot be downloaded" in messages
    assert "speech was lost in 1 region (2.0 s)" in messages
    report = transcript.parse(record.read_text("utf-8")).report
    assert report is not None
    (lost,) = report.lost
    assert lost.start == pytest.approx(4.0, abs=0.1)
    assert LOST_MARKER in [cue.text for cue in srt.parse(output.read_text("utf-8")).cues or ()]
