"""The errors of OpenAI's API."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from starlette.responses import JSONResponse, Response

from captioner.server.refusals import Failure, Reason, failure_of


class OpenAIError(NamedTuple):
    """How OpenAI reports a reason."""

    status: int
    type: str
    code: str | None


_REQUEST = "invalid_request_error"

ERRORS: dict[Reason, OpenAIError] = {
    "form": OpenAIError(400, _REQUEST, None),
    "missing": OpenAIError(400, _REQUEST, "missing_required_parameter"),
    "value": OpenAIError(400, _REQUEST, "invalid_value"),
    "unsupported": OpenAIError(400, _REQUEST, "unsupported_value"),
    "model": OpenAIError(404, _REQUEST, "model_not_found"),
    "prompt": OpenAIError(400, _REQUEST, "invalid_value"),
    "too_large": OpenAIError(413, _REQUEST, "file_too_large"),
    "too_long": OpenAIError(400, _REQUEST, "audio_too_long"),
    "media_kind": OpenAIError(400, _REQUEST, "invalid_file"),
    "key": OpenAIError(401, _REQUEST, "invalid_api_key"),
    "path": OpenAIError(404, _REQUEST, "unknown_url"),
    "method": OpenAIError(405, _REQUEST, "method_not_supported"),
    "busy": OpenAIError(429, "requests", "rate_limit_exceeded"),
    "full": OpenAIError(507, "server_error", "disk_full"),
    "blocked": OpenAIError(400, _REQUEST, "content_policy_violation"),
    "backend": OpenAIError(502, "server_error", "backend_failed"),
    "internal": OpenAIError(500, "server_error", None),
}

PASSING: frozenset[Reason] = frozenset(("busy", "full", "internal"))
"""The reasons for which the same request may work later. OpenAI's client repeats others too, unless forbidden."""


def openai_error(error: Exception) -> Response:
    """Return the response to a request that failed."""
    return openai_failure(failure_of(error))


def openai_failure(failure: Failure) -> Response:
    """Return the response to a request that failed: OpenAI's status, type and code."""
    headers = {"x-should-retry": "true" if failure.reason in PASSING else "false"}
    if failure.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(failure.retry_after))
    return JSONResponse(error_body(failure), ERRORS[failure.reason].status, headers)


def error_body(failure: Failure) -> dict[str, Any]:
    """Return the body of an error, as a response or as an event."""
    error = ERRORS[failure.reason]
    return {"error": {"message": failure.message, "type": error.type, "param": failure.field, "code": error.code}}
