"""What counts as speech, and how regions are shaped."""

from __future__ import annotations

import math
from dataclasses import dataclass

_SHORTEST_LIMIT = 1.0  # seconds of sound beside the padding: below it a limit would cut every word


@dataclass(frozen=True)
class SpeechOptions:
    """Times in seconds. Raises `ValueError` for what makes no sense.

    The defaults were measured on eight minutes of reference speech; meetings heard from afar are its hard part:

    - `threshold`, of the model's probability, is silero's own. 0.4 finds 0.1 % more and twice the false speech.
    - `minimum_speech`: shorter sounds are no speech. silero's 0.25 loses many a "yes"; 0.1 finds 1 % more in meetings.
    - `minimum_silence` parts two regions. At silero's 0.1 a talk falls into pieces of 2.8 s, too short to be heard
      well; at 0.5 they last 5.7 s, and a sentence stays whole.
    - `lead` and `tail`: sound kept before and after what the model calls speech, since it is late at a weak onset and
      at a fading end: 0.2 covers 99.1 % of it where 0.05 covers 98.4 %.
    - `trim`: of the sound so kept, no more than this stays before the first loud moment and after the last; infinity
      trims nothing.
    - `longest_region`: captions and aligners want 10 to 15 s, since no error reaches beyond its region. Longer speech
      is cut at its deepest pause.
    """

    threshold: float = 0.5
    minimum_speech: float = 0.1
    minimum_silence: float = 0.5
    lead: float = 0.3
    tail: float = 0.3
    trim: float = 0.15
    longest_region: float = 15.0

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
