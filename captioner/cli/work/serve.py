"""The work of `captioner serve`: makes the context of the server from flags and settings, and runs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from captioner.align import open_aligner
from captioner.backends import Backend, Hints
from captioner.cli.console import Console
from captioner.cli.work.backend_session import BackendRequest, go_offline, hotwords_in, open_backend
from captioner.cli.work.profile_choice import profile_by_language
from captioner.errors import UsageError
from captioner.journal import default_path
from captioner.languages import asked_language
from captioner.pipeline import CaptionOptions
from captioner.result_records import default_state_path
from captioner.settings import Settings
from captioner.speech import SpeechOptions
from captioner.text_checks import ChineseScript
from captioner.validation import options_from

if TYPE_CHECKING:
    from captioner.server.server_context import ServerContext

NEEDS_SERVER = "captioner serve needs a web server, which is not installed; run: pip install 'captioner[server]'"

REMOTE_CONCURRENCY = 4
"""Recordings at a time where the backend runs on another machine."""


@dataclass(frozen=True, kw_only=True)
class ServeRequest:
    """The flags of `captioner serve`."""

    address: str
    api_keys: tuple[str, ...]
    origins: tuple[str, ...]
    state: str | None
    parallel: int | None
    max_wait: float
    unload_after: float
    max_upload: int
    service_limits: bool
    profile: str | None
    profile_options: tuple[tuple[str, Any], ...]
    frame_rate: Fraction | Literal["none"] | None
    backend: str
    backend_options: tuple[tuple[str, Any], ...]
    model: str | None
    language: str | None
    chinese_script: ChineseScript
    keep_suspected: bool
    prompt: str | None
    hotwords: tuple[str, ...]
    hotwords_file: str | None
    align: str
    concurrency: int | None
    base_url: str | None
    no_journal: bool
    offline: bool
    quiet: bool


def serve_until_stopped(request: ServeRequest, settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code. Raises `UsageError`, `BackendError`."""
    try:
        from captioner.server.running import run_server
    except ImportError:
        raise UsageError(NEEDS_SERVER) from None
    console = Console(quiet=request.quiet)
    context = make_server_context(request, settings, console)
    context.models.load()
    run_server(context, lambda url: console.say(f"serving at {url}; Ctrl-C ends it"))
    return 0


def make_server_context(request: ServeRequest, settings: Settings, console: Console) -> ServerContext:
    """Return what the server needs for these flags. Raises `UsageError`, `BackendError`."""
    from captioner.server.model_host import ModelHost
    from captioner.server.server_context import ServerContext
    from captioner.server.server_options import ServerOptions
    from captioner.server.work_queue import WorkQueue

    asked = _backend_request(request)
    if request.offline:
        go_offline((), asked.name)

    @contextmanager
    def open_model() -> Iterator[Backend]:
        with open_backend(asked, settings, console) as session:
            yield session.backend

    captioning = _captioning(request, settings)
    models = ModelHost(open_model, request.unload_after or None)
    slots = request.parallel or (REMOTE_CONCURRENCY if models.load().remote else 1)
    options = ServerOptions(
        address=request.address,
        api_keys=request.api_keys,
        origins=frozenset(request.origins),
        state=Path(request.state) if request.state else default_state_path().parent / "server",
        concurrency=slots,
        longest_wait=request.max_wait,
        largest_upload=request.max_upload << 20,
        unload_after=request.unload_after or None,
        service_limits=request.service_limits,
    )
    return ServerContext(options, captioning, models, WorkQueue(slots, options.longest_wait))


def _captioning(request: ServeRequest, settings: Settings) -> CaptionOptions:
    language = None if request.language is None else asked_language(request.language)
    hotwords = (*request.hotwords, *hotwords_in(request.hotwords_file))
    return CaptionOptions(
        profile=profile_by_language(request.profile, request.profile_options, settings),
        frame_rate=request.frame_rate or "media",
        hints=Hints(language, request.prompt, hotwords),
        align=open_aligner(request.align),
        chinese_script=request.chinese_script,
        keep_suspected=request.keep_suspected,
        speech=options_from(SpeechOptions, settings.speech, f"{settings.path} [speech]"),
        journal=None if request.no_journal else default_path(),
    )


def _backend_request(request: ServeRequest) -> BackendRequest:
    return BackendRequest(
        backend=request.backend,
        options=request.backend_options,
        model=request.model,
        concurrency=request.concurrency,
        base_url=request.base_url,
        language=None if request.language is None else asked_language(request.language),
        offline=request.offline,
    )
