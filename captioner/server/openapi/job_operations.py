"""The operations of jobs, uploads, sessions and health."""

from __future__ import annotations

from captioner.server.openapi.api_operation import (
    EVENTS,
    FILE,
    FORM,
    INTEGER,
    JSON,
    TEXT,
    ApiAnswer,
    ApiOperation,
    ApiParameter,
)

JOB = {
    "id": "0123456789abcdef01234567",
    "kind": "caption",
    "name": "talk.mp4",
    "state": "running",
    "created": 1796086800.0,
    "started": 1796086801.5,
    "finished": None,
    "progress": {"done": 61.2, "duration": 600.0, "speed": 12.4, "left": 43.5},
    "cues": 19,
    "lost_regions": 0,
    "error": None,
    "language": "en",
    "profile": None,
    "backend": None,
    "from": None,
    "has_media": True,
    "has_video": True,
    "results": [],
}

_FIELDS = {
    "kind": {"type": "string", "enum": ["caption", "burn", "mux"]},
    "language": {"type": "string", "description": "BCP 47 tag of the speech"},
    "profile": {"type": "string", "description": "Caption style"},
    "prompt": {"type": "string", "description": "Text before the speech, or about it"},
    "hotwords": {"type": "array", "items": TEXT, "description": "Names and terms to spell right"},
    "webhook": {"type": "string", "description": "Where the end of the job is reported (--allow-urls)"},
    "upload": {"type": "string", "description": "Id of a finished upload"},
    "url": {"type": "string", "description": "Public address of the source (--allow-urls)"},
    "from": {"type": "string", "description": "Caption job whose captions are burned or muxed"},
}

_FILES = {"file": FILE, "captions": FILE}

_NEW_JOB = {
    FORM: {"type": "object", "properties": _FIELDS | _FILES},
    JSON: {"type": "object", "properties": _FIELDS, "example": {"upload": "0" * 32, "language": "en"}},
}

_TUS = ApiParameter("Tus-Resumable", "Version of tus", {"type": "string", "const": "1.0.0"}, "header", True, "1.0.0")

_OFFSET = ApiParameter("Upload-Offset", "Bytes that have arrived", INTEGER, "header", True, 0)

_NO_BODY = ApiAnswer("Done.", None)

_PARTS = ApiAnswer("The file, or the part that Range names.", "application/octet-stream")

_UPLOAD_ERRORS = (404, 405, 409, 412, 413, 415, 460, 507)


def _job(method: str, path: str, text: str, answers: dict[int, ApiAnswer], *errors: int) -> ApiOperation:
    return ApiOperation(method, f"/v1/jobs{path}", text, "Jobs", answers, errors=(404, *errors))


def _tus(method: str, text: str, *parameters: ApiParameter, **body: object) -> ApiOperation:
    answers = {204 if method != "HEAD" else 200: _NO_BODY}
    path = "/v1/uploads/{id}"
    sent = {"application/offset+octet-stream": FILE} if method in ("PATCH", "POST") else {}
    return ApiOperation(method, path, text, "Uploads", answers, parameters, sent, errors=_UPLOAD_ERRORS)


