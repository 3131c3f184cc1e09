"""The server as a whole: who may use it, and how work waits for its turn."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from captioner.backends import load_backend
from captioner.errors import UsageError
from captioner.server.running import address_parts, is_loopback
from captioner.server.work_queue import QueueFull, WorkQueue
from tests.server.serving import serving


def test_a_server_with_keys_refuses_requests_without_one(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path, api_keys=("one", "two")) as url:
        assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
        assert httpx.get(f"{url}/v1/models").status_code == 401
        assert httpx.get(f"{url}/v1/models", headers={"Authorization": "Bearer three"}).status_code == 401
        assert httpx.get(f"{url}/none", headers={"Authorization": "Bearer two"}).status_code == 404


def test_pages_and_names_of_other_sites_are_refused(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path) as url:
        assert httpx.get(f"{url}/healthz", headers={"Origin": "http://evil.example"}).status_code == 403
        assert httpx.get(f"{url}/healthz", headers={"Host": "evil.example"}).status_code == 421
        assert httpx.get(f"{url}/healthz", headers={"Origin": url}).status_code == 200


def test_clients_take_turns() -> None:
    async def order() -> list[str]:
        queue, served = WorkQueue(1, 60), []

        async def work(client: str) -> None:
            async with queue.slot(client):
                served.append(client)

        async with queue.slot("first"):
            tasks = [asyncio.ensure_future(work(client)) for client in ("a", "a", "a", "b", "c")]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        return served

    assert asyncio.run(order()) == ["a", "b", "c", "a", "a"]


def test_a_request_that_waits_too_long_is_refused_and_the_slot_stays_usable() -> None:
    async def run() -> None:
        queue = WorkQueue(1, 0.01)
        async with queue.slot("a"):
            with pytest.raises(QueueFull):
                async with queue.slot("b"):
                    pass
        async with queue.slot("b"):
            assert queue.waiting == 0

    asyncio.run(run())


def test_addresses() -> None:
    assert address_parts("80") == ("127.0.0.1", 80)
    assert address_parts("[::1]:0") == ("::1", 0)
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    with pytest.raises(UsageError):
        address_parts("host")
