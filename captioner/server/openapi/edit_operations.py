"""The operations of documents: captions that people correct."""

from __future__ import annotations

from captioner.server.openapi.api_operation import (
    EVENTS,
    INTEGER,
    JSON,
    NUMBER,
    OBJECT,
    TEXT,
    ApiAnswer,
    ApiOperation,
    ApiParameter,
    Schema,
)

_APPLIED = {"revision": 4, "operations": [{"op": "setText", "cue": "c1", "text": "Hi!", "removed": [], "cues": []}]}

_WHO: dict[str, Schema] = {"client": TEXT, "sequence": INTEGER, "base": INTEGER}


def _on_job(
    method: str,
    path: str,
    text: str,
    answers: dict[int, ApiAnswer],
    *parameters: ApiParameter,
    body: Schema | None = None,
) -> ApiOperation:
    sent = {} if body is None else {JSON: body}
    errors = (404, 409, 415, 422, 500, 502, 507)
    return ApiOperation(method, f"/v1/jobs/{{id}}{path}", text, "Documents", answers, parameters, sent, errors=errors)


def _body(example: dict[str, object], **properties: Schema) -> Schema:
    return {"type": "object", "properties": _WHO | properties, "example": {"client": "a", "sequence": 1, **example}}


EDIT_OPERATIONS = (
    _on_job(
        "GET",
        "/document",
        "Get the cues of a job as a document.",
        {200: ApiAnswer("The document.", JSON, {"revision": 3, "cues": []})},
    ),
    _on_job(
        "POST",
        "/operations",
        "Edit the document; the edit is on the disk before the answer.",
        {200: ApiAnswer("What was done.", JSON, _APPLIED)},
        body=_body(
            {"base": 3, "operations": [{"op": "setText", "cue": "c1", "text": "Hi!"}]},
            operations={"type": "array", "items": OBJECT},
        ),
    ),
    _on_job(
        "GET",
        "/document/events",
        "Follow the edits of all clients.",
        {200: ApiAnswer("Events without an end.", EVENTS, "event: operations\nid: 4\ndata: {}\n")},
        ApiParameter("after", "Revision after which to begin", INTEGER),
    ),
    _on_job(
        "GET",
        "/document/lint",
        "Check the cues by the rules of a profile.",
        {200: ApiAnswer("Findings.", JSON, [{"cue": "c1", "rule": "speed", "message": "...", "severity": "warning"}])},
        ApiParameter("profile", "Caption style"),
    ),
    _on_job("GET", "/document/history", "List the edits.", {200: ApiAnswer("Edits.", JSON, [{"revision": 4}])}),
    _on_job(
        "POST",
        "/document/restore",
        "Go back to a revision.",
        {200: ApiAnswer("What was done.", JSON, _APPLIED)},
        body=_body({"revision": 2}, revision=INTEGER),
    ),
    _on_job(
        "POST",
        "/transform",
        "Change many cues at once.",
        {200: ApiAnswer("What was done, or would be.", JSON, _APPLIED)},
        ApiParameter("preview", "1 to change nothing"),
        body=_body({"name": "shift", "options": {"seconds": 0.5}}, name=TEXT, options=OBJECT),
    ),
    _on_job(
        "POST",
        "/save",
        "Write the captions to the file from which captioner edit took them.",
        {200: ApiAnswer("What was written.", JSON, {"revision": 4})},
        body={"type": "object", "properties": {"overwrite": {"type": "boolean"}}, "example": {"overwrite": False}},
    ),
    _on_job(
        "GET",
        "/peaks",
        "Get the waveform: pairs of int8, the least and the greatest of each point.",
        {200: ApiAnswer("Pairs of bytes.", "application/octet-stream")},
        ApiParameter("level", "Points of 10, 40, 160 or 640 ms", {"type": "integer", "minimum": 0, "maximum": 3}),
        ApiParameter("from", "Seconds", NUMBER),
        ApiParameter("to", "Seconds", NUMBER),
    ),
    _on_job(
        "GET",
        "/shots",
        "List the shot changes.",
        {200: ApiAnswer("Seconds.", JSON, [3.2, 7.6]), 202: ApiAnswer("They are being looked for.", JSON, [])},
    ),
    _on_job(
        "GET",
        "/frame",
        "Get a frame with its captions.",
        {200: ApiAnswer("A picture.", "image/png")},
        ApiParameter("time", "Seconds", NUMBER),
        ApiParameter("width", "Pixels", INTEGER),
    ),
    ApiOperation(
        "GET", "/v1/transforms", "List the transforms.", "Documents", {200: ApiAnswer("Transforms.", JSON, [])}
    ),
    ApiOperation("GET", "/v1/profiles", "List the profiles.", "Documents", {200: ApiAnswer("Profiles.", JSON, [])}),
    ApiOperation(
        "GET",
        "/v1/profiles/{name}",
        "Show a profile.",
        "Documents",
        {200: ApiAnswer("The profile.", JSON, {"name": "default", "width": 42})},
        errors=(404,),
    ),
)
