"""Emission costs: how well the frames of a clip match the sounds that the letters of a text stand for.

Vowels are loud and dark, an s is bright, a t is nearly silent: three numbers for each frame are enough. The sounds of
the text, each with its usual length, are the model of a hidden Markov model. It needs no voice and no dictionary.

Each class of sound has three states: its first, second and last third.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from captioner.align.clip_features import ClipFeatures
from captioner.align.mfcc import HOP, Floats
from captioner.align.sound_classes import VOWEL, LetterSound, letter_sounds
from captioner.align.text_units import TextUnit
from captioner.align.viterbi import Indices, ViterbiPath, best_path

_MEANS = np.array(
    [
        [[1.0, 0.3, -0.9], [0.4, 0.3, -0.1], [-0.4, 0.3, 0.4]],
        [[-1.0, -1.4, 0.6], [-0.9, -2.4, 0.4], [-1.7, -1.9, -0.2]],
        [[-1.4, -0.7, 0.3], [-1.9, -1.6, -0.5], [-0.6, -0.4, 0.2]],
        [[-1.6, -0.6, 0.4], [-2.2, -1.4, -0.5], [-0.6, -1.5, -0.1]],
        [[-0.9, 0.5, 0.5], [-1.2, 0.3, 0.8], [-0.8, 0.2, 0.6]],
        [[-0.6, 0.6, 1.0], [-0.2, 0.7, 0.3], [-0.6, 0.4, 0.4]],
    ],
    np.float32,
)
"""The means of the first three cepstra (level, brightness and middle) of each state, shape (classes, 3, 3).

Learned from two readers of English by repeated alignment, without known word times.
"""

_DEVIATION_COST = 0.5
"""Cost of a frame, for each squared deviation from the mean of its state."""

_ENTER_COST = (3.0, 0.8, -1.5, -1.5)
"""Cost of entering a silence after a unit, by `TextUnit.boundary`: a pause after a comma is expected."""

_CLAUSE_END = 0.4
"""Fifths of a second by which a speaker lengthens the end of a clause."""

_FASTEST = 2.0
"""Sounds a frame, at one frame or more for each sound, above which a text cannot be the clip's."""

_SILENT_UNIT = (LetterSound(VOWEL, 0.2),)
"""The sounds of a unit without letters."""


def letter_path(clip: ClipFeatures, text: str, units: Sequence[TextUnit]) -> tuple[ViterbiPath, Indices] | None:
    """Return the path of the clip's frames through the sounds of the text, and the model frame of each unit's start.

    The second, shape (units + 1,), ends with the number of model frames. None if the text is too long for the clip.
    """
    duration = round(clip.voiced_seconds / HOP)
    states, unit_frames = frames_by_letters(text, units, duration)
    if len(states) > _FASTEST * duration:
        return None
    enter_cost = np.array([0.0, *(_ENTER_COST[unit.boundary] for unit in units[:-1]), 0.0], np.float32)
    cost = (_DEVIATION_COST * emission_costs(clip.features))[:, states] + clip.quiet_cost[:, None]
    path = best_path(np.asarray(cost, np.float32), clip.silence_cost, unit_frames, enter_cost=enter_cost)
    return path, unit_frames


def states_of_frames(text: str, units: Sequence[TextUnit], unit_frames: Indices) -> Indices:
    """Return the state of each frame of a voice, by the letters: a column of `emission_costs`, shape (frames,).

    `unit_frames` are the frames at which the units begin, then the number of frames.
    """
    states = []
    for unit, count in zip(units, np.diff(unit_frames), strict=True):
        sounds = _sounds_of(text, unit)
        states.append(_states(sounds, _frame_counts(np.array([sound.length for sound in sounds]), int(count))))
    return np.concatenate(states)


def frames_by_letters(text: str, units: Sequence[TextUnit], count: int) -> tuple[Indices, Indices]:
    """Return the state of each of about `count` frames of a text by its letters, and the frames of its units.

    Each sound has at least one frame. The second, shape (units + 1,), holds the frame at which each unit begins, then
    the number of frames.
    """
    sounds = [_sounds_of(text, unit) for unit in units]
    counts = np.maximum(_frame_counts(np.array([sound.length for unit in sounds for sound in unit]), count), 1)
    unit_frames = np.concatenate(([0], np.cumsum(counts)))[np.cumsum([0, *map(len, sounds)])]
    return _states([sound for unit in sounds for sound in unit], counts), unit_frames


def emission_costs(features: Floats) -> Floats:
    """Return the squared deviation of each frame from the mean of each state, shape (frames, states)."""
    means = _MEANS.reshape(-1, _MEANS.shape[-1])
    return np.asarray(np.square(features[:, None, : means.shape[-1]] - means).mean(axis=2))


def _sounds_of(text: str, unit: TextUnit) -> tuple[LetterSound, ...]:
    """Return the sounds of a unit, the last two of them lengthened at the end of a clause."""
    sounds = letter_sounds(text[unit.first : unit.last]) or _SILENT_UNIT
    if unit.boundary < 2:
        return sounds
    last = (LetterSound(sound.sound_class, sound.length + _CLAUSE_END / 2) for sound in sounds[-2:])
    return (*sounds[:-2], *last)


def _frame_counts(lengths: NDArray[np.float64], count: int) -> Indices:
    """Return the frames that each sound gets if `count` frames are divided by length, shape (sounds,)."""
    return np.asarray(np.diff(np.rint(np.cumsum(lengths) * count / lengths.sum()).astype(int), prepend=0))


def _states(sounds: Sequence[LetterSound], counts: Indices) -> Indices:
    """Return the state of each frame of sounds that last `counts` frames each, shape (frames,)."""
    firsts = np.cumsum(counts) - counts
    thirds = (np.arange(counts.sum()) - np.repeat(firsts, counts)) * 3 // np.repeat(counts, counts)
    return np.asarray(np.repeat([3 * sound.sound_class for sound in sounds], counts) + thirds)
