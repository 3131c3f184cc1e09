"""Runs a session in threads: one reads, one finds speech, one recognises it, and each sink has its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Thread

from captioner.errors import BackendError
from captioner.live.events import Event, StreamEnded, TimedSegment
from captioner.live.session.session import Session
from captioner.live.session.source_reader import AudioChunk, ConnectionLost, LostAudio, SourceReader, StreamItem
from captioner.live.session.streaming_vad import merge_chunks
from captioner.live.sinks.worker import SinkWorker
from captioner.live.source.live_source import HlsEnded, HlsStream
from captioner.values import Audio

MAX_QUEUED_ITEMS = 2000
"""Items between the reader and the detector. AAC comes in frames of 21 ms: 43 s."""

MAX_BATCH = 50
"""Items that are searched for speech at once."""

TICK_SECONDS = 0.25
"""Seconds between two calls of `tick`."""

FINISH_TIMEOUT = 15.0
"""Seconds in which speech from before a stop may still be recognised; the rest is reported as lost."""

EARLY_SPEECH = 60.0
"""Seconds of speech that may wait for the backend before audio that comes faster than real time is held back.

Such audio, from a pipe or from the beginning of a recorded stream, waits at its source: none of it need be skipped.
"""

STOPPED_REASON = "captioner was stopped before it was recognised"


class SinkFanout:
    """Gives every event to every sink. Sinks may be added until the first event."""

    def __init__(self) -> None:
        self.workers: list[SinkWorker] = []

    def __call__(self, event: Event) -> None:
        for worker in self.workers:
            worker.put(event)


class Runner:
    """Runs a session over a reader until the source ends, fails for good, or `stop` is called."""

    def __init__(self, reader: SourceReader, session: Session, sinks: SinkFanout) -> None:
        self._reader, self._session, self._sinks = reader, session, sinks
        self._items: Queue[StreamItem | None] = Queue(MAX_QUEUED_ITEMS)
        self._stopped, self._done = Flag(), Flag()
        self._error: BaseException | None = None
        self._origin: float | None = None  # when stream second 0 was, or would have been, if audio came in real time
        self.reconnects = 0
        self.disconnected: str | None = None  # why the source is disconnected, None while it is not
        self.ended = False

    def run(self, tick: Callable[[], object] = lambda: None) -> None:
        """Run, and call `tick` at intervals. Raises the error that ended the stream, after the last captions."""
        Thread(target=self._read, name="reader", daemon=True).start()
        for name, step in (("speech detector", self._detect_speech), ("recogniser", self._recognise)):
            Thread(target=self._run_step, args=(step,), name=name, daemon=True).start()
        while not (self._is_done() or self._stopped.is_set()):
            tick()
        stopped = time.monotonic()
        while not self._is_done() and time.monotonic() - stopped < FINISH_TIMEOUT:
            pass
        if not isinstance(self._error, BackendError):  # or else no speech was recognised at all
            self._session.give_up(STOPPED_REASON)
        if self.ended:
            self._sinks(StreamEnded())
        tick()
        if self._error:
            raise self._error

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called, or a thread failed."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Stop reading; speech so far still gets its captions. May be called from a signal handler."""
        self._stopped.set()

    def _is_done(self) -> bool:
        """Return whether all speech has its report, after a wait.

        A backend that never returns does not stop the rest.
        """
        done, queue = self._done.wait(TICK_SECONDS), self._session.queue
        self._session.keep_limits()
        if not done and queue.closed and queue.all_reported:
            self._done.wait(TICK_SECONDS)
            return True
        return done

    def _run_step(self, step: Callable[[], None]) -> None:
        """Run the step of a thread; an error ends the run."""
        try:
            step()
        except BaseException as error:
            self._error = self._error or error
            self._stopped.set()
            self._session.queue.close()
            self._done.set()

    def _read(self) -> None:
        try:
            for item in self._reader.read():
                if isinstance(item, ConnectionLost):
                    self.disconnected = item.reason
                elif self.disconnected:
                    self.disconnected, self.reconnects = None, self.reconnects + 1
                self.ended = self.ended or isinstance(item, HlsEnded)
                if not self._put(item):
                    return
            self.ended = True
        except BaseException as error:
            self._error = error
        self._put(None)

    def _put(self, item: StreamItem | None) -> bool:
        """Queue an item, waiting for room. Returns False once the run is stopped."""
        while not self._stopped.is_set():
            try:
                self._items.put(item, timeout=TICK_SECONDS)
                return True
            except Full:
                continue
        return False

    def _detect_speech(self) -> None:
        ended = False
        while not ended:
            items = self._next_items()
            ended = None in items or (self._stopped.is_set() and not items)
            for item in _with_merged_audio(items):
                if isinstance(item, ConnectionLost):
                    self._session.flush()
                    continue
                if isinstance(item, AudioChunk):
                    self._hold_back(item.audio)
                self._session.push(item)
            if not items:
                self._session.emit_progress()
        self._session.flush()
        self._session.queue.close()

    def _hold_back(self, audio: Audio) -> None:
        """Wait while much speech waits for the backend and the audio is early."""
        if self._origin is None:
            self._origin = time.monotonic() - audio.start
        queue = self._session.queue
        while queue.waiting_speech > EARLY_SPEECH and time.monotonic() < self._origin + audio.end:
            if self._stopped.wait(TICK_SECONDS):
                return

    def _next_items(self) -> Sequence[StreamItem | None]:
        """Return the waiting items, after at most a tick; empty if there are none. None is the end of the stream."""
        try:
            items = [self._items.get(timeout=TICK_SECONDS)]
        except Empty:
            return ()
        while len(items) < MAX_BATCH:
            try:
                items.append(self._items.get_nowait())
            except Empty:
                break
        return items

    def _recognise(self) -> None:
        recognise_until_closed(self._session, self._stopped)
        self._done.set()


def recognise_until_closed(session: Session, stopped: Flag) -> None:
    """Recognise the clips of a session until its queue is closed and empty. Raises what `Session.recognise` raises.

    While a backend that failed pauses, `stopped` and a closed queue end the pause.
    """
    queue = session.queue
    while not (queue.closed and queue.empty):
        if queue.wait(TICK_SECONDS):
            pause = session.recognise()
            until = time.monotonic() + pause
            while time.monotonic() < until and not (queue.closed and stopped.is_set()):
                time.sleep(min(0.1, pause))


def _with_merged_audio(
    items: Iterable[StreamItem | None],
) -> list[AudioChunk | LostAudio | TimedSegment | HlsStream | ConnectionLost]:
    """Return all items but ends, in order, with chunks that follow one another as one."""
    merged: list[AudioChunk | LostAudio | TimedSegment | HlsStream | ConnectionLost] = []
    chunks: list[AudioChunk] = []
    for item in items:
        if isinstance(item, AudioChunk):
            chunks.append(item)
        elif item is not None and not isinstance(item, HlsEnded):
            merged += [*merge_chunks(chunks), item]
            chunks = []
    return [*merged, *merge_chunks(chunks)]
