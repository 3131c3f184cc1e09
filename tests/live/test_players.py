"""Captions of a live stream as players show them, against the clock in the picture itself."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import pytest

from tests.live.live_stream import (
    BITS,
    PLAIN,
    RATE,
    FolderServer,
    Packaging,
    hls,
    live_process,
    play,
    runs,
    sending,
    sentences_in,
    serve_folder,
    wait_until,
)

Part = tuple[float, float, Packaging]
"""A run of a sender: the second of the sample it begins at and how many it sends, and how it packs them."""

STREAMS: dict[str, tuple[Part, ...]] = {
    "TS from 0 s": ((0, 10, Packaging(from_zero=True)),),
    "TS from 1.4 s": ((0, 10, PLAIN),),
    "TS whose clock wraps": ((0, 10, Packaging(offset=95_438.5)),),
    "fMP4": ((0, 10, Packaging("fmp4")),),
    "a sender that starts again": ((0, 6, PLAIN), (8.8, 6, Packaging(offset=700.0))),
}


@dataclass(frozen=True)
class Live:
    """A live stream on a web server, with captions in `out`; `ended` waits until all of them are written."""

    parts: Sequence[Part]
    site: FolderServer
    ended: Callable[[], object]

    @property
    def expected(self) -> list[list[tuple[float, float, str]]]:
        """The sentences of each part, in seconds of its picture."""
        return [sentences_in(start, start + seconds) for start, seconds, _ in self.parts]


@pytest.fixture(scope="module", params=list(STREAMS.values()), ids=list(STREAMS))
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Each stream while it runs, for one player after another."""
    with serve_folder(tmp_path_factory.mktemp("live")) as site, running(site, request.param) as stream:
        yield stream


@contextmanager
def running(site: FolderServer, parts: Sequence[Part]) -> Iterator[Live]:
    """A live stream with captions; its last part is being sent during the block."""
    named = ["-master_pl_name", "master.m3u8"]
    with ExitStack() as stack:

        def begin(part: Part, *flags: str) -> subprocess.Popen[bytes]:
            start, seconds, packaging = part
            target = site.folder / "live.m3u8"
            arguments = (*hls(packaging, *flags), *named)
            return stack.enter_context(sending(target, start, seconds, packaging, *arguments, speed=2.0))

        sender = begin(parts[0], *(["omit_endlist"] if parts[1:] else []))
        wait_until((site.folder / "master.m3u8").exists)
        flags = ("--hls", site.folder / "out", "--from-start", "--no-partials")
        captioner = stack.enter_context(live_process(f"{site.address}/master.m3u8", *flags, backend="sphinx"))
        wait_until((site.folder / "out/captions.m3u8").exists)
        for part in parts[1:]:
            sender.wait()
            sender = begin(part, "append_list")
        yield Live(parts, site, lambda: captioner.process.wait(180))


def test_hls_js_shows_cues_when_they_are_said(live: Live) -> None:
    """There are no B-frames, which would shift the clock of hls.js by 80 ms."""

    def all_shown(report: dict[str, Any]) -> bool:
        last = max((start for start, _, _ in report["cues"]), default=0.0)
        return len(runs(report)) == len(live.parts) and last > runs(report)[-1] + live.expected[-1][-1][0] - 0.5

    report = play(live.site, f"{live.site.address}/out/master.m3u8", all_shown, start=0)
    cues = sorted(map(tuple, report["cues"]))
    assert len(cues) == len({text for _, _, text in cues})
    for ahead, sentences in zip(runs(report), live.expected, strict=True):
        for truth, _, text in sentences:
            nearest = min(abs(start - ahead - truth) for start, _, _ in cues)
            assert nearest < 0.1, (text, ahead, cues)


def test_mpv_draws_cues_when_they_are_said_once_the_stream_has_ended(live: Live) -> None:
    """mpv reads no subtitles of a master playlist, and a playlist of subtitles only once it has ended. After a
    discontinuity its clock jumps with that of the source, so only the part before one is checked."""
    if shutil.which("mpv") is None:
        pytest.skip("install mpv")
    live.ended()
    out = live.site.folder / "out"
    shown = live.site.folder / "shown.mkv"
    options = ["--no-config", "--really-quiet", "--no-audio", "--ovc=libx264", "--ovcopts=preset=ultrafast,qp=10"]
    subtitles = f"--sub-file={out / 'captions.m3u8'}"
    subprocess.run(["mpv", *options, f"--o={shown}", subtitles, out / "master.m3u8"], check=True, timeout=180)
    appeared = appearances(shown)
    for truth, _, text in live.expected[0]:
        assert min(abs(start - truth) for start in appeared) < 0.1, (text, appeared)


def appearances(video: Path) -> list[float]:
    """The times at which something appears below the numbers, in seconds of the clock in the picture."""
    times, drawn = [], False
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            grey = frame.to_ndarray(format="gray")
            number = sum(1 << bit for bit in range(BITS) if grey[10, 20 * bit + 10] > 128)
            before, drawn = drawn, bool((grey[60:] > 128).any())
            times += [number / RATE] if drawn and not before else []
    return times
