"""Standard input and named pipes: bytes that come once, in order, and cannot be read again."""

from __future__ import annotations

import os
from typing import IO

_READ = 1 << 16
_LONGEST_HEAD = 1 << 26


def is_mp4_or_mov(head: bytes | bytearray) -> bool:
    """Whether `head`, the first 8 bytes of a source, are those of an MP4 or MOV."""
    return bytes(head[4:8]) in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


class Pipe:
    """A source that flows. What is read of it to find out what it is, its head, is kept and poured out again."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._head = bytearray()
        self._position = 0
        self._poured = False

    def read(self, size: int = _READ) -> bytes:
        """Up to `size` bytes of the head, from where the last reading ended; none at the end."""
        if self._position == len(self._head):
            self._lengthen()
        data = bytes(self._head[self._position : self._position + size])
        self._position += len(data)
        return data

    def _lengthen(self) -> bool:
        """Whether the head got longer: not at the end, and not when it gets too long for the memory."""
        data = os.read(self._descriptor, _READ) if len(self._head) < _LONGEST_HEAD else b""
        self._head += data
        return bool(data)

    def write_to(self, sink: IO[bytes]) -> None:
        """Write all of it into `sink`."""
        self._poured = True
        sink.write(self._head)
        self._head.clear()
        while data := os.read(self._descriptor, _READ):
            sink.write(data)
        sink.flush()

    @property
    def consumed(self) -> bool:
        """Whether it has been, or is being, poured out: there is no second time."""
        return self._poured

    def needs_seeking(self) -> bool:
        """Whether this is an MP4 or a MOV whose index lies behind its media, so that only a file can be read.

        Reads the head up to the first of the two boxes, which is a matter of a few kilobytes.
        """
        while len(self._head) < 8 and self._lengthen():
            pass
        if not is_mp4_or_mov(self._head):
            return False
        while not (b"moov" in self._head or b"mdat" in self._head) and self._lengthen():
            pass
        index, media = self._head.find(b"moov"), self._head.find(b"mdat")
        return index < 0 or 0 <= media < index
