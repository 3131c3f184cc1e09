"""Turns the samples of one client into speech regions and their text, by the sessions of `captioner live`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Flag
from threading import Thread

from captioner.errors import BackendError
from captioner.live.events import Caption, Event, RegionReported
from captioner.live.session.lag import lag_limits
from captioner.live.session.runner import EARLY_SPEECH, recognise_until_closed
from captioner.live.session.session import RecognitionConfig, Session
from captioner.live.session.source_reader import AudioChunk
from captioner.live.stream_clock import Epoch
from captioner.speech import SAMPLE_RATE
from captioner.values import Audio, RegionReport, Samples, Span

CHUNK = SAMPLE_RATE // 10
"""Samples that are searched for speech at a time: a client learns that someone speaks a tenth of a second later."""

LONGEST_LAG = 3600.0
"""Seconds: nothing is skipped for being late, since a client may send audio faster than it is spoken."""

HELD_BACK = 0.05
"""Seconds between two looks at whether the backend has caught up."""

CLOCK = Epoch(0, 0.0, 0)


@dataclass(frozen=True)
class RegionStarted:
    """Someone speaks."""

    region: int
    start: float
    """Seconds of all audio that was pushed."""


@dataclass(frozen=True)
class RegionEnded:
    """Someone has spoken; the text follows."""

    region: int
    span: Span


@dataclass(frozen=True)
class RegionGrown:
    """The text so far of a region that is still being spoken, as far as it is stable."""

    region: int
    text: str


@dataclass(frozen=True)
class RegionTranscribed:
    """The text of a region, and the report on it."""

    region: int
    text: str
    report: RegionReport


@dataclass(frozen=True)
class TranscriptionFailed:
    """The backend failed before its first result."""

    error: BackendError


TranscriptionEvent = RegionStarted | RegionEnded | RegionGrown | RegionTranscribed | TranscriptionFailed


class LiveTranscriber:
    """Transcribes the audio of one client. `push`, `flush` and `clear` are for one thread at a time.

    `emit` is called with every event, from that thread and from another one.
    """

    def __init__(self, config: RecognitionConfig, emit: Callable[[TranscriptionEvent], object]) -> None:
        self._emit = emit
        self._session = Session(config, self._receive, limits=lag_limits(LONGEST_LAG), on_region=self._end_region)
        self._position = 0
        self._started: int | None = None  # the region whose start was emitted, until its end
        self._dropped: set[int] = set()  # regions of audio that was cleared
        self._stopped = Flag()
        self._thread = Thread(target=self._recognise, name="realtime", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """Seconds of all audio that was pushed."""
        return self._position / SAMPLE_RATE

    def push(self, samples: Samples, *, is_last: bool = False) -> None:
        """Search the next samples for speech, of which the last region ends with them if they are the last of a turn.

        Waits while much speech waits for the backend.
        """
        for first in range(0, len(samples), CHUNK):
            self._hold_back()
            chunk = samples[first : first + CHUNK]
            self._session.push(AudioChunk(Audio(chunk, SAMPLE_RATE, self.seconds), CLOCK))
            self._position += len(chunk)
            self._tell_start()
        if is_last:
            self.flush()

    @property
    def is_speaking(self) -> bool:
        """Whether someone speaks at the end of the audio so far."""
        return self._session.open_since is not None

    @property
    def has_ended(self) -> bool:
        """Whether no further event will come."""
        return not self._thread.is_alive()

    def flush(self) -> None:
        """End the region that is being spoken here."""
        self._session.flush()

    def clear(self) -> None:
        """Forget the region that is being spoken."""
        if self._session.open_since is not None:
            self._dropped.add(self._session.queue.next_number)
            self._started = None
        self._session.flush()

    def finish(self) -> None:
        """Take no more audio; what was pushed is still transcribed."""
        self._session.flush()
        self._session.queue.close()

    def stop(self) -> None:
        """End at once; no text of what waits will come."""
        self._stopped.set()
        self._session.queue.close()
        self._session.give_up("the client has gone")

    def _hold_back(self) -> None:
        while self._session.queue.waiting_speech > EARLY_SPEECH and not self._stopped.is_set():
            time.sleep(HELD_BACK)

    def _tell_start(self) -> None:
        start, number = self._session.open_since, self._session.queue.next_number
        if start is not None and self._started is None:
            self._started = number
            self._emit(RegionStarted(number, start))

    def _end_region(self, number: int, span: Span) -> None:
        if number in self._dropped:
            return
        if self._started is None:
            self._emit(RegionStarted(number, span.start))
        self._started = None
        self._emit(RegionEnded(number, span))

    def _receive(self, event: Event) -> None:
        if isinstance(event, RegionReported):
            number = event.report.index
            if number not in self._dropped:
                text = event.segment.text.strip() if event.segment else ""
                self._emit(RegionTranscribed(number, text, event.report))
        elif isinstance(event, Caption) and not event.is_final and event.region not in self._dropped:
            self._emit(RegionGrown(event.region, event.text[: event.stable_chars].strip()))

    def _recognise(self) -> None:
        try:
            recognise_until_closed(self._session, self._stopped)
        except BackendError as error:
            self._stopped.set()
            self._session.queue.close()
            self._emit(TranscriptionFailed(error))
