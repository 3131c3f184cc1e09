"""The faults of a service, as values; each function returns one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from captioner.backends.glm.service_rules import MESSAGES, status_of

Kind = Literal[
    "error",
    "error_in_stream",
    "reset",
    "silence",
    "drip",
    "malformed",
    "html",
    "empty",
    "cut_stream",
    "looped",
    "echo_key",
]


@dataclass(frozen=True)
class Fault:
    """One fault. `status`, `code`, `message` and `headers` are those of an error response."""

    kind: Kind
    status: int = 200
    code: str = ""
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    seconds: float = 0.0
    """Of a `silence`, how long it lasts; of a `drip`, the pause after each byte."""


def error(
    code: str = "", status: int | None = None, message: str | None = None, *, retry_after: str | None = None
) -> Fault:
    """Return an error response with a business code or only an HTTP status; `retry_after` is the header's value."""
    if status is None:
        status = status_of(code)
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Fault("error", status, code, MESSAGES.get(code, "no luck") if message is None else message, headers)


def error_in_stream(code: str) -> Fault:
    """Return an error in place of the second delta; without `stream`, an error body with status 200."""
    return replace(error(code), kind="error_in_stream", status=200)


def reset() -> Fault:
    """Half of the body, then the connection is reset."""
    return Fault("reset")


def silence(seconds: float) -> Fault:
    """No byte for this time, then the connection is reset."""
    return Fault("silence", seconds=seconds)


def drip(seconds: float) -> Fault:
    """Return the right response, byte by byte, with this pause after each byte."""
    return Fault("drip", seconds=seconds)


def malformed() -> Fault:
    """Half a JSON object."""
    return Fault("malformed")


def html() -> Fault:
    """Return a web page, as proxies and hotel networks send it."""
    return Fault("html")


def empty() -> Fault:
    """Status 200 and no body."""
    return Fault("empty")


def cut_stream() -> Fault:
    """Return a stream that breaks off after its second delta; without `stream`, half a body."""
    return Fault("cut_stream")


def looped(text: str = "Thank you for watching.") -> Fault:
    """Return the text twenty times in a row, as models repeat it when they fail."""
    return Fault("looped", message=" ".join([text] * 20))


def echo_key() -> Fault:
    """Return an error message that contains the key, as some services send it."""
    return Fault("echo_key", 401, "1000")
