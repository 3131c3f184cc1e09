"""One unbroken stretch of sound: judged, searched, and kept for as long as it may still be part of a region."""

from __future__ import annotations

import numpy as np

from captioner.speech.detector import FrameScores, SpeechDetector
from captioner.speech.finder import SpeechFinder
from captioner.speech.gain import LOOKAHEAD
from captioner.speech.model import FRAME, SAMPLE_RATE
from captioner.speech.speech_options import SpeechOptions
from captioner.speech.trim import trim
from captioner.values import Audio, Samples


class SpeechStream:
    """Clips of speech from sound without gaps that begins at `origin`, in seconds on the media's clock.

    A moment is judged when so many frames `ahead` of it were heard.
    """

    def __init__(self, options: SpeechOptions, origin: float, lookahead: int = LOOKAHEAD) -> None:
        self._origin = origin
        self._detector, self._finder = SpeechDetector(lookahead), SpeechFinder(options)
        self._trim = round(min(options.trim, options.longest_region) * SAMPLE_RATE)
        self._settled_until = 0.0  # second at which the last clip ended
        self._kept = np.zeros(0, np.float32)
        self._first = 0  # sample at which what is kept begins, counted from the origin as all samples are
        self._pushed = 0  # samples that came
        self._judged = 0  # of these, the samples that the detector was given

    @property
    def end(self) -> float:
        """The second after the last sample that came."""
        return self._origin + self._pushed / SAMPLE_RATE

    @property
    def buffered(self) -> float:
        """Seconds of sound that are held."""
        return len(self._kept) / SAMPLE_RATE

    @property
    def open_since(self) -> float | None:
        """The second at which the region that is open begins; None in silence."""
        since = self._finder.open_since
        return None if since is None else self._origin + since / SAMPLE_RATE

    @property
    def silent_until(self) -> float:
        """The second up to which, as far as is known by now, nobody speaks after the last clip."""
        return self._origin + self._finder.silent_until / SAMPLE_RATE

    @property
    def settled_until(self) -> float:
        """The second before which no clip will begin any more."""
        return self._origin + self._finder.needed_from / SAMPLE_RATE

    def open_clip(self) -> Audio | None:
        """The sound of the region that is open, as far as it was pushed; None in silence."""
        since = self._finder.open_since
        if since is None:
            return None
        return Audio(self._kept[since - self._first :].copy(), SAMPLE_RATE, self._origin + since / SAMPLE_RATE)

    def shorten(self, longest_region: float) -> None:
        """From here on no region is longer than so many seconds."""
        self._finder.shorten(longest_region)

    def push(self, samples: Samples) -> list[Audio]:
        """The clips whose ends are certain by now."""
        self._kept = np.concatenate((self._kept, samples))
        self._pushed += len(samples)
        whole = self._pushed // FRAME * FRAME
        fresh = self._kept[self._judged - self._first : whole - self._first]
        self._judged = whole
        return self._clips(self._detector.push(fresh))

    def flush(self) -> list[Audio]:
        """The clips left at the end."""
        rest = self._kept[self._judged - self._first :]
        clips: list[Audio] = []
        if len(rest):
            clips += self._clips(self._detector.push(np.pad(rest, (0, FRAME - len(rest)))))
        clips += self._clips(self._detector.flush())
        return clips + [self._clip(start, end) for start, end in self._finder.flush(self._pushed)]

    def _clips(self, judged: FrameScores) -> list[Audio]:
        probabilities, levels = judged
        regions = self._finder.push(probabilities.tolist(), levels.tolist())
        clips = [self._clip(start, end) for start, end in regions]
        needed = min(self._finder.needed_from, self._judged)
        self._kept, self._first = self._kept[needed - self._first :], needed
        return clips

    def _clip(self, start: int, end: int) -> Audio:
        """A copy, so that a clip in flight holds no more than itself; trimmed to what is loud in it."""
        samples = self._kept[start - self._first : end - self._first]
        first, last = trim(samples) if self._trim < len(samples) else (0, len(samples))
        first, last = max(0, first - self._trim), min(len(samples), last + self._trim)
        samples, start = samples[first:last].copy(), start + first
        # Where two clips meet, the float sum of start and duration may lie a hair behind the next start.
        clip = Audio(samples, SAMPLE_RATE, max(self._origin + start / SAMPLE_RATE, self._settled_until))
        self._settled_until = clip.end
        return clip
