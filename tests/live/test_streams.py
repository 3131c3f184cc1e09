"""`captioner live` beside real streams: ffmpeg sends, captions come out, whatever happens in between."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from captioner.cli import main
from captioner.errors import UnknownName
from captioner.formats import srt, vtt
from captioner.live.source.decoder import Packet
from captioner.live.source.hls import HlsSource
from captioner.live.source.live_source import SegmentRead, SourceInterrupted, SourceOptions
from captioner.live.source.opening import open_live_source
from captioner.live.source.playlist import media_playlist
from captioner.media import AudioSelection, find_ffmpeg, open_media, read_audio
from captioner.values import Cue, Samples
from tests.live.live_stream import (
    PLAIN,
    SAMPLE,
    Packaging,
    free_port,
    hls,
    live_process,
    sending,
    sentences_in,
    wait_until,
)
from tests.media.media_factory import ffmpeg, onsets, tone_source


def starts_of(path: Path) -> list[float]:
    return [cue.start for cue in cues_of(path)]


def cues_of(path: Path) -> Sequence[Cue]:
    return srt.parse(path.read_text("utf-8")).cues or () if path.exists() else ()


def times_in(segment: Path) -> list[tuple[float, float]]:
    return [(cue.start, cue.end) for cue in vtt.parse(segment.read_text("utf-8")).cues or ()]


def assert_each_once(starts: Sequence[float], expected: Sequence[float], tolerance: float = 0.35) -> None:
    """A region begins up to a quarter of a second before its speech."""
    assert len(starts) == len(expected), (starts, expected)
    for start, truth in zip(starts, expected, strict=True):
        assert abs(start - truth) < tolerance, (starts, expected)


@pytest.mark.parametrize("protocol", ["udp", "srt", "rtmp", "pipe"])
def test_a_stream_of_any_protocol_is_captioned_at_its_times(protocol: str, tmp_path: Path) -> None:
    port = free_port(socket.SOCK_DGRAM if protocol in ("udp", "srt") else socket.SOCK_STREAM)
    address = f"{protocol}://127.0.0.1:{port}" + ("/live/talk" if protocol == "rtmp" else "")
    source, *options = {
        "udp": (address,),
        "srt": (f"{address}?mode=listener",),
        "rtmp": (address, "--input-option", "listen=1"),
        "pipe": (str(tmp_path / "pipe"),),
    }[protocol]
    if protocol == "pipe":
        subprocess.run(["mkfifo", source], check=True)
        address = source
    if protocol == "srt" and "srt" not in protocols():
        pytest.skip("an ffmpeg with SRT")
    output, container = tmp_path / "talk.srt", "flv" if protocol == "rtmp" else "mpegts"
    with ExitStack() as stack:
        flags = ("-o", output, "--no-partials", "--reconnect", "120")
        captioner = stack.enter_context(live_process(source, *options, *flags))
        senders: list[subprocess.Popen[bytes]] = []

        def has_captions() -> bool:
            """Whether there are three; sends again where nothing was listening yet."""
            if not senders or senders[-1].poll() not in (None, 0):
                speed = 4.0 if protocol == "pipe" else 1.0
                sender = sending(address, 1.0, 16.0, PLAIN, "-y", "-f", container, speed=speed)
                senders.append(stack.enter_context(sender))
            assert captioner.process.poll() is None, captioner.finish()
            return len(starts_of(output)) >= 3

        wait_until(has_captions)
        messages = captioner.finish() if protocol == "pipe" else captioner.stop()
    assert captioner.process.returncode == 0, messages
    # The beginning may be sent before anything listens. So the first caption may begin in the middle of its sentence,
    # and only the time between two later sentences is known.
    _, second, third, *_ = starts_of(output)
    truth = [start for start, _, _ in sentences_in(1.0, 17.0)]
    assert min(abs(third - second - (after - before)) for before, after in pairwise(truth)) < 0.35


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


def test_speech_up_to_the_stop_is_captioned(tmp_path: Path) -> None:
    stream, output = tmp_path / "live.m3u8", tmp_path / "talk.vtt"
    with sending(stream, 0, 20, PLAIN, *hls(PLAIN), speed=2.0):
        wait_until(stream.exists)
        with live_process(str(stream), "-o", output, "--from-start", "--no-partials") as captioner:
            # Six seconds were sent, and the second sentence, from 5.2 s on, has not ended.
            wait_until(lambda: output.exists() and "-->" in output.read_text("utf-8"))
            messages = captioner.stop()
    assert captioner.process.returncode == 0, messages
    ends = [cue.end for cue in vtt.parse(output.read_text("utf-8")).cues or ()]
    read = float(messages.rsplit(" cues from ", 1)[1].split()[0])
    assert any(start < read < end for start, end, _ in sentences_in(0, 20)) is (read - ends[-1] < 0.6), (ends, read)


def test_a_killed_run_continues_and_captions_everything_once(tmp_path: Path) -> None:
    stream, output, folder = tmp_path / "live.m3u8", tmp_path / "talk.srt", tmp_path / "hls"
    packaging = Packaging(offset=95_430.0)  # the clock wraps in the middle of it
    with sending(stream, 0, 24, packaging, *hls(packaging), speed=2.0):
        wait_until(stream.exists)
        flags = ("-o", output, "--hls", folder, "--record", tmp_path / "talk.json", "--from-start")
        with live_process(str(stream), *flags) as first:
            wait_until(lambda: len(starts_of(output)) >= 2)
            first.process.send_signal(signal.SIGKILL)
            first.process.wait()
        with live_process(str(stream), *flags) as second:
            messages = second.finish()
    assert second.process.returncode == 0, messages
    expected = [start for start, _, _ in sentences_in(0, 24)]
    assert_each_once(starts_of(output)[: len(expected)], expected)
    transcript = json.loads((tmp_path / "talk.json").read_text("utf-8"))
    assert_each_once([each["start"] for each in transcript["segments"]][: len(expected)], expected)
    playlist = media_playlist((folder / "captions.m3u8").read_text("utf-8"), "")
    assert [segment.sequence for segment in playlist.segments] == list(range(12))
    assert playlist.ended
    times = {time for segment in playlist.segments for time in times_in(folder / segment.address)}
    assert_each_once(sorted(start for start, _ in times)[: len(expected)], expected)
    assert not list(tmp_path.glob("**/*.state"))[1:]


def test_a_run_that_is_killed_early_and_often_moves_no_caption(tmp_path: Path) -> None:
    """It is killed before its first segment is complete: as soon as there is a checkpoint, or a caption."""
    stream, output, record = tmp_path / "live.m3u8", tmp_path / "talk.srt", tmp_path / "talk.json"
    with sending(stream, 0, 20, PLAIN, *hls(PLAIN), speed=20.0) as sender:
        sender.wait()
    text = stream.read_text("utf-8")
    stream.write_text(text.replace("#EXT-X-ENDLIST\n", ""), "utf-8")
    flags = ("-o", output, "--record", record, "--from-start")
    checkpoint = Path(f"{output}.state")
    for condition in (checkpoint.exists, checkpoint.exists, lambda: starts_of(output), checkpoint.exists):
        with live_process(str(stream), *flags) as killed:
            wait_until(lambda condition=condition: bool(condition()))  # type: ignore[misc]
            killed.process.send_signal(signal.SIGKILL)
            killed.process.wait()
    stream.write_text(text, "utf-8")
    with live_process(str(stream), *flags) as last:
        messages = last.finish()
    assert last.process.returncode == 0, messages
    expected = [start for start, _, _ in sentences_in(0, 20)]
    assert_each_once(starts_of(output)[: len(expected)], expected)
    transcript = json.loads(record.read_text("utf-8"))
    assert_each_once([each["start"] for each in transcript["segments"]][: len(expected)], expected)


def test_a_sender_that_starts_again_with_other_timestamps_is_captioned(tmp_path: Path) -> None:
    stream, output = tmp_path / "live.m3u8", tmp_path / "talk.srt"
    with ExitStack() as stack:
        flags = hls(PLAIN, "append_list", "omit_endlist")
        first = stack.enter_context(sending(stream, 0, 8, PLAIN, *flags, speed=2.0))
        wait_until(stream.exists)
        captioner = stack.enter_context(live_process(str(stream), "-o", output, "--from-start", "--no-partials"))
        first.wait()
        flags = hls(PLAIN, "append_list", "discont_start")
        stack.enter_context(sending(stream, 8.8, 8, Packaging(offset=700.0), *flags, speed=2.0))
        messages = captioner.finish()
    assert captioner.process.returncode == 0, messages
    expected = [start for start, _, _ in sentences_in(0, 8)] + [8.0 + start for start, _, _ in sentences_in(8.8, 16.8)]
    starts = starts_of(output)
    nearest = [min(starts, key=lambda start, truth=truth: abs(start - truth)) for truth in expected]  # type: ignore[misc]
    assert_each_once(nearest, expected, 0.4)
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["http://127.0.0.1:{port}/live.m3u8", "-o", "{new}"], 3, "cannot be reached"),
        (["rtmp://127.0.0.1:{port}/live", "-o", "{new}"], 3, "connection refused"),
        (["http://127.0.0.1:{port}/live.m3u8", "-o", "{new_vtt}", "--record", "{record}"], 3, "cannot be reached"),
        ([str(SAMPLE), "-o", "{new}"], 2, "is a file, not a stream"),
        (["{silent}", "-o", "{new}"], 3, "has no audio track"),
        (["{silent}", "-o", "/proc/captions.srt"], 1, "cannot write"),
        (["{silent}", "--hls", "/proc/captions"], 1, "cannot write"),
        (["{silent}"], 2, "no output: use"),
        (["{silent}", "-o", "talk.mp4"], 2, "a live caption file must be"),
        (["{silent}", "--serve", "{taken}"], 2, "address already in use"),
        (["{silent}", "-o", "{old}"], 1, "it exists"),
        (["/no/such/stream", "-o", "{new}"], 3, "no such file"),
        (["{silent}", "--hold", "6", "-o", "{new}"], 2, "--hold needs"),
        (["{odd}", "-o", "{new}"], 3, "line 3 of the playlist cannot be read: #ext-x-media-sequence:1e999"),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(
    arguments: list[str],
    code: int,
    sentence: str,
    tmp_path: Path,
    silent_stream: str,
    odd_stream: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "old.srt").write_text("not ours\n", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        values = {
            "port": free_port(),
            "new": tmp_path / "new.srt",
            "new_vtt": tmp_path / "new.vtt",
            "record": tmp_path / "new.json",
            "old": tmp_path / "old.srt",
            "silent": silent_stream,
            "odd": odd_stream,
            "taken": taken.getsockname()[1],
        }
        given = [argument.format(**values) for argument in arguments]
        returned = main(["live", "--backend", "scripted", *given])
    messages = capsys.readouterr().err
    assert returned == code, messages
    last = messages.strip().split("\n")[-1]
    assert last.startswith("captioner: ")
    assert sentence in last.lower()
    assert "Traceback" not in messages
    assert [path.name for path in tmp_path.iterdir()] == ["old.srt"]


@pytest.mark.parametrize(
    "flags",
    [[], ["-o", "talk.mp4"], ["--hold", "6", "-o", "new.srt"], ["--sink", "nowhere=x"], ["--language", "gibberish"]],
)
def test_flags_that_make_no_sense_are_refused_before_a_backend_is_loaded(
    flags: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("captioner.cli.work.live.open_backend", None)
    assert main(["live", "-", *flags]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_address_of_the_server_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("captioner.cli.work.live.LINGER", 0.0)
    stream = tmp_path / "live.m3u8"
    ffmpeg("-f", "lavfi", "-i", tone_source(), "-c:a", "aac", "-f", "hls", "-hls_list_size", "0", stream)
    assert main(["live", str(stream), "--backend", "scripted", "--serve", "0"]) == 0
    messages = capsys.readouterr().err
    assert re.search(r"serving captions at http://127\.0\.0\.1:\d+/overlay, /feed and /socket\n", messages), messages


@pytest.fixture(scope="session")
def silent_stream(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An HLS stream without audio."""
    folder = tmp_path_factory.mktemp("silent")
    inputs = ["-f", "lavfi", "-i", "color=black:s=64x64:d=4"]
    subprocess.run(
        [find_ffmpeg(), "-nostdin", "-v", "error", *inputs, "-f", "hls", "-hls_time", "2", str(folder / "a.m3u8")],
        check=True,
    )
    return str(folder / "a.m3u8")


