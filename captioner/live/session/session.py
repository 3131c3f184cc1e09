"""The stages in one place, each a step that somebody else repeats: two threads in a run, a loop in a test.

`hear` takes a piece of the stream, `work` hears what waits. What comes out goes to `tell`, in order.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from captioner.align import Timer
from captioner.backends import Backend, Hints
from captioner.errors import BackendError
from captioner.live.events import Event, StreamProgress, TimedSegment
from captioner.live.session.caption_stream import STREAM_START, CaptionCursor, CaptionStream
from captioner.live.session.clip_queue import ClipQueue, OpenRegion, QueuedClip
from captioner.live.session.lag import LAG_LIMITS, LagLimits
from captioner.live.session.source_reader import AudioChunk
from captioner.live.session.streaming_vad import LIVE_SPEECH, Clip, StreamingVad
from captioner.live.source.contract import HlsStream
from captioner.live.stream_clock import Epoch
from captioner.profiles import Profile
from captioner.speech import SpeechOptions
from captioner.transcribe import RegionResult, transcribe
from captioner.values import RegionReport, Span
from captioner.word_timing import time_words

FIRST_RETRY, LONGEST_RETRY = 1.0, 10.0
"""Seconds before a backend that failed is asked again: doubled each time."""

SKIPPED_REASON = "skipped, since hearing could not keep up"


@dataclass(frozen=True)
class RecognitionConfig:
    """Who hears, what it is told beforehand, who times words, in what style captions are cut (None: the language's)."""

    backend: Backend
    hints: Hints = Hints()
    timer: Timer | None = None
    profile: Profile | None = None
    partials: bool = False


@dataclass
class SessionCounts:
    """What a session has seen by now. Times in seconds; `lag` is that of the captions, `failing` what the backend says
    while it fails."""

    audio_end: float = 0.0
    final_until: float = 0.0
    regions: int = 0
    lost: int = 0
    cues: int = 0
    partials: int = 0
    lag: float = 0.0
    recognition_time: float = 0.0  # spent by the backend
    recognised_speech: float = 0.0  # heard by it
    backend_error: str | None = None


class Session:
    """One stream. `hear` and `flush` are for one thread, `work` is for another."""

    def __init__(
        self,
        config: RecognitionConfig,
        emit: Callable[[Event], object],
        *,
        cursor: CaptionCursor = STREAM_START,
        skip_until: float = 0.0,
        speech: SpeechOptions = LIVE_SPEECH,
        limits: LagLimits = LAG_LIMITS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._now, self._limits = config, now, limits
        longest = min(speech.longest_region, config.backend.traits.longest_clip)
        self._vad = StreamingVad(replace(speech, longest_region=longest))
        self.queue = ClipQueue(limits, cursor.region)
        self.counts = SessionCounts()
        self._captions = CaptionStream(emit, cursor, config.profile, config.hints.language)
        self._skip_until = skip_until  # what is read before it was told by an earlier run
        self._open_segments: deque[TimedSegment] = deque()  # read, but not all of them told
        self.complete_segment: TimedSegment | None = None  # the last one of which all was told
        self.epoch: Epoch | None = None
        self._offered_start: float | None = None  # where the region begins that was offered for a draft, until it is settled
        self._backend_worked = False
        self._retry_after = 0.0
        self._vad_lock = Lock()  # or a clip could be with neither ears nor desk when one looks

    @property
    def cursor(self) -> CaptionCursor:
        """Where the next run of this stream goes on."""
        return self._captions.cursor

    # -- the thread that listens -------------------------------------------------------------------------------------

    def push(self, reading: AudioChunk | TimedSegment | HlsStream) -> None:
        """The next piece of the stream."""
        if isinstance(reading, HlsStream):
            self._captions.emit(reading)
            return
        self.epoch = reading.epoch
        if isinstance(reading, TimedSegment):
            self._open_segments.append(reading)
            self._captions.emit(reading)
            return
        if reading.audio.end <= self._skip_until:
            return
        if reading.audio.start < self._skip_until:
            reading = replace(reading, audio=reading.audio.clip(Span(self._skip_until, reading.audio.end)))
        with self._vad_lock:
            self._enqueue(self._vad.push(reading))
        lag = self.counts.lag = self.queue.lag(self._now(), self._vad.settled_until)
        self._vad.shorten(self._limits.short_region if lag > self._limits.short_regions else None)
        if self._config.partials and lag < self._limits.no_partials:
            self._offer_partial()
        self.emit_progress()

    def flush(self) -> None:
        """The stream has ended, is left or has broken off; what is open is speech up to here."""
        with self._vad_lock:
            self._enqueue(self._vad.flush())
        self.emit_progress()

    def emit_progress(self) -> None:
        """Tell how far everything is done."""
        with self._vad_lock:
            heard = self.counts.audio_end = self._vad.end
            self.counts.final_until = max(self.counts.final_until, self.queue.final_until(self._vad.settled_until))
            while self._open_segments and self._open_segments[0].end <= self.counts.final_until:
                self.complete_segment = self._open_segments.popleft()
            if self.epoch:
                self._captions.emit(StreamProgress(self.counts.final_until, heard, self.epoch))

    def _enqueue(self, clips: list[Clip]) -> None:
        for clip in clips:
            self.queue.put(clip)
        if clips:
            self._offered_start = None
        elif self._offered_start is not None and self._offered_start < self._vad.settled_until:
            self._offered_start = None
            self.queue.retract_partial()

    def _offer_partial(self) -> None:
        since = self._vad.open_since
        if since is not None and self.queue.wants_partial(since, self._vad.end):
            clip = self._vad.open_clip()
            if clip:
                self._offered_start = since
                self.queue.offer_partial(clip)

    # -- the thread that hears ---------------------------------------------------------------------------------------

    def recognise(self) -> float:
        """Hear what waits. Returns the seconds after which it is worth while to ask again; 0 for at once.

        Raises `BackendError` where the backend fails before it ever gave an answer.
        """
        if self.queue.take_retracted():
            self._captions.withdraw()
        if skipped := self.queue.take_skipped(self._now()):
            self._finish(skipped, RegionResult(_report(skipped, SKIPPED_REASON), None))
            return 0.0
        try:
            self._recognise_queue()
            if draft := self.queue.take_partial():
                self._recognise_partial(draft)
        except BackendError as error:
            return self._failed(error)
        except Exception as error:  # somebody else's engine; the stream goes on
            return self._failed(BackendError(self._config.backend.traits.name, f"{type(error).__name__}: {error}"))
        self._retry_after, self.counts.backend_error = 0.0, None
        return 0.0

    def _recognise_queue(self) -> None:
        began = self._now()
        clips = (waiting.clip.audio for waiting in self.queue.take(began))
        heard = transcribe(clips, self._config.backend, self._config.hints)
        for outcome in time_words(heard, self._config.timer, self._config.hints.language):
            waiting = self.queue.first_in_progress()
            self.counts.recognition_time += self._now() - began
            self.counts.recognised_speech += waiting.span.duration
            self._backend_worked = True
            self._finish(waiting, outcome)
            began = self._now()

    def _failed(self, error: BackendError) -> float:
        self.queue.requeue()
        if not self._backend_worked:
            raise error
        self.counts.backend_error = str(error)
        self._retry_after = min(2 * self._retry_after, LONGEST_RETRY) or FIRST_RETRY
        return self._retry_after

    def _finish(self, waiting: QueuedClip, result: RegionResult) -> None:
        """Tell what became of a clip, and take it off the desk."""
        report = replace(result.report, index=waiting.number)
        self.counts.cues += self._captions.finalize(waiting, report, result.segment)
        self.counts.regions = waiting.number + 1
        self.counts.lost += report.lost
        self.queue.done()
        self.emit_progress()

    def _recognise_partial(self, open_region: OpenRegion) -> None:
        began = self._now()
        (heard,) = self._config.backend.transcribe([open_region.audio], self._config.hints)
        self.counts.recognition_time += self._now() - began
        self.counts.recognised_speech += open_region.audio.duration
        if heard.status == "ok" and heard.text.strip():
            self.counts.partials += 1
            self._captions.partial(open_region, heard.text.strip(), heard.language)


def _report(waiting: QueuedClip, reason: str) -> RegionReport:
    return RegionReport(waiting.span.start, waiting.span.end, waiting.number, "failed", reason=reason, attempts=0)
