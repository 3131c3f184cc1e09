"""Finding speech: captioner's silero against the package's own function and faster-whisper's, on the same sound, in
processor time.

captioner's probabilities are given to the package's own state machine, so that the regions can be compared.
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
from tests.benchmarks.measuring import RATE, in_turns, processor_seconds, sound_of, talk

Regions = list[tuple[int, int]]
"""First and last sample of each."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    with TemporaryDirectory() as folder:
        samples = sound_of(talk(lengths.talk, Path(folder)))
    samples = np.pad(samples, (0, -len(samples) % FRAME))
    packaged = partial(by_package, package_model(), samples)
    expected = packaged()
    if (found := ours(samples)) != expected:
        raise RuntimeError(f"silero finds {len(expected)} regions, captioner {len(found)}, and not the same")
    step = round(BLOCK * RATE)
    sound = [Audio(samples[at : at + step], RATE, at / RATE) for at in range(0, len(samples), step)]
    works: list[Callable[[], object]] = [partial(ours, samples), lambda: list(speech_clips(sound)), packaged]
    if theirs := faster_whisper(samples):
        works.append(theirs)
    taken = in_turns(*(partial(processor_seconds, work) for work in works))
    fast, whole, slow, *other = (len(samples) / RATE / spent for spent in taken)
    same = f"({len(expected)} regions, all the same)"
    rows: list[Row | str] = [
        Row(f"finding speech as silero does: captioner / silero {same}", fast, slow, "x real time", "≥ 15"),
        Row("finding speech: captioner, quiet speech lifted / silero", whole, slow, "x real time", ""),
    ]
    what = "finding speech: captioner / faster-whisper"
    if not theirs:
        return [*rows, f"{what} is not measured, for faster-whisper is not installed"]
    shared = f"({len(set(theirs()) & set(expected))} of {len(expected)} regions the same)"
    return [*rows, Row(f"{what} {shared}", fast, other[0], "x real time", "≥ 3")]


def ours(samples: Samples) -> Regions:
    from silero_vad.utils_vad import get_speech_timestamps_from_probs

    probabilities = load_speech_model().probabilities(samples).tolist()
    return _pairs(get_speech_timestamps_from_probs(probabilities, audio_length_samples=len(samples)))


def package_model() -> Any:
    """As the package loads it, which has torch compute on one core: two would take longer for frames so short."""
    from silero_vad import load_silero_vad

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return load_silero_vad()


def by_package(model: Any, samples: Samples) -> Regions:
    import torch
    from silero_vad import get_speech_timestamps

    return _pairs(get_speech_timestamps(torch.from_numpy(samples), model))


def faster_whisper(samples: Samples) -> Callable[[], Regions] | None:
    """Its own search with silero's settings; None where it is not installed."""
    if find_spec("faster_whisper") is None:
        return None
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    same = VadOptions(min_speech_duration_ms=250, min_silence_duration_ms=100, speech_pad_ms=30)
    return lambda: _pairs(get_speech_timestamps(samples, same))


def _pairs(regions: list[dict[str, Any]]) -> Regions:
    return [(region["start"], region["end"]) for region in regions]
