"""The progress of a run: how far it is, and the region that was just recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from captioner.transcribe import RegionResult
from captioner.values import Audio


@dataclass(frozen=True)
class Progress:
    """The progress of a run."""

    done: float
    """Seconds of the source that are done."""

    duration: float | None
    """Seconds of the source; None if that is not known."""

    result: RegionResult | None = None
    """The region that was just recognised; None if the run only read on."""


ProgressCallback = Callable[[Progress], object]


def ignore_progress(progress: Progress) -> None:
    """The progress callback that does nothing."""


class ProgressMeter:
    """Counts audio, clips and results of one run and reports the progress.

    Progress is the position of the audio that was read, or the end of the last result while clips are waiting. Audio
    is read in another thread than results arrive in, so each count has one writer.
    """

    def __init__(self, duration: float | None, callback: ProgressCallback) -> None:
        self.position = 0.0
        self._duration = duration
        self._callback = callback
        self._clips = self._results = 0

    def count_audio(self, blocks: Iterable[Audio]) -> Iterator[Audio]:
        for block in blocks:
            yield block
            self.position = block.end
            if self._clips == self._results:
                self._callback(Progress(self.position, self._duration))

    def count_clips(self, clips: Iterable[Audio], on_clip: Callable[[Audio], object]) -> Iterator[Audio]:
        for clip in clips:
            self._clips += 1
            on_clip(clip)
            yield clip

    def count_results(self, results: Iterable[RegionResult]) -> Iterator[RegionResult]:
        for result in results:
            self._results += 1
            self._callback(Progress(result.report.end, self._duration, result))
            yield result

    def count_shots(self, seconds: Iterable[float]) -> Iterator[float]:
        """Pass on when each shot begins: the video is decoded after all audio is done, which may take as long."""
        for second in seconds:
            self._callback(Progress(self.position, self._duration))
            yield second
