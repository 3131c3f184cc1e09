"""Errors of our own routes as JSON: {"error": {"message": TEXT, "code": TEXT}} with a fitting status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from captioner.errors import FormatError, MediaError, NotInstalled, UsageError
from captioner.server.refusals import RequestRefused, failure_of
from captioner.server.work_queue import QueueFull

Endpoint = Callable[[Request], Awaitable[Response]]

STATUSES = {"too_large": 413, "too_long": 413, "media_kind": 415, "busy": 429, "path": 404, "method": 405, "key": 401,
            "full": 507}  # fmt: skip
"""The status of each reason of `RequestRefused`; the others are 400."""


class RouteError(Exception):
    """A request fails with a status, a code for programs and a message for people."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


def error_response(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an error as a response."""
    return JSONResponse({"error": {"message": message, "code": code}}, status, headers)


def with_json_errors(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, which answers errors that a client can cause as JSON."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except RouteError as error:
            return error_response(error.status, error.code, error.message, error.headers)
        except RequestRefused as error:
            return error_response(STATUSES.get(error.reason, 400), error.reason, error.message)
        except QueueFull as error:
            wait = {"Retry-After": str(max(1, round(error.retry_after)))}
            return error_response(429, "busy", "too much work waits; try again later", wait)
        except MediaError as error:
            return error_response(415, "media", str(error))
        except (UsageError, FormatError, NotInstalled) as error:
            return error_response(422, "value", str(error))
        except ClientDisconnect:
            return Response(status_code=400)  # the client has gone
        except Exception as error:
            failure = failure_of(error)
            return error_response(STATUSES.get(failure.reason, 500), failure.reason, failure.message)

    return answer
