"""The frames of a script: what espeak-ng's voice, or the letters where it has none, would sound like, text by text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from captioner.align.emission_cost import frames_by_letters, states_of_frames
from captioner.align.espeak_library import synthesize
from captioner.align.espeak_voices import voice_for
from captioner.align.mfcc import Floats
from captioner.align.readings import reading_of
from captioner.align.text_units import TextUnit
from captioner.align.viterbi import Indices
from captioner.align.voice_features import voice_features
from captioner.script.recording_frames import FRAME, STEP

LEAST_SYLLABLES, MOST_SYLLABLES = 40.0, 120.0
"""Syllables of the parts in which a text is synthesized: long enough to normalise, short enough to hold."""

VOICE_COST, VOICE_DEVIATION_COST, LETTER_DEVIATION_COST = 0.4, 0.075, 0.3
"""Cost of a frame that has nothing in common with that of the voice, and of each squared deviation from the mean of
its letter's sound: beside a voice, and without one."""


@dataclass(frozen=True)
class ScriptFrames:
    """The model frames of a script. Each unit has one or more."""

    features: Floats
    """Cepstra and slopes of the voice, shape (frames, 26); 0 where there is no voice."""
    has_voice: Floats
    """1 for each frame with a voice, 0 for one with letters alone, shape (frames,)."""
    states: Indices
    """The state of each frame by its letters: a column of `emission_costs`, shape (frames,)."""
    unit_frames: Indices
    """The frame at which each unit begins, then the number of frames, shape (units + 1,)."""


def script_frames(
    script: str, units: Sequence[TextUnit], language: str | None, pace: float, noise: Floats
) -> ScriptFrames:
    """Return the frames of `units`, the units of `script`, said at `pace` syllables a second.

    `language` is a BCP 47 tag, or None if it is unknown. `noise` is the power of the recording's noise relative to that
    of its speech, in each mel band.
    """
    parts = [_part(script, units[first:last], language, pace, noise) for first, last in _ranges(units)]
    firsts = np.cumsum([0, *(len(part.states) for part in parts)])
    starts = [first + part.unit_frames[:-1] for first, part in zip(firsts, parts, strict=False)]
    return ScriptFrames(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.has_voice for part in parts]),
        np.concatenate([part.states for part in parts]),
        np.append(np.concatenate(starts), firsts[-1]),
    )


def _ranges(units: Sequence[TextUnit]) -> Iterator[tuple[int, int]]:
    """Yield (first unit, unit after the last) of each part, which ends with a clause if it can."""
    first, syllables = 0, 0.0
    for number, unit in enumerate(units):
        syllables += unit.weight
        if syllables >= (LEAST_SYLLABLES if unit.boundary >= 2 else MOST_SYLLABLES):
            yield first, number + 1
            first, syllables = number + 1, 0.0
    if first < len(units):
        yield first, len(units)


def _part(script: str, units: Sequence[TextUnit], language: str | None, pace: float, noise: Floats) -> ScriptFrames:
    start = units[0].first
    text = script[start : units[-1].last]
    units = [replace(unit, first=unit.first - start, last=unit.last - start) for unit in units]
    duration = sum(unit.weight for unit in units) / pace
    voice = voice_for(language, text)
    reading = reading_of(text, voice) if voice else None
    speech = synthesize(reading.text, voice) if voice and reading else None
    if reading is None or speech is None:
        states, unit_frames = frames_by_letters(text, units, round(duration / FRAME))
        return ScriptFrames(
            np.zeros((len(states), 26), np.float32), np.zeros(len(states), np.float32), states, unit_frames
        )
    model = voice_features(reading.with_text_positions(speech), units, duration, noise)
    count = max(len(units), len(model.features) // STEP)
    middles = np.minimum((np.arange(count) + 0.5) * len(model.features) / count, len(model.features) - 1).astype(int)
    edges = np.linspace(0, len(model.features), count + 1).astype(int)
    features = np.add.reduceat(model.features, np.minimum(edges[:-1], len(model.features) - 1), axis=0)
    features /= np.maximum(np.diff(edges), 1)[:, None]
    return ScriptFrames(
        np.asarray(features, np.float32),
        np.ones(count, np.float32),
        states_of_frames(text, units, model.unit_frames)[middles],
        _apart(np.rint(model.unit_frames * count / len(model.features)).astype(int)),
    )


def _apart(unit_frames: Indices) -> Indices:
    """Return the frames moved so that each unit has at least one; there are as many frames as units, or more."""
    numbers = np.arange(len(unit_frames))
    later = np.maximum.accumulate(unit_frames - numbers) + numbers
    return np.asarray(np.minimum(later, unit_frames[-1] - numbers[::-1]))
