"""Standard input and named pipes: bytes that arrive once, in order, and cannot be read again."""

from __future__ import annotations

import os
from typing import IO

_READ = 1 << 16
_LONGEST_HEAD = 1 << 26


def is_mp4_or_mov(head: bytes | bytearray) -> bool:
    """Return whether `head`, the first 8 bytes of a source, are those of an MP4 or MOV."""
    return bytes(head[4:8]) in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


class Pipe:
    """A source that can be read once. Its head, which is read to identify the source, is kept for the real reading."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._head = bytearray()
        self._position = 0
        self._consumed = False

    def read(self, size: int = _READ) -> bytes:
        """Return up to `size` bytes of the head, after those that the last call returned; none at the end."""
        if self._position == len(self._head):
            self._extend_head()
        data = bytes(self._head[self._position : self._position + size])
        self._position += len(data)
        return data

    def _extend_head(self) -> bool:
        """Return whether the head grew: False at the end of the source, or when the head gets too large."""
        data = os.read(self._descriptor, _READ) if len(self._head) < _LONGEST_HEAD else b""
        self._head += data
        return bool(data)

    def write_to(self, sink: IO[bytes]) -> None:
        """Write the whole source to `sink`, the head first."""
        self._consumed = True
        sink.write(self._head)
        self._head.clear()
        while data := os.read(self._descriptor, _READ):
            sink.write(data)
        sink.flush()

    @property
    def consumed(self) -> bool:
        """Whether the source was written to a sink, or is being written; that cannot be repeated."""
        return self._consumed

    def needs_seeking(self) -> bool:
        """Return whether this is an MP4 or MOV with its index after its media, which can only be read from a file.

        Reads the head up to the first of the two boxes, usually a few kilobytes.
        """
        while len(self._head) < 8 and self._extend_head():
            pass
        if not is_mp4_or_mov(self._head):
            return False
        while not (b"moov" in self._head or b"mdat" in self._head) and self._extend_head():
            pass
        index, media = self._head.find(b"moov"), self._head.find(b"mdat")
        return index < 0 or 0 <= media < index
