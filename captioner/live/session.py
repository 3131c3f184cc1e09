"""The stages in one place, each a step that somebody else repeats: two threads in a run, a loop in a test.

`hear` takes a piece of the stream, `work` hears what waits. What comes out goes to `tell`, in order.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Lock

from captioner.align import Timer
from captioner.backends import Backend, Hints
from captioner.cues.greedy import next_cues
from captioner.errors import BackendError
from captioner.live.clock import Epoch
from captioner.live.desk import Desk, OpenRegion, Waiting
from captioner.live.drafts import Draft, agree
from captioner.live.ears import SPEECH, Clip, Ears
from captioner.live.events import HOLE, Account, Caption, Event, Settled
from captioner.live.pace import LIMITS, Limits
from captioner.live.reader import Chapter, Sound
from captioner.live.source import Origin
from captioner.profiles import Profile, profile_for
from captioner.speech import SpeechOptions
from captioner.timing import in_time
from captioner.transcribe import Outcome, transcribe
from captioner.values import Audio, RegionReport, Segment, Span

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0
"""Seconds before a backend that failed is asked again: doubled each time."""

SKIPPED = "skipped, since hearing could not keep up"


@dataclass(frozen=True)
class Hearing:
    """Who hears, what it is told beforehand, who times words, in what style captions are cut (None: the language's)."""

    backend: Backend
    hints: Hints = Hints()
    timer: Timer | None = None
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


@dataclass(frozen=True)
class Mark:
    """Where a stream stands: the next caption's `seq`, the next region's `number`, and when the screen is free."""

    seq: int = 1
    number: int = 0
    free_from: float = 0.0


BEGINNING = Mark()


class Session:
    """One stream. `hear` and `flush` are for one thread, `work` is for another."""

    def __init__(
        self,
        hearing: Hearing,
        tell: Callable[[Event], object],
        *,
        mark: Mark = BEGINNING,
        deaf_until: float = 0.0,
        speech: SpeechOptions = SPEECH,
        limits: Limits = LIMITS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hearing, self._tell, self._now, self._limits = hearing, tell, now, limits
        longest = min(speech.longest_region, hearing.backend.traits.longest_clip)
        self._ears = Ears(replace(speech, longest_region=longest))
        self.desk = Desk(limits, mark.number)
        self.counts = Counts()
        self._seq, self._free_from = mark.seq, mark.free_from
        self._deaf_until = deaf_until  # what is read before it was told by an earlier run
        self._chapters: deque[Chapter] = deque()  # read, but not all of them told
        self.passed: Chapter | None = None  # the last one of which all was told
        self.epoch: Epoch | None = None
        self._draft: tuple[int, Draft] = (-1, Draft())
        self._answered = False
        self._pause = 0.0
        self._telling = Lock()
        self._listening = Lock()  # or a clip could be with neither ears nor desk when one looks

    @property
    def mark(self) -> Mark:
        """Where the next run of this stream goes on."""
        with self._telling:
            return Mark(self._seq, self.counts.regions, self._free_from)

    # -- the thread that listens -------------------------------------------------------------------------------------

    def hear(self, reading: Sound | Chapter | Origin) -> None:
        """The next piece of the stream."""
        if isinstance(reading, Origin):
            self._tell_event(reading)
            return
        self.epoch = reading.epoch
        if isinstance(reading, Chapter):
            self._chapters.append(reading)
            self._tell_event(reading)
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
            self._tell_event(Settled(self.counts.settled, heard, self.epoch))

    def _put(self, clips: list[Clip]) -> None:
        for clip in clips:
            self.desk.put(clip)

    def _offer_draft(self) -> None:
        since = self._ears.open_since
        if since is not None and self.desk.wants_draft(since, self._ears.heard):
            clip = self._ears.open_clip()
            if clip:
                self.desk.offer(clip)

    # -- the thread that hears ---------------------------------------------------------------------------------------

    def work(self) -> float:
        """Hear what waits. Returns the seconds after which it is worth while to ask again; 0 for at once.

        Raises `BackendError` where the backend fails before it ever gave an answer.
        """
        if skipped := self.desk.take_skipped(self._now()):
            self._answer(skipped, Outcome(_report(skipped, SKIPPED), None))
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
        for outcome in in_time(heard, self._hearing.timer, self._hearing.hints.language):
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

    def _answer(self, waiting: Waiting, outcome: Outcome) -> None:
        """Tell what became of a clip, and take it off the desk."""
        report = replace(outcome.report, index=waiting.number)
        with self._telling:
            self._tell(Account(report, outcome.segment))
            for caption in self._captions(waiting, report, outcome.segment):
                self._tell(caption)
            self.counts.regions = waiting.number + 1
            self.counts.lost += report.lost
        self.desk.done()
        self.settle()

    def _captions(self, waiting: Waiting, report: RegionReport, segment: Segment | None) -> Iterator[Caption]:
        lost = segment is None and report.lost
        shown = Segment(waiting.span.start, waiting.span.end, HOLE) if lost else segment
        if shown is None:
            yield from self._withdrawn(waiting.number)
            return
        language = shown.language or self._hearing.hints.language
        cues = next_cues(
            shown,
            self._hearing.profile or profile_for(language),
            language=language,
            free_from=self._free_from,
            free_until=waiting.clip.free_until,
        )
        for place, cue in enumerate(cues):
            self.counts.cues += 1
            self._free_from = cue.end
            yield Caption(
                seq=self._next_seq(),
                id=f"{waiting.number}.{place}",
                region=waiting.number,
                start=cue.start,
                end=cue.end,
                text=cue.text,
                is_final=True,
                ends_speech=place == len(cues) - 1,
                words=cue.words,
                language=language,
                speaker=cue.speaker,
                lost=lost,
            )
        if not cues:
            yield from self._withdrawn(waiting.number)

    def _withdrawn(self, region: int) -> Iterator[Caption]:
        """An empty draft, where one was shown of a region in which nothing was said after all."""
        if self._draft[0] == region and self._draft[1].text:
            yield Caption(self._next_seq(), str(region), region, self._free_from, self._free_from, "", is_final=False)

    def _hear_draft(self, open_region: OpenRegion) -> None:
        began = self._now()
        (heard,) = self._hearing.backend.transcribe([open_region.audio], self._hearing.hints)
        self.counts.hearing += self._now() - began
        self.counts.spoken += open_region.audio.duration
        if heard.status == "ok" and heard.text.strip():
            self._tell_draft(open_region.number, open_region.audio, heard.text.strip(), heard.language)

    def _tell_draft(self, number: int, audio: Audio, text: str, language: str | None) -> None:
        region, before = self._draft
        draft = agree(before if region == number else Draft(), text)
        self._draft = (number, draft)
        self.counts.drafts += 1
        with self._telling:
            self._tell(
                Caption(
                    seq=self._next_seq(),
                    id=str(number),
                    region=number,
                    start=max(audio.start, self._free_from),
                    end=max(audio.end, self._free_from),
                    text=draft.text,
                    is_final=False,
                    language=language or self._hearing.hints.language,
                    stable=draft.stable,
                )
            )

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq - 1

    def _tell_event(self, event: Event) -> None:
        with self._telling:
            self._tell(event)


def _report(waiting: Waiting, reason: str) -> RegionReport:
    return RegionReport(waiting.span.start, waiting.span.end, waiting.number, "failed", reason=reason, attempts=0)
