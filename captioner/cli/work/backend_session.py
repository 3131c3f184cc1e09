"""Who hears in a run of the default command, what it may cost, and what it remembers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from captioner.backends import Backend, load_backend
from captioner.backends.selection import backend_status, choose_backend
from captioner.budget import PRICES, Estimate, LimitedBackend, Price
from captioner.cli.messages import counted
from captioner.errors import UsageError
from captioner.journal import default_path
from captioner.languages import speaks
from captioner.settings import Settings, options_from

if TYPE_CHECKING:
    from captioner.cli.console import Console


class BackendRequest(Protocol):
    """The flags of a command that say who hears and within which limits."""

    @property
    def backend(self) -> str: ...
    @property
    def backend_options(self) -> tuple[tuple[str, Any], ...]: ...
    @property
    def model(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def concurrency(self) -> int | None: ...
    @property
    def base_url(self) -> str | None: ...
    @property
    def no_journal(self) -> bool: ...
    @property
    def dry_run(self) -> bool: ...
    @property
    def max_cost(self) -> float | None: ...
    @property
    def max_minutes(self) -> float | None: ...


@dataclass(frozen=True)
class BackendSession:
    """A backend within its limits, the journal's path (None: nothing is remembered), the price if one is known."""

    backend: Backend
    journal: Path | None
    price: Price | None

    def price_tag(self, estimate: Estimate) -> str:
        """What it would take, in a line."""
        regions, requests = counted(estimate.regions, "region"), counted(estimate.requests, "request")
        text = f"{regions}, {estimate.speech:.1f} s of speech, {requests}"
        if estimate.cached:
            text += f" ({counted(estimate.cached, 'region')} remembered)"
        if self.price is None:
            return f"{text}; no price is known for {self.backend.traits.name}"
        cost = self.price.of(estimate.to_send)
        return f"{text}; about {cost:.4f} {self.price.currency} (price of {self.price.date})"


@contextmanager
def open_backend(
    request: BackendRequest, settings: Settings, console: Console, *, offline: bool = False
) -> Iterator[BackendSession]:
    """Load the backend that the flags and settings name, within their limits."""
    name, notice = _named(request, settings, offline)
    with closing(load_backend(name, **_options(name, request, settings))) as backend:
        _refuse_language(backend, request.language)
        price = _price(backend, settings)
        if notice:
            console.say(notice + (f"; a minute costs about {price.per_minute:g} {price.currency}" if price else ""))
        yield BackendSession(_limited(backend, price, request), None if request.no_journal else default_path(), price)


def hotwords_in(path: str | None) -> tuple[str, ...]:
    """One a line, UTF-8, blank lines and comments (#) left out. Raises `UsageError`."""
    if path is None:
        return ()
    try:
        lines = [line.strip() for line in Path(path).read_text("utf-8-sig").split("\n")]
    except OSError as error:
        raise UsageError(f"cannot read the hotwords of {path}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read the hotwords of {path}: it is not UTF-8 text") from error
    return tuple(line for line in lines if line and not line.startswith("#"))


def _named(request: BackendRequest, settings: Settings, offline: bool) -> tuple[str, str | None]:
    if request.backend != "auto":
        return request.backend, None
    chosen = choose_backend(settings.keyed, offline=offline)
    return chosen.name, chosen.info.notice


def _options(name: str, request: BackendRequest, settings: Settings) -> dict[str, Any]:
    flags = {"model": request.model, "concurrency": request.concurrency, "base_url": request.base_url}
    given = {option: value for option, value in flags.items() if value is not None}
    return {
        **_rehearsal_key(name, request),
        **settings.backends.get(name, {}),
        **given,
        **dict(request.backend_options),
    }


def _rehearsal_key(name: str, request: BackendRequest) -> dict[str, str]:
    """In a rehearsal nothing is sent, and who asks for the price may not have a key yet."""
    if not request.dry_run:
        return {}
    status = backend_status(name)
    return {"key": "rehearsal"} if status.info.takes_key and not status.ready else {}


def _refuse_language(backend: Backend, language: str | None) -> None:
    heard = backend.traits.languages
    if language and heard and not any(speaks(tag, language) for tag in heard):
        raise UsageError(
            f"{backend.traits.name} hears {', '.join(heard)} and not {language}; name another backend with --backend"
        )


def _price(backend: Backend, settings: Settings) -> Price | None:
    model = backend.traits.model or backend.traits.name
    if model in settings.prices:
        return options_from(Price, settings.prices[model], f"{settings.path} [prices.{model}]")
    return PRICES.get(model)


def _limited(backend: Backend, price: Price | None, request: BackendRequest) -> Backend:
    if request.max_minutes is not None:
        backend = LimitedBackend(backend, 60 * request.max_minutes, f"the limit of {request.max_minutes:g} minutes")
    if request.max_cost is None:
        return backend
    if price is None:
        model = backend.traits.model or backend.traits.name
        raise UsageError(f"--max-cost needs a price of {model}; set [prices.{model!r}] per_minute in the settings")
    return LimitedBackend(
        backend, price.seconds_for(request.max_cost), f"the limit of {request.max_cost:g} {price.currency}"
    )
