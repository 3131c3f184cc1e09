"""The response to a request that fails before an API sees it, in the form of the API whose path it has."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from captioner.server.glm_api.glm_replies import glm_failure
from captioner.server.glm_api.glm_routes import GLM_PATHS
from captioner.server.openai_api.openai_errors import openai_failure
from captioner.server.refusals import Failure


def failure_response(path: str, failure: Failure) -> Response:
    """Return the response to a request of that path."""
    return glm_failure(failure) if path.startswith(GLM_PATHS) else openai_failure(failure)


async def route_failure(request: Request, error: Exception) -> Response:
    """Return the response to a path or a method that no part of the server knows."""
    assert isinstance(error, HTTPException)
    path, method = request.url.path, request.method
    if error.status_code == 405:
        response = failure_response(path, Failure("method", f"{path} does not take {method}"))
    elif error.status_code == 404:
        response = failure_response(path, Failure("path", f"there is no {path} here"))
    else:
        response = failure_response(path, Failure("value", str(error.detail)))
        response.status_code = error.status_code
    response.headers.update(error.headers or {})
    return response
