"""Audio for the tests of speech detection: synthetic speech, real recordings, and audio without speech."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from captioner.media import open_media, read_audio
from captioner.speech import SAMPLE_RATE
from captioner.values import Audio, Samples
from tests.paths import DATA

MEDIA = {".wav", ".flac", ".mp3", ".aiff", ".aac", ".ogg", ".webm", ".mp4"}
Spans = list[tuple[float, float]]


@cache
def decoded(path: Path) -> Samples:
    """The audio of a file as captioner decodes it."""
    with open_media(str(path)) as media:
        return np.concatenate([audio.samples for audio in read_audio(media, sample_rate=SAMPLE_RATE)])


def three_sentences() -> tuple[Samples, Spans]:
    """Ten seconds of synthetic speech, with the times of its sentences."""
    truth = json.loads((DATA / "three_sentences.json").read_text("utf-8"))
    return decoded(DATA / "three_sentences.flac"), [(line["start"], line["end"]) for line in truth["sentences"]]


def blocks(samples: Samples, size: int = 32_000, start: float = 0.0) -> Iterator[Audio]:
    """The samples as blocks, the last one shorter."""
    for at in range(0, len(samples), size):
        yield Audio(samples[at : at + size], SAMPLE_RATE, start + at / SAMPLE_RATE)


def amplified(samples: Samples, decibels: float) -> Samples:
    """The samples louder or quieter, clipped as in a recording."""
    return np.asarray(np.clip(samples * 10 ** (decibels / 20), -1, 1), np.float32)


def noises(seconds: float) -> dict[str, Samples]:
    """Noises at -20 dBFS that are not speech."""
    count = round(seconds * SAMPLE_RATE)
    random = np.random.default_rng(20)
    time = np.arange(count) / SAMPLE_RATE
    white = random.normal(size=count)
    spectrum, bins = np.fft.rfft(white), np.arange(1, count // 2 + 2)
    waves = {
        "white": white,
        "pink": np.fft.irfft(spectrum / np.sqrt(bins), count),
        "brown": np.fft.irfft(spectrum / bins, count),
        "hum": sum(np.sin(2 * np.pi * 50 * harmonic * time) / harmonic for harmonic in (1, 2, 3, 5)),
        "chord": sum(
            np.sin(2 * np.pi * pitch * time + np.sin(10 * np.pi * time) / 2) for pitch in (220, 277, 330, 440)
        ),
        "knocks": np.where(time % 1 < 0.02, white, 0),
        "gusts": white * (1 + np.sin(8 * np.pi * time)),
    }
    return {name: (noise / np.sqrt(np.mean(noise**2)) / 10).astype(np.float32) for name, noise in waves.items()}


def recordings(testdata: Path) -> dict[str, Path]:
    """Every recording by its name inside the test data."""
    files = [path for folder in ("audio", "video") for path in (testdata / folder).rglob("*") if path.suffix in MEDIA]
    assert len(files) > 70
    return {str(path.relative_to(testdata)): path for path in sorted(files)}


def spoken(reference: Path) -> Spans:
    """The speech in a reference: its words if it has them, else its segments."""
    known = json.loads(reference.read_text("utf-8"))
    words = known.get("words") or [word for clip in known.get("clips", []) for word in clip["words"]]
    return merged([(part["start"], part["end"]) for part in words or known.get("segments", [])])


def merged(spans: Spans) -> Spans:
    """The same time as spans that do not overlap."""
    result: Spans = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((start, end))
    return result


def shared(ours: Spans, theirs: Spans) -> float:
    """Seconds that both cover; neither may overlap itself."""
    return sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in ours for b in theirs)
