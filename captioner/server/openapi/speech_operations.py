"""The operations of the transcription APIs of GLM and OpenAI."""

from __future__ import annotations

from captioner.server.glm_api.glm_routes import GLM_PATHS
from captioner.server.openapi.api_operation import FILE, FORM, JSON, NUMBER, TEXT, ApiAnswer, ApiOperation, ApiParameter

_LATER = ApiParameter("Prefer", "respond-async to get a job at once", TEXT, "header")

_ERRORS = (404, 405, 413, 415, 422, 429, 501, 502, 503, 507)

_JOB = ApiAnswer(
    "A job does the work (Prefer: respond-async); Location names it.", JSON, {"id": "...", "state": "waiting"}
)

_HINTS = {"model": TEXT, "prompt": TEXT, "language": TEXT, "profile": TEXT, "temperature": NUMBER}

_OPENAI_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        **_HINTS,
        "file": FILE,
        "response_format": {
            "type": "string",
            "description": "As OpenAI has it, or a caption format",
        },
        "timestamp_granularities[]": {"type": "array", "items": {"type": "string", "enum": ["segment", "word"]}},
        "stream": {"type": "string", "enum": ["true", "false"]},
        "hotwords": {"type": "array", "items": TEXT},
    },
}

_GLM_FIELDS = {
    "model": TEXT,
    "prompt": TEXT,
    "hotwords": {"type": "array", "items": TEXT},
    "stream": TEXT,
    "request_id": TEXT,
    "user_id": TEXT,
}

_GLM_TEXT = {"id": "2026120101", "created": 1796086800, "model": "glm-asr-2512", "text": "Hello.", "segments": []}

_MODEL = {"id": "whisper-tiny.en", "object": "model", "created": 1796086800, "owned_by": "captioner"}


def _openai(path: str, text: str) -> ApiOperation:
    answers = {200: ApiAnswer("The text, in the format that was asked for.", JSON, {"text": "Hello."}), 202: _JOB}
    return ApiOperation("POST", path, text, "OpenAI", answers, (_LATER,), {FORM: _OPENAI_FORM}, errors=_ERRORS)


def _glm(base: str) -> ApiOperation:
    return ApiOperation(
        "POST",
        f"{base}/audio/transcriptions",
        "Recognise speech, as GLM-ASR does.",
        "GLM",
        {200: ApiAnswer("The text.", JSON, _GLM_TEXT), 202: _JOB},
        (_LATER,),
        {
            FORM: {"type": "object", "required": ["file"], "properties": {**_GLM_FIELDS, "file": FILE}},
            JSON: {
                "type": "object",
                "required": ["file_base64"],
                "properties": {**_GLM_FIELDS, "file_base64": TEXT},
                "example": {"model": "glm-asr-2512", "file_base64": "UklGRg=="},
            },
        },
        errors=_ERRORS,
    )


SPEECH_OPERATIONS = (
    _openai("/v1/audio/transcriptions", "Recognise speech, as OpenAI's API does."),
    _openai("/v1/audio/translations", "Recognise speech as English text, where the backend translates."),
    ApiOperation(
        "GET",
        "/v1/models",
        "List models.",
        "OpenAI",
        {200: ApiAnswer("Models.", JSON, {"object": "list", "data": [_MODEL]})},
    ),
    ApiOperation(
        "GET",
        "/v1/models/{name}",
        "Show a model.",
        "OpenAI",
        {200: ApiAnswer("The model.", JSON, _MODEL)},
        errors=(404,),
    ),
    *map(_glm, GLM_PATHS),
)
