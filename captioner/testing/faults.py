"""The faults of a service, as values; each function returns one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

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

STATUS = {"500": 500, "1113": 429, "1220": 434, "1221": 434, "1222": 404}
"""HTTP status by code, for codes that differ from their hundred."""

STATUS_OF_HUNDRED = {"10": 401, "11": 401, "12": 400, "13": 429}

MESSAGES = {
    "1113": "Insufficient balance or no resource package. Please recharge.",
    "1214": "The current file format is not supported for transcriptions",
    "1301": "System detected potentially unsafe or sensitive content in input or generation.",
    "1302": "Rate limit reached for requests",
    "1305": "The model is under heavy load, please try again later",
    "1308": "Usage limit reached, it will reset at 2026-11-21 08:00:00",
    "1310": "Weekly limit exhausted, it will reset at 2026-11-23 00:00:00",
}


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
        status = STATUS.get(code) or STATUS_OF_HUNDRED[code[:2]]
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
