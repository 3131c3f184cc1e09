"""Standard input and named pipes: bytes that come once, in order, and cannot be read again."""

from __future__ import annotations

import os
from typing import IO

_READ = 1 << 16
_LONGEST_HEAD = 1 << 26


class Pipe:
    """A source that flows. What is read of it to find out what it is, its head, is kept and poured out again."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._head = bytearray()
        self._poured = False

    def read(self, size: int = _READ) -> bytes:
        """Up to `size` more bytes of the head; none at the end, or when the head gets too long for the memory."""
        if len(self._head) >= _LONGEST_HEAD:
            return b""
        data = os.read(self._descriptor, min(size, _READ))
        self._head += data
        return data

    def pour(self, sink: IO[bytes]) -> None:
        """Write all of it into `sink`."""
        self._poured = True
        sink.write(self._head)
        self._head.clear()
        while data := os.read(self._descriptor, _READ):
            sink.write(data)
        sink.flush()

    @property
    def poured(self) -> bool:
        """Whether it has been, or is being, poured out: there is no second time."""
        return self._poured

    def needs_a_file(self) -> bool:
        """Whether this is an MP4 or a MOV whose index lies behind its media, so that only a file can be read.

        Reads the head up to the first of the two boxes, which is a matter of a few kilobytes.
        """
        while len(self._head) < 8 and self.read():
            pass
        if bytes(self._head[4:8]) not in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
            return False
        while not (b"moov" in self._head or b"mdat" in self._head) and self.read():
            pass
        index, media = self._head.find(b"moov"), self._head.find(b"mdat")
        return index < 0 or 0 <= media < index
