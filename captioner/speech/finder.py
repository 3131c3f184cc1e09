"""From the probability of speech, frame by frame, to regions of speech. Pure: no model, no sound, no clock.

    finder = SpeechFinder(options)
    regions = finder.push(probabilities, levels) + ... + finder.flush(samples)

A region opens at the first frame at or above `threshold` and closes where the probability has been below the threshold
by 0.15 or more for `minimum_silence`; then it is padded. Without `longest_region` that is silero's own
`get_speech_timestamps`, sample for sample, and this is its streaming form.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from captioner.speech.model import FRAME, SAMPLE_RATE
from captioner.speech.speech_options import SpeechOptions
from captioner.speech.split import deepest_pause

SampleRange = tuple[int, int]
"""First sample and the sample after the last, counted from the beginning of the stream."""

_HYSTERESIS = 0.15  # a region stays open between threshold and threshold - 0.15, as in silero's own search
_SHORTEST_PIECE = 1.0  # seconds: a word cut off on its own is heard badly


class SpeechFinder:
    """Finds the regions of one stream: in order, never overlapping, each no longer than `longest_region`."""

    def __init__(self, options: SpeechOptions) -> None:
        self._options = options
        self._exit = max(options.threshold - _HYSTERESIS, 0.01)
        self._lead, self._tail = _samples(options.lead), _samples(options.tail)
        self.shorten(options.longest_region)
        # Everything below counts samples from the beginning of the stream.
        self._position = 0  # of the frame in hand
        self._floor = 0  # no later region begins before it
        self._held: SampleRange | None = None  # a region that ended; how far it is padded hangs on what follows
        self._speech = 0  # where the open region's speech began
        self._start: int | None = None  # of the open region; after a cut, of what is left of it
        self._silence: int | None = None  # where the silence that may end the open region began
        self._track: list[tuple[float, float]] = []  # probability and level of the open region's frames

    @property
    def needed_from(self) -> int:
        """The sample from which on sound may still become part of a region."""
        if self._held:
            return self._held[0]
        return max(self._floor, (self._position if self._start is None else self._start) - self._lead)

    @property
    def open_since(self) -> int | None:
        """The sample from which on sound will be part of the region that is open; None in silence."""
        return None if self._start is None else max(self._floor, self._start - self._lead)

    @property
    def silent_until(self) -> int:
        """The sample up to which, as far as is known, nobody speaks after the last settled region."""
        return max(self._floor, self._position if self._start is None else self._start)

    def shorten(self, longest_region: float) -> None:
        """From here on no region is longer than so many seconds, which are as `SpeechOptions` wants them."""
        self._longest = longest_region * SAMPLE_RATE - self._lead - self._tail
        self._shortest_piece = min(_SHORTEST_PIECE * SAMPLE_RATE, self._longest / 3)

    def push(self, probabilities: Iterable[float], levels: Iterable[float]) -> list[SampleRange]:
        """Regions that are settled with the next frames, given each one's probability of speech and level in dB."""
        settled: list[SampleRange] = []
        for probability, level in zip(probabilities, levels, strict=True):
            self._step(probability, level, settled)
        return settled

    def flush(self, samples: int) -> list[SampleRange]:
        """The regions left at the end of a stream of so many samples."""
        settled: list[SampleRange] = []
        if self._start is not None:
            self._close(self._cut(self._start, samples, settled), samples, settled)
        if self._held:
            start, end = self._held
            self._settle(start, min(end + self._tail, samples), settled)
        return settled

    def _step(self, probability: float, level: float, settled: list[SampleRange]) -> None:
        if probability >= self._options.threshold:
            self._silence = None
            if self._start is None:
                self._start = self._speech = self._position
        if self._start is not None:
            self._track.append((probability, level))
            if probability < self._exit or self._undecided_too_long():
                self._wait(self._start, settled)
            elif self._silence is None:
                self._cut(self._start, self._position + FRAME, settled)
        following = self._position if self._start is None else self._start
        if self._held and following - self._held[1] >= self._lead + self._tail:
            self._release(following, settled)
        self._position += FRAME

    def _undecided_too_long(self) -> bool:
        """Whether neither speech nor silence was certain for so long that waiting on would cost memory without end."""
        return self._silence is not None and self._position - self._silence > self._longest

    def _wait(self, start: int, settled: list[SampleRange]) -> None:
        """In silence, close the open region once it lasted long enough."""
        if self._silence is None:
            self._silence = self._position
        if self._position - self._silence >= self._options.minimum_silence * SAMPLE_RATE:
            self._close(start, self._silence, settled)

    def _close(self, start: int, end: int, settled: list[SampleRange]) -> None:
        """End the open region; speech that was too short is no speech."""
        if end - self._speech > self._options.minimum_speech * SAMPLE_RATE:
            self._release(start, settled)
            self._held = max(self._floor, start - self._lead), end
        self._start = self._silence = None
        self._track.clear()

    def _cut(self, start: int, end: int, settled: list[SampleRange]) -> int:
        """Part the open region, which reaches to `end` by now, until no piece is too long. Returns its new start."""
        while end - start > self._longest:
            earliest = math.ceil(self._shortest_piece / FRAME)
            latest = math.floor(min(self._longest, end - start - self._shortest_piece) / FRAME)
            frames = deepest_pause(self._track, earliest, latest)
            self._release(start, settled)
            self._settle(max(self._floor, start - self._lead), start + frames * FRAME, settled)
            self._start = start = start + frames * FRAME
            del self._track[:frames]
        return start

    def _release(self, following: int, settled: list[SampleRange]) -> None:
        """Settle the held region. Where the next one, at `following`, is near, both share what lies between them."""
        if self._held:
            start, end = self._held
            gap, padding = following - end, self._lead + self._tail
            self._settle(start, end + (self._tail if gap >= padding else gap * self._tail // padding), settled)

    def _settle(self, start: int, end: int, settled: list[SampleRange]) -> None:
        self._floor, self._held = end, None
        settled.append((start, end))


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
