"""Maps the errors of chat services, GLM's and those of OpenAI's kind, to an action: retry, refuse, or stop."""

from __future__ import annotations

from dataclasses import dataclass

from captioner.backends.cloud.retry import RetryableError
from captioner.backends.glm.errors import BLOCKED, OVERLOADED, PROMPT_TOO_LONG, RATE_LIMITED, RETRY, RETRY_STATUS, STOP
from captioner.errors import BackendError
from captioner.translate.contract import LinesRefused

NO_BALANCE = {"insufficient_quota", "billing_hard_limit_reached"}
"""Codes of OpenAI for an account where waiting does not help; its status is that of too many requests."""


@dataclass(frozen=True)
class ChatServer:
    """Facts for error messages."""

    host: str

    model: str

    key_source: str
    """The variable that the key came from."""


def chat_error(
    status: int, code: str, message: str, server: ChatServer, after: float | None
) -> RetryableError | LinesRefused | BackendError:
    """Return the error to raise for an error response. `after` is its Retry-After in seconds."""
    details = f"{message or 'no message'} ({f'code {code}' if code else f'HTTP {status}'})"
    if code in ("1211", "1212", "model_not_found") or status == 404:
        return _stop(f"{server.host} has no model {server.model}, or no chat service under this base URL", details)
    if code in STOP:
        return _stop(STOP[code].format_map(vars(server)), details)
    if code in NO_BALANCE:
        return _stop(f"the account at {server.host} has no balance left; top it up and run again", details)
    if status in (401, 403):
        return _stop(f"{server.host} refused the key from {server.key_source}; check the key", details)
    if 300 <= status < 400:
        return _stop(f"{server.host} redirects to another address; check the base URL", details)
    if code in BLOCKED:
        return LinesRefused(f"blocked by the content policy of the service: {details}")
    if code in PROMPT_TOO_LONG or status == 413:
        return LinesRefused(f"too long for the model: {details}")
    if code in OVERLOADED | RETRY:
        return RetryableError(details, overloaded=code in OVERLOADED, after=after)
    if code in RATE_LIMITED or status == 429:
        return RetryableError(f"too many requests: {details}", rate_limited=True, after=after)
    if status >= 500 or status in RETRY_STATUS:
        return RetryableError(details, after=after)
    return LinesRefused(f"the service refused it: {details}")


def _stop(advice: str, details: str) -> BackendError:
    return BackendError("chat", f"{advice}: {details}")
