"""What the errors of a server with OpenAI's API mean for a run."""

from __future__ import annotations

from urllib.parse import urlsplit

from captioner.backends.cloud.retry import ClipRejected, RetryableError, TooLong
from captioner.errors import BackendError

NO_BALANCE = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
BLOCKED = {"content_filter", "content_policy_violation"}
NO_MODEL = {"model_not_found"}

STOP_STATUS = {
    401: "the key was refused by {host}; check OPENAI_API_KEY",
    403: "the key may not do this at {host}; check the account",
    404: "{host} has no such model, or no transcription under this base URL; check both",
    405: "{host} has no transcription under this base URL; check it",
}

AGAIN_STATUS = {408, 409, 425, 429}

VERBOSE_STATUS = {400, 422, 501}
"""How servers refuse `verbose_json`; vLLM says 400 for a model without word times."""


class FormatRefused(ClipRejected):
    """The server does not give word times for this model."""


def verdict(
    status: int, code: str, message: str, *, base_url: str, verbose: bool = False, after: float | None = None
) -> RetryableError | ClipRejected | BackendError:
    """The error to raise for an answer that is no transcript; `verbose` says that word times were asked for."""
    told = f"{message or 'no message'} ({code or f'HTTP {status}'})"
    host = urlsplit(base_url).hostname or base_url
    if code in NO_BALANCE:
        return BackendError("openai", f"the account at {host} has no balance left; top it up and run again: {told}")
    if code in BLOCKED:
        return ClipRejected(f"refused by the content policy: {told}", "blocked")
    if status in STOP_STATUS or code in NO_MODEL:
        return BackendError("openai", f"{STOP_STATUS.get(status, STOP_STATUS[404]).format(host=host)}: {told}")
    if 300 <= status < 400:
        return BackendError("openai", f"{host} sends elsewhere; check the base URL: {told}")
    if verbose and status in VERBOSE_STATUS:
        return FormatRefused(f"word times refused: {told}")
    if status >= 500 or status in AGAIN_STATUS:
        return RetryableError(told, crowded=status == 429, after=after)
    return TooLong(f"too large for the server: {told}") if status == 413 else ClipRejected(f"refused: {told}")
