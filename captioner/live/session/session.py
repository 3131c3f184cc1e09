"""One stream's stages in two steps: `push` finds speech in new audio, `recognise` turns it into captions.

A run calls each step in a thread of its own; a test calls both in a loop. Events go to `emit`, in order.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from captioner.align import Aligner, incremental_aligner
from captioner.backends import Backend, Hints, Traits
from captioner.backends.invented_phrases import invented
from captioner.errors import BackendError
from captioner.live.events import Event, StreamProgress, TimedSegment
from captioner.live.session.caption_stream import STREAM_START, CaptionCursor, CaptionStream
from captioner.live.session.checkpoint import ResumePoint
from captioner.live.session.clip_queue import ClipQueue, OpenRegion, QueuedClip
from captioner.live.session.lag import LAG_LIMITS, LagLimits
from captioner.live.session.source_reader import AudioChunk, LostAudio
from captioner.live.session.streaming_vad import LIVE_SPEECH, SHORTEST_SPEECH, Clip, StreamingVad
from captioner.live.source.live_source import HlsStream
from captioner.live.stream_clock import Epoch
from captioner.profiles import Profile
from captioner.speech import SpeechOptions
from captioner.text.punctuation import is_punctuation
from captioner.text_checks import ChineseScript, ChineseScriptVote, LanguageVote, mark_suspected
from captioner.transcribe import RegionResult, limit_regions, transcribe, windows_of
from captioner.values import RegionReport, Segment, Span
from captioner.word_timing import time_words

FIRST_RETRY, LONGEST_RETRY = 1.0, 10.0
"""Seconds before a backend that failed is called again: doubled each time."""


@dataclass(frozen=True)
class RecognitionConfig:
    """How the speech of a stream becomes captions."""

    backend: Backend

    hints: Hints = Hints()

    aligner: Aligner | None = None
    """Finds word times where the backend gives none; None leaves words without."""

    profile: Profile | None = None
    """Style rules of the captions, None for those of the language."""

    partials: bool = False
    """Whether a region is recognised while it is still being spoken."""

    speech: SpeechOptions = LIVE_SPEECH

    chinese_script: ChineseScript = "auto"
    """As for files, by the text so far."""

    keep_suspected: bool = False
    """Whether text that the backend probably invented is shown."""


@dataclass
class SessionCounts:
    """Figures of a session so far. Times in seconds."""

    audio_end: float = 0.0
    """Stream second up to which speech was searched."""

    final_until: float = 0.0
    """Captions that begin before this stream second are final."""

    regions: int = 0

    lost: int = 0
    """Regions with speech and without a caption, and parts of the stream whose audio is missing."""

    lost_seconds: float = 0.0
    """Length of all of them."""

    suspected: int = 0
    """Regions whose text the backend probably invented."""

    last_lost: RegionReport | None = None

    cues: int = 0

    partials: int = 0

    lag: float = 0.0

    recognition_time: float = 0.0
    """Seconds that the backend has worked."""

    recognised_speech: float = 0.0
    """Length of the speech that the backend recognised in that time."""

    backend_error: str | None = None
    """The last error of a backend that fails at present."""


class Session:
    """Captions one stream. `push` and `flush` are for one thread, `recognise` is for another.

    Audio before the stream second `resume_at` was captioned by an earlier run and is left out; `cursor` is where that
    run stopped, and `resume_point` where it stopped in an HLS source. `now` is a monotonic clock in seconds.
    `on_region` is called by the thread that finds speech with each region that has ended, before it is recognised.
    """

    def __init__(
        self,
        config: RecognitionConfig,
        emit: Callable[[Event], object],
        *,
        cursor: CaptionCursor = STREAM_START,
        resume_at: float = 0.0,
        resume_point: ResumePoint | None = None,
        limits: LagLimits = LAG_LIMITS,
        now: Callable[[], float] = time.monotonic,
        on_region: Callable[[int, Span], object] = lambda number, span: None,
    ) -> None:
        self._config, self._now, self._limits, self._on_region = config, now, limits, on_region
        self._aligner = incremental_aligner(config.aligner) if config.aligner else None
        self._vad = StreamingVad(_limit_regions(config.speech, config.backend.traits, limits))
        self.queue = ClipQueue(limits, cursor.region)
        self.counts = SessionCounts()
        self._language = config.backend.traits.text_language or config.hints.language
        self._languages = LanguageVote(self._language)
        self._chinese_script = ChineseScriptVote(config.chinese_script, self._language)
        self._captions = CaptionStream(emit, cursor, config.profile, self._language)
        self._resume_at = resume_at
        self._open_segments: deque[TimedSegment] = deque()  # read, but not all of their captions are final
        self.resume_point = resume_point  # in an HLS source
        self._first_sequence: int | None = None  # of the HLS segments that this run reads
        self.epoch: Epoch | None = None
        self._offered_start: float | None = None  # start of the region offered for a partial, until it is decided
        self._has_worked = False  # whether the backend ever returned a result
        self._retry_after = 0.0
        self._report_lock = Lock()  # reports are made in order, by the thread that recognises and by `keep_limits`
        self._vad_lock = Lock()  # otherwise a clip could be missing in both VAD and queue while progress is computed

    @property
    def cursor(self) -> CaptionCursor:
        """The position at which the next run of this stream continues."""
        return self._captions.cursor

    @property
    def open_since(self) -> float | None:
        """The stream second at which the region that is being spoken begins, None in silence."""
        return self._vad.open_since

    # -- any thread --------------------------------------------------------------------------------------------------

    def keep_limits(self) -> float:
        """Report what is too late as lost, whatever the backend does. Call it at intervals. Returns the lag."""
        with self._vad_lock:
            settled_until = self._vad.settled_until
        lag = self.counts.lag = self.queue.lag(self._now(), settled_until)
        with self._report_lock:
            self._report_lost()
        return lag

    def give_up(self, reason: str) -> None:
        """Report all speech without a result as lost."""
        self.queue.give_up(reason)
        with self._report_lock:
            self._report_lost()

    # -- the thread that finds speech --------------------------------------------------------------------------------

    def push(self, item: AudioChunk | LostAudio | TimedSegment | HlsStream) -> None:
        """Take the next item of the stream."""
        if isinstance(item, HlsStream):
            self._first_sequence = item.first_sequence
            self._captions.emit(item)
            return
        if self.resume_point is None and self._first_sequence is not None:
            self.resume_point = ResumePoint(self.epoch or item.epoch, self._vad.end, self._first_sequence - 1)
        self.epoch = item.epoch
        if isinstance(item, TimedSegment):
            self._open_segments.append(item)
            self._captions.emit(item)
        elif isinstance(item, LostAudio):
            self._push_lost(item)
        elif item.audio.end > self._resume_at:
            self._push_audio(item)

    def _push_audio(self, chunk: AudioChunk) -> None:
        if chunk.audio.start < self._resume_at:
            chunk = replace(chunk, audio=chunk.audio.clip(Span(self._resume_at, chunk.audio.end)))
        with self._vad_lock:
            self._enqueue(self._vad.push(chunk))
        lag = self.keep_limits()
        self._vad.shorten(self._limits.short_region if lag > self._limits.short_regions else None)
        if self._config.partials and lag < self._limits.no_partials:
            self._offer_partial()
        self.emit_progress()

    def _push_lost(self, lost: LostAudio) -> None:
        with self._vad_lock:
            self._enqueue(self._vad.flush(free_until=lost.start))
            self.queue.put_lost(Span(lost.start, lost.end), lost.epoch, lost.reason)
            self._vad.end = lost.end
        self.keep_limits()

    def flush(self) -> None:
        """End the open region here: the stream has ended or broken off."""
        with self._vad_lock:
            self._enqueue(self._vad.flush())
        self.emit_progress()

    def emit_progress(self) -> None:
        """Emit the second up to which all captions are final."""
        with self._vad_lock:
            audio_end = self.counts.audio_end = self._vad.end
            self.counts.final_until = max(self.counts.final_until, self.queue.final_until(self._vad.settled_until))
            while self._open_segments and self._open_segments[0].end <= self.counts.final_until:
                complete = self._open_segments.popleft()
                self.resume_point = ResumePoint(complete.epoch, complete.end, complete.segment.sequence)
            if self.epoch:
                self._captions.emit(StreamProgress(self.counts.final_until, audio_end, self.epoch))

    def _enqueue(self, clips: list[Clip]) -> None:
        for clip in clips:
            self._on_region(self.queue.next_number, Span(clip.audio.start, clip.audio.end))
            self.queue.put(clip)
        if clips:
            self._offered_start = None
        elif self._offered_start is not None and self._offered_start < self._vad.settled_until:
            self._offered_start = None
            self.queue.retract_partial()

    def _offer_partial(self) -> None:
        start = self._vad.open_since
        if start is not None and self.queue.wants_partial(start, self._vad.end):
            clip = self._vad.open_clip()
            if clip:
                self._offered_start = start
                self.queue.offer_partial(clip)

    # -- the thread that recognises ----------------------------------------------------------------------------------

    def recognise(self) -> float:
        """Recognise the waiting clips. Returns the seconds to wait before the next call, above 0 if the backend failed.

        Raises `BackendError` if the backend fails before its first result.
        """
        if self.queue.take_retracted():
            self._captions.withdraw()
        self.keep_limits()
        try:
            self._recognise_queue()
            if region := self.queue.take_partial():
                self._recognise_partial(region)
        except BackendError as error:
            return self._retry(error)
        except Exception as error:  # a fault in a plug-in's backend; the stream goes on
            return self._retry(BackendError(self._config.backend.traits.name, f"{type(error).__name__}: {error}"))
        self._retry_after, self.counts.backend_error = 0.0, None
        return 0.0

    def _recognise_queue(self) -> None:
        config, started = self._config, self._now()
        clips = (queued.clip.audio for queued in self.queue.take(self._now))
        # No clip waits for a neighbour to be joined with: that would make the captions late.
        results = transcribe(windows_of(clips, None), config.backend, config.hints)
        settled = (settled for result in results for settled in self._languages.add(result))
        traits = config.backend.traits
        exact = traits.exact_word_times or traits.text_language is not None
        timed = time_words(settled, self._aligner, self._language, exact=exact)
        for result in mark_suspected(timed, keep=config.keep_suspected):
            self.counts.recognition_time += self._now() - started
            self.counts.recognised_speech += result.report.duration
            self._has_worked = True
            with self._report_lock:
                self._report_lost()
                if queued := self.queue.first_in_progress():
                    self._finish(queued, result)
                    self.queue.done()
            self.emit_progress()
            started = self._now()

    def _recognise_partial(self, region: OpenRegion) -> None:
        started = self._now()
        (recognition,) = self._config.backend.transcribe([region.audio], self._config.hints)
        self.counts.recognition_time += self._now() - started
        self.counts.recognised_speech += region.audio.duration
        if recognition.status == "ok" and self._shows_at_once(recognition.text.strip()):
            self.counts.partials += 1
            language = self._languages.language or recognition.language
            segment = Segment(0.0, 0.0, recognition.text.strip(), language=language)
            shown = self._chinese_script.converted(segment)
            self._captions.partial(region, shown.text, shown.language)

    def _shows_at_once(self, text: str) -> bool:
        """Return whether a partial may show a text. One that may be invented waits for the result of the region."""
        return bool(text) and not is_punctuation(text) and (self._config.keep_suspected or invented(text) is None)

    def _retry(self, error: BackendError) -> float:
        """Put the clips back, and return the seconds after which to try again."""
        self.queue.requeue()
        if not self._has_worked:
            raise error
        self.counts.backend_error = str(error)
        self._retry_after = min(2 * self._retry_after, LONGEST_RETRY) or FIRST_RETRY
        return self._retry_after

    def _report_lost(self) -> None:
        """Report the clips at the front that are lost. Only with the lock."""
        while lost := self.queue.first_lost():
            span = lost.span
            report = RegionReport(span.start, span.end, lost.number, "failed", reason=lost.lost_reason, attempts=0)
            self._finish(lost, RegionResult(report, None))
            self.queue.lost_reported()
            self.emit_progress()

    def _finish(self, queued: QueuedClip, result: RegionResult) -> None:
        """Emit the captions of a clip, and count it."""
        report, segment = replace(result.report, index=queued.number), result.segment
        if segment is not None:
            self._chinese_script.count(segment)
            segment = self._chinese_script.converted(segment)
        self.counts.cues += self._captions.finalize(queued, report, segment)
        self.counts.regions = queued.number + 1
        self.counts.suspected += report.suspected is not None
        if report.lost:
            self.counts.lost += 1
            self.counts.lost_seconds += report.duration
            self.counts.last_lost = report


def _limit_regions(speech: SpeechOptions, traits: Traits, limits: LagLimits) -> SpeechOptions:
    """Return the options with no region longer than the backend takes, or too long to be recognised before it is late.

    Raises `BackendError`.
    """
    in_time = max(limits.longest_region, speech.lead + speech.tail + SHORTEST_SPEECH)
    return limit_regions(speech, traits, in_time)
