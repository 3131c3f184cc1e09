"""Maps the errors of a server with OpenAI's API to an action: retry, give up the clip, or stop the run."""

from __future__ import annotations

from urllib.parse import urlsplit

from captioner.backends.clip_transcription import ClipRejected, TooLong
from captioner.backends.cloud.retry import RetryableError
from captioner.errors import BackendError

NO_BALANCE = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
BLOCKED = {"content_filter", "content_policy_violation"}
NO_MODEL = {"model_not_found"}

STOP_STATUS = {
    401: "{host} refused the key; check OPENAI_API_KEY",
    403: "{host} does not allow this with the key; check the account",
    404: "{host} has no such model, or no transcription service under this base URL; check both",
    405: "{host} has no transcription service under this base URL; check it",
}

RETRY_STATUS = {408, 409, 425, 429}

NO_WORD_TIMES_STATUS = {400, 422, 501}
"""How servers refuse `verbose_json`; vLLM sends 400 for a model without word times."""


class FormatRefused(ClipRejected):
    """The server gives no word times for this model."""


def error_for(
    status: int, code: str, message: str, *, base_url: str, word_times: bool = False, after: float | None = None
) -> RetryableError | ClipRejected | BackendError:
    """Return the error to raise for an error response; `word_times` tells whether they were requested."""
    details = f"{message or 'no message'} ({code or f'HTTP {status}'})"
    host = urlsplit(base_url).hostname or base_url
    if code in NO_BALANCE:
        return BackendError("openai", f"the account at {host} has no balance left; top it up and run again: {details}")
    if code in BLOCKED:
        return ClipRejected(f"blocked by the content policy of the service: {details}", "blocked")
    if status in STOP_STATUS or code in NO_MODEL:
        return BackendError("openai", f"{STOP_STATUS.get(status, STOP_STATUS[404]).format(host=host)}: {details}")
    if 300 <= status < 400:
        return BackendError("openai", f"{host} redirects to another address; check the base URL: {details}")
    if word_times and status in NO_WORD_TIMES_STATUS:
        return FormatRefused(f"the server refused word times: {details}")
    if status >= 500 or status in RETRY_STATUS:
        return RetryableError(details, rate_limited=status == 429, after=after)
    if status == 413:
        return TooLong(f"too large for the server: {details}")
    return ClipRejected(f"the server refused it: {details}")
