"""The stages in one place, each a step that somebody else repeats: two threads in a run, a loop in a test.

`hear` takes a piece of the stream, `work` hears what waits. What comes out goes to `tell`, in order.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from captioner.align import Aligner
from captioner.backends import Backend, Hints
from captioner.errors import BackendError
from captioner.live.events import Event, Settled
from captioner.live.session.caption_stream import BEGINNING, CaptionCursor, CaptionStream
from captioner.live.session.clip_queue import ClipQueue, OpenRegion, Waiting
from captioner.live.session.lag import LIMITS, LagLimits
from captioner.live.session.source_reader import AudioPiece, TimedSegment
from captioner.live.session.stream_clock import Epoch
from captioner.live.session.streaming_vad import SPEECH, Clip, StreamingVad
from captioner.live.source.contract import HlsStream
from captioner.profiles import Profile
from captioner.speech import SpeechOptions
from captioner.transcribe import RegionResult, transcribe
from captioner.values import RegionReport, Span
from captioner.word_timing import time_words

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0
"""Seconds before a backend that failed is asked again: doubled each time."""

SKIPPED = "skipped, since hearing could not keep up"


@dataclass(frozen=True)
class RecognitionConfig:
    """Who hears, what it is told beforehand, who times words, in what style captions are cut (None: the language's)."""

    backend: Backend
    hints: Hints = Hints()
    aligner: Aligner | None = None
    profile: Profile | None = None
    drafts: bool = False


@dataclass
class Counts:
    """What a session has seen by now. Times in seconds; `lag` is that of the captions, `failing` what the backend says
    while it fails."""

    heard: float = 0.0
    settled: float = 0.0
    regions: int = 0
    lost: int = 0
    cues: int = 0
    drafts: int = 0
    lag: float = 0.0
    hearing: float = 0.0  # spent by the backend
    spoken: float = 0.0  # heard by it
    failing: str | None = None


class Session:
    """One stream. `hear` and `flush` are for one thread, `work` is for another."""

    def __init__(
        self,
        hearing: RecognitionConfig,
        tell: Callable[[Event], object],
        *,
        mark: CaptionCursor = BEGINNING,
        deaf_until: float = 0.0,
        speech: SpeechOptions = SPEECH,
        limits: LagLimits = LIMITS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hearing, self._now, self._limits = hearing, now, limits
        longest = min(speech.longest_region, hearing.backend.traits.longest_clip)
        self._ears = StreamingVad(replace(speech, longest_region=longest))
        self.desk = ClipQueue(limits, mark.number)
        self.counts = Counts()
        self._captions = CaptionStream(tell, mark, hearing.profile, hearing.hints.language)
        self._deaf_until = deaf_until  # what is read before it was told by an earlier run
        self._chapters: deque[TimedSegment] = deque()  # read, but not all of them told
        self.passed: TimedSegment | None = None  # the last one of which all was told
        self.epoch: Epoch | None = None
        self._offered: float | None = None  # where the region begins that was offered for a draft, until it is settled
        self._answered = False
        self._pause = 0.0
        self._listening = Lock()  # or a clip could be with neither ears nor desk when one looks

    @property
    def mark(self) -> CaptionCursor:
        """Where the next run of this stream goes on."""
        return self._captions.mark

    # -- the thread that listens -------------------------------------------------------------------------------------

    def hear(self, reading: AudioPiece | TimedSegment | HlsStream) -> None:
        """The next piece of the stream."""
        if isinstance(reading, HlsStream):
            self._captions.event(reading)
            return
        self.epoch = reading.epoch
        if isinstance(reading, TimedSegment):
            self._chapters.append(reading)
            self._captions.event(reading)
            return
        if reading.audio.end <= self._deaf_until:
            return
        if reading.audio.start < self._deaf_until:
            reading = replace(reading, audio=reading.audio.clip(Span(self._deaf_until, reading.audio.end)))
        with self._listening:
            self._put(self._ears.hear(reading))
        lag = self.counts.lag = self.desk.lag(self._now(), self._ears.settled_until)
        self._ears.shorten(self._limits.short if lag > self._limits.shorter else None)
        if self._hearing.drafts and lag < self._limits.draftless:
            self._offer_draft()
        self.settle()

    def flush(self) -> None:
        """The stream has ended, is left or has broken off; what is open is speech up to here."""
        with self._listening:
            self._put(self._ears.flush())
        self.settle()

    def settle(self) -> None:
        """Tell how far everything is done."""
        with self._listening:
            heard = self.counts.heard = self._ears.heard
            self.counts.settled = max(self.counts.settled, self.desk.undone_from(self._ears.settled_until))
            while self._chapters and self._chapters[0].end <= self.counts.settled:
                self.passed = self._chapters.popleft()
            if self.epoch:
                self._captions.event(Settled(self.counts.settled, heard, self.epoch))

    def _put(self, clips: list[Clip]) -> None:
        for clip in clips:
            self.desk.put(clip)
        if clips:
            self._offered = None
        elif self._offered is not None and self._offered < self._ears.settled_until:
            self._offered = None
            self.desk.retract()

    def _offer_draft(self) -> None:
        since = self._ears.open_since
        if since is not None and self.desk.wants_draft(since, self._ears.heard):
            clip = self._ears.open_clip()
            if clip:
                self._offered = since
                self.desk.offer(clip)

    # -- the thread that hears ---------------------------------------------------------------------------------------

    def work(self) -> float:
        """Hear what waits. Returns the seconds after which it is worth while to ask again; 0 for at once.

        Raises `BackendError` where the backend fails before it ever gave an answer.
        """
        if self.desk.take_retracted():
            self._captions.withdraw()
        if skipped := self.desk.take_skipped(self._now()):
            self._answer(skipped, RegionResult(_report(skipped, SKIPPED), None))
            return 0.0
        try:
            self._hear_line()
            if draft := self.desk.draft():
                self._hear_draft(draft)
        except BackendError as error:
            return self._failed(error)
        except Exception as error:  # somebody else's engine; the stream goes on
            return self._failed(BackendError(self._hearing.backend.traits.name, f"{type(error).__name__}: {error}"))
        self._pause, self.counts.failing = 0.0, None
        return 0.0

    def _hear_line(self) -> None:
        began = self._now()
        clips = (waiting.clip.audio for waiting in self.desk.take(began))
        heard = transcribe(clips, self._hearing.backend, self._hearing.hints)
        for outcome in time_words(heard, self._hearing.aligner, self._hearing.hints.language):
            waiting = self.desk.first_in_hand()
            self.counts.hearing += self._now() - began
            self.counts.spoken += waiting.span.duration
            self._answered = True
            self._answer(waiting, outcome)
            began = self._now()

    def _failed(self, error: BackendError) -> float:
        self.desk.put_back()
        if not self._answered:
            raise error
        self.counts.failing = str(error)
        self._pause = min(2 * self._pause, LONGEST_PAUSE) or FIRST_PAUSE
        return self._pause

    def _answer(self, waiting: Waiting, outcome: RegionResult) -> None:
        """Tell what became of a clip, and take it off the desk."""
        report = replace(outcome.report, index=waiting.number)
        self.counts.cues += self._captions.region(waiting, report, outcome.segment)
        self.counts.regions = waiting.number + 1
        self.counts.lost += report.lost
        self.desk.done()
        self.settle()

    def _hear_draft(self, open_region: OpenRegion) -> None:
        began = self._now()
        (heard,) = self._hearing.backend.transcribe([open_region.audio], self._hearing.hints)
        self.counts.hearing += self._now() - began
        self.counts.spoken += open_region.audio.duration
        if heard.status == "ok" and heard.text.strip():
            self.counts.drafts += 1
            self._captions.draft(open_region, heard.text.strip(), heard.language)


def _report(waiting: Waiting, reason: str) -> RegionReport:
    return RegionReport(waiting.span.start, waiting.span.end, waiting.number, "failed", reason=reason, attempts=0)
