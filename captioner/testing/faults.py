"""How a service can fail, as values: each function makes one."""

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
"""HTTP status by code, where it is not that of the code's hundred."""

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
    """One way to fail. `seconds` is how long it takes; `status`, `code` and `message` are of an error."""

    kind: Kind
    status: int = 200
    code: str = ""
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def error(
    code: str = "", status: int | None = None, message: str | None = None, *, retry_after: str | None = None
) -> Fault:
    """An error as the service sends it: a business code, or a bare HTTP status; `retry_after` as in the header."""
    if status is None:
        status = STATUS.get(code) or STATUS_OF_HUNDRED[code[:2]]
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Fault("error", status, code, MESSAGES.get(code, "no luck") if message is None else message, headers)


def error_in_stream(code: str) -> Fault:
    """An error in place of the second delta; for a request without `stream`, as the body of a status 200."""
    return replace(error(code), kind="error_in_stream", status=200)


def reset() -> Fault:
    """Half of the body, then the connection is reset."""
    return Fault("reset")


def silence(seconds: float) -> Fault:
    """Nothing for so long, then the connection ends."""
    return Fault("silence", seconds=seconds)


def drip(seconds: float) -> Fault:
    """The right answer, byte by byte, with so long a pause after each."""
    return Fault("drip", seconds=seconds)


def malformed() -> Fault:
    """JSON that breaks off."""
    return Fault("malformed")


def html() -> Fault:
    """A web page, as proxies and hotels send it."""
    return Fault("html")


def empty() -> Fault:
    """Status 200 and no body."""
    return Fault("empty")


def cut_stream() -> Fault:
    """A stream that ends after its second delta; for a request without `stream`, half a body."""
    return Fault("cut_stream")


def looped(text: str = "Thank you for watching.") -> Fault:
    """The text twenty times over, as models say it when they lose their way."""
    return Fault("looped", message=" ".join([text] * 20))


def echo_key() -> Fault:
    """An error that repeats the caller's key, as some services do."""
    return Fault("echo_key", 401, "1000")
