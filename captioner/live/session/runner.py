"""A session at work: one thread reads, one listens, one hears, and each sink has its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Thread

from captioner.live.events import StreamEnded, Event, TimedSegment
from captioner.live.session.session import Session
from captioner.live.session.source_reader import AudioChunk, ConnectionLost, StreamItem, SourceReader
from captioner.live.session.streaming_vad import merge_chunks
from captioner.live.sinks.worker import SinkWorker
from captioner.live.source.contract import HlsEnded, HlsStream

MAX_QUEUED_ITEMS = 2000
"""Pieces of sound that were read and not searched yet. AAC comes in pieces of 21 ms: 43 s."""

TICK_SECONDS = 0.25
"""Seconds between two looks at how things stand."""

FINISH_TIMEOUT = 15.0
"""Seconds in which what was spoken before the end may still be heard and written."""


class SinkFanout:
    """Hands every event to every outlet. Outlets may be added while nothing is told yet."""

    def __init__(self) -> None:
        self.workers: list[SinkWorker] = []

    def __call__(self, event: Event) -> None:
        for outlet in self.workers:
            outlet.put(event)


class Runner:
    """Runs a session over a reader until the source ends, fails for good, or `stop` is called."""

    def __init__(self, reader: SourceReader, session: Session, sinks: SinkFanout) -> None:
        self._reader, self._session, self._sinks = reader, session, sinks
        self._inbox: Queue[StreamItem | None] = Queue(MAX_QUEUED_ITEMS)
        self._stopped, self._listened, self._done = Flag(), Flag(), Flag()
        self._error: BaseException | None = None
        self.reconnects = 0
        self.disconnected: str | None = None  # why the source is not there
        self.ended = False

    def run(self, tick: Callable[[], object] = lambda: None) -> None:
        """Run; `tick` is called now and then. Raises what ended the stream, after the last words are out."""
        Thread(target=self._read, name="reader", daemon=True).start()
        threads = [Thread(target=self._guarded, args=(step,), name=step.__name__, daemon=True)
                   for step in (self._detect_speech, self._recognise)]  # fmt: skip
        for thread in threads:
            thread.start()
        while not self._done.wait(TICK_SECONDS) and not self._stopped.is_set():
            tick()
        self._done.wait(FINISH_TIMEOUT)
        if self.ended:
            self._sinks(StreamEnded())
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
            self._session.queue.close()
            self._done.set()

    def _read(self) -> None:
        try:
            for reading in self._reader.read():
                if isinstance(reading, ConnectionLost):
                    self.disconnected = reading.reason
                elif self.disconnected:
                    self.disconnected, self.reconnects = None, self.reconnects + 1
                self.ended = self.ended or isinstance(reading, HlsEnded)
                if not self._put(reading):
                    return
            self.ended = True
        except BaseException as error:
            self._error = error
        self._put(None)

    def _put(self, reading: StreamItem | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._inbox.put(reading, timeout=TICK_SECONDS)
                return True
            except Full:
                continue
        return False

    def _detect_speech(self) -> None:
        ended = False
        while not ended:
            readings = self._next_items()
            ended = None in readings or (self._stopped.is_set() and not readings)
            for reading in _with_merged_audio(readings):
                if isinstance(reading, ConnectionLost):
                    self._session.flush()
                else:
                    self._session.push(reading)
            if not readings:
                self._session.emit_progress()
        self._session.flush()
        self._session.queue.close()
        self._listened.set()

    def _next_items(self) -> Sequence[StreamItem | None]:
        """What has come, at least one piece, in at most a tick; nothing where nothing came."""
        try:
            readings = [self._inbox.get(timeout=TICK_SECONDS)]
        except Empty:
            return ()
        while len(readings) < 50:
            try:
                readings.append(self._inbox.get_nowait())
            except Empty:
                break
        return readings

    def _recognise(self) -> None:
        desk = self._session.queue
        while not (desk.closed and desk.empty):
            if desk.wait(TICK_SECONDS):
                pause = self._session.recognise()
                until = time.monotonic() + pause
                while time.monotonic() < until and not (desk.closed and self._stopped.is_set()):
                    time.sleep(min(0.1, pause))
        self._done.set()


def _with_merged_audio(readings: Iterable[StreamItem | None]) -> list[AudioChunk | TimedSegment | HlsStream | ConnectionLost]:
    """All but ends, pieces of sound that follow one another as one."""
    gathered: list[AudioChunk | TimedSegment | HlsStream | ConnectionLost] = []
    sounds: list[AudioChunk] = []
    for reading in readings:
        if isinstance(reading, AudioChunk):
            sounds.append(reading)
        elif isinstance(reading, (TimedSegment, HlsStream, ConnectionLost)):
            gathered += [*merge_chunks(sounds), reading]
            sounds = []
    return [*gathered, *merge_chunks(sounds)]
