"""Spoken digit strings for training and scoring: the strings, the voices, and the variation of the audio."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from captioner.values import Samples
from tests.align.voices import noisy, silence, spoken

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

TRAINED_ACCENTS = ("en-us", "en", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-029")
TRAINED_VARIANTS = (
    "", "+m1", "+m2", "+m3", "+m4", "+m6", "+m7", "+f1", "+f2", "+f3", "+f5", "+Andy", "+Annie", "+Alex", "+linda",
    "+steph", "+Mike", "+Jacky",
)  # fmt: skip
UNSEEN_ACCENTS = ("en-us-nyc", "en-gb-x-gbcwmd")
UNSEEN_VARIANTS = ("+m5", "+f4", "+m8", "+belinda", "+paul")

HELD_OUT = 7
"""Strings of three digits and more whose sum ends in this are never trained on."""


@dataclass(frozen=True)
class SpokenDigits:
    """A spoken digit string."""

    text: str
    voice: str
    samples: Samples
    """At 16 kHz."""


def spoken_digits(
    count: int, seed: int, accents: tuple[str, ...], variants: tuple[str, ...], *, held_out: bool
) -> Iterator[SpokenDigits]:
    """`count` strings of one to six digits in random voices: only held-out strings, or only others."""
    chance = random.Random(seed)
    for _ in range(count):
        text = random_string(chance)
        while is_held_out(text) != held_out:
            text = random_string(chance)
        voice = chance.choice(accents) + chance.choice(variants)
        yield SpokenDigits(text, voice, varied_speech(text, voice, chance))


def random_string(chance: random.Random) -> str:
    return " ".join(chance.choice(DIGITS) for _ in range(chance.randint(1, 6)))


def is_held_out(text: str) -> bool:
    digits = [DIGITS.index(word) for word in text.split()]
    return len(digits) >= 3 and sum(digits) % 10 == HELD_OUT


def varied_speech(text: str, voice: str, chance: random.Random) -> Samples:
    """The string at a random pace, pitch and loudness, between short silences, and mostly with noise."""
    samples = spoken(text, voice, pace=chance.randint(130, 220), pitch=chance.randint(25, 75))
    samples = np.concatenate([silence(chance.uniform(0, 0.5)), samples, silence(chance.uniform(0.05, 0.5))])
    samples = samples * np.float32(chance.uniform(0.15, 1.0) / max(1e-3, np.abs(samples).max()))
    decibels = chance.choice([None, 15, 20, 25, 30, 40])
    return samples if decibels is None else noisy(samples, decibels, seed=chance.getrandbits(32))
