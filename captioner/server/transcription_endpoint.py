"""What the transcription endpoints of all APIs do: upload, checks, recognition, and the reply or its events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sse_starlette import EventSourceResponse
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from captioner.media import Media
from captioner.pipeline import CaptionOptions, Captions
from captioner.server.jobs.respond_async import answer_with_job, prefers_async
from captioner.server.json_errors import RouteError, error_response
from captioner.server.model_host import ModelHost
from captioner.server.recognition import RecognitionRun, Upload, probe_upload, receive_upload
from captioner.server.refusals import RequestRefused, refuse_if_all_is_lost
from captioner.server.request_body import FILE
from captioner.server.request_context import client_name, context_of
from captioner.server.server_context import ServerContext
from captioner.text.joining import space_between

QUEUE_HEADER = "X-Queue-Seconds"
"""The response header with the seconds that a request waited for its turn."""

PING = 10
"""Seconds between two comments in a stream without events, so that no proxy takes it for dead."""

SEND_TIMEOUT = 30.0
"""Seconds that a client may take for one event."""

CLIENT_GONE = 499
"""The status in the log of a request whose client did not wait for the response."""


class TranscriptionRequest(Protocol):
    """What a request asks for."""

    @property
    def options(self) -> CaptionOptions: ...

    @property
    def stream(self) -> bool: ...


Asked = TypeVar("Asked", bound=TranscriptionRequest)


@dataclass(frozen=True)
class TranscriptionApi(Generic[Asked]):
    """The part of an endpoint that differs between APIs. Every function but the last two may raise `RequestRefused`."""

    models: Callable[[ServerContext], ModelHost]
    """The backend that recognises."""

    largest: Callable[[ServerContext], int]
    """Bytes of a file at most."""

    read: Callable[[ServerContext, Upload], Asked]
    """Reads and checks the fields."""

    check_media: Callable[[ServerContext, Asked, Upload, Media], None]
    """Checks the file."""

    reply: Callable[[Asked, Captions], Response]

    events: Callable[[Asked, RecognitionRun], AsyncIterator[str]]
    """Yields the data of each event, also where the run fails."""

    refuse: Callable[[Exception], Response]
    """Returns the response to a request that failed."""


async def transcribe_upload(request: Request, api: TranscriptionApi[Asked]) -> Response:
    """Return the response to a request with a file."""
    context = context_of(request)
    try:
        upload = await receive_upload(request, api.largest(context))
        try:
            asked = api.read(context, upload)
            if upload.form.file is None:
                raise RequestRefused("missing", "the file is missing", FILE)
            api.check_media(context, asked, upload, await probe_upload(upload))
            # A job has the usual backend; a client may not count on the preference (RFC 7240).
            if prefers_async(request) and api.models(context) is context.models:
                return await answer_with_job(request, upload, asked.options)
        except BaseException:
            await upload.remove()
            raise
        run = RecognitionRun(context, api.models(context), client_name(request), upload, asked.options)
        return await _recognised(request, api, asked, run)
    except ClientDisconnect:
        return Response(status_code=CLIENT_GONE)
    except RouteError as error:  # of jobs, which are the same in all APIs
        return error_response(error.status, error.code, error.message, error.headers)
    except Exception as error:
        return api.refuse(error)


async def _recognised(request: Request, api: TranscriptionApi[Asked], asked: Asked, run: RecognitionRun) -> Response:
    try:
        await _unless_disconnected(request, run.started())
        headers = {QUEUE_HEADER: f"{run.queue_seconds:.3f}"}
        if asked.stream:
            return _RunEvents(run, api.events(asked, run), headers)
        captions = refuse_if_all_is_lost(await _unless_disconnected(request, run.captions()))
        response = api.reply(asked, captions)
        response.headers.update(headers)
        return response
    except BaseException:
        run.stop()
        raise


Value = TypeVar("Value")


async def _unless_disconnected(request: Request, waiting: Awaitable[Value]) -> Value:
    """Return the value. Raises `ClientDisconnect` as soon as the client has gone."""
    work = asyncio.ensure_future(waiting)
    gone = asyncio.ensure_future(_disconnection(request))
    try:
        await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientDisconnect
        return work.result()
    finally:
        work.cancel()
        gone.cancel()


async def _disconnection(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class _RunEvents(EventSourceResponse):
    """The events of a run, which is stopped when the response ends."""

    def __init__(self, run: RecognitionRun, data: AsyncIterator[str], headers: dict[str, str]) -> None:
        super().__init__(
            ({"data": each} async for each in data), headers=headers, ping=PING, sep="\n", send_timeout=SEND_TIMEOUT
        )
        self._run = run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._run.stop()


async def text_deltas(run: RecognitionRun) -> AsyncIterator[str]:
    """Yield the text of a run in parts, which are to be joined without a separator. Raises nothing."""
    before = ""
    async for result in run.results():
        text = result.segment.text.strip() if result.segment else ""
        if text:
            yield space_between(before, text) + text
            before = text
