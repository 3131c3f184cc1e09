"""A session at work: one thread reads, one listens, one hears, and each sink has its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Thread

from captioner.live.events import Ended, Event, TimedSegment
from captioner.live.session.session import Session
from captioner.live.session.source_reader import AudioPiece, ConnectionLost, Reading, SourceReader
from captioner.live.session.streaming_vad import joined
from captioner.live.sinks.worker import SinkWorker
from captioner.live.source.contract import HlsEnded, HlsStream

INBOX = 2000
"""Pieces of sound that were read and not searched yet. AAC comes in pieces of 21 ms: 43 s."""

TICK = 0.25
"""Seconds between two looks at how things stand."""

LAST_WORDS = 15.0
"""Seconds in which what was spoken before the end may still be heard and written."""


class SinkFanout:
    """Hands every event to every outlet. Outlets may be added while nothing is told yet."""

    def __init__(self) -> None:
        self.outlets: list[SinkWorker] = []

    def __call__(self, event: Event) -> None:
        for outlet in self.outlets:
            outlet.give(event)


class Runner:
    """Runs a session over a reader until the source ends, fails for good, or `stop` is called."""

    def __init__(self, reader: SourceReader, session: Session, telling: SinkFanout) -> None:
        self._reader, self._session, self._telling = reader, session, telling
        self._inbox: Queue[Reading | None] = Queue(INBOX)
        self._stopped, self._listened, self._done = Flag(), Flag(), Flag()
        self._error: BaseException | None = None
        self.reconnects = 0
        self.away: str | None = None  # why the source is not there
        self.ended = False

    def run(self, tick: Callable[[], object] = lambda: None) -> None:
        """Run; `tick` is called now and then. Raises what ended the stream, after the last words are out."""
        Thread(target=self._read, name="reader", daemon=True).start()
        threads = [Thread(target=self._guarded, args=(step,), name=step.__name__, daemon=True)
                   for step in (self._listen, self._hear)]  # fmt: skip
        for thread in threads:
            thread.start()
        while not self._done.wait(TICK) and not self._stopped.is_set():
            tick()
        self._done.wait(LAST_WORDS)
        if self.ended:
            self._telling(Ended())
        tick()
        if self._error:
            raise self._error

    @property
    def stopped(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Read no more; what was spoken until now is still heard and told. May be called from a signal handler."""
        self._stopped.set()

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except BaseException as error:
            self._error = self._error or error
            self._stopped.set()
            self._session.desk.close()
            self._done.set()

    def _read(self) -> None:
        try:
            for reading in self._reader.readings():
                if isinstance(reading, ConnectionLost):
                    self.away = reading.reason
                elif self.away:
                    self.away, self.reconnects = None, self.reconnects + 1
                self.ended = self.ended or isinstance(reading, HlsEnded)
                if not self._put(reading):
                    return
            self.ended = True
        except BaseException as error:
            self._error = error
        self._put(None)

    def _put(self, reading: Reading | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._inbox.put(reading, timeout=TICK)
                return True
            except Full:
                continue
        return False

    def _listen(self) -> None:
        ended = False
        while not ended:
            readings = self._waiting()
            ended = None in readings or (self._stopped.is_set() and not readings)
            for reading in _gathered(readings):
                if isinstance(reading, ConnectionLost):
                    self._session.flush()
                else:
                    self._session.hear(reading)
            if not readings:
                self._session.settle()
        self._session.flush()
        self._session.desk.close()
        self._listened.set()

    def _waiting(self) -> Sequence[Reading | None]:
        """What has come, at least one piece, in at most a tick; nothing where nothing came."""
        try:
            readings = [self._inbox.get(timeout=TICK)]
        except Empty:
            return ()
        while len(readings) < 50:
            try:
                readings.append(self._inbox.get_nowait())
            except Empty:
                break
        return readings

    def _hear(self) -> None:
        desk = self._session.desk
        while not (desk.closed and desk.empty):
            if desk.wait(TICK):
                pause = self._session.work()
                until = time.monotonic() + pause
                while time.monotonic() < until and not (desk.closed and self._stopped.is_set()):
                    time.sleep(min(0.1, pause))
        self._done.set()


def _gathered(readings: Iterable[Reading | None]) -> list[AudioPiece | TimedSegment | HlsStream | ConnectionLost]:
    """All but ends, pieces of sound that follow one another as one."""
    gathered: list[AudioPiece | TimedSegment | HlsStream | ConnectionLost] = []
    sounds: list[AudioPiece] = []
    for reading in readings:
        if isinstance(reading, AudioPiece):
            sounds.append(reading)
        elif isinstance(reading, (TimedSegment, HlsStream, ConnectionLost)):
            gathered += [*joined(sounds), reading]
            sounds = []
    return [*gathered, *joined(sounds)]
