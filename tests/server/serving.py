"""A running server for tests: the real application, by uvicorn in a thread, at a free port of 127.0.0.1."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import uvicorn

from captioner.backends import Backend
from captioner.pipeline import CaptionOptions
from captioner.server.model_host import ModelHost
from captioner.server.running import server_config
from captioner.server.server_context import ServerContext
from captioner.server.server_options import ServerOptions
from captioner.server.work_queue import WorkQueue


def server_context(backend: Backend, options: ServerOptions) -> ServerContext:
    """Return the context of a server with a backend that the caller closes."""

    def open_backend() -> AbstractContextManager[Backend]:
        return nullcontext(backend)

    return ServerContext(
        options,
        CaptionOptions(frame_rate="none"),
        ModelHost(open_backend, options.unload_after),
        WorkQueue(options.concurrency, options.longest_wait),
    )


@contextmanager
def serving(backend: Backend, state: Path, *, translating: Backend | None = None, **options: object) -> Iterator[str]:
    """Serve `backend`, and `translating` for translations, with changed `ServerOptions`; yields the URL."""
    context = server_context(backend, replace(ServerOptions(state=state), **options))  # type: ignore[arg-type]
    if translating is not None:
        context = replace(context, translating=ModelHost(lambda: nullcontext(translating), None))
    context.models.load()
    server = uvicorn.Server(server_config(context))
    started = threading.Event()

    async def serve() -> None:
        task = asyncio.ensure_future(server.serve())
        while not server.started and not task.done():
            await asyncio.sleep(0.005)
        started.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="test server")
    thread.start()
    started.wait(30)
    try:
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
