"""The routes of GLM's API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from captioner.server.glm_api.glm_form import GlmRequest, check_file, largest_file, read_form
from captioner.server.glm_api.glm_replies import glm_error, glm_events, glm_reply
from captioner.server.transcription_endpoint import TranscriptionApi, transcribe_upload

GLM_PATHS = ("/api/paas/v4", "/paas/v4")
"""The base of the paths: with the host alone as base URL, and with `/api` behind it."""

_API = TranscriptionApi[GlmRequest](
    lambda context: context.models, largest_file, read_form, check_file, glm_reply, glm_events, glm_error
)


def routes() -> list[Route]:
    """Return the routes of this part."""
    return [Route(f"{base}/audio/transcriptions", _transcribe, methods=["POST"]) for base in GLM_PATHS]


async def _transcribe(request: Request) -> Response:
    return await transcribe_upload(request, _API)
