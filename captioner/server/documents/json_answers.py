"""Requests and answers in JSON, and the errors of captioner as answers."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import wraps

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from captioner.errors import BackendError, DocumentNotSaved, EditConflict, EditRefused
from captioner.formats.transcript.json_object import JsonObject, parse_object
from captioner.server.json_errors import Endpoint, error_response, with_json_errors

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a request: all cues of a long film, twice."""

_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def answering(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, with the errors of edits as answers too: `{"error": {"message": text, "code": text}}`."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except EditConflict as error:
            conflicts = [asdict(conflict) for conflict in error.conflicts]
            body = {"error": {"message": str(error), "code": "conflict"}}
            return JSONResponse({**body, "revision": error.revision, "conflicts": conflicts}, 409)
        except EditRefused as error:
            return error_response(422, "refused", str(error))
        except DocumentNotSaved as error:
            return error_response(507 if error.is_full else 500, "full" if error.is_full else "not_saved", str(error))
        except BackendError as error:
            return error_response(502, "backend", str(error))

    return with_json_errors(answer)


async def body_of(request: Request) -> JsonObject:
    """Return the JSON object that a request sends; an empty one without a body. Raises `FormatError`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            JsonObject({}).refuse(f"is larger than {LARGEST_BODY // 1024 // 1024} MB")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        JsonObject({}).refuse("is not UTF-8")
    parsed = parse_object(text) if text.strip() else JsonObject({})
    if _HALF_ESCAPED.search(text) and _HALF_CHARACTER.search(json.dumps(parsed.members, ensure_ascii=False)):
        parsed.refuse(r"a text has half of a surrogate pair, such as \ud83d; send both halves")
    return parsed


def number_in_query(request: Request, name: str, default: float) -> float:
    """Return a finite number of the query. Raises `FormatError`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = text  # type: ignore[assignment]
    return JsonObject({name: value}, "query").number(name)