@pytest.fixture(scope="session")
def odd_stream(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An HLS playlist with a number that makes no sense."""
    path = tmp_path_factory.mktemp("odd") / "odd.m3u8"
    lines = [
        "#EXTM3U",
        "#EXT-X-TARGETDURATION:4",
        "#EXT-X-MEDIA-SEQUENCE:1e999",
        "#EXTINF:4,",
        "a.ts",
        "#EXT-X-ENDLIST",
    ]
    path.write_text("\n".join(lines), "utf-8")
    return str(path)


def test_a_playlist_that_turns_odd_interrupts_the_stream_and_does_not_end_it(tmp_path: Path) -> None:
    playlist = tmp_path / "talk.m3u8"
    ffmpeg("-f", "lavfi", "-i", tone_source(), "-f", "hls", "-hls_time", "2", "-hls_flags", "omit_endlist", playlist)
    items = HlsSource(str(playlist), SourceOptions(from_start=True), sleep=lambda seconds: None).items()
    while not isinstance(next(items), SegmentRead):
        pass
    text = playlist.read_text("utf-8")
    playlist.write_text(text.replace("#EXTINF:", "#EXTINF:x"), "utf-8")
    with pytest.raises(SourceInterrupted, match="of the playlist cannot be read"):
        list(items)


LANGUAGES = ("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger")


def two_tracks(path: Path, *arguments: str) -> Path:
    """A file of two audio tracks of ten seconds: silence, marked English, and a tone, marked German."""
    inputs = ["-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono:d=10", "-f", "lavfi", "-i", "sine=r=48000:d=10"]
    ffmpeg(*inputs, "-map", "0", "-map", "1", *LANGUAGES, *arguments, path)
    return path


def is_silent(samples: Samples) -> bool:
    return bool(np.abs(samples).max() < 0.01)


@pytest.mark.parametrize(
    ("name", "disposition", "track", "silent"),
    [
        ("talk.mkv", "0", None, True),
        ("talk.mkv", "default", None, False),  # the second track is the default
        ("talk.mkv", "default", "1", True),
        ("talk.mkv", "default", "en", True),
        ("talk.ts", "0", None, True),  # MPEG-TS marks no default
        ("talk.ts", "default", None, True),
        ("talk.ts", "default", "2", False),
        ("talk.ts", "default", "de", False),
    ],
)
def test_a_live_pipe_and_a_file_take_the_same_audio_track(
    name: str, disposition: str, track: str | None, silent: bool, tmp_path: Path
) -> None:
    path = two_tracks(tmp_path / name, "-disposition:a:0", "0", "-disposition:a:1", disposition)
    with open_media(str(path)) as media:
        of_file = np.concatenate([block.samples for block in read_audio(media, AudioSelection(track))])
    assert is_silent(of_file) is silent
    assert is_silent(of_pipe(path, SourceOptions(track))) is silent


def test_a_live_pipe_without_the_track_that_is_asked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"unknown audio track 'fr'; there is: 1 \(en"):
        of_pipe(two_tracks(tmp_path / "talk.mkv"), SourceOptions("fr"))


def of_pipe(path: Path, options: SourceOptions) -> Samples:
    """The audio of a file that comes through a named pipe."""
    pipe = path.with_name("pipe")
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", path, pipe], stderr=subprocess.DEVNULL) as copier:
        try:
            items = list(open_live_source(str(pipe), options).items())
        finally:
            copier.kill()
    return np.concatenate([item.samples for item in items if isinstance(item, Packet)])


@pytest.mark.parametrize(
    ("track", "silent"), [(None, False), ("1", True), ("2", False), ("en", True), ("de", False), ("fr", None)]
)
def test_the_audio_track_of_an_hls_stream_is_its_default_or_the_one_asked_for(
    track: str | None, silent: bool | None, tmp_path: Path
) -> None:
    for number, source in enumerate(("anullsrc=r=48000:cl=mono:d=4", "sine=r=48000:d=4"), 1):
        ffmpeg("-f", "lavfi", "-i", source, "-f", "hls", "-hls_time", "2", tmp_path / f"{number}.m3u8")
    media = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="{0}",LANGUAGE="{0}",DEFAULT={1},URI="{2}.m3u8"'
    tracks = [media.format("en", "NO", 1), media.format("de", "YES", 2)]
    master = tmp_path / "master.m3u8"
    master.write_text("\n".join(["#EXTM3U", *tracks, '#EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO="a"', "1.m3u8"]), "utf-8")
    items = HlsSource(str(master), SourceOptions(track)).items()
    if silent is None:
        with pytest.raises(UnknownName, match=r"unknown audio track 'fr'; there is: 1 \(en\), 2 \(de\)"):
            list(items)
        return
    assert is_silent(np.concatenate([item.samples for item in items if isinstance(item, Packet)])) is silent


@pytest.mark.parametrize(("track", "silent"), [(None, True), ("2", False), ("de", False)])
def test_the_audio_track_is_chosen_inside_the_segments_where_the_playlist_lists_none(
    track: str | None, silent: bool, tmp_path: Path
) -> None:
    playlist = two_tracks(tmp_path / "talk.m3u8", "-f", "hls", "-hls_time", "2")
    items = HlsSource(str(playlist), SourceOptions(track)).items()
    assert is_silent(np.concatenate([item.samples for item in items if isinstance(item, Packet)])) is silent
