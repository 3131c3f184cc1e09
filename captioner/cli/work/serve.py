"""The work of `captioner serve`: makes the context of the server from flags and settings, and runs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.align import open_aligner
from captioner.backends import Backend, Hints
from captioner.backends.registry import backend_info
from captioner.backends.selection import choose_backend
from captioner.cli.console import Console
from captioner.cli.work.backend_session import BackendRequest, go_offline, open_backend
from captioner.cli.work.profile_choice import profile_by_language
from captioner.errors import UsageError
from captioner.journal import default_path
from captioner.languages import asked_language
from captioner.pipeline import CaptionOptions
from captioner.result_records import default_state_path
from captioner.settings import Settings
from captioner.speech import SpeechOptions
from captioner.validation import options_from

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
    service_limits: bool
    profile: str | None
    profile_options: tuple[tuple[str, Any], ...] = ()
    backend: str
    backend_options: tuple[tuple[str, Any], ...]
    model: str | None
    language: str | None
    align: str
    concurrency: int | None
    base_url: str | None
    no_journal: bool
    offline: bool
    quiet: bool


def serve_until_stopped(request: ServeRequest, settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code. Raises `UsageError`, `BackendError`."""
    try:
        from captioner.server.model_host import ModelHost
        from captioner.server.running import run_server
        from captioner.server.server_context import ServerContext
        from captioner.server.server_options import ServerOptions
        from captioner.server.work_queue import WorkQueue
    except ImportError:
        raise UsageError(NEEDS_SERVER) from None
    console = Console(quiet=request.quiet)
    asked = _backend_request(request)
    if request.offline:
        go_offline((), asked.name)
    slots = request.parallel or (REMOTE_CONCURRENCY if _is_remote(asked) else 1)
    options = ServerOptions(
        address=request.address,
        api_keys=request.api_keys,
        origins=frozenset(request.origins),
        state=Path(request.state) if request.state else default_state_path().parent / "server",
        concurrency=slots,
        longest_wait=request.max_wait,
        unload_after=request.unload_after or None,
        service_limits=request.service_limits,
    )

    @contextmanager
    def open_model() -> Iterator[Backend]:
        with open_backend(asked, settings, console) as session:
            yield session.backend

    models = ModelHost(open_model, options.unload_after)
    models.load()
    context = ServerContext(options, _captioning(request, settings), models, WorkQueue(slots, options.longest_wait))
    run_server(context, lambda url: console.say(f"serving at {url}; Ctrl-C ends it"))
    return 0


def _captioning(request: ServeRequest, settings: Settings) -> CaptionOptions:
    return CaptionOptions(
        profile=profile_by_language(request.profile, request.profile_options, settings),
        hints=Hints(None if request.language is None else asked_language(request.language)),
        align=open_aligner(request.align),
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


def _is_remote(asked: BackendRequest) -> bool:
    name = asked.name if asked.name != "auto" else choose_backend(language=asked.language).name
    return backend_info(name).remote
