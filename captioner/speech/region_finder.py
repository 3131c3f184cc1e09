"""From the probability of speech of each frame to speech regions. Pure: it needs no model, no audio and no clock.

    finder = RegionFinder(options)
    regions = finder.push(probabilities, levels) + ... + finder.flush(samples)

A region opens at the first frame at or above `threshold`. It closes after the probability has been 0.15 or more below
the threshold for `minimum_silence`. Then it is padded. Without `longest_region` this is silero's own
`get_speech_timestamps`, sample for sample, as a stream.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from captioner.speech.speech_model import FRAME, SAMPLE_RATE
from captioner.speech.speech_options import SpeechOptions
from captioner.speech.split import deepest_pause

SampleRange = tuple[int, int]
"""First sample and the sample after the last, counted from the beginning of the stream."""

_HYSTERESIS = 0.15  # a region stays open between threshold and threshold - 0.15, as in silero's own search
_SHORTEST_PART = 1.0  # seconds: backends often misrecognise a single word


class RegionFinder:
    """Finds the speech regions of one stream, in order, without overlap, none longer than `longest_region`."""

    def __init__(self, options: SpeechOptions) -> None:
        self._options = options
        self._exit = max(options.threshold - _HYSTERESIS, 0.01)
        self._lead, self._tail = _samples(options.lead), _samples(options.tail)
        self.shorten(options.longest_region)
        # All positions below are in samples from the beginning of the stream.
        self._position = 0  # of the current frame
        self._earliest = 0  # no later region begins before it
        self._closed: SampleRange | None = None  # the last region; its padding depends on the next one
        self._speech = 0  # where the speech of the open region began
        self._start: int | None = None  # of the open region; after a split, of its last part
        self._silence: int | None = None  # where the silence that may end the open region began
        self._scores: list[tuple[float, float]] = []  # probability and level of the frames of the open region

    @property
    def needed_from(self) -> int:
        """The first sample that may still become part of a region."""
        if self._closed:
            return self._closed[0]
        return max(self._earliest, (self._position if self._start is None else self._start) - self._lead)

    @property
    def open_since(self) -> int | None:
        """The first sample of the open region; None in silence."""
        return None if self._start is None else max(self._earliest, self._start - self._lead)

    @property
    def silent_until(self) -> int:
        """The sample up to which the stream is known to be silent after the last final region."""
        return max(self._earliest, self._position if self._start is None else self._start)

    def shorten(self, longest_region: float) -> None:
        """Limit regions from now on to `longest_region` seconds, a value that `SpeechOptions` accepts."""
        self._longest = longest_region * SAMPLE_RATE - self._lead - self._tail
        self._shortest_part = min(_SHORTEST_PART * SAMPLE_RATE, self._longest / 3)

    def push(self, probabilities: Iterable[float], levels: Iterable[float]) -> list[SampleRange]:
        """Take the probability of speech and the level in dB of each next frame; return the regions that are final."""
        final: list[SampleRange] = []
        for probability, level in zip(probabilities, levels, strict=True):
            self._step(probability, level, final)
        return final

    def flush(self, samples: int) -> list[SampleRange]:
        """Return the last regions, at the end of a stream of `samples` samples."""
        final: list[SampleRange] = []
        if self._start is not None:
            self._close(self._split(self._start, samples, final), samples, final)
        if self._closed:
            start, end = self._closed
            self._finish(start, min(end + self._tail, samples), final)
        return final

    def _step(self, probability: float, level: float, final: list[SampleRange]) -> None:
        if probability >= self._options.threshold:
            self._silence = None
            if self._start is None:
                self._start = self._speech = self._position
        if self._start is not None:
            self._scores.append((probability, level))
            if probability < self._exit or self._undecided_too_long():
                self._extend_silence(self._start, final)
            elif self._silence is None:
                self._split(self._start, self._position + FRAME, final)
        following = self._position if self._start is None else self._start
        if self._closed and following - self._closed[1] >= self._lead + self._tail:
            self._pad(following, final)
        self._position += FRAME

    def _undecided_too_long(self) -> bool:
        """Return whether the model has been unsure for so long that the open region would fill the memory."""
        return self._silence is not None and self._position - self._silence > self._longest

    def _extend_silence(self, start: int, final: list[SampleRange]) -> None:
        """Close the open region once the silence has lasted long enough."""
        if self._silence is None:
            self._silence = self._position
        if self._position - self._silence >= self._options.minimum_silence * SAMPLE_RATE:
            self._close(start, self._silence, final)

    def _close(self, start: int, end: int, final: list[SampleRange]) -> None:
        """Close the open region; drop it if its speech was too short."""
        if end - self._speech > self._options.minimum_speech * SAMPLE_RATE:
            self._pad(start, final)
            self._closed = max(self._earliest, start - self._lead), end
        self._start = self._silence = None
        self._scores.clear()

    def _split(self, start: int, end: int, final: list[SampleRange]) -> int:
        """Split the open region, which reaches to `end`, until no part is too long; return the last part's start."""
        while end - start > self._longest:
            earliest = math.ceil(self._shortest_part / FRAME)
            latest = math.floor(min(self._longest, end - start - self._shortest_part) / FRAME)
            frames = deepest_pause(self._scores, earliest, latest)
            self._pad(start, final)
            self._finish(max(self._earliest, start - self._lead), start + frames * FRAME, final)
            self._start = start = start + frames * FRAME
            del self._scores[:frames]
        return start

    def _pad(self, following: int, final: list[SampleRange]) -> None:
        """Pad the closed region; if the next one, at `following`, is near, both share the samples between them."""
        if self._closed:
            start, end = self._closed
            gap, padding = following - end, self._lead + self._tail
            self._finish(start, end + (self._tail if gap >= padding else gap * self._tail // padding), final)

    def _finish(self, start: int, end: int, final: list[SampleRange]) -> None:
        self._earliest, self._closed = end, None
        final.append((start, end))


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
