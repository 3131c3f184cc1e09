"""Recognises the file of a request: waits for its turn, captions it in a thread, and removes the file.

upload = await receive_upload(request, largest)
run = RecognitionRun(context, context.models, client_name(request), upload, options)
await run.started()                            its turn has come, and the backend is loaded
async for result in run.results(): ...         regions, as they are recognised
captions = await run.captions()
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from threading import Event

from starlette.requests import Request

from captioner.atomic_file import scratch_folder
from captioner.backends import Backend
from captioner.backends.stoppable_backend import StoppableBackend
from captioner.errors import MediaNotReadable, NoAudio
from captioner.media import Media, open_media
from captioner.pipeline import CaptionOptions, Captions, Progress
from captioner.pipeline.captioning import caption_with
from captioner.server.disk_room import check_room
from captioner.server.model_host import ModelHost
from captioner.server.own_thread import run_in_own_thread
from captioner.server.refusals import RequestRefused
from captioner.server.request_body import FILE, FileLimits, ReceivedForm, receive_form
from captioner.server.request_context import context_of
from captioner.server.server_context import ServerContext
from captioner.server.server_options import ServerOptions
from captioner.transcribe import RegionResult

UNNAMED = "upload"
"""The name of a file to which the client gives none."""


class RunStopped(Exception):
    """A run ends because its client has gone, or the server ends."""


@dataclass(frozen=True)
class Upload:
    """The form of a request, and the folder with its file."""

    form: ReceivedForm

    folder: ExitStack
    """Removes the folder."""

    longest: float
    """Seconds that the file may last."""

    @property
    def name(self) -> str:
        """The name of the file, for messages and titles."""
        return self.form.filename or UNNAMED

    async def remove(self) -> None:
        """Remove the file and its folder."""
        await asyncio.to_thread(self.folder.close)


async def receive_upload(request: Request, largest: int) -> Upload:
    """Return the form of a request; its file, of at most `largest` bytes, is in a folder of its own.

    Raises what `receive_form` raises.
    """
    options, stack = context_of(request).options, ExitStack()
    incoming = options.state / "incoming"
    await asyncio.to_thread(_refuse_without_room, options)
    folder = await asyncio.to_thread(stack.enter_context, scratch_folder(incoming))
    try:
        return Upload(
            await receive_form(request, folder, FileLimits(largest, options.smallest_free)),
            stack,
            options.longest_media,
        )
    except BaseException:
        await asyncio.to_thread(stack.close)
        raise


async def probe_upload(upload: Upload) -> Media:
    """Return what the file of an upload holds.

    Raises `MediaNotReadable`, `NoAudio`, with the name of the client, and `RequestRefused` if it lasts too long.
    """

    def probe() -> Media:
        with open_media(str(upload.form.file)) as media:
            return media

    try:
        media = await asyncio.to_thread(probe)
    except MediaNotReadable as error:
        raise MediaNotReadable(upload.name, error.reason) from None
    if not media.tracks:
        raise NoAudio(upload.name)
    _refuse_too_long(upload, media.duration or 0.0)
    return media


def _refuse_too_long(upload: Upload, seconds: float) -> None:
    if seconds > upload.longest:
        message = f"{upload.name}: lasts longer than the {upload.longest / 3600:g} h that this server takes"
        raise RequestRefused("too_long", message, FILE)


def _refuse_without_room(options: ServerOptions) -> None:
    options.state.mkdir(parents=True, exist_ok=True)
    check_room(options.state, options.smallest_free)


class RecognitionRun:
    """One upload on its way through the queue and the backend. Its folder is removed at the end, whatever happens.

    It needs a running event loop, and goes on beside the request until it is done or stopped.
    """

    def __init__(
        self, context: ServerContext, models: ModelHost, client: str, upload: Upload, options: CaptionOptions
    ) -> None:
        self.queue_seconds = 0.0
        """Seconds that it waited for its turn."""
        self._context, self._models, self._client = context, models, client
        self._upload, self._options = upload, options
        self._loop = asyncio.get_running_loop()
        self._is_started = asyncio.Event()
        self._results: asyncio.Queue[RegionResult | None] = asyncio.Queue()
        self._task = self._loop.create_task(self._run())
        context.tasks.add(self._task)
        self._task.add_done_callback(self._ended)

    async def started(self) -> None:
        """Wait until its turn has come and the backend is loaded. Raises `QueueFull`, and what loading raises."""
        await self._is_started.wait()
        if self._task.done():
            self._task.result()

    async def results(self) -> AsyncIterator[RegionResult]:
        """Yield the result of each speech region as soon as it is known."""
        while (result := await self._results.get()) is not None:
            yield result

    async def captions(self) -> Captions:
        """Return the captions. Raises what `started` raises, and the errors of `caption`."""
        return await asyncio.shield(self._task)

    def stop(self) -> None:
        """Stop as soon as the clip at work is done. A run that has ended is left as it is."""
        self._task.cancel()

    def _ended(self, task: asyncio.Task[Captions]) -> None:
        self._context.tasks.discard(task)
        if not task.cancelled():
            task.exception()  # else asyncio reports the error of a run that was stopped
        self._results.put_nowait(None)
        self._is_started.set()

    async def _run(self) -> Captions:
        waiting_since = time.monotonic()
        try:
            async with self._context.queue.slot(self._client):
                self.queue_seconds = time.monotonic() - waiting_since
                async with self._models.use() as backend:
                    self._is_started.set()
                    return await run_in_own_thread(partial(self._caption, backend))
        finally:
            await asyncio.shield(self._upload.remove())

    def _caption(self, backend: Backend, stopped: Event) -> Captions:
        def on_progress(progress: Progress) -> None:
            if stopped.is_set():
                raise RunStopped
            _refuse_too_long(self._upload, progress.done)
            if progress.result is not None:
                with suppress(RuntimeError):  # the loop is closed
                    self._loop.call_soon_threadsafe(self._results.put_nowait, progress.result)

        stoppable = StoppableBackend(backend, stopped)
        options = replace(self._options, backend=stoppable, on_progress=on_progress)
        captions = caption_with(str(self._upload.form.file), options)
        return replace(captions, report=replace(captions.report, source=self._upload.name))