JOB_OPERATIONS = (
    ApiOperation(
        "POST",
        "/v1/jobs",
        "Caption a file, or make a video of captions, in the background.",
        "Jobs",
        {201: ApiAnswer("The new job.", JSON, JOB), 200: ApiAnswer("The job of an earlier request.", JSON, JOB)},
        (ApiParameter("Idempotency-Key", "Repeats with the same key make one job", TEXT, "header"),),
        _NEW_JOB,
        errors=(404, 409, 413, 415, 422, 429, 507),
    ),
    ApiOperation("GET", "/v1/jobs", "List jobs, newest first.", "Jobs", {200: ApiAnswer("Jobs.", JSON, [JOB])}),
    _job("GET", "/{id}", "Show a job.", {200: ApiAnswer("The job.", JSON, JOB)}),
    _job("DELETE", "/{id}", "End a job, and delete it with its files.", {204: _NO_BODY}),
    _job("POST", "/{id}/cancel", "End a job that waits or runs.", {200: ApiAnswer("The job.", JSON, JOB)}),
    _job(
        "GET",
        "/{id}/events",
        "Follow a job: events `job` as it changes, `cue` as cues are made.",
        {
            200: ApiAnswer(
                "Events until the job ends.", EVENTS, 'event: cue\ndata: {"start": 1, "end": 3, "text": "Hi"}\n'
            )
        },
    ),
    _job("GET", "/{id}/media", "Get the source.", {200: _PARTS, 206: _PARTS}, 416),
    _job("GET", "/{id}/video", "Get the video that a burn or mux job made.", {200: _PARTS, 206: _PARTS}, 416),
    ApiOperation(
        "GET",
        "/v1/jobs/{id}/results/{format}",
        "Get the captions in a format, with the edits that were made.",
        "Jobs",
        {200: ApiAnswer("The captions.", "text/plain", "1\n00:00:01,200 --> 00:00:03,000\nHi.\n")},
        (
            ApiParameter("profile", "Caption style, for captions that were not edited"),
            ApiParameter("word_times", "1 to write the times of words", {"type": "string", "enum": ["0", "1"]}),
        ),
        errors=(404, 409, 422),
    ),
    _job(
        "POST", "/{id}/share", "Make a link that shows one job.", {200: ApiAnswer("The token.", JSON, {"token": "..."})}
    ),
    ApiOperation(
        "GET",
        "/v1/webhooks/secret",
        "Get the secret that signs your webhooks.",
        "Jobs",
        {200: ApiAnswer("The secret.", JSON, {"secret": "whsec_..."})},
    ),
    ApiOperation(
        "POST",
        "/v1/uploads",
        "Begin an upload that can be resumed (tus 1.0).",
        "Uploads",
        {201: ApiAnswer("Location names the upload.", None)},
        (
            _TUS,
            ApiParameter("Upload-Length", "Bytes of the file", INTEGER, "header", True, 1000),
            ApiParameter(
                "Upload-Metadata", "Names with values in base64", TEXT, "header", False, "filename dGFsay5tcDQ="
            ),
        ),
        errors=(412, 413, 429, 507),
    ),
    ApiOperation("OPTIONS", "/v1/uploads", "Show what of tus is known.", "Uploads", {204: _NO_BODY}),
    _tus("HEAD", "Show how many bytes have arrived.", _TUS),
    _tus("PATCH", "Send more bytes.", _TUS, _OFFSET),
    _tus("DELETE", "End an upload.", _TUS),
    _tus("POST", "Do what X-HTTP-Method-Override says, behind proxies that know no PATCH.", _TUS),
    ApiOperation("OPTIONS", "/v1/uploads/{id}", "Show what of tus is known.", "Uploads", {204: _NO_BODY}),
    ApiOperation(
        "GET",
        "/v1/session",
        "Show what this client may do.",
        "Sessions",
        {200: ApiAnswer("The session.", JSON, {"keys": True, "read_only": False, "job": None, "backend": "whisper"})},
    ),
    ApiOperation(
        "POST",
        "/v1/session",
        "Begin a session of a browser: a cookie stands for the key.",
        "Sessions",
        {200: ApiAnswer("The session.", JSON, {"keys": True, "read_only": False, "job": None, "backend": "whisper"})},
        body={
            JSON: {"type": "object", "properties": {"key": TEXT, "share": TEXT}, "example": {"key": "KEY"}},
        },
        errors=(413,),
        open=True,
    ),
    ApiOperation(
        "GET",
        "/v1/session/begin",
        "Begin a session by a link, as captioner edit opens one.",
        "Sessions",
        {303: ApiAnswer("To the page.", None)},
        (ApiParameter("key", "The key"), ApiParameter("job", "The job to show")),
        open=True,
    ),
    ApiOperation("DELETE", "/v1/session", "End the session.", "Sessions", {204: _NO_BODY}, open=True),
    ApiOperation(
        "GET",
        "/healthz",
        "Show that the server runs.",
        "Health",
        {200: ApiAnswer("It runs.", JSON, {"status": "ok"})},
        open=True,
    ),
    ApiOperation(
        "GET",
        "/readyz",
        "Show whether the server can work.",
        "Health",
        {
            200: ApiAnswer("It can.", JSON, {"status": "ok", "model_loaded": True, "waiting": 0, "unfinished_jobs": 2}),
            503: ApiAnswer("It cannot.", JSON, {"status": "the disk is nearly full", "waiting": 0}),
        },
        open=True,
    ),
    ApiOperation(
        "GET",
        "/metrics",
        "Numbers for Prometheus.",
        "Health",
        {200: ApiAnswer("Metrics.", "text/plain", "captioner_waiting_requests 0.0\n")},
    ),
    ApiOperation(
        "GET",
        "/openapi.json",
        "This description.",
        "Health",
        {200: ApiAnswer("OpenAPI 3.1.", JSON, {"openapi": "3.1.0"})},
        open=True,
    ),
    ApiOperation(
        "GET",
        "/docs",
        "This description as a page.",
        "Health",
        {200: ApiAnswer("A page.", "text/html", "<!doctype html>")},
        open=True,
    ),
)
