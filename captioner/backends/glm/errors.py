"""Maps GLM's error codes to an action: retry, give up the clip, or stop the run with advice.

The codes are those of docs.bigmodel.cn and docs.z.ai, "error codes". The HTTP status alone is not enough: 429 comes for
too many requests, where waiting helps, and for an account without balance, where it never does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from captioner.backends.clip_transcription import ClipRejected, TooLong
from captioner.backends.cloud.retry import RequestIdTaken, RetryableError
from captioner.errors import BackendError

RATE_LIMITED = {"1302"}
OVERLOADED = {"1305", "1312"}
RETRY = {"500", "1120", "1200", "1230", "1234", "1303"}
BLOCKED = {"1300", "1301"}
PROMPT_TOO_LONG = {"1261"}
REQUEST_ID_TAKEN = {"1231"}
REJECTED = {"1210", "1213", "1214", "1215"}

_KEY = "{host} refused the key from {key_source}; check the key, and that it is for this server"
_ACCOUNT = "the account at {host} cannot be used; check it there"
_RIGHTS = "the account at {host} may not use {model}; check its rights there"
_MODEL = "{host} has no model {model}; use glm-asr-2512 or glm-asr"
_BALANCE = "the account at {host} has no balance left; top it up and run again"
_QUOTA = "the quota at {host} is used up; run again when it is renewed"
_PLAN = "the plan of the account at {host} does not cover {model}; change the plan, or use a key of another account"

STOP = {
    **dict.fromkeys(("1000", "1001", "1002", "1003", "1004"), _KEY),
    **dict.fromkeys(("1100", "1110", "1111", "1112", "1121"), _ACCOUNT),
    "1113": _BALANCE,
    **dict.fromkeys(("1211", "1212"), _MODEL),
    **dict.fromkeys(("1220", "1221", "1222"), _RIGHTS),
    **dict.fromkeys(("1304", "1308", "1310"), _QUOTA),
    **dict.fromkeys(("1309", "1311", "1313"), _PLAN),
}
"""The message by code, for errors that stop the run."""

STOP_STATUS = {
    401: _KEY,
    403: _RIGHTS,
    404: "{host} has no transcription service under this base URL; check it",
    434: _RIGHTS,
}
"""The same by HTTP status, for a response without a code."""

REDIRECT = "{host} redirects to another address; check the base URL"

RETRY_STATUS = {408, 409, 425}

TOO_LARGE = {413, 435}

_DURATION = re.compile(r"时长|秒|duration|seconds|too long", re.IGNORECASE)


class PromptTooLong(ClipRejected):
    """The prompt is longer than the service takes."""


@dataclass(frozen=True)
class ErrorContext:
    """Facts for error messages."""

    key_source: str
    """The variable that the key came from."""

    host: str
    model: str


def error_for(
    status: int, code: str, message: str, context: ErrorContext, *, after: float | None = None
) -> RetryableError | ClipRejected | BackendError:
    """Return the error to raise for an error response. `after` is its Retry-After in seconds."""
    details = f"{message or 'no message'} ({f'code {code}' if code else f'HTTP {status}'})"
    if (advice := STOP.get(code) or (not code and STOP_STATUS.get(status))) or 300 <= status < 400:
        return BackendError("glm", f"{(advice or REDIRECT).format_map(vars(context))}: {details}")
    if rejected := _rejection(status, code, message, details):
        return rejected
    if code in REQUEST_ID_TAKEN:
        return RequestIdTaken(f"the request id is in use: {details}", after=0.0)
    if code in OVERLOADED | RETRY:
        return RetryableError(details, overloaded=code in OVERLOADED, after=after)
    if code in RATE_LIMITED or status == 429:
        return RetryableError(f"too many requests: {details}", rate_limited=True, after=after)
    if status >= 500 or status in RETRY_STATUS:
        return RetryableError(details, after=after)
    return ClipRejected(f"the service refused it: {details}")


def _rejection(status: int, code: str, message: str, details: str) -> ClipRejected | None:
    if code in BLOCKED:
        return ClipRejected(f"blocked by the content policy of the service: {details}", "blocked")
    if code in PROMPT_TOO_LONG:
        return PromptTooLong(f"the prompt is too long: {details}")
    if status in TOO_LARGE or (code == "1214" and _DURATION.search(message)):
        return TooLong(f"too long for the service: {details}")
    return ClipRejected(f"the service refused it: {details}") if code in REJECTED else None
