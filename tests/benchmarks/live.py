"""Live captions: how late they are beyond the recogniser's own time, and an hour of stream with faults.

The latency is that of the whole process: sound is written into its standard input at the pace at which it is spoken,
and a viewer of its feed notes when a caption comes.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import httpx
import numpy as np

from captioner.live.source.playlist import media_playlist
from tests.benchmarks import QUICK, Lengths, Row
from tests.live.live_soak import Soak
from tests.live.live_stream import PLAIN, SAMPLE, TRUTH, free_port, hls, live_process, send, stop_process, wait_until
from tests.speech.speech_parts import decoded

SECONDS = 45.0
HOURS = float(os.environ.get("CAPTIONER_SOAK_HOURS", "1"))
"""Of stream time, in the soak; a tenth of it where all is short."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    """All of it: two minutes and, for the soak, about a minute an hour."""
    final, partial = _feed_latency()
    late = _hls_latency()
    hours = HOURS / 10 if lengths is QUICK else HOURS
    soak, growth = _soak(hours)
    return [
        Row("end of a sentence to its final cue in the feed, median", final, 0.8, "s", "<= 1"),
        Row("beginning of speech to its first partial, median", partial, 1.0, "s", "<= 1"),
        Row("segment of the source to its captions, the latest", late, PLAIN.length, "s", "<= 1"),
        Row(f"most lag in {hours:g} h with 50 faults", soak.most_lag, 30.0, "s", "<= 1.5"),
        Row(f"memory at the end of {hours:g} h and at its beginning", growth[1], growth[0], "MB", "1"),
    ]


def _feed_latency() -> tuple[float, float]:
    port = free_port()
    command = [sys.executable, "-m", "captioner", "live", "-", "--backend", "scripted", "--partials", "-q"]
    command += ["--serve", str(port), "--input-format", "s16le"]
    command += ["--input-option", "sample_rate=16000", "--input-option", "ch_layout=mono"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    came: list[tuple[float, dict[str, object]]] = []
    wait_until(lambda: _answers(port))
    Thread(target=_follow, args=(port, came), daemon=True).start()
    time.sleep(1.0)
    began = _speak(process)
    time.sleep(2.0)
    process.terminate()
    process.wait()
    told = [(at - began, caption) for at, caption in came]
    finals, partials = [], []
    for sentence in TRUTH:
        if sentence["end"] > SECONDS - 1.0:
            break
        finals += [at - sentence["end"] for at, each in told if each["is_final"] and _near(each, sentence["start"])][:1]
        partials += [
            at - sentence["start"] for at, each in told if not each["is_final"] and _near(each, sentence["start"])
        ][:1]
    return statistics.median(finals), statistics.median(partials)


def _near(caption: dict[str, object], start: float) -> bool:
    return abs(float(str(caption["start"])) - start) < 0.4


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code in (200, 503)
    except httpx.HTTPError:
        return False


def _follow(port: int, came: list[tuple[float, dict[str, object]]]) -> None:
    with httpx.stream("GET", f"http://127.0.0.1:{port}/feed", timeout=None) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                came.append((time.monotonic(), json.loads(line[6:])))


def _speak(process: subprocess.Popen[bytes]) -> float:
    """Write the talk at the pace at which it is spoken. Returns when it began."""
    samples = (decoded(SAMPLE)[: round(SECONDS * 16_000)] * 32767).astype("<i2")
    began = time.monotonic()
    assert process.stdin
    for at in range(0, len(samples), 320):
        ahead = began + (at + 320) / 16_000 - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        process.stdin.write(samples[at : at + 320].tobytes())
        process.stdin.flush()
    return began


def _hls_latency() -> float:
    """The longest time between a segment in the playlist of the source and its captions in ours."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        stream, ours = folder / "live.m3u8", folder / "out" / "captions.m3u8"
        sender = send(stream, 0, 30, PLAIN, *hls(PLAIN))
        seen: tuple[dict[int, float], dict[int, float]] = ({}, {})
        wait_until(stream.exists)
        with live_process(str(stream), "--hls", folder / "out", "--from-start", "--no-partials") as captioner:
            while captioner.process.poll() is None:
                for times, path in zip(seen, (stream, ours), strict=True):
                    text = path.read_text("utf-8") if path.exists() else ""
                    for piece in media_playlist(text, "").segments:
                        times.setdefault(piece.sequence, time.monotonic())
                time.sleep(0.05)
        stop_process(sender)
    # The first segments were there before the sidecar had started.
    return float(np.max([seen[1][number] - seen[0][number] for number in sorted(seen[1])[4:]]))


def _soak(hours: float) -> tuple[Soak, tuple[float, float]]:
    with TemporaryDirectory() as name:
        soak = Soak(Path(name), hours * 3600, 50)
        soak.run()
    assert not soak.broken, soak.broken[:5]
    tenth = max(1, len(soak.memory) // 10)
    early, late = statistics.median(soak.memory[tenth : 3 * tenth]), statistics.median(soak.memory[-tenth:])
    return soak, (early / 2**20, late / 2**20)
