"""Live captions: their delay apart from recognition itself, and an hour of stream with faults. Runs on Linux.

The delay is that of the whole process: its standard input gets audio in real time, and a client of its feed notes when
each caption arrives.
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
"""Hours of stream time in the soak test; a tenth of it with --quick."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    """Takes two minutes, and the soak test about a minute for each hour."""
    final, partial = _feed_latency()
    slowest = _hls_latency()
    hours = HOURS / 10 if lengths is QUICK else HOURS
    soak = _soak(hours)
    return [
        Row("end of a sentence to its final cue in the feed, median", final, 0.8, "s", "≤ 1"),
        Row("beginning of speech to its first partial, median", partial, 1.0, "s", "≤ 1"),
        Row("segment of the source to its captions, the slowest", slowest, PLAIN.length, "s", "≤ 1"),
        Row(f"largest lag in {hours:g} h with 50 faults", soak.most_lag, 30.0, "s", "≤ 1.5"),
        _memory_row(hours, soak.memory),
    ]


def _feed_latency() -> tuple[float, float]:
    """Return two medians, in seconds.

    The first is from the end of a sentence to its final caption, the second from its start to its first partial.
    """
    port = free_port()
    command = [sys.executable, "-m", "captioner", "live", "-", "--backend", "scripted", "--partials", "-q"]
    command += ["--serve", str(port), "--input-format", "s16le"]
    command += ["--input-option", "sample_rate=16000", "--input-option", "ch_layout=mono"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    received: list[tuple[float, dict[str, object]]] = []
    wait_until(lambda: _answers(port))
    Thread(target=_follow, args=(port, received), daemon=True).start()
    time.sleep(1.0)
    started = _speak(process)
    time.sleep(2.0)
    process.terminate()
    process.wait()
    finals, partials = [], []
    for sentence in TRUTH:
        if sentence["end"] > SECONDS - 1.0:
            break
        start, end = sentence["start"], sentence["end"]
        captions = [(at - started, each["is_final"]) for at, each in received if _starts_near(each, start)]
        finals += [at - end for at, is_final in captions if is_final][:1]
        partials += [at - start for at, is_final in captions if not is_final][:1]
    return statistics.median(finals), statistics.median(partials)


def _starts_near(caption: dict[str, object], start: float) -> bool:
    return abs(float(str(caption["start"])) - start) < 0.4


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code in (200, 503)
    except httpx.HTTPError:
        return False


def _follow(port: int, received: list[tuple[float, dict[str, object]]]) -> None:
    """Append each caption of the feed to `received`, with the time of its arrival."""
    with httpx.stream("GET", f"http://127.0.0.1:{port}/feed", timeout=None) as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                received.append((time.monotonic(), json.loads(line[6:])))


def _speak(process: subprocess.Popen[bytes]) -> float:
    """Write the talk to the standard input of a process in real time, and return when it started."""
    samples = (decoded(SAMPLE)[: round(SECONDS * 16_000)] * 32767).astype("<i2")
    started = time.monotonic()
    assert process.stdin
    for at in range(0, len(samples), 320):
        early = started + (at + 320) / 16_000 - time.monotonic()
        if early > 0:
            time.sleep(early)
        process.stdin.write(samples[at : at + 320].tobytes())
        process.stdin.flush()
    return started


def _hls_latency() -> float:
    """Return the longest delay, in seconds, from a segment in the source's playlist to its captions in captioner's."""
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
                    for segment in media_playlist(text, "").segments:
                        times.setdefault(segment.sequence, time.monotonic())
                time.sleep(0.05)
        stop_process(sender)
    # The first segments were in the playlist before captioner started.
    return float(np.max([seen[1][number] - seen[0][number] for number in sorted(seen[1])[4:]]))


def _soak(hours: float) -> Soak:
    """Run the soak test. Raises `RuntimeError` if it finds a fault."""
    with TemporaryDirectory() as name:
        soak = Soak(Path(name), hours * 3600, 50)
        soak.run()
    if soak.broken:
        raise RuntimeError(f"soak test: {soak.broken[:5]}")
    return soak


def _memory_row(hours: float, memory: Sequence[int]) -> Row | str:
    """Return the row for the medians of memory at the end and after the first tenth of the time."""
    label = f"memory at the end of {hours:g} h / at the beginning"
    tenth = max(1, len(memory) // 10)
    if len(memory) <= tenth:
        return f"{label}: not measured, too short"
    early, late = statistics.median(memory[tenth : 3 * tenth]), statistics.median(memory[-tenth:])
    return Row(label, late / 2**20, early / 2**20, "MiB", "→ 1")
