"""The work of `captioner serve`: makes the context of the server from flags and settings, and runs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from captioner.align import open_aligner
from captioner.backends import Backend, Hints
from captioner.backends.registry import backend_info
from captioner.backends.selection import choose_backend
from captioner.cli.console import Console
from captioner.cli.server_log import LogStyle, log_to_stderr
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

TRANSLATOR = "whisper"
"""The backend that can also translate into English."""

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
    max_duration: float = 12.0
    max_jobs: int = 1000
    min_free: float = 1.0
    keep_days: float = 30.0
    allow_urls: bool = False
    log: LogStyle = "text"
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
    log_to_stderr(request.log)
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

    def model_host(asked: BackendRequest) -> ModelHost:
        @contextmanager
        def open_model() -> Iterator[Backend]:
            with open_backend(asked, settings, console) as session:
                yield session.backend

        return ModelHost(open_model, request.unload_after or None)

    name = _name_of(asked, settings)
    translating = model_host(_translating(asked)) if name == TRANSLATOR else None
    captioning = _captioning(request, settings)
    usual_slots = REMOTE_CONCURRENCY if backend_info(name).remote else 1  # raises for a name that is unknown
    slots = request.parallel or usual_slots
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
        longest_media=request.max_duration * 3600,
        most_waiting=request.max_jobs,
        smallest_free=round(request.min_free * (1 << 30)),
        keep_days=request.keep_days or None,
        allow_urls=request.allow_urls,
    )
    queue = WorkQueue(slots, options.longest_wait)
    return ServerContext(options, captioning, model_host(asked), queue, translating)


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


def _name_of(asked: BackendRequest, settings: Settings) -> str:
    """Return the backend that will be opened. Raises `BackendError` if there is none."""
    if asked.name != "auto":
        return asked.name
    return choose_backend(settings.with_key, offline=asked.offline, language=asked.language).name


def _translating(asked: BackendRequest) -> BackendRequest:
    """Return the same backend as one that gives English text."""
    return replace(asked, options=(*asked.options, ("task", "translate")))


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
