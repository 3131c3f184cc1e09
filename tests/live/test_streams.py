"""`captioner live` beside real streams: ffmpeg sends, captions come out, whatever happens in between."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from captioner.cli import main
from captioner.formats import srt, vtt
from captioner.live.source.contract import SourceOptions
from captioner.live.source.decoder import Packet
from captioner.live.source.hls import HlsSource
from captioner.live.source.playlist import media_playlist
from captioner.media import find_ffmpeg
from captioner.values import Cue
from tests.live.live_stream import (
    PLAIN,
    SAMPLE,
    Packaging,
    stop_senders,
    free_port,
    hls,
    sentences_in,
    send,
    live_process,
    wait_until,
)
from tests.media.media_factory import ffmpeg, onsets, tone_source


def starts_of(path: Path) -> list[float]:
    return [cue.start for cue in cues_of(path)]


def cues_of(path: Path) -> Sequence[Cue]:
    return srt.parse(path.read_text("utf-8")).cues or () if path.exists() else ()


def shown_in(segment: Path) -> list[tuple[float, float]]:
    return [(cue.start, cue.end) for cue in vtt.parse(segment.read_text("utf-8")).cues or ()]


def assert_each_once(starts: Sequence[float], expected: Sequence[float], tolerance: float = 0.35) -> None:
    """A region begins up to a quarter of a second before its speech."""
    assert len(starts) == len(expected), (starts, expected)
    for start, truth in zip(starts, expected, strict=True):
        assert abs(start - truth) < tolerance, (starts, expected)


@pytest.mark.parametrize("protocol", ["udp", "srt", "rtmp", "pipe"])
def test_sound_from_anywhere_is_captioned_at_its_time(protocol: str, tmp_path: Path) -> None:
    port = free_port(socket.SOCK_DGRAM if protocol in ("udp", "srt") else socket.SOCK_STREAM)
    address = f"{protocol}://127.0.0.1:{port}" + ("/live/talk" if protocol == "rtmp" else "")
    listen = {
        "udp": (address,),
        "srt": (f"{address}?mode=listener",),
        "rtmp": (address, "--input-option", "listen=1"),
        "pipe": (str(tmp_path / "pipe"),),
    }[protocol]
    if protocol == "pipe":
        subprocess.run(["mkfifo", listen[0]], check=True)
        address = listen[0]
    if protocol == "srt" and "srt" not in protocols():
        pytest.skip("an ffmpeg with SRT")
    output = tmp_path / "talk.srt"
    with live_process(listen[0], *listen[1:], "-o", output, "--no-drafts", "--reconnect", "30") as captioner:
        container = "flv" if protocol == "rtmp" else "mpegts"
        senders: list[subprocess.Popen[bytes]] = []

        def heard() -> bool:
            """Whether enough was; calls again where nobody has listened yet."""
            if not senders or senders[-1].poll() not in (None, 0):
                speed = 4.0 if protocol == "pipe" else 1.0
                senders.append(send(address, 1.0, 11.0, PLAIN, "-y", "-f", container, speed=speed))
            assert captioner.process.poll() is None, captioner.finish()
            return len(starts_of(output)) >= 2

        wait_until(heard)
        told = captioner.finish() if protocol == "pipe" else captioner.stop()
        stop_senders(senders[-1:])
    assert captioner.process.returncode == 0, told
    # The beginning may have been sent before anybody listened, so only the time between two sentences is known.
    first, second, *_ = starts_of(output)
    truth = [start for start, _, _ in sentences_in(1.0, 12.0)]
    assert min(abs(second - first - (after - before)) for before, after in pairwise(truth)) < 0.35


def test_segments_whose_title_is_not_utf8_are_captioned(tmp_path: Path) -> None:
    title = os.fsdecode(b"title=" + "中文标题".encode("gbk"))
    playlist = tmp_path / "talk.m3u8"
    ffmpeg("-f", "lavfi", "-i", tone_source(), "-metadata", title, "-f", "segment", "-segment_time", "2",
           "-segment_list", playlist, tmp_path / "%d.mp3")  # fmt: skip
    items = HlsSource(str(playlist), SourceOptions(from_start=True)).items()
    samples = np.concatenate([item.samples for item in items if isinstance(item, Packet)])
    assert len(onsets(samples, 16_000)) == 4


def protocols() -> str:
    shown = subprocess.run([find_ffmpeg(), "-hide_banner", "-protocols"], capture_output=True, text=True, check=True)
    return shown.stdout


def test_a_sidecar_that_is_stopped_lets_the_last_words_out(tmp_path: Path) -> None:
    stream, output = tmp_path / "live.m3u8", tmp_path / "talk.vtt"
    sender = send(stream, 0, 20, PLAIN, *hls(PLAIN), speed=2.0)
    try:
        wait_until(stream.exists)
        with live_process(str(stream), "-o", output, "--from-start", "--no-drafts") as captioner:
            # Six seconds are there, and the second sentence, from 5.2 s on, has not come to its end.
            wait_until(lambda: output.exists() and "-->" in output.read_text("utf-8"))
            told = captioner.stop()
    finally:
        stop_senders([sender])
    assert captioner.process.returncode == 0, told
    ends = [cue.end for cue in vtt.parse(output.read_text("utf-8")).cues or ()]
    heard = float(told.rsplit(" cues from ", 1)[1].split()[0])
    assert any(start < heard < end for start, end, _ in sentences_in(0, 20)) is (heard - ends[-1] < 0.6), (ends, heard)


def test_a_killed_sidecar_goes_on_where_it_was_and_tells_everything_once(tmp_path: Path) -> None:
    stream, output, folder = tmp_path / "live.m3u8", tmp_path / "talk.srt", tmp_path / "hls"
    packaging = Packaging(offset=95_430.0)  # the clock wraps in the middle of it
    sender = send(stream, 0, 24, packaging, *hls(packaging), speed=2.0)
    try:
        wait_until(stream.exists)
        places = ("-o", output, "--hls", folder, "--record", tmp_path / "talk.json", "--from-start")
        with live_process(str(stream), *places) as first:
            wait_until(lambda: len(starts_of(output)) >= 2)
            first.process.send_signal(signal.SIGKILL)
            first.process.wait()
        with live_process(str(stream), *places) as second:
            told = second.finish()
        assert second.process.returncode == 0, told
    finally:
        stop_senders([sender])
    expected = [start for start, _, _ in sentences_in(0, 24)]
    assert_each_once(starts_of(output)[: len(expected)], expected)
    transcript = json.loads((tmp_path / "talk.json").read_text("utf-8"))
    assert_each_once([each["start"] for each in transcript["segments"]][: len(expected)], expected)
    playlist = media_playlist((folder / "captions.m3u8").read_text("utf-8"), "")
    assert [piece.sequence for piece in playlist.segments] == list(range(12))
    assert playlist.ended
    shown = {cue for piece in playlist.segments for cue in shown_in(folder / piece.address)}
    assert_each_once(sorted(start for start, _ in shown)[: len(expected)], expected)
    assert not list(tmp_path.glob("**/*.state"))[1:]


def test_a_sender_that_starts_anew_with_other_timestamps_is_captioned_on(tmp_path: Path) -> None:
    stream, output = tmp_path / "live.m3u8", tmp_path / "talk.srt"
    first = send(stream, 0, 8, PLAIN, *hls(PLAIN, "append_list", "omit_endlist"), speed=2.0)
    try:
        wait_until(stream.exists)
        with live_process(str(stream), "-o", output, "--from-start", "--no-drafts") as captioner:
            first.wait()
            flags = hls(PLAIN, "append_list", "discont_start")
            first = send(stream, 8.8, 8, Packaging(offset=700.0), *flags, speed=2.0)
            told = captioner.finish()
        assert captioner.process.returncode == 0, told
    finally:
        stop_senders([first])
    expected = [start for start, _, _ in sentences_in(0, 8)] + [8.0 + start for start, _, _ in sentences_in(8.8, 16.8)]
    found = [min(starts_of(output), key=lambda start, truth=truth: abs(start - truth)) for truth in expected]  # type: ignore[misc]
    assert_each_once(found, expected, 0.4)
    starts = starts_of(output)
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["http://127.0.0.1:{port}/live.m3u8", "-o", "{new}"], 3, "cannot be reached"),
        (["rtmp://127.0.0.1:{port}/live", "-o", "{new}"], 3, "connection refused"),
        (["http://127.0.0.1:{port}/live.m3u8", "-o", "{new_vtt}", "--record", "{record}"], 3, "cannot be reached"),
        ([str(SAMPLE), "-o", "{new}"], 2, "is a file and not a stream"),
        (["{silent}", "-o", "{new}"], 3, "has no audio track"),
        (["{silent}", "-o", "/proc/captions.srt"], 1, "cannot write"),
        (["{silent}", "--hls", "/proc/captions"], 1, "cannot write"),
        (["{silent}"], 2, "nothing says where captions go"),
        (["{silent}", "-o", "talk.mp4"], 2, "a file that grows"),
        (["{silent}", "--serve", "{taken}"], 2, "address already in use"),
        (["{silent}", "-o", "{old}"], 1, "is there already"),
        (["/no/such/stream", "-o", "{new}"], 3, "no such file"),
        (["{silent}", "--hold", "6", "-o", "{new}"], 2, "--hold needs"),
    ],
)
def test_what_cannot_work_is_told_in_a_sentence(
    arguments: list[str],
    code: int,
    sentence: str,
    tmp_path: Path,
    silent_stream: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "old.srt").write_text("somebody's\n", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        facts = {
            "port": free_port(),
            "new": tmp_path / "new.srt",
            "new_vtt": tmp_path / "new.vtt",
            "record": tmp_path / "new.json",
            "old": tmp_path / "old.srt",
            "silent": silent_stream,
            "taken": taken.getsockname()[1],
        }
        given = [argument.format(**facts) for argument in arguments]
        returned = main(["live", "--backend", "scripted", *given])
    told = capsys.readouterr().err
    assert returned == code, told
    last = told.strip().split("\n")[-1]
    assert last.startswith("captioner: ")
    assert sentence in last.lower()
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["old.srt"]  # nothing that the next try would stumble over


@pytest.fixture(scope="session")
def silent_stream(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An HLS stream that has a picture alone."""
    folder = tmp_path_factory.mktemp("silent")
    inputs = ["-f", "lavfi", "-i", "color=black:s=64x64:d=4"]
    subprocess.run(
        [find_ffmpeg(), "-nostdin", "-v", "error", *inputs, "-f", "hls", "-hls_time", "2", str(folder / "a.m3u8")],
        check=True,
    )
    return str(folder / "a.m3u8")
