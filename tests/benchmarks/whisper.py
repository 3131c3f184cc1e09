"""The whole way from a file to captions with Whisper tiny.en, against faster-whisper alone with its own word times.

Needs faster-whisper, tiny.en, and CAPTIONER_TESTDATA: all its English recordings one after the other, 10 minutes.
stable-ts is measured too where it is installed. Runs on Linux: it reads the peak of memory from /proc.
"""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import RATE, ROUNDS, python, read_whole
from tests.benchmarks.recordings import FOLDER, MANIFEST
from tests.whisper_models import tiny_en_folder

OURS = """
import sys, captioner
from captioner.backends import Hints, load_backend
captioner.caption(sys.argv[1], backend=load_backend("whisper", model=sys.argv[2]), hints=Hints("en"), align=sys.argv[3])
"""

FASTER_WHISPER = """
import sys
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[2], device="cpu", compute_type="int8", cpu_threads=len(os.sched_getaffinity(0)))
segments, _ = model.transcribe(sys.argv[1], language="en", beam_size=5, word_timestamps=True, vad_filter=True)
list(segments)
"""

STABLE_TS = """
import sys
import stable_whisper
model = stable_whisper.load_faster_whisper(
    sys.argv[2], device="cpu", compute_type="int8", cpu_threads=len(os.sched_getaffinity(0))
)
model.transcribe(sys.argv[1], language="en", beam_size=5, vad_filter=True, verbose=None)
"""

USAGE = """
import os, re, resource
with open("/proc/self/status") as status:
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) / 1024
used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print("usage", sum(one.ru_utime + one.ru_stime for one in used), peak)
"""


@dataclass(frozen=True)
class Usage:
    """What a program takes."""

    cpu: float
    """Seconds, those of its child processes included."""

    memory: float
    """MiB at its peak, without its child processes."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    if not MANIFEST.exists() or find_spec("faster_whisper") is None:
        return ["the whole way with Whisper: not measured, it needs faster-whisper and CAPTIONER_TESTDATA"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        minutes = write_speech(path, 60 * lengths.talk)
        programs = [(OURS, "auto"), (OURS, "backend"), (FASTER_WHISPER,), *stable_ts()]
        commands = [python(f"import os\n{one}{USAGE}", path, tiny_en_folder(), *more) for one, *more in programs]
        ours, unrefined, alone, *stable = usages(commands)
    label = f"{minutes:.1f} min with Whisper tiny.en"
    rows: list[Row | str] = [
        Row(f"{label} / faster-whisper with word times and VAD, CPU time", ours.cpu, alone.cpu, "s", "≤ 1.1"),
        Row(f"{label}, Whisper's own word times / the same", unrefined.cpu, alone.cpu, "s", ""),
        Row(f"{label} / the same, peak memory", ours.memory, alone.memory, "MiB", "≤ 0.5"),
    ]
    rows += [Row(f"{label} / stable-ts with VAD, CPU time", ours.cpu, one.cpu, "s", "") for one in stable]
    rows += [Row(f"{label} / stable-ts with VAD, peak memory", ours.memory, one.memory, "MiB", "") for one in stable]
    return rows


def stable_ts() -> list[tuple[str, ...]]:
    """Return the program of stable-ts, if that is installed."""
    return [(STABLE_TS,)] if find_spec("stable_whisper") else []


def write_speech(path: Path, longest: float) -> float:
    """Write the English recordings, a second apart, up to `longest` seconds; return the minutes that were written."""
    files = sorted(file for kind in ("wav", "mp3", "flac") for file in (FOLDER / "audio/en").rglob(f"*.{kind}"))
    parts = [part for file in files for part in (read_whole(file).samples, np.zeros(RATE, np.float32))]
    samples = np.concatenate(parts)[: round(longest * RATE)]
    with wave.open(str(path), "wb") as written:
        written.setparams((1, 2, RATE, 0, "NONE", ""))
        written.writeframes((samples * 32767).clip(-32768, 32767).astype("<i2").tobytes())
    return len(samples) / RATE / 60


def usages(commands: Sequence[Sequence[str]]) -> list[Usage]:
    """Run the programs in alternation and return the median usage of each."""
    runs = zip(*([usage(command) for command in commands] for _ in range(ROUNDS)), strict=True)
    return [Usage(median(run.cpu for run in of_one), median(run.memory for run in of_one)) for of_one in runs]


def usage(command: Sequence[str]) -> Usage:
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    cpu, memory = map(float, printed.rpartition("usage")[2].split())
    return Usage(cpu, memory)
