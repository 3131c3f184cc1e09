"""A text laid over a clip by what its letters sound like: no voice, no dictionary, no model, any script.

Vowels are loud and dark, an s is bright, a t is nearly silent: three numbers a frame tell enough. The sounds of the
text, each as long as it mostly is, take the place of a synthetic voice in the same hidden Markov model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from captioner.align.heard import Heard
from captioner.align.letters import VOWEL, Sound, sounds
from captioner.align.sound import HOP, Floats
from captioner.align.units import Unit
from captioner.align.warp import Indices, Path, best_path

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

_MUTE = (Sound(VOWEL, 0.2),)


@dataclass(frozen=True)
class _Spelled:
    """`kinds`, as rows of means, of each frame of the text; `starts` of each unit in them, then their number; and what
    a silence costs to `enter` before each.
    """

    kinds: Indices
    starts: Indices
    enter: Floats


def follow(clip: Heard, text: str, parts: Sequence[Unit]) -> tuple[Path, Indices] | None:
    """The path of the clip's frames through those of the text, and at which of these each unit begins, then the end.

    None for a text that nobody says so fast.
    """
    duration = round(clip.voiced / HOP)
    spelled = _spelled(text, parts, duration)
    if len(spelled.kinds) > _FASTEST * duration:
        return None
    means = _MEANS.reshape(-1, _MEANS.shape[-1])
    strange = _STRANGE * np.square(clip.features[:, None, : means.shape[-1]] - means).mean(axis=2)
    cost = strange[:, spelled.kinds] + clip.hushed[:, None]
    return best_path(np.asarray(cost, np.float32), clip.silent, spelled.starts, enter=spelled.enter), spelled.starts


def _spelled(text: str, parts: Sequence[Unit], duration: int) -> _Spelled:
    """The text over so many frames; each sound has one at least."""
    said = [_said(text, part) for part in parts]
    lengths = np.array([sound.length for unit in said for sound in unit])
    kinds = np.array([sound.kind for unit in said for sound in unit])
    ends = np.rint(np.cumsum(lengths) * duration / lengths.sum()).astype(int)
    counts = np.maximum(np.diff(ends, prepend=0), 1)
    ends = np.cumsum(counts)
    thirds = (np.arange(ends[-1]) - np.repeat(ends - counts, counts)) * 3 // np.repeat(counts, counts)
    starts = np.concatenate(([0], ends))[np.cumsum([0, *map(len, said)])]
    enter = np.array([0.0, *(_ENTER[part.boundary] for part in parts[:-1]), 0.0], np.float32)
    return _Spelled(np.repeat(kinds, counts) * 3 + thirds, starts, enter)


def _said(text: str, part: Unit) -> tuple[Sound, ...]:
    """What a unit sounds like, the last two sounds drawn out where a clause ends."""
    said = sounds(text[part.first : part.last]) or _MUTE
    if part.boundary < 2:
        return said
    return (*said[:-2], *(Sound(sound.kind, sound.length + _SLOWER / 2) for sound in said[-2:]))
