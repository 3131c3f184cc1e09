"""Voice activity detection: captioner's silero against the package's own function and faster-whisper's, in CPU time.

The package's own rules turn captioner's probabilities into regions, so that the regions can be compared.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from captioner.media.decode import BLOCK
from captioner.speech import FRAME, load_speech_model, speech_clips
from captioner.values import Audio, Samples
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import RATE, alternate, cpu_seconds, read_whole, talk

Regions = list[tuple[int, int]]
"""First and last sample of each region."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    with TemporaryDirectory() as folder:
        samples = read_whole(talk(lengths.talk, Path(folder))).samples
    samples = np.pad(samples, (0, -len(samples) % FRAME))
    packaged = partial(by_package, package_model(), samples)
    expected = packaged()
    if (regions := by_captioner(samples)) != expected:
        raise RuntimeError(f"silero finds {len(expected)} regions, captioner {len(regions)}, and they differ")
    step = round(BLOCK * RATE)
    blocks = [Audio(samples[at : at + step], RATE, at / RATE) for at in range(0, len(samples), step)]
    works: list[Callable[[], object]] = [partial(by_captioner, samples), lambda: list(speech_clips(blocks)), packaged]
    if theirs := faster_whisper(samples):
        works.append(theirs)
    seconds = alternate(*(partial(cpu_seconds, work) for work in works))
    ours, with_gain, silero, *other = (len(samples) / RATE / spent for spent in seconds)
    equal = f"({len(expected)} regions, all equal)"
    rows: list[Row | str] = [
        Row(f"VAD by silero's rules: captioner / silero {equal}", ours, silero, "x real time", "≥ 15"),
        Row("VAD: captioner with gain for quiet speech / silero", with_gain, silero, "x real time", ""),
    ]
    label = "VAD: captioner / faster-whisper"
    if not theirs:
        return [*rows, f"{label}: not measured, faster-whisper is not installed"]
    equal = f"({len(set(theirs()) & set(expected))} of {len(expected)} regions equal)"
    return [*rows, Row(f"{label} {equal}", ours, other[0], "x real time", "≥ 3")]


def by_captioner(samples: Samples) -> Regions:
    from silero_vad.utils_vad import get_speech_timestamps_from_probs

    probabilities = load_speech_model().probabilities(samples).tolist()
    return _pairs(get_speech_timestamps_from_probs(probabilities, audio_length_samples=len(samples)))


def package_model() -> Any:
    """Return the model as the package loads it. torch then works on one core: for such short frames two are slower."""
    from silero_vad import load_silero_vad

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return load_silero_vad()


def by_package(model: Any, samples: Samples) -> Regions:
    import torch
    from silero_vad import get_speech_timestamps

    return _pairs(get_speech_timestamps(torch.from_numpy(samples), model))


def faster_whisper(samples: Samples) -> Callable[[], Regions] | None:
    """Return faster-whisper's own detection, with silero's settings; None if it is not installed."""
    if find_spec("faster_whisper") is None:
        return None
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    settings = VadOptions(min_speech_duration_ms=250, min_silence_duration_ms=100, speech_pad_ms=30)
    return lambda: _pairs(get_speech_timestamps(samples, settings))


def _pairs(regions: list[dict[str, Any]]) -> Regions:
    return [(region["start"], region["end"]) for region in regions]
