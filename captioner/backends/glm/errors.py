"""What GLM's error codes mean for a run: ask again, give up this clip, or stop and say what to do.

The codes are those of docs.bigmodel.cn and docs.z.ai, "error codes". The status alone does not tell: 429 is what comes
for too many requests, where waiting helps, and for an empty account, where it never does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from captioner.backends.cloud.retry import ClipRejected, PromptTooLong, RequestIdTaken, RetryableError, TooLong
from captioner.errors import BackendError

CROWDED = {"1302"}
BUSY = {"1305", "1312"}
AGAIN = {"500", "1120", "1200", "1230", "1234", "1303"}
BLOCKED = {"1300", "1301"}
PROMPT_TOO_LONG = {"1261"}
REQUEST_ID_TAKEN = {"1231"}
THIS_CLIP = {"1210", "1213", "1214", "1215"}

_KEY = "the key from {source} was refused; check it, and that it is a key for {host}"
_ACCOUNT = "the account cannot be used; see its page at {host}"
_RIGHT = "this account may not use {model} here; see its page at {host}"
_MODEL = "there is no model {model} at {host}; choose glm-asr-2512 or glm-asr"
_BALANCE = "the account has no balance left; top it up and run again"
_QUOTA = "the quota is used up; run again when it is renewed"
_PLAN = "the account's plan does not cover this; see its page at {host}, or use a key of another plan"

STOP = {
    **dict.fromkeys(("1000", "1001", "1002", "1003", "1004"), _KEY),
    **dict.fromkeys(("1100", "1110", "1111", "1112", "1121"), _ACCOUNT),
    "1113": _BALANCE,
    **dict.fromkeys(("1211", "1212"), _MODEL),
    **dict.fromkeys(("1220", "1221", "1222"), _RIGHT),
    **dict.fromkeys(("1304", "1308", "1310"), _QUOTA),
    **dict.fromkeys(("1309", "1311", "1313"), _PLAN),
}
"""What ends a run, by code, and what the user can do about it."""

STOP_STATUS = {
    401: _KEY,
    403: _RIGHT,
    404: "there is no transcription service at {host} under this base URL; check it",
    434: _RIGHT,
}
"""The same for an answer without a code."""

AGAIN_STATUS = {408, 409, 425}

TOO_LARGE = {413, 435}

_DURATION = re.compile(r"时长|秒|duration|seconds|too long", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """What a sentence to the user may name: the variable of the key, the host, the model."""

    source: str
    host: str
    model: str


def verdict(
    status: int, code: str, message: str, asked: Asked, *, after: float | None = None
) -> RetryableError | ClipRejected | BackendError:
    """The error to raise for an answer that is no transcript. `after` is its Retry-After in seconds."""
    told = f"{message or 'no message'} ({f'code {code}' if code else f'HTTP {status}'})"
    if (advice := STOP.get(code) or (not code and STOP_STATUS.get(status))) or 300 <= status < 400:
        advice = advice or "{host} sends elsewhere; check the base URL"
        return BackendError("glm", f"{advice.format_map(vars(asked))}: {told}")
    if refusal := _refusal(status, code, message, told):
        return refusal
    if code in REQUEST_ID_TAKEN:
        return RequestIdTaken(f"the request id was taken: {told}", after=0.0)
    if code in BUSY | AGAIN:
        return RetryableError(told, busy=code in BUSY, after=after)
    if code in CROWDED or status == 429:
        return RetryableError(f"too many requests: {told}", crowded=True, after=after)
    if status >= 500 or status in AGAIN_STATUS:
        return RetryableError(told, after=after)
    return ClipRejected(f"refused: {told}")


def _refusal(status: int, code: str, message: str, told: str) -> ClipRejected | None:
    if code in BLOCKED:
        return ClipRejected(f"refused by the content policy: {told}", "blocked")
    if code in PROMPT_TOO_LONG:
        return PromptTooLong(f"the prompt is too long: {told}")
    if status in TOO_LARGE or (code == "1214" and _DURATION.search(message)):
        return TooLong(f"too long for the service: {told}")
    return ClipRejected(f"refused: {told}") if code in THIS_CLIP else None
