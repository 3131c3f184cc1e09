"""Opens the backend of a run, with its options and within its limits."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from captioner.backends import Backend, backend_class, load_backend
from captioner.backends.option_check import check_options
from captioner.backends.selection import backend_status, backend_statuses, choose_backend
from captioner.budget import PRICES, Estimate, LimitedBackend, Price, SpeechLimit
from captioner.cli.messages import counted
from captioner.cli.work.model_offer import needs_model, offer_model
from captioner.errors import SettingsError, UsageError, reason_of
from captioner.languages import speaks
from captioner.limited_file import read_limited
from captioner.media import path_of
from captioner.settings import Settings
from captioner.validation import options_from

if TYPE_CHECKING:
    from captioner.cli.console import Console

GLM_DOMAINS = ("z.ai", "bigmodel.cn")


@dataclass(frozen=True, kw_only=True)
class BackendRequest:
    """The backend that a run needs, with its options and limits."""

    backend: str = "auto"
    """Its name, or "auto"."""

    options: tuple[tuple[str, Any], ...] = ()
    """Options of its constructor, which override those of the settings."""

    model: str | None = None
    """The option of that name; None leaves the backend's own."""

    concurrency: int | None = None
    """As `model`."""

    base_url: str | None = None
    """As `model`."""

    language: str | None = None
    """The BCP 47 tag of the language that it must recognise; None if that is not known."""

    offline: bool = False
    """Whether no audio may leave this machine."""

    dry_run: bool = False
    """Whether nothing is sent. A missing key is no error then."""

    max_cost: float | None = None
    """The most that the run may cost, in the currency of the price; None for no limit."""

    max_minutes: float | None = None
    """The most minutes of speech that may be sent; None for no limit."""

    @property
    def name(self) -> str:
        """The backend that the request names, also by the address of a server; "auto" where it names none."""
        if self.backend != "auto" or self.base_url is None:
            return self.backend
        return backend_of_server(self.base_url)


@dataclass(frozen=True)
class BackendSession:
    """An open backend and its price."""

    backend: Backend
    """The backend, within the limits of the request."""

    price: Price | None
    """The price of a minute; None if it is not known."""

    def describe_cost(self, estimate: Estimate) -> str:
        """Return the speech that the run would send and its cost, in one line."""
        regions, requests = counted(estimate.regions, "region"), counted(estimate.requests, "request")
        text = f"{regions}, {estimate.speech:.1f} s of speech, {requests}"
        if estimate.cached:
            text += f" ({counted(estimate.cached, 'region')} in the journal)"
        if self.price is None:
            return f"{text}; no price is known for {self.backend.traits.name}"
        cost = self.price.of(estimate.to_send)
        return f"{text}; about {cost:.4f} {self.price.currency} (price from {self.price.date})"


@contextmanager
def open_backend(request: BackendRequest, settings: Settings, console: Console) -> Iterator[BackendSession]:
    """Load the backend that the request and the settings name; it is closed with the block.

    Raises `UsageError`, `BackendError`.
    """
    name, options, notice = backend_arguments(request, settings, console)
    with closing(load_backend(name, **options)) as backend:
        refuse_language(backend, request.language)
        price = price_of(backend, settings)
        if notice:
            notice = notice.format(model=backend.traits.model)
            console.say(notice + (f"; a minute costs about {price.per_minute:g} {price.currency}" if price else ""))
        limited: Backend = backend
        for limit in speech_limits(backend, price, request):
            limited = LimitedBackend(limited, limit)
        yield BackendSession(limited, price)


def backend_arguments(
    request: BackendRequest, settings: Settings, console: Console
) -> tuple[str, dict[str, Any], str | None]:
    """Return the backend's name, the options of its constructor, and what to tell a user who did not name it."""
    name, notice = _chosen(request, settings, console)
    return name, _options(name, request, settings), notice


def go_offline(inputs: Sequence[str], backend: str) -> None:
    """Refuse URLs as inputs and a backend that sends audio away. Raises `UsageError`."""
    for name in inputs:
        if path_of(name) is None:
            raise UsageError(f"{name} is a URL, which --offline does not open; give a file")
    if backend != "auto" and backend_status(backend).info.remote:
        local = ", ".join(status.name for status in backend_statuses() if not status.info.remote)
        raise UsageError(f"{backend} sends audio to another machine, which --offline forbids; there is: {local}")
    os.environ["HF_HUB_OFFLINE"] = "1"  # for plug-ins that load models from the hub


