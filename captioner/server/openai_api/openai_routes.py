"""The routes of OpenAI's API."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from captioner.errors import UnknownName
from captioner.server.openai_api.openai_errors import openai_error
from captioner.server.openai_api.openai_form import (
    OpenAIRequest,
    check_format,
    largest_file,
    read_transcription,
    read_translation,
    translating_models,
)
from captioner.server.openai_api.openai_replies import openai_events, openai_reply
from captioner.server.refusals import RequestRefused
from captioner.server.request_context import context_of
from captioner.server.server_context import ServerContext
from captioner.server.transcription_endpoint import TranscriptionApi, transcribe_upload

_TRANSCRIPTIONS = TranscriptionApi[OpenAIRequest](
    lambda context: context.models,
    largest_file,
    read_transcription,
    check_format,
    openai_reply,
    openai_events,
    openai_error,
)
_TRANSLATIONS = TranscriptionApi[OpenAIRequest](
    translating_models, largest_file, read_translation, check_format, openai_reply, openai_events, openai_error
)


def routes() -> list[Route]:
    """Return the routes of this part."""
    return [
        Route("/v1/audio/transcriptions", _transcribe, methods=["POST"]),
        Route("/v1/audio/translations", _translate, methods=["POST"]),
        Route("/v1/models", _models),
        Route("/v1/models/{name:path}", _model),
    ]


async def _transcribe(request: Request) -> Response:
    return await transcribe_upload(request, _TRANSCRIPTIONS)


async def _translate(request: Request) -> Response:
    return await transcribe_upload(request, _TRANSLATIONS)


async def _models(request: Request) -> Response:
    names = _model_names(context_of(request))
    return JSONResponse({"object": "list", "data": [_model_content(name) for name in names]})


async def _model(request: Request) -> Response:
    name, known = request.path_params["name"], _model_names(context_of(request))
    if name not in known:
        return openai_error(RequestRefused("model", str(UnknownName("model", name, known)), "model"))
    return JSONResponse(_model_content(name))


def _model_names(context: ServerContext) -> list[str]:
    """Return the names of the model of this server. Requests may name any other: they get this one."""
    traits = context.models.traits
    return [] if traits is None else list(dict.fromkeys((traits.model or traits.name, traits.name)))


def _model_content(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "captioner"}
