"""A text laid over a clip by what its letters sound like: no voice, no dictionary, no model, any script.

Vowels are loud and dark, an s is bright, a t is nearly silent: three numbers a frame tell enough. The sounds of the
text, each as long as it mostly is, take the place of a synthetic voice in the same hidden Markov model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from captioner.align.features import ClipFeatures
from captioner.align.mfcc import HOP, Floats
from captioner.align.sound_classes import VOWEL, LetterSound, letter_sounds
from captioner.align.text_units import TextUnit
from captioner.align.viterbi import Indices, Path, best_path

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
"""The first three cepstra, so level, brightness and middle, of each kind of sound in its first, second and last third.

Learnt by laying the text over two readers of English again and again, without knowing where a word begins.
"""

_STRANGE = 0.5
"""Cost of a frame, for each square deviation that it lies off what its sound has on average."""

_ENTER = (3.0, 0.8, -1.5, -1.5)
"""Cost of a silence begun after a unit, by `Unit.boundary`: a pause after a comma is no surprise."""

_SLOWER = 0.4
"""Fifths of a second by which the end of a clause is drawn out."""

_FASTEST = 2.0
"""Sounds a frame, when each is held for one frame at least, from which on a text is not the clip's."""

_MUTE = (LetterSound(VOWEL, 0.2),)


def follow(clip: ClipFeatures, text: str, parts: Sequence[TextUnit]) -> tuple[Path, Indices] | None:
    """The path of the clip's frames through those of the text, and at which of these each unit begins, then the end.

    None for a text that nobody says so fast.
    """
    duration = round(clip.voiced / HOP)
    said = [_said(text, part) for part in parts]
    lengths = np.array([sound.length for unit in said for sound in unit])
    counts = np.maximum(_spread(lengths, duration), 1)
    if counts.sum() > _FASTEST * duration:
        return None
    starts = np.concatenate(([0], np.cumsum(counts)))[np.cumsum([0, *map(len, said)])]
    enter = np.array([0.0, *(_ENTER[part.boundary] for part in parts[:-1]), 0.0], np.float32)
    kinds = _kinds([sound for unit in said for sound in unit], counts)
    cost = (_STRANGE * emission_costs(clip.features))[:, kinds] + clip.hushed[:, None]
    return best_path(np.asarray(cost, np.float32), clip.silent, starts, enter=enter), starts


def kinds_of_frames(text: str, parts: Sequence[TextUnit], starts: Indices) -> Indices:
    """The kinds, as `strangeness` counts them, of the frames of a voice in which the units begin at `starts`."""
    pieces = []
    for part, count in zip(parts, np.diff(starts), strict=True):
        said = _said(text, part)
        pieces.append(_kinds(said, _spread(np.array([sound.length for sound in said]), int(count))))
    return np.concatenate(pieces)


def emission_costs(features: Floats) -> Floats:
    """How far frames lie off what each kind of sound has on average, in square deviations, shape (frames, kinds)."""
    means = _MEANS.reshape(-1, _MEANS.shape[-1])
    return np.asarray(np.square(features[:, None, : means.shape[-1]] - means).mean(axis=2))


def _said(text: str, part: TextUnit) -> tuple[LetterSound, ...]:
    """What a unit sounds like, the last two sounds drawn out where a clause ends."""
    said = letter_sounds(text[part.first : part.last]) or _MUTE
    if part.boundary < 2:
        return said
    return (*said[:-2], *(LetterSound(sound.kind, sound.length + _SLOWER / 2) for sound in said[-2:]))


def _spread(lengths: NDArray[np.float64], count: int) -> Indices:
    """So many frames, shared out by length."""
    return np.asarray(np.diff(np.rint(np.cumsum(lengths) * count / lengths.sum()).astype(int), prepend=0))


def _kinds(said: Sequence[LetterSound], counts: Indices) -> Indices:
    """The kind and third of each frame of sounds that have so many frames each."""
    firsts = np.cumsum(counts) - counts
    thirds = (np.arange(counts.sum()) - np.repeat(firsts, counts)) * 3 // np.repeat(counts, counts)
    return np.asarray(np.repeat([3 * sound.kind for sound in said], counts) + thirds)
