"""Sentences spoken by flite and laid out in time, to the sample."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from talk import Sentence

RATE = 16_000
"""Hz, of flite's voices."""

STRETCH = 1.07
"""How much slower than flite's own pace: no caption then asks for more than 20 characters a second."""

LEVEL = 0.1
"""The RMS of every sentence, of a full scale of 1: -20 dBFS."""


@dataclass(frozen=True)
class Spoken:
    """A sentence in its place: `start` and `end` in seconds, the first and the last sound of it."""

    sentence: Sentence
    start: float
    end: float


def speak(sentence: Sentence, folder: Path) -> NDArray[np.float64]:
    """The sound of one sentence in [-1, 1], shape (n,), cut to its phones: without flite's own silence around them."""
    path = folder / "sentence.wav"
    pace = ["--setf", f"duration_stretch={STRETCH}"]
    command = ["flite", "-voice", sentence.voice, *pace, "-psdur", "-t", sentence.spoken, "-o", str(path)]
    phones = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    ends = [(name, float(end)) for name, end in (phone.split(":") for phone in phones)]
    # flite begins and ends with a phone "pau"; each phone is printed with the second of its end.
    assert ends[0][0] == ends[-1][0] == "pau", phones
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
    sound = samples[round(ends[0][1] * RATE) : round(ends[-2][1] * RATE)]
    return np.asarray(sound * LEVEL / np.sqrt(np.mean(sound**2)))


def lay_out(talk: Sequence[Sentence], ending: float, folder: Path) -> tuple[NDArray[np.float64], tuple[Spoken, ...]]:
    """The whole talk, its pauses and `ending` seconds of silence, and where each sentence lies in it."""
    parts, spoken, position = [], [], 0
    for sentence in talk:
        sound = speak(sentence, folder)
        start = position + round(sentence.pause * RATE)
        parts += [np.zeros(start - position), sound]
        position = start + len(sound)
        spoken.append(Spoken(sentence, start / RATE, position / RATE))
    return np.concatenate([*parts, np.zeros(round(ending * RATE))]), tuple(spoken)


def left_and_right(samples: NDArray[np.float64], spoken: Sequence[Spoken], left: str) -> NDArray[np.float64]:
    """The talk in two channels, shape (n, 2): the voice `left` in the first, all others in the second."""
    channels = np.zeros((len(samples), 2))
    for said in spoken:
        part = slice(round(said.start * RATE), round(said.end * RATE))
        channels[part, 0 if said.sentence.voice == left else 1] = samples[part]
    return channels


def write_wav(samples: NDArray[np.float64], path: Path) -> None:
    """Write `samples`, of shape (n,) or (n, channels), as 16 bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
