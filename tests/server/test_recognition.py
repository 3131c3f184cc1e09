"""How requests share the backend: turns, clients that go away, models that are unloaded, faults, and what is left."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from captioner.backends import Backend, Hints, load_backend
from captioner.backends.contract import Recognition
from captioner.backends.scripted import Scripted
from captioner.errors import BackendError
from captioner.server.model_host import ModelHost
from captioner.server.own_thread import run_in_own_thread
from captioner.server.shared_backend import SharedBackend
from captioner.values import Audio
from tests.backends.cloud_parts import tone
from tests.server.serving import serving
from tests.server.speech_upload import GLM, LINES, OPENAI, SPEECH, TEXT, error_in, post

PATIENCE = 30.0


class Gated(Scripted):
    """Returns its lines, each after the gate was opened."""

    def __init__(self) -> None:
        super().__init__(lines=LINES)
        self.gate, self.reached = threading.Event(), threading.Event()
        self.clips = 0

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            self.clips += 1
            self.reached.set()
            assert self.gate.wait(PATIENCE)
            yield from super().transcribe([clip], hints)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("stream", ["false", "true"])
def test_a_run_whose_client_has_gone_is_stopped_and_leaves_nothing(tmp_path: Path, stream: str) -> None:
    backend = Gated()
    with serving(backend, tmp_path) as url:
        request = httpx.Request("POST", url + OPENAI, data={"stream": stream}, files={"file": ("talk.flac", SPEECH)})
        headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        with socket.create_connection((request.url.host, request.url.port or 80), PATIENCE) as client:
            client.sendall(f"POST {OPENAI} HTTP/1.1\r\n{headers}\r\n".encode() + request.read())
            assert backend.reached.wait(PATIENCE)
        assert httpx.get(f"{url}/readyz").status_code == 200  # and the server has noticed that the client has gone
        backend.gate.set()
        wait_for(lambda: not list((tmp_path / "incoming").iterdir()))
        assert backend.clips == 1


def test_a_request_whose_turn_does_not_come_is_refused(tmp_path: Path) -> None:
    backend = Gated()
    with serving(backend, tmp_path, longest_wait=0.1) as url:
        first = threading.Thread(target=post, args=(url + OPENAI,))
        first.start()
        assert backend.reached.wait(PATIENCE)
        for path, code in ((OPENAI, "rate_limit_exceeded"), (GLM, "1305")):
            response = post(url + path)
            assert (response.status_code, error_in(response)["code"]) == (429, code)
            assert (response.headers["retry-after"], response.headers["x-should-retry"]) == ("1", "true")
        backend.gate.set()
        first.join(PATIENCE)
        assert post(url + OPENAI).json()["text"] == TEXT
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_server_that_ends_stops_its_runs(tmp_path: Path) -> None:
    backend = Gated()
    failures: list[Exception] = []

    def ask() -> None:
        try:
            post(url + OPENAI)
        except httpx.HTTPError as error:
            failures.append(error)

    with serving(backend, tmp_path) as url:
        asking = threading.Thread(target=ask)
        asking.start()
        assert backend.reached.wait(PATIENCE)
        threading.Timer(0.5, backend.gate.set).start()
    asking.join(PATIENCE)
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_whole_backend_that_fails_is_an_error_of_the_server(tmp_path: Path) -> None:
    class Failing(Scripted):
        def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
            raise BackendError("scripted", "the account has no balance left")

    with serving(Failing(), tmp_path) as url:
        response = post(url + OPENAI)
        assert (response.status_code, error_in(response)["message"]) == (
            502,
            "scripted: the account has no balance left",
        )
        assert error_in(post(url + GLM))["code"] == "1234"


def test_an_idle_model_is_unloaded_and_loaded_again() -> None:
    opened: list[Backend] = []

    @contextmanager
    def open_backend() -> Iterator[Backend]:
        backend = load_backend("whisper", model="whisper-tiny.en")
        opened.append(backend)
        try:
            yield backend
        finally:
            backend.close()

    async def recognise(host: ModelHost) -> str:
        async with host.use() as backend:
            return await asyncio.to_thread(lambda: "".join(r.status for r in backend.transcribe([tone(1)], Hints())))

    async def run() -> None:
        host = ModelHost(open_backend, unload_after=0.05)
        await asyncio.gather(recognise(host), recognise(host))
        assert (len(opened), host.is_loaded) == (1, True)
        await asyncio.sleep(0.3)
        assert not host.is_loaded
        await recognise(host)
        assert (len(opened), host.is_loaded) == (2, True)
        await host.close()
        assert not host.is_loaded

    asyncio.run(run())


def test_a_fault_while_loading_is_raised_and_the_next_user_loads_again() -> None:
    faults = [BackendError("whisper", "no memory")]

    @contextmanager
    def open_backend() -> Iterator[Backend]:
        if faults:
            raise faults.pop()
        yield Scripted()

    async def run() -> None:
        host = ModelHost(open_backend, unload_after=0.01)
        with pytest.raises(BackendError, match="no memory"):
            async with host.use():
                pass
        async with host.use() as backend:
            assert backend.traits.name == "scripted"
        await host.close()

    asyncio.run(run())


def test_runs_take_turns_at_a_backend_clip_by_clip() -> None:
    order: list[str] = []

    class Busy(Scripted):
        def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
            for _ in clips:
                order.append(str(hints.prompt))
                time.sleep(0.01)
                yield Recognition("ok", "x")

    shared, start = SharedBackend(Busy()), threading.Barrier(2)

    def run(name: str) -> None:
        start.wait(PATIENCE)
        assert len(list(shared.transcribe([tone(1)] * 10, Hints(prompt=name)))) == 10

    threads = [threading.Thread(target=run, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    changes = sum(one != other for one, other in pairwise(order))
    assert len(order) == 20
    assert changes >= 15


def test_work_that_is_cancelled_ends_before_its_caller() -> None:
    ended = threading.Event()

    def work(stopped: threading.Event) -> None:
        stopped.wait(PATIENCE)
        time.sleep(0.05)
        ended.set()

    async def run() -> None:
        task = asyncio.ensure_future(run_in_own_thread(work))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    asyncio.run(run())
