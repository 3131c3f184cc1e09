"""How much speech each threshold detects, and how much else: `python -m tests.benchmarks.speech_curve`.

Writes the tables of docs/speech.md between its markers. Needs CAPTIONER_TESTDATA, a folder of real recordings with
the times of their speech.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from captioner.media import find_ffmpeg
from captioner.speech import FRAME, SAMPLE_RATE, SpeechOptions, speech_clips
from captioner.speech.gain import frame_levels
from captioner.values import Samples
from tests.paths import DOCS
from tests.speech.speech_parts import (
    Spans,
    amplified,
    blocks,
    decoded,
    merged,
    recordings,
    shared,
    spoken,
    ten_minutes,
)

FOLDER = Path(os.environ.get("CAPTIONER_TESTDATA", "."))
PAGE = DOCS / "speech.md"
THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
MARKERS = "<!-- curve -->", "<!-- end of the curve -->"
MARGIN = 0.35
"""Seconds around speech that a region may cover: padding, and the error of the reference."""

WITHOUT_SPEECH = ("nonspeech/", "aeneas_n.wav", "aeneas_zero.wav", "tears_of_steel_clip")


@dataclass(frozen=True)
class Material:
    """A recording and when somebody speaks in it."""

    group: str
    samples: Samples
    speech: Spans

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


def over_the_phone(samples: Samples) -> Samples:
    """Return the audio as a telephone carries it: 300 to 3400 Hz, G.711, line noise at -60 dBFS."""
    raw = ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "-"]
    band = ["-af", "highpass=f=300,lowpass=f=3400", "-ar", "8000", "-c:a", "pcm_mulaw", "-f", "wav", "-"]
    back = ["-i", "-", "-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-"]
    noise = np.random.default_rng(1).normal(size=len(samples)) / 1000
    noisy = (samples + noise).astype(np.float32).tobytes()
    coded = subprocess.run([find_ffmpeg(), "-v", "error", *raw, *band], input=noisy, capture_output=True, check=True)
    plain = subprocess.run([find_ffmpeg(), "-v", "error", *back], input=coded.stdout, capture_output=True, check=True)
    return np.frombuffer(plain.stdout, np.float32)


def at_level(samples: Samples, decibels: float) -> Samples:
    """Return the audio so amplified that the loudest twentieth of it has the given level in dBFS."""
    levels = frame_levels(samples[: len(samples) // FRAME * FRAME])
    return amplified(samples, decibels - float(np.percentile(levels, 95)))


def material() -> Iterator[Material]:
    """All of it: meetings, other recordings, calls made of two meetings or two readers, and sound without speech."""
    files = recordings(FOLDER)
    meetings: list[Material] = []
    for name, path in files.items():
        reference = path.with_suffix(".ref.json")
        if any(part in name for part in WITHOUT_SPEECH):
            yield Material("files without speech", decoded(path), [])
        elif reference.exists() and (speech := spoken(reference)):
            one = Material("meetings" if "/ami/" in name else "other recordings", decoded(path), speech)
            yield one
            meetings += [one] if "/ami/" in name else []
    for one, other in zip(meetings, meetings[1:] + meetings[:1], strict=True):
        for quieter in (0.0, -12.0):
            size = min(len(one.samples), len(other.samples))
            mixed = at_level(one.samples[:size], -20) + at_level(other.samples[:size], -20 + quieter)
            yield Material("phone calls", over_the_phone(mixed), merged(one.speech + other.speech))
    for samples in ten_minutes().values():
        yield Material("ten minutes of noise", samples, [])


def regions(samples: Samples, threshold: float) -> Spans:
    return [(clip.start, clip.end) for clip in speech_clips(blocks(samples), SpeechOptions(threshold=threshold))]


def length(spans: Spans) -> float:
    return sum(end - start for start, end in spans)


def measured(all_material: list[Material], threshold: float) -> dict[str, tuple[float, float]]:
    """Return, by group, the share of the speech that lies in a region, and the seconds of regions without speech."""
    detected: dict[str, list[float]] = {}
    for one in all_material:
        ours = regions(one.samples, threshold)
        near = merged([(start - MARGIN, end + MARGIN) for start, end in one.speech])
        sums = detected.setdefault(one.group, [0.0, 0.0, 0.0])
        sums[0] += shared(ours, one.speech)
        sums[1] += length(one.speech)
        sums[2] += length(ours) - shared(ours, near)
    return {group: (inside / total if total else 1.0, false) for group, (inside, total, false) in detected.items()}


def table() -> Iterator[str]:
    everything = list(material())
    spoken_groups = list(dict.fromkeys(one.group for one in everything if one.speech))
    silent_groups = list(dict.fromkeys(one.group for one in everything if not one.speech))
    heads = [f"{group}: lost, false" for group in spoken_groups] + [f"{group}: false" for group in silent_groups]
    yield "| threshold | " + " | ".join(heads) + " |"
    yield "|---|" + "---|" * len(heads)
    for threshold in THRESHOLDS:
        results = measured(everything, threshold)
        cells = [f"{100 * (1 - results[group][0]):.2f} %, {results[group][1]:.1f} s" for group in spoken_groups]
        cells += [f"{results[group][1]:.1f} s" for group in silent_groups]
        bold = "**" if threshold == SpeechOptions().threshold else ""
        yield f"| {bold}{threshold:g}{bold} | " + " | ".join(cells) + " |"
    lengths = {group: sum(one.seconds for one in everything if one.group == group) for group in results}
    speech = {group: sum(length(one.speech) for one in everything if one.group == group) for group in results}
    yield ""
    sizes = [f"{group} {lengths[group]:.0f} s ({speech[group]:.0f} s of speech)" for group in spoken_groups]
    yield "Material: " + ", ".join(sizes + [f"{group} {lengths[group]:.0f} s" for group in silent_groups]) + "."


if __name__ == "__main__":
    before, _, rest = PAGE.read_text("utf-8").partition(MARKERS[0])
    after = rest.partition(MARKERS[1])[2]
    lines = "\n".join(table())
    print(lines)
    PAGE.write_text(f"{before}{MARKERS[0]}\n\n{lines}\n\n{MARKERS[1]}{after}", "utf-8")
