"""Audio for the tests of speech detection: synthetic speech, real recordings, and audio without speech."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from captioner.media import open_media, read_audio
from captioner.speech import SAMPLE_RATE
from captioner.values import Audio, Samples
from tests.paths import DATA

MEDIA = {".wav", ".flac", ".mp3", ".aiff", ".aac", ".ogg", ".webm", ".mp4"}
Signal = NDArray[np.float64]
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


@cache
def ten_minutes(seed: int = 20) -> dict[str, Samples]:
    """Return ten minutes of noise, hum, clicks, tones and music, each quiet right after it was loud."""
    random = np.random.default_rng(seed)
    count = 60 * SAMPLE_RATE
    time = np.arange(count) / SAMPLE_RATE
    white = random.normal(size=count)
    bins = np.sqrt(np.arange(1, count // 2 + 2))
    pink = np.fft.irfft(np.fft.rfft(white) / bins, count)
    pink /= np.sqrt(np.mean(pink**2))
    hum = sum(np.sin(2 * np.pi * 50 * harmonic * time) / harmonic for harmonic in (1, 2, 3, 5, 7)) / 2

    def steps(lowest: float, highest: float, seconds: float) -> Signal:
        """Return a level that jumps every few seconds, as a factor."""
        decibels = random.uniform(lowest, highest, round(60 / seconds) + 1)
        return np.asarray(10 ** (np.repeat(decibels, round(seconds * SAMPLE_RATE))[:count] / 20))

    def events(seconds: float, length: float, sound: Callable[[Signal], Signal]) -> Signal:
        """Return a sound that comes every few seconds and fades, at random levels."""
        result, size = np.zeros(count + 2 * SAMPLE_RATE), round(length * SAMPLE_RATE)
        clock = np.arange(size) / SAMPLE_RATE
        for at in range(0, count, round(seconds * SAMPLE_RATE)):
            level = 10 ** (random.uniform(-50, -12) / 20)
            result[at : at + size] += level * sound(clock) * np.exp(-5 * clock / length)
        return result[:count]

    def note(clock: Signal) -> Signal:
        pitch = 220 * 2 ** (random.integers(-12, 24) / 12)
        return np.asarray(sum(np.sin(2 * np.pi * pitch * k * clock) / k for k in (1, 2, 3, 4)))

    def tones(clock: Signal) -> Signal:
        low, high = random.choice([697, 770, 852, 941]), random.choice([1209, 1336, 1477])
        return np.asarray(np.sin(2 * np.pi * low * clock) + np.sin(2 * np.pi * high * clock))

    quiet = 10 ** (-72 / 20) * pink
    sounds = {
        "white": white * steps(-60, -18, 1.5),
        "pink": pink * steps(-60, -18, 0.8),
        "gusts": pink * 10 ** ((-35 + 20 * np.sin(2 * np.pi * 0.4 * time)) / 20),
        "hum": hum * steps(-55, -15, 2) + quiet,
        "clicks": events(0.25, 0.03, lambda clock: random.normal(size=len(clock))) + quiet,
        "drums": events(0.3, 0.25, lambda clock: np.sin(2 * np.pi * 60 * clock)) + quiet,
        "notes": events(0.4, 0.8, note) + quiet,
        "dialling": events(0.5, 0.25, tones) + quiet,
        "babble-like": pink * 10 ** (-45 / 20) * (1 + 0.9 * np.sin(8 * np.pi * time)) + white / 6 * (time % 6 < 1.5),
        "sweep": np.sin(2 * np.pi * (200 * time + 20 * time**2)) * steps(-50, -15, 2) + quiet,
    }
    return {name: np.clip(sound, -1, 1).astype(np.float32) for name, sound in sounds.items()}


def two_speakers(loud: Samples, quiet: Samples, decibels: float, gap: float = 0.1) -> tuple[Samples, float]:
    """Return one voice and, `decibels` below it and `gap` seconds later, another; and when that one begins."""
    silence = np.zeros(round(gap * SAMPLE_RATE), np.float32)
    start = (len(loud) + len(silence)) / SAMPLE_RATE
    return np.concatenate((loud, silence, amplified(quiet, decibels))), start
