"""The work of `captioner live`: everything is opened, then run, then closed."""

from __future__ import annotations

import inspect
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from captioner.align import open_timer
from captioner.backends import Hints, backend_class
from captioner.cli.console import Console
from captioner.cli.work.backend_session import hotwords_in, open_backend
from captioner.cli.work.live_outputs import earlier_checkpoint, open_outputs, open_server
from captioner.cli.work.live_request import LiveRequest
from captioner.cli.work.live_status import StatusLine
from captioner.cli.work.profile_choice import asked_profile
from captioner.errors import OutputNotWritten, UsageError
from captioner.languages import asked_language
from captioner.live.session.caption_stream import STREAM_START
from captioner.live.session.checkpoint import Checkpoint, save_checkpoint
from captioner.live.session.lag import LagLimits
from captioner.live.session.runner import Runner, SinkFanout
from captioner.live.session.session import RecognitionConfig, Session
from captioner.live.session.source_reader import SourceReader
from captioner.live.source.opening import open_live_source
from captioner.live.stream_clock import SAMPLE_RATE, StreamClock
from captioner.settings import Settings

LINGER = 60.0
"""Seconds in which a stream that has ended is still served: players are some segments behind."""

CHECKPOINT_INTERVAL = 1.0
"""Seconds between two notes of where the stream stands."""


def caption_live(request: LiveRequest, settings: Settings) -> int:
    """Caption the source until it ends; returns the exit code."""
    console = Console(quiet=request.quiet)
    if request.hold and not (request.serve and request.hls):
        raise UsageError("--hold needs --serve and --hls: who holds playlists back must serve them")
    open_live_source(request.source, request.source_options)  # a name that means no stream is told before anything is loaded
    with ExitStack() as stack:
        hearing = stack.enter_context(_recognition_config(request, settings, console))
        state = earlier_checkpoint(request)
        places = stack.enter_context(open_outputs(request, hearing))
        live = _LiveRun(request, hearing, places.sinks, state, console)
        stack.enter_context(open_server(request.serve, places, live.status_line.session_status, request.hold))
        stack.enter_context(_stopping(live.runner.stop))
        live.run()
    return live.status_line.finish()


@contextmanager
def _recognition_config(request: LiveRequest, settings: Settings, console: Console) -> Iterator[RecognitionConfig]:
    language = None if request.language is None else asked_language(request.language)
    with open_backend(request, settings, console) as opened:
        name = opened.backend.traits.name
        paid = "key" in inspect.signature(backend_class(name)).parameters
        yield RecognitionConfig(
            opened.backend,
            Hints(language, request.prompt, (*request.hotwords, *hotwords_in(request.hotwords_file))),
            None if opened.backend.traits.word_times else open_timer(request.align),
            None if request.profile is None else asked_profile(request.profile, settings),
            partials=not paid if request.partials is None else request.partials,
        )


@contextmanager
def _stopping(stop: Callable[[], object]) -> Iterator[None]:
    """SIGTERM and Ctrl-C stop the run; a second Ctrl-C does not wait for the last words."""

    def handle(number: int, frame: object) -> None:
        stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _LiveRun:
    """One run: the stages put together, what the user sees of it, and the note of where it stands."""

    def __init__(
        self,
        request: LiveRequest,
        config: RecognitionConfig,
        sinks: SinkFanout,
        checkpoint: Checkpoint | None,
        console: Console,
    ) -> None:
        self._request = request
        opening = replace(request.source_options, after=checkpoint.last_sequence if checkpoint else None)
        clock = StreamClock(checkpoint.epoch, round(checkpoint.position * SAMPLE_RATE)) if checkpoint else StreamClock()
        idle = time.time() - checkpoint.wall if checkpoint and checkpoint.last_sequence is None else 0.0
        self._reader = SourceReader(
            open_live_source(request.source, opening), clock, reconnect_timeout=request.reconnect, idle=max(0.0, idle)
        )
        self.session = Session(
            config,
            sinks,
            cursor=checkpoint.cursor if checkpoint else STREAM_START,
            skip_until=checkpoint.final_until if checkpoint else 0.0,
            limits=replace(LagLimits(), skipping=request.max_lag),
        )
        self.runner = Runner(self._reader, self.session, sinks)
        self.status_line = StatusLine(request.source, self.runner, self.session, sinks, console, quiet=request.quiet)
        self._checkpoint_time = 0.0
        self._pending_checkpoint: Checkpoint | None = None

    def run(self) -> None:
        """Until the end. Raises what ended the stream."""
        try:
            self.runner.run(self._tick)
            if self._request.serve and self.runner.ended:
                self._linger()
        finally:
            self.status_line.end()
            self._save(self._checkpoint())
            path = self._request.checkpoint_path
            if self.runner.ended and path:
                path.unlink(missing_ok=True)

    def _linger(self) -> None:
        """Serve the end of the stream for as long as viewers, who are behind it, may still ask for it."""
        until = time.monotonic() + LINGER
        while time.monotonic() < until and not self.runner.stopped:
            time.sleep(0.2)

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._checkpoint_time >= CHECKPOINT_INTERVAL:
            # The note of a moment ago, since what is told now may not be in every file yet.
            self._checkpoint_time = now
            self._save(self._pending_checkpoint)
            self._pending_checkpoint = self._checkpoint()
        self.status_line.update(now)

    def _checkpoint(self) -> Checkpoint | None:
        session, passed = self.session, self.session.complete_segment
        epoch = passed.epoch if passed else session.epoch
        if epoch is None:
            return None
        return Checkpoint(
            source=self._request.source,
            wall=time.time(),
            epoch=epoch,
            position=passed.end if passed else session.counts.audio_end,
            final_until=session.counts.final_until,
            cursor=session.cursor,
            last_sequence=passed.segment.sequence if passed else None,
        )

    def _save(self, state: Checkpoint | None) -> None:
        path = self._request.checkpoint_path
        if state and path:
            try:
                save_checkpoint(state, path)
            except OutputNotWritten as error:
                self.status_line.warn_once("state", str(error))
