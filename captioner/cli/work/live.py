"""The work of `captioner live`: opens backend, source and outputs, runs until the end, and closes them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from captioner.align import open_aligner
from captioner.backends import Backend, Hints
from captioner.cli.console import Console
from captioner.cli.signals import ending_signals
from captioner.cli.work.backend_session import hotwords_in, open_backend
from captioner.cli.work.live_outputs import earlier_checkpoint, open_outputs, open_server
from captioner.cli.work.live_request import LiveRequest
from captioner.cli.work.live_status import StatusLine
from captioner.cli.work.profile_choice import asked_profile
from captioner.errors import OutputNotWritten, SettingsError
from captioner.live.events import Event
from captioner.live.session.caption_stream import STREAM_START, CaptionCursor
from captioner.live.session.checkpoint import Checkpoint, save_checkpoint
from captioner.live.session.lag import lag_limits
from captioner.live.session.runner import Runner, SinkFanout
from captioner.live.session.session import RecognitionConfig, Session
from captioner.live.session.source_reader import SourceReader
from captioner.live.session.streaming_vad import LIVE_SPEECH
from captioner.live.source.opening import open_live_source
from captioner.live.stream_clock import SAMPLE_RATE, StreamClock
from captioner.settings import Settings
from captioner.speech import SpeechOptions
from captioner.validation import options_from

LINGER = 60.0
"""Seconds for which a stream that has ended is still served: players are some segments behind."""

CHECKPOINT_INTERVAL = 1.0
"""Seconds between two checkpoints."""


def caption_live(request: LiveRequest, settings: Settings) -> int:
    """Caption the source until it ends; returns the exit code."""
    console = Console(quiet=request.quiet)
    request.refuse_nonsense()
    open_live_source(request.source, request.source_options)  # refuse a wrong name before anything is loaded
    with ExitStack() as stack:
        backend = stack.enter_context(open_backend(request.backend_request, settings, console)).backend
        config = _recognition_config(request, settings, backend)
        checkpoint = earlier_checkpoint(request)
        outputs = stack.enter_context(open_outputs(request, config, continues=checkpoint is not None))
        run = _LiveRun(request, config, outputs.sinks, checkpoint, console)
        stack.enter_context(open_server(request, outputs, run.status_line.session_status, console))
        stack.enter_context(_stop_on_signal(run.runner.stop))
        run.run()
    return run.status_line.finish()


def _recognition_config(request: LiveRequest, settings: Settings, backend: Backend) -> RecognitionConfig:
    traits = backend.traits
    hotwords = (*request.hotwords, *hotwords_in(request.hotwords_file))
    return RecognitionConfig(
        backend,
        Hints(request.language_tag, request.prompt, hotwords),
        aligner=open_aligner(request.align),
        profile=None if request.profile is None else asked_profile(request.profile, settings),
        partials=not traits.metered if request.partials is None else request.partials,
        speech=live_speech(settings),
        chinese_script=request.chinese_script,
        keep_suspected=request.keep_suspected,
    )


def live_speech(settings: Settings) -> SpeechOptions:
    """Return the speech options of a live stream: LIVE_SPEECH with what [speech] of the settings changes.

    Raises `SettingsError`.
    """
    place = f"{settings.path} [speech]"
    checked = options_from(SpeechOptions, settings.speech, place)
    try:
        return replace(LIVE_SPEECH, **{name: getattr(checked, name) for name in settings.speech})
    except ValueError as error:
        raise SettingsError(place, str(error)) from error


@contextmanager
def _stop_on_signal(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` on SIGTERM, SIGHUP and Ctrl-C. A second Ctrl-C interrupts at once."""

    def handle(number: int, frame: object) -> None:
        stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in (*ending_signals(), signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _LiveRun:
    """One run: connects the stages, shows the status, and keeps the checkpoint."""

    def __init__(
        self,
        request: LiveRequest,
        config: RecognitionConfig,
        sinks: SinkFanout,
        checkpoint: Checkpoint | None,
        console: Console,
    ) -> None:
        self._request, self._sinks = request, sinks
        self._is_saved = checkpoint is not None  # whether a killed run finds a checkpoint
        self.session = Session(
            config,
            self._emit,
            cursor=checkpoint.cursor if checkpoint else STREAM_START,
            resume_at=checkpoint.final_until if checkpoint else 0.0,
            resume_point=checkpoint.resume_point if checkpoint else None,
            limits=lag_limits(request.max_lag),
        )
        self.runner = Runner(_open_reader(request, checkpoint), self.session, sinks)
        self.status_line = StatusLine(request.source, self.runner, self.session, sinks, console, quiet=request.quiet)
        self._checkpoint_time = 0.0
        self._pending_checkpoint: Checkpoint | None = None

    def run(self) -> None:
        """Run until the stream ends or is stopped. Raises what ended it."""
        try:
            self.runner.run(self._tick)
            if self._request.serve and self.runner.ended:
                self._linger()
        finally:
            self.status_line.end()
            self._save(self._checkpoint(self.session.cursor))
            path = self._request.checkpoint_path
            if self.runner.ended and path:
                path.unlink(missing_ok=True)

    def _linger(self) -> None:
        """Keep serving the end of the stream: viewers are behind it."""
        until = time.monotonic() + LINGER
        while time.monotonic() < until and not self.runner.stopped:
            time.sleep(0.2)

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._checkpoint_time >= CHECKPOINT_INTERVAL:
            # Save the checkpoint of a moment ago: the captions since then may not be in every file yet.
            self._checkpoint_time = now
            self._save(self._pending_checkpoint)
            self._pending_checkpoint = self._checkpoint(self.session.cursor)
        self.status_line.update(now)

    def _emit(self, event: Event) -> None:
        """Give an event to the sinks; before the first caption there is a checkpoint."""
        if not self._is_saved and self.session.epoch:
            self._is_saved = True
            self._save(self._checkpoint(STREAM_START))
        self._sinks(event)

    def _checkpoint(self, cursor: CaptionCursor) -> Checkpoint | None:
        session, point = self.session, self.session.resume_point
        epoch = point.epoch if point else session.epoch
        if epoch is None:
            return None
        return Checkpoint(
            source=self._request.source,
            wall=time.time(),
            epoch=epoch,
            position=point.position if point else session.counts.audio_end,
            final_until=session.counts.final_until,
            cursor=cursor,
            last_sequence=point.last_sequence if point else None,
        )

    def _save(self, checkpoint: Checkpoint | None) -> None:
        path = self._request.checkpoint_path
        if checkpoint and path:
            try:
                save_checkpoint(checkpoint, path)
            except OutputNotWritten as error:
                self.status_line.warn_once("checkpoint", str(error))


def _open_reader(request: LiveRequest, checkpoint: Checkpoint | None) -> SourceReader:
    """Return the reader of the source, from the checkpoint on."""
    if checkpoint is None:
        source = open_live_source(request.source, request.source_options)
        return SourceReader(source, StreamClock(), reconnect_timeout=request.reconnect)
    options = replace(request.source_options, after_sequence=checkpoint.last_sequence)
    # HLS continues at the next segment, whenever that is; any other source lost the time since the checkpoint.
    # What was read and has no final captions is lost too, since it is not sent again.
    position, idle = checkpoint.position, 0.0
    if checkpoint.last_sequence is None:
        position = min(position, checkpoint.final_until)
        idle = time.time() - checkpoint.wall + checkpoint.position - position
    return SourceReader(
        open_live_source(request.source, options),
        StreamClock(checkpoint.epoch, round(position * SAMPLE_RATE)),
        reconnect_timeout=request.reconnect,
        idle=max(0.0, idle),
    )
