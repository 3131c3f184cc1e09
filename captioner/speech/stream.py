"""Speech clips from one continuous stretch of audio; audio is held only while it may become part of a region."""

from __future__ import annotations

import numpy as np

from captioner.speech.frame_scorer import FrameScorer, FrameScores
from captioner.speech.gain import LOOKAHEAD
from captioner.speech.region_finder import RegionFinder
from captioner.speech.speech_model import FRAME, SAMPLE_RATE
from captioner.speech.speech_options import SpeechOptions
from captioner.speech.trim import trim
from captioner.values import Audio, Samples


class SpeechStream:
    """Finds the speech clips in audio without gaps.

    `origin` is the second of its first sample on the media's clock. A frame is scored `lookahead` frames later.
    """

    def __init__(self, options: SpeechOptions, origin: float, lookahead: int = LOOKAHEAD) -> None:
        self._origin = origin
        self._scorer, self._finder = FrameScorer(lookahead), RegionFinder(options)
        self._threshold = options.threshold
        self._trim = round(min(options.trim, options.longest_region) * SAMPLE_RATE)
        self._last_end = 0.0  # second at which the last clip ended
        self._buffer = np.zeros(0, np.float32)
        self._first = 0  # position of the buffer's first sample, counted from the origin as all samples are
        self._pushed = 0  # samples pushed
        self._detected = np.zeros(0, np.bool_)  # whether each scored frame of the buffer is speech
        self._scored = 0  # samples passed on to the scorer

    @property
    def end(self) -> float:
        """The second after the last sample that was pushed."""
        return self._origin + self._pushed / SAMPLE_RATE

    @property
    def buffered(self) -> float:
        """Seconds of audio in memory."""
        return len(self._buffer) / SAMPLE_RATE

    @property
    def open_since(self) -> float | None:
        """The second at which the open region begins; None in silence."""
        since = self._finder.open_since
        return None if since is None else self._origin + since / SAMPLE_RATE

    @property
    def silent_until(self) -> float:
        """The second up to which the stream is known to be silent after the last clip."""
        return self._origin + self._finder.silent_until / SAMPLE_RATE

    @property
    def settled_until(self) -> float:
        """The second before which no further clip begins."""
        return self._origin + self._finder.needed_from / SAMPLE_RATE

    def open_clip(self) -> Audio | None:
        """Return the audio of the open region up to now; None in silence."""
        since = self._finder.open_since
        if since is None:
            return None
        return Audio(self._buffer[since - self._first :].copy(), SAMPLE_RATE, self._origin + since / SAMPLE_RATE)

    def shorten(self, longest_region: float) -> None:
        """Limit regions from now on to `longest_region` seconds."""
        self._finder.shorten(longest_region)

    def push(self, samples: Samples) -> list[Audio]:
        """Take the next samples; return the clips whose ends are certain now."""
        self._buffer = np.concatenate((self._buffer, samples))
        self._pushed += len(samples)
        whole_frames = self._pushed // FRAME * FRAME
        new = self._buffer[self._scored - self._first : whole_frames - self._first]
        self._scored = whole_frames
        return self._clips(self._scorer.push(new))

    def flush(self) -> list[Audio]:
        """Return the last clips, at the end of the stretch."""
        rest = self._buffer[self._scored - self._first :]
        clips: list[Audio] = []
        if len(rest):
            clips += self._clips(self._scorer.push(np.pad(rest, (0, FRAME - len(rest)))))
        clips += self._clips(self._scorer.flush())
        return clips + [self._clip(start, end) for start, end in self._finder.flush(self._pushed)]

    def _clips(self, scores: FrameScores) -> list[Audio]:
        probabilities, levels = scores
        self._detected = np.concatenate((self._detected, probabilities >= self._threshold))
        regions = self._finder.push(probabilities.tolist(), levels.tolist())
        clips = [self._clip(start, end) for start, end in regions]
        needed = min(self._finder.needed_from, self._scored)
        self._detected = self._detected[needed // FRAME - self._first // FRAME :]
        self._buffer, self._first = self._buffer[needed - self._first :], needed
        return clips

    def _clip(self, start: int, end: int) -> Audio:
        """Return a trimmed copy of a region's audio, so that a clip holds no other audio in memory."""
        samples = self._buffer[start - self._first : end - self._first]
        first, last = 0, len(samples)
        if self._trim < last:
            detected = self._detected[start // FRAME - self._first // FRAME :]
            first, last = trim(samples, detected, start % FRAME)
        first, last = max(0, first - self._trim), min(len(samples), last + self._trim)
        samples, start = samples[first:last].copy(), start + first
        # Where two clips meet, the float sum of start and duration may exceed the next start by a rounding error.
        clip = Audio(samples, SAMPLE_RATE, max(self._origin + start / SAMPLE_RATE, self._last_end))
        self._last_end = clip.end
        return clip
