"""Where a backend says that each part of a text is spoken: rough times that keep a path near them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import HOP
from captioner.align.text_units import TextUnit
from captioner.text.speaking_time import syllables
from captioner.values import Word

REACH = 0.5
"""Seconds around the words of a backend in which they may be spoken."""

FASTEST = 10.0
"""Syllables a second, more than people say: a backend whose words are shorter only marks their places."""


@dataclass(frozen=True)
class TextGuide:
    """The times of positions in a text; both never decrease."""

    positions: NDArray[np.float64]
    """Characters from the start of the text, shape (points,)."""
    times: NDArray[np.float64]
    """Seconds from the start of the clip, shape (points,)."""

    def part(self, characters: slice, start: float) -> TextGuide:
        """Return the guide of the text's `characters`, in a clip that begins `start` seconds later."""
        return TextGuide(self.positions - characters.start, self.times - start)

    def is_near(self, count: int) -> NDArray[np.bool_]:
        """Return whether each of the clip's `count` frames is near a word, shape (count,)."""
        near = np.zeros(count, bool)
        for start, end in zip(self.times[::2], self.times[1::2], strict=True):
            near[max(0, round((start - REACH) / HOP)) : max(0, round((end + REACH) / HOP))] = True
        return near

    def model_frames(self, count: int, units: Sequence[TextUnit], unit_frames: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the model frame that each of the clip's `count` frames is near, shape (count,).

        `unit_frames` are the model frames at which the units begin, then the number of model frames.
        """
        edges = [*(unit.first for unit in units), units[-1].last]
        frames = np.interp(self.positions, edges, unit_frames)
        return np.asarray(np.interp(np.arange(count) * HOP, self.times, frames))


def text_guide(anchors: Sequence[Word], text: str, start: float) -> TextGuide | None:
    """Return the guide by the `anchors`, in a clip that begins at `start`.

    None if they do not spell `text`, or are too short to say it.
    """
    if "".join(word.text for word in anchors) != text:
        return None
    if syllables(text) > FASTEST * sum(word.duration for word in anchors) or not anchors:
        return None
    lasts = list(accumulate(len(word.text) for word in anchors))
    points = zip(anchors, [0, *lasts], lasts, strict=False)
    positions, times = zip(
        *(point for word, first, last in points for point in ((first, word.start), (last, word.end))), strict=True
    )
    return TextGuide(np.array(positions, float), np.maximum.accumulate(np.array(times) - start))
