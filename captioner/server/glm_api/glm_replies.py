"""The replies of GLM's API, their events, and its errors."""

from __future__ import annotations

import json
import math
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import JSONResponse, Response

from captioner.backends.glm.service_rules import status_of
from captioner.pipeline import Captions
from captioner.server.glm_api.glm_form import GlmRequest
from captioner.server.recognition import RecognitionRun
from captioner.server.refusals import Failure, Reason, failure_of, lost_regions, refuse_if_all_is_lost
from captioner.server.transcription_endpoint import text_deltas
from captioner.text.joining import join_texts

CODES: dict[Reason, str] = {
    "form": "1210",
    "missing": "1213",
    "value": "1214",
    "unsupported": "1210",
    "model": "1211",
    "prompt": "1261",
    "too_large": "1214",
    "too_long": "1214",
    "media_kind": "1214",
    "key": "1000",
    "path": "1222",
    "method": "1212",
    "busy": "1305",
    "full": "500",
    "blocked": "1301",
    "backend": "1234",
    "internal": "500",
}
"""The service's code for each reason."""

STATUSES: dict[Reason, int] = {"method": 405, "backend": 500, "too_large": 413, "full": 507}
"""The HTTP status, where it is not that of the code."""

PASSING: frozenset[Reason] = frozenset(("busy", "full", "internal"))
"""The reasons for which the same request may work later. The SDKs repeat others too, unless the header forbids it."""


def glm_reply(asked: GlmRequest, captions: Captions) -> Response:
    """Return the response with the whole text, and its segments, which the service itself no longer sends."""
    return JSONResponse({**_head(asked), **_text(captions)})


async def glm_events(asked: GlmRequest, run: RecognitionRun) -> AsyncIterator[str]:
    """Yield the text as it grows, then all of it, then the end; or an error."""
    head = _head(asked)
    try:
        async for delta in text_deltas(run):
            yield _json({**head, "type": "transcript.text.delta", "delta": delta})
        captions = refuse_if_all_is_lost(await run.captions())
        yield _json({**head, "type": "transcript.text.done", **_text(captions)})
    except Exception as error:
        yield _json(_error_body(failure_of(error)))
    yield "[DONE]"


def glm_error(error: Exception) -> Response:
    """Return the response to a request that failed."""
    return glm_failure(failure_of(error))


def glm_failure(failure: Failure) -> Response:
    """Return the response to a request that failed: the service's code and status."""
    headers = {"x-should-retry": "true" if failure.reason in PASSING else "false"}
    if failure.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(failure.retry_after))
    status = STATUSES.get(failure.reason) or status_of(CODES[failure.reason])
    return JSONResponse(_error_body(failure), status, headers)


def _head(asked: GlmRequest) -> dict[str, Any]:
    return {"id": asked.request_id, "created": int(time.time()), "request_id": asked.request_id, "model": asked.model}


def _text(captions: Captions) -> dict[str, Any]:
    segments = captions.transcript.segments
    content: dict[str, Any] = {
        "text": join_texts(segment.text for segment in segments),
        "segments": [
            {"id": number, "start": round(segment.start, 3), "end": round(segment.end, 3), "text": segment.text.strip()}
            for number, segment in enumerate(segments)
        ],
    }
    lost = lost_regions(captions)
    return {**content, "lost": lost} if lost else content


def _error_body(failure: Failure) -> dict[str, Any]:
    return {"error": {"code": CODES[failure.reason], "message": failure.message}}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)
