"""A talk as people hold it, with fillers, repetitions and long pauses, whose word times are known.

espeak-ng says some parts and flite, where it is installed, the others. The text of the talk holds neither fillers nor
repetitions. Any length; the same seed gives the same talk.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from captioner.values import Audio, Samples
from tests.align.flite_voices import VOICES as FLITE_VOICES
from tests.align.flite_voices import flite_installed, flite_speech
from tests.align.voices import RATE, noisy, spoken_with_marks

ESPEAK_VOICES = ("en-us+f2", "en-us+m3", "en-us+f4")

FILLERS = ("um", "uh", "er", "you know", "I mean", "well, um", "so, er", "like, uh")

LONG_PAUSE = (1.0, 4.0)
SHORT_PAUSE = (0.15, 0.6)

_OPENINGS = (
    "When the harbour froze", "On the second morning", "Before the bridge was built", "After the long drought",
    "In the years that followed", "By the time we arrived", "As soon as the letters came", "While the others slept",
    "Just below the old mill", "Without telling anybody", "Late in the autumn", "During the last election",
)  # fmt: skip
_SUBJECTS = (
    "the ferry captain", "my grandmother", "a young engineer", "the village council", "our neighbour", "the baker",
    "two of the students", "the weather service", "an old fisherman", "the railway company", "her youngest brother",
    "the museum", "nobody in the valley", "the night nurse", "every second farmer", "the orchestra",
)  # fmt: skip
_VERBS = (
    "counted", "repaired", "sold", "painted", "remembered", "measured", "forgot", "carried home", "wrote about",
    "asked for", "borrowed", "buried", "photographed", "kept an eye on", "refused", "argued over",
)  # fmt: skip
_OBJECTS = (
    "the wooden boats", "a map of the coast", "seven hundred apples", "the broken clock", "all the yellow lamps",
    "a piece of copper wire", "the minutes of the meeting", "three barrels of salt", "an unfinished song",
    "the price of winter wheat", "a very heavy suitcase", "the keys to the chapel", "the temperature of the river",
    "some photographs of the moon", "every window in the street", "a box of green buttons",
)  # fmt: skip
_ENDINGS = (
    "because the road was closed", "and nobody complained", "which surprised the doctor", "until the music stopped",
    "although it was forbidden", "so the children could see it", "without any help from the city",
    "and that was the end of it", "as if nothing had happened", "for the first time in forty years",
    "which is more than I can say", "and then they went to lunch",
)  # fmt: skip


def sentences(seed: int) -> Iterator[tuple[str, ...]]:
    """Yield sentences without end, each as its phrases, with commas and full stops."""
    chance = random.Random(seed)
    while True:
        core = f"{chance.choice(_SUBJECTS)} {chance.choice(_VERBS)} {chance.choice(_OBJECTS)}"
        phrases = [core]
        if chance.random() < 0.5:
            phrases.insert(0, chance.choice(_OPENINGS))
        if chance.random() < 0.6:
            phrases.append(chance.choice(_ENDINGS))
        phrases[0] = phrases[0][0].upper() + phrases[0][1:]
        yield (*(f"{phrase}," for phrase in phrases[:-1]), f"{phrases[-1]}.")


@dataclass(frozen=True)
class KnownWord:
    """A word of a script and when it is said."""

    position: int
    """Of its first character in the script."""
    start: float
    """Seconds."""


@dataclass(frozen=True)
class Talk:
    """A talk, its script, and when the words of the script are said."""

    audio: Audio
    script: str
    words: tuple[KnownWord, ...]


def hesitant_talk(seed: int, seconds: float, *, unspoken: float = 0.0, foreign: float = 0.0) -> Talk:
    """Return a talk of about `seconds` seconds.

    `unspoken` is the share of sentences of the script that are not said, `foreign` that of sentences that are said and
    not in the script.
    """
    chance = random.Random(seed)
    voices = [*ESPEAK_VOICES, *(FLITE_VOICES if flite_installed() else ())]
    maker = _Maker(chance)
    for number, phrases in enumerate(sentences(seed)):
        if maker.seconds >= seconds:
            break
        voice = voices[number // 6 % len(voices)]
        fate = chance.random()
        if fate < unspoken:
            maker.write(phrases)
        elif fate < unspoken + foreign:
            maker.say(phrases, voice, is_written=False)
        else:
            maker.say(phrases, voice)
    return maker.talk(seed)


class _Maker:
    """Writes the script and lays out the sound of a talk."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._script = ""
        self._parts: list[Samples] = []
        self._count = 0
        self._words: list[KnownWord] = []
        self._pause((0.4, 0.8))

    @property
    def seconds(self) -> float:
        return self._count / RATE

    def write(self, phrases: tuple[str, ...]) -> None:
        """Add a sentence to the script that is not said."""
        self._script += f"{' '.join(phrases)}\n"

    def say(self, phrases: tuple[str, ...], voice: str, *, is_written: bool = True) -> None:
        """Say a sentence, hesitantly, and add it to the script if it is written there."""
        for phrase in phrases:
            if self._chance.random() < 0.25:
                self._add(said(self._chance.choice(FILLERS), voice)[0])
                self._pause(SHORT_PAUSE)
            elif self._chance.random() < 0.2:
                self._add(said(" ".join(phrase.split()[: self._chance.choice((1, 2, 3))]), voice)[0])
                self._pause(SHORT_PAUSE)
            sound, starts = said(phrase, voice)
            if is_written:
                self._words += [KnownWord(len(self._script) + at, self.seconds + start) for at, start in starts]
                self._script += f"{phrase} "
            self._add(sound)
            self._pause(LONG_PAUSE if self._chance.random() < 0.12 else SHORT_PAUSE)
        if is_written:
            self._script = f"{self._script.rstrip()}\n"
        if self._chance.random() < 0.35:
            self._pause(LONG_PAUSE)

    def talk(self, seed: int) -> Talk:
        samples = noisy(np.concatenate(self._parts), 40, seed)
        return Talk(Audio(samples, RATE), self._script, tuple(self._words))

    def _pause(self, seconds: tuple[float, float]) -> None:
        self._add(np.zeros(round(self._chance.uniform(*seconds) * RATE), np.float32))

    def _add(self, samples: Samples) -> None:
        self._parts.append(samples)
        self._count += len(samples)


@cache
def said(text: str, voice: str) -> tuple[Samples, tuple[tuple[int, float], ...]]:
    """Return a phrase without the silence around it, and (position in the text, second) of each of its words."""
    samples, marks = _said_by_flite(text, voice) if voice in FLITE_VOICES else spoken_with_marks(text, voice)
    loud = np.flatnonzero(np.abs(samples) > 0.003)
    first, last = int(loud[0]), int(loud[-1]) + 1
    level = np.float32(0.1 / np.sqrt(np.mean(samples[first:last] ** 2)))
    starts = tuple((at, max(0.0, start - first / RATE)) for at, start in marks)
    return samples[first:last] * level, starts


def _said_by_flite(text: str, voice: str) -> tuple[Samples, list[tuple[int, float]]]:
    audio, words = flite_speech(text, voice)
    positions = np.cumsum([0, *(len(word) + 1 for word in text.split())]).tolist()
    return audio.samples, [(position, word.start) for position, word in zip(positions, words, strict=False)]
