"""The last seconds of a recording, from which windows take the sound around speech regions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from captioner.values import Audio, Span

LONGEST_HISTORY = 120.0
"""Seconds: more than the regions that wait for their window span, except where nearly all of it is silence."""


class AudioHistory:
    """The last blocks of an audio stream, up to `seconds` of it and the newest block."""

    def __init__(self, seconds: float = LONGEST_HISTORY) -> None:
        self._seconds = seconds
        self._blocks: deque[Audio] = deque()

    def record(self, blocks: Iterable[Audio]) -> Iterator[Audio]:
        """Yield the blocks, unchanged, and hold the last of them."""
        for block in blocks:
            self._blocks.append(block)
            while block.end - self._blocks[0].end > self._seconds:
                self._blocks.popleft()
            yield block

    @property
    def held(self) -> Span:
        """The time from the first block that is held to the end of the last one."""
        return Span(self._blocks[0].start, self._blocks[-1].end) if self._blocks else Span(0.0, 0.0)

    def sound(self, span: Span, sample_rate: int) -> Audio:
        """Return a copy of the audio in `span`, with zeros where none is held, as in a gap between two blocks."""
        samples = np.zeros(round(span.duration * sample_rate), np.float32)
        for block in self._blocks:
            offset = round((block.start - span.start) * sample_rate)
            first, last = max(0, -offset), min(len(block.samples), len(samples) - offset)
            if first < last:
                samples[offset + first : offset + last] = block.samples[first:last]
        return Audio(samples, sample_rate, span.start)
