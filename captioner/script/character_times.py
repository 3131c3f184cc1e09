"""When each character of a segment is said: by its words where they are in time, else evenly."""

from __future__ import annotations

import numpy as np

from captioner.values import Segment

_INSIDE = 0.01
"""Of a character: so far inside its edges a word is looked up, for at them the word beside it may begin or end."""


class CharacterTimes:
    """Places in the text of a segment to seconds."""

    def __init__(self, segment: Segment) -> None:
        words = segment.words
        edges = np.cumsum([0, *(len(word.text) for word in words)])
        self._places = np.repeat(edges, 2)[1:-1] if words else np.array([0, len(segment.text)])
        self._times = [time for word in words for time in (word.start, word.end)] or [segment.start, segment.end]

    def span(self, first: int, last: int) -> tuple[float, float]:
        """When characters `first` to `last` (exclusive) are said."""
        start, end = np.interp([first + _INSIDE, last - _INSIDE], self._places, self._times)
        return float(start), float(end)