def hotwords_in(path: str | None) -> tuple[str, ...]:
    """Return the hotwords of a UTF-8 file, one a line, without blank lines and comments (#). Raises `UsageError`."""
    if path is None:
        return ()
    try:
        lines = [line.strip() for line in read_limited(path).decode("utf-8-sig").split("\n")]
    except OSError as error:
        raise UsageError(f"cannot read the hotwords of {path}: {reason_of(error)}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read the hotwords of {path}: it is not UTF-8 text") from error
    return tuple(line for line in lines if line and not line.startswith("#"))


def _chosen(request: BackendRequest, settings: Settings, console: Console) -> tuple[str, str | None]:
    """Return the name of the backend, and what the user should know about it where the request does not name it."""
    if request.name != "auto":
        return request.name, None
    choose = partial(choose_backend, settings.with_key, offline=request.offline, language=request.language)
    if not request.offline and not request.dry_run and needs_model(choose) and offer_model(request.language, console):
        return "whisper", None
    status = choose()
    return status.name, status.info.notice


def backend_of_server(base_url: str) -> str:
    """Return the backend for a server: "glm" for GLM's own, whose key no other server may get; else "openai".

    >>> backend_of_server("https://open.bigmodel.cn/api/paas/v4"), backend_of_server("http://localhost:8000/v1")
    ('glm', 'openai')
    """
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:  # the backend says what is wrong with it
        host = ""
    return "glm" if any(host == domain or host.endswith(f".{domain}") for domain in GLM_DOMAINS) else "openai"


def _options(name: str, request: BackendRequest, settings: Settings) -> dict[str, Any]:
    flags = {"model": request.model, "concurrency": request.concurrency, "base_url": request.base_url}
    given = {option: value for option, value in flags.items() if value is not None}
    language = {"language": request.language} if backend_status(name).info.takes_language else {}
    return {
        **_placeholder_key(name, request),
        **language,
        **backend_settings(name, settings),
        **given,
        **dict(request.options),
    }


def backend_settings(name: str, settings: Settings) -> Mapping[str, Any]:
    """Return the options of the settings file. Raises `SettingsError`."""
    options = settings.backends.get(name, {})
    try:
        check_options(name, backend_class(name), options)
    except UsageError as error:
        if name not in settings.backends:
            raise
        raise SettingsError(f"{settings.path} [backends.{name}]", str(error)) from error
    return options


def _placeholder_key(name: str, request: BackendRequest) -> dict[str, str]:
    """Return a key for a dry run without one, which sends nothing."""
    if not request.dry_run:
        return {}
    status = backend_status(name)
    return {"key": "dry-run"} if status.info.takes_key and not status.ready else {}


def refuse_language(backend: Backend, language: str | None) -> None:
    """Raise `UsageError` for a language that the backend does not recognise."""
    known = backend.traits.languages
    if language and known and not any(speaks(tag, language) for tag in known):
        name = backend.traits.name
        raise UsageError(f"{name} recognises {', '.join(known)}, not {language}; choose another backend with --backend")


def price_of(backend: Backend, settings: Settings) -> Price | None:
    """Return the price of the backend's model; None if it is not known."""
    model = backend.traits.model or backend.traits.name
    if model in settings.prices:
        return options_from(Price, settings.prices[model], f"{settings.path} [prices.{model}]")
    return PRICES.get(model)


def speech_limits(backend: Backend, price: Price | None, request: BackendRequest) -> Iterator[SpeechLimit]:
    """Yield the limits that the request sets. Raises `UsageError` for a limit of the cost without a price."""
    if request.max_minutes is not None:
        yield SpeechLimit(60 * request.max_minutes, f"the limit of {request.max_minutes:g} minutes")
    if request.max_cost is None:
        return
    if price is None:
        model = backend.traits.model or backend.traits.name
        raise UsageError(f"--max-cost needs a price of {model}; set [prices.{model!r}] per_minute in the settings")
    yield SpeechLimit(price.seconds_for(request.max_cost), f"the limit of {request.max_cost:g} {price.currency}")
