"""The work of `captioner live`: everything is opened, then run, then closed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from captioner.align import open_aligner
from captioner.backends import Hints
from captioner.cli.console import Console
from captioner.cli.work.backend_session import BackendRequest, hotwords_in, open_backend
from captioner.cli.work.live_outputs import earlier_state, open_outputs, serving
from captioner.cli.work.live_status import StatusLine
from captioner.cli.work.profile_choice import asked_profile
from captioner.errors import OutputNotWritten, UsageError
from captioner.languages import asked_language
from captioner.live.session.caption_stream import BEGINNING
from captioner.live.session.checkpoint import Checkpoint, save_checkpoint
from captioner.live.session.lag import LagLimits
from captioner.live.session.runner import Runner, SinkFanout
from captioner.live.session.session import RecognitionConfig, Session
from captioner.live.session.source_reader import SourceReader
from captioner.live.session.stream_clock import SAMPLE_RATE, StreamClock
from captioner.live.source.contract import SourceOptions, open_live
from captioner.settings import Settings

LINGERING = 60.0
"""Seconds in which a stream that has ended is still served: players are some segments behind."""

KEPT_EVERY = 1.0
"""Seconds between two notes of where the stream stands."""


@dataclass(frozen=True, kw_only=True)
class LiveRequest:
    """The flags of `captioner live`, named as they are there."""

    source: str
    outputs: tuple[str, ...]
    hls: str | None
    serve: str | None
    hold: float
    record: str | None
    sinks: tuple[tuple[str, str], ...]
    profile: str | None
    backend: str
    backend_options: tuple[tuple[str, Any], ...]
    model: str | None
    language: str | None
    prompt: str | None
    hotwords: tuple[str, ...]
    hotwords_file: str | None
    concurrency: int | None
    base_url: str | None
    align: str
    audio_track: str | None
    drafts: bool | None
    max_lag: float
    reconnect: float
    from_start: bool
    input_format: str | None
    input_options: tuple[tuple[str, str], ...]
    overwrite: bool
    quiet: bool

    @property
    def targets(self) -> list[tuple[str, str]]:
        """Every sink and its target."""
        files = [(Path(name).suffix.removeprefix(".").lower(), name) for name in self.outputs]
        for suffix, name in files:
            if suffix not in ("srt", "vtt", "jsonl"):
                raise UsageError(f"-o {name}: a file that grows is .srt, .vtt or .jsonl")
        return [*files, *((name, _target(target)) for name, target in self.sinks)]

    @property
    def opening(self) -> SourceOptions:
        """How the source is opened."""
        options = dict(self.input_options)
        return SourceOptions(self.audio_track, self.input_format, options, self.from_start)

    @property
    def state(self) -> Path | None:
        """The file that says where the stream stands: beside the first result that is a file."""
        folder = [str(Path(self.hls, "stream"))] if self.hls else []
        files = [*folder, *self.outputs, *([self.record] if self.record else [])]
        return Path(f"{files[0]}.state") if files else None


def caption_live(request: LiveRequest, settings: Settings) -> int:
    """Caption the source until it ends; returns the exit code."""
    console = Console(quiet=request.quiet)
    if request.hold and not (request.serve and request.hls):
        raise UsageError("--hold needs --serve and --hls: who holds playlists back must serve them")
    open_live(request.source, request.opening)  # a name that means no stream is told before anything is loaded
    with ExitStack() as stack:
        hearing = stack.enter_context(_hearing(request, settings, console))
        state = earlier_state(request)
        places = stack.enter_context(open_outputs(request, hearing))
        live = _Live(request, hearing, places.telling, state, console)
        stack.enter_context(serving(request.serve, places, live.watching.standing, request.hold))
        stack.enter_context(_stopping(live.running.stop))
        live.run()
    return live.watching.judge()


@contextmanager
def _hearing(request: LiveRequest, settings: Settings, console: Console) -> Iterator[RecognitionConfig]:
    language = None if request.language is None else asked_language(request.language)
    asked = BackendRequest(
        backend=request.backend,
        options=request.backend_options,
        model=request.model,
        concurrency=request.concurrency,
        base_url=request.base_url,
        language=language,
    )
    with open_backend(asked, settings, console) as opened:
        yield RecognitionConfig(
            opened.backend,
            Hints(language, request.prompt, (*request.hotwords, *hotwords_in(request.hotwords_file))),
            None if opened.backend.traits.word_times else open_aligner(request.align),
            None if request.profile is None else asked_profile(request.profile, settings),
            drafts=not opened.backend.traits.metered if request.drafts is None else request.drafts,
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


class _Live:
    """One run: the stages put together, what the user sees of it, and the note of where it stands."""

    def __init__(
        self,
        request: LiveRequest,
        hearing: RecognitionConfig,
        telling: SinkFanout,
        state: Checkpoint | None,
        console: Console,
    ) -> None:
        self._request = request
        opening = replace(request.opening, after=state.after if state else None)
        clock = StreamClock(state.epoch, round(state.position * SAMPLE_RATE)) if state else StreamClock()
        idle = time.time() - state.wall if state and state.after is None else 0.0
        self._reader = SourceReader(
            open_live(request.source, opening), clock, patience=request.reconnect, idle=max(0.0, idle)
        )
        self.session = Session(
            hearing,
            telling,
            mark=state.mark if state else BEGINNING,
            deaf_until=state.settled if state else 0.0,
            limits=replace(LagLimits(), skipping=request.max_lag),
        )
        self.running = Runner(self._reader, self.session, telling)
        self.watching = StatusLine(request.source, self.running, self.session, telling, console, quiet=request.quiet)
        self._noted = 0.0
        self._waiting: Checkpoint | None = None

    def run(self) -> None:
        """Until the end. Raises what ended the stream."""
        try:
            self.running.run(self._tick)
            if self._request.serve and self.running.ended:
                self._linger()
        finally:
            self.watching.end()
            self._keep(self._standing())
            path = self._request.state
            if self.running.ended and path:
                path.unlink(missing_ok=True)

    def _linger(self) -> None:
        """Serve the end of the stream for as long as viewers, who are behind it, may still ask for it."""
        until = time.monotonic() + LINGERING
        while time.monotonic() < until and not self.running.stopped:
            time.sleep(0.2)

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._noted >= KEPT_EVERY:
            # The note of a moment ago, since what is told now may not be in every file yet.
            self._noted = now
            self._keep(self._waiting)
            self._waiting = self._standing()
        self.watching.look(now)

    def _standing(self) -> Checkpoint | None:
        session, passed = self.session, self.session.passed
        epoch = passed.epoch if passed else session.epoch
        if epoch is None:
            return None
        return Checkpoint(
            source=self._request.source,
            wall=time.time(),
            epoch=epoch,
            position=passed.end if passed else session.counts.heard,
            settled=session.counts.settled,
            mark=session.mark,
            after=passed.piece.sequence if passed else None,
        )

    def _keep(self, state: Checkpoint | None) -> None:
        path = self._request.state
        if state and path:
            try:
                save_checkpoint(state, path)
            except OutputNotWritten as error:
                self.watching.warn_once("state", str(error))


def _target(target: str) -> str:
    if not target.startswith("@"):
        return target
    try:
        return Path(target[1:]).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the target in {target[1:]}: {error}") from error
