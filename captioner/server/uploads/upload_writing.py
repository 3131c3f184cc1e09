"""Writes the bytes of a request to an upload as they come."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import ClientDisconnect, Request

from captioner.server.disk_room import check_room

BUFFERED = 1 << 20
"""Bytes that wait to be written at once."""

REST = 0.05
"""Seconds in which bytes come that had arrived before the request was stopped."""

LONGEST_REST = 1.0
"""Seconds for all such bytes: the other connection may be alive."""

ALGORITHMS = ("sha1", "sha256", "md5")
"""The checksums of tus that are known; `sha1` must be."""


class ChecksumMismatch(Exception):
    """The bytes of a request do not have the checksum that came with them; none of them is kept."""


@dataclass(frozen=True)
class Checksum:
    """The checksum that a request says its bytes have."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True)
class UploadTarget:
    """The file of an upload, to which bytes are appended."""

    path: Path

    offset: int
    """Bytes that are there."""

    length: int
    """Bytes of the whole file."""

    smallest_free: int
    """Bytes of the disk that stay free."""


async def write_body(request: Request, target: UploadTarget, checksum: Checksum | None, stop: asyncio.Event) -> None:
    """Append the body of a request to a file.

    Where the connection ends, or `stop` is set, the bytes so far are kept, unless a checksum covers them. Raises
    `ChecksumMismatch`, `RequestRefused` where the disk is nearly full, `OSError`.
    """
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    complete = False
    try:
        file = await asyncio.to_thread(target.path.open, "r+b", 0)
        try:
            await asyncio.to_thread(_go_to, file, target.offset)
            complete = await _copy(request, file, target, digest, stop)
            await asyncio.to_thread(os.fsync, file.fileno())
        finally:
            await asyncio.to_thread(file.close)
        if complete and checksum and digest and digest.digest() != checksum.digest:
            complete = False
            raise ChecksumMismatch
    finally:
        if checksum and not complete:
            await asyncio.to_thread(os.truncate, target.path, target.offset)


def _go_to(file: Any, offset: int) -> None:
    file.seek(offset)
    file.truncate()


async def _copy(request: Request, file: Any, target: UploadTarget, digest: Any, stop: asyncio.Event) -> bool:
    """Copy the body, up to the length of the file; return whether all of it came."""
    waiting, room = bytearray(), target.length - target.offset

    def write(data: bytes) -> None:
        check_room(target.path.parent, target.smallest_free)
        if digest:
            digest.update(data)
        view = memoryview(data)
        while view:  # an unbuffered file may take less
            view = view[file.write(view) :]

    complete = False
    try:
        async for chunk in _until(request.stream(), stop):
            waiting += chunk[: room - len(waiting)] if len(chunk) > room - len(waiting) else chunk
            if len(waiting) >= min(BUFFERED, room):
                await asyncio.to_thread(write, bytes(waiting))
                room -= len(waiting)
                waiting.clear()
            if not room:
                break
        complete = not stop.is_set()
    except ClientDisconnect:
        pass
    finally:
        if waiting:
            await asyncio.to_thread(write, bytes(waiting))
    return complete


async def _until(chunks: AsyncIterator[bytes], stop: asyncio.Event) -> AsyncIterator[bytes]:
    """Yield chunks until `stop` is set, and then those that have arrived by then."""
    stopped = asyncio.ensure_future(stop.wait())
    deadline: float | None = None
    try:
        while deadline is None or time.monotonic() < deadline:
            following = asyncio.ensure_future(anext(chunks))
            await asyncio.wait((following, stopped), return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                deadline = deadline or time.monotonic() + LONGEST_REST
                await asyncio.wait((following,), timeout=REST)
            if not following.done():
                following.cancel()
                with suppress(asyncio.CancelledError, StopAsyncIteration, ClientDisconnect):
                    await following
                return
            try:
                yield following.result()
            except StopAsyncIteration:
                return
    finally:
        stopped.cancel()
