"""The options of voice activity detection."""

from __future__ import annotations

import math
from dataclasses import dataclass

_SHORTEST_LIMIT = 1.0  # seconds of audio beside the padding: a lower limit would split every word


@dataclass(frozen=True)
class SpeechOptions:
    """Options of the voice activity detection, times in seconds. Raises `ValueError` for impossible values.

    The defaults were measured on eight minutes of reference speech, of which distant speech in meetings is the hard
    part.
    """

    threshold: float = 0.45
    """The model's probability from which a frame is speech: the trade-off between lost speech and false speech.
    0.45 finds 1 % more speech in meetings than silero's own 0.5, and no more in music and noise; 0.4 does. Calls and
    distant speech may want 0.35. docs/speech.md has the curve."""

    minimum_speech: float = 0.1
    """Shorter sounds are not speech. silero's own 0.25 loses many a "yes"; 0.1 finds 1 % more speech in meetings."""

    minimum_silence: float = 0.5
    """The silence that separates two regions. At silero's own 0.1 the regions of a talk last 2.8 s on average, too
    short for good recognition; at 0.5 they last 5.7 s, and a sentence stays in one region."""

    lead: float = 0.3
    """Audio kept before the speech, since the model is late at a weak onset."""

    tail: float = 0.3
    """Audio kept after the speech, since the model misses a fading end. Lead and tail of 0.2 cover 99.1 % of the
    speech, 0.05 covers 98.4 %."""

    trim: float = 0.15
    """The most audio kept before the first loud moment and after the last one; infinity trims nothing."""

    longest_region: float = 15.0
    """Longer speech is split at its deepest pause. Captions and aligners work best with 10 to 15 s, since no error
    reaches beyond its region."""

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1:
            raise ValueError(f"threshold must lie between 0 and 1, not {self.threshold!r}")
        for name in ("minimum_speech", "minimum_silence", "lead", "tail"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be seconds, 0 or more, not {getattr(self, name)!r}")
        if not self.trim >= 0:
            raise ValueError(f"trim must be seconds, 0 or more, not {self.trim!r}")
        shortest = self.lead + self.tail + _SHORTEST_LIMIT
        if not self.longest_region >= shortest:
            raise ValueError(f"longest_region must be at least {shortest:g} seconds, not {self.longest_region!r}")
