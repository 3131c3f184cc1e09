"""The times of cues as arrays, and the pause after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from captioner.values import Span

SHORTEST = 0.02
"""Seconds that a cue lasts at least."""

LONGEST_PAUSE = 3.0
"""Seconds after a cue that count as its pause; a longer one may have speech that has no cue, as a song."""

FULL_PAUSE = 1.0
"""Seconds of a pause that counts in full; a shorter one counts less."""


@dataclass(frozen=True)
class CueSpans:
    """The times of cues, in seconds and in order."""

    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    pause_ends: NDArray[np.float64]
    """The end of the pause after each cue."""
    pause_weights: NDArray[np.float64]
    """How much the pause after each cue counts, from 0 to 1."""

    def __len__(self) -> int:
        return len(self.starts)

    def part(self, first: int, last: int) -> CueSpans:
        """Return the cues from `first` to before `last`."""
        return CueSpans(*(getattr(self, field.name)[first:last] for field in fields(self)))


def cue_spans(spans: Sequence[Span], rate: float = 1.0) -> CueSpans:
    """Return the times of `spans`, which are in order of their starts, multiplied by `rate`."""
    starts = rate * np.array([span.start for span in spans])
    ends = np.maximum(rate * np.array([span.end for span in spans]), starts + SHORTEST)
    following = np.append(starts[1:], np.inf)
    pause_ends = np.maximum(np.minimum(following, ends + LONGEST_PAUSE), ends)
    return CueSpans(starts, ends, pause_ends, np.minimum((pause_ends - ends) / FULL_PAUSE, 1.0))
