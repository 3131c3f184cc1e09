"""Real live streams on this machine: ffmpeg as the sender, with the number of each frame in its picture, a web server
that serves the segments, and a browser that plays them."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from captioner.media import find_ffmpeg
from tests.oracles.npm import npm_package
from tests.paths import SAMPLES

SAMPLE = SAMPLES / "lighthouse.mp4"
TRUTH = json.loads((SAMPLE.parent / "truth" / "lighthouse.json").read_text("utf-8"))["sentences"]

RATE = 25
"""Frames per second of the picture."""

BITS = 12
"""Squares of 20 pixels that number the frames, the lowest bit first."""

PAGE = """<!doctype html><meta charset="utf-8"><video id="v" muted width="320" height="180"></video>
<script src="hls.min.js"></script><script>
const video = document.getElementById("v"), canvas = document.createElement("canvas");
canvas.width = 320; canvas.height = 180;
const ink = canvas.getContext("2d", { willReadFrequently: true });
const state = { shifts: [], errors: [], cues: [], time: 0 };
const hls = new Hls({ startPosition: START, lowLatencyMode: false });
hls.on(Hls.Events.ERROR, (_, data) => state.errors.push(data.details));
hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => { hls.subtitleTrack = 0; hls.subtitleDisplay = true; });
hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.subtitleTrack = 0; video.play(); });
let complete = false;  // whether all captions are listed: a busy machine may need longer than the picture lasts
hls.on(Hls.Events.SUBTITLE_TRACK_LOADED, (_, data) => {
  if (!data.details.live && !complete) { complete = true; video.playbackRate = 2; video.play(); }
});
hls.loadSource(new URLSearchParams(location.search).get("stream"));
hls.attachMedia(video);
video.requestVideoFrameCallback(function seen(_, frame) {
  ink.drawImage(video, 0, 0, 320, 180);
  let number = 0;
  for (let bit = 0; bit < BITS; bit++)
    if (ink.getImageData(20 * bit + 10, 10, 1, 1).data[0] > 128) number += 1 << bit;
  state.shifts.push([frame.mediaTime, number / RATE]);
  if (state.shifts.length === 25 && !complete) video.pause();
  video.requestVideoFrameCallback(seen);
});
setInterval(() => {
  if (hls.subtitleTrack < 0) hls.subtitleTrack = 0;
  for (const track of video.textTracks) track.mode = "showing";
  const tracks = [...video.textTracks].filter((track) => track.cues);
  state.cues = tracks.flatMap((track) => [...track.cues].map((cue) => [cue.startTime, cue.endTime, cue.text]));
  state.time = video.currentTime;
  fetch("report", { method: "POST", body: JSON.stringify(state) });
}, 250);
</script>"""


@dataclass(frozen=True)
class Packaging:
    """How ffmpeg packages an HLS stream."""

    segments: str = "mpegts"
    """Container of the segments."""

    offset: float = 0.0
    """First timestamp in seconds. ffmpeg itself adds 1.4 s to MPEG-TS unless `from_zero`."""

    from_zero: bool = False

    length: int = 2
    """Seconds of a segment."""

    b_frames: int = 0


PLAIN = Packaging()


def send(
    target: Path | str,
    start: float,
    seconds: float,
    packaging: Packaging = PLAIN,
    *extra: str,
    speed: float = 1.0,
) -> subprocess.Popen[bytes]:
    """An ffmpeg that sends the sample's audio from `start` on, at `speed` times real time, with numbered frames."""
    squares = ",".join(
        f"drawbox=x={20 * bit}:y=0:w=20:h=20:c=white:t=fill:enable='gt(mod(floor(n/{1 << bit})\\,2)\\,0)'"
        for bit in range(BITS)
    )
    picture = f"color=black:s=320x180:r={RATE}:d={seconds},{squares}"
    rate = ["-readrate", str(speed)]
    inputs = [*rate, "-f", "lavfi", "-i", picture, *rate, "-ss", str(start), "-t", str(seconds), "-i", str(SAMPLE)]
    codecs = ["-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-bf", str(packaging.b_frames)]
    codecs += ["-g", str(RATE * packaging.length), "-keyint_min", str(RATE * packaging.length), "-sc_threshold", "0"]
    codecs += ["-c:a", "aac", "-ac", "1", "-output_ts_offset", str(packaging.offset)]
    codecs += ["-muxdelay", "0", "-muxpreload", "0"] if packaging.from_zero else []
    return subprocess.Popen(
        [find_ffmpeg(), "-nostdin", "-v", "error", *inputs, *codecs, *extra, str(target)], stdin=subprocess.DEVNULL
    )


@contextmanager
def sending(
    target: Path | str, start: float, seconds: float, packaging: Packaging = PLAIN, *extra: str, speed: float = 1.0
) -> Iterator[subprocess.Popen[bytes]]:
    """`send`, stopped at the end of the block."""
    process = send(target, start, seconds, packaging, *extra, speed=speed)
    try:
        yield process
    finally:
        stop_process(process)


def hls(packaging: Packaging, *flags: str, listed: int = 0) -> list[str]:
    """ffmpeg's arguments for an HLS stream in a folder."""
    arguments = ["-f", "hls", "-hls_time", str(packaging.length), "-hls_list_size", str(listed)]
    arguments += ["-hls_segment_type", packaging.segments]
    return [*arguments, *(["-hls_flags", "+".join(flags)] if flags else [])]


class FolderHandler(SimpleHTTPRequestHandler):
    """Serves a folder to any page, and stores what is posted."""

    reports: list[dict[str, Any]]

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        # A browser detects changes by whole seconds, and may miss the last one.
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.reports.append(json.loads(body))  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None: ...


@dataclass
class FolderServer:
    """A folder on a web server of this machine."""

    folder: Path
    server: ThreadingHTTPServer
    reports: list[dict[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def serve_folder(folder: Path) -> Iterator[FolderServer]:
    """A web server for a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(FolderHandler, directory=str(folder)))
    site = FolderServer(folder, server)
    server.reports = site.reports  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def hls_js() -> Path:
    """hls.js, as npm installs it."""
    return npm_package("hls.js") / "dist" / "hls.min.js"


@contextmanager
def browser(address: str) -> Iterator[None]:
    """Headless Chromium on a page; skips where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("install chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
        process = subprocess.Popen(
            [program, *flags, f"--user-data-dir={profile}", address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            stop_process(process)


def play(
    site: FolderServer, stream: str, done: Callable[[dict[str, Any]], bool], *, start: float = -1, timeout: float = 180
) -> dict[str, Any]:
    """The report of hls.js playing a stream, as soon as `done` accepts it."""
    shutil.copy(hls_js(), site.folder / "hls.min.js")
    page = PAGE.replace("START", str(start)).replace("BITS", str(BITS)).replace("RATE", str(RATE))
    (site.folder / "page.html").write_text(page, "utf-8")
    site.reports.clear()
    with browser(f"{site.address}/page.html?stream={stream}"):
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if site.reports and done(site.reports[-1]):
                return site.reports[-1]
            time.sleep(0.1)
    raise AssertionError(f"the player did not show enough: {site.reports[-1:]}")


def runs(report: dict[str, Any]) -> list[float]:
    """Seconds by which the player's clock is ahead of the picture's, for each run of a sender with enough frames.

    The numbers of the frames begin again with each run. The value is the median over the frames of a run.
    """
    shifts: list[list[float]] = []
    before = float("inf")
    for media, picture in report["shifts"]:
        if picture < before:
            shifts.append([])
        shifts[-1].append(media - picture)
        before = picture
    return [sorted(ahead)[len(ahead) // 2] for ahead in shifts if len(ahead) > 20]


def sentences_in(start: float, end: float) -> list[tuple[float, float, str]]:
    """The sentences that lie completely in a part of the sample, in seconds from the start of that part."""
    return [
        (each["start"] - start, each["end"] - start, each["text"])
        for each in TRUTH
        if each["start"] >= start and each["end"] <= end
    ]


def wait_until(condition: Callable[[], bool], timeout: float = 120.0) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < until, "the condition never held"
        time.sleep(0.05)


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """Terminate a process and wait for it, so that nothing of it is left to the next test."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class LiveProcess:
    """`captioner live` as a process of its own."""

    def __init__(self, source: str, *arguments: str | Path, backend: str = "scripted") -> None:
        command = [sys.executable, "-m", "captioner", "live", source, "--backend", backend, *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def finish(self, timeout: float = 180.0) -> str:
        """Wait for its end; returns its messages."""
        _, messages = self.process.communicate(timeout=timeout)
        return messages

    def stop(self) -> str:
        """Send SIGTERM, and wait for its end; returns its messages."""
        self.process.terminate()
        return self.finish()


@contextmanager
def live_process(source: str, *arguments: str | Path, backend: str = "scripted") -> Iterator[LiveProcess]:
    """`captioner live`, stopped at the end of the block."""
    running = LiveProcess(source, *arguments, backend=backend)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        if running.process.stderr and not running.process.stderr.closed:
            running.process.communicate()


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nothing listens on."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
