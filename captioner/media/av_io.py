"""A file object for PyAV that loses no interrupt.

PyAV calls back from C and drops every error that is not an `Exception`. Without this reader, Ctrl-C would be printed
and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager


class InterruptibleReader:
    """A file object for PyAV. An error raised while it reads is stored, and PyAV sees the end of the file."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._error: BaseException | None = None
        self._chunks = self._serve(read)
        next(self._chunks)
        # Python raises KeyboardInterrupt where Python code is entered. In a function that is before its first `try`,
        # but a generator is entered inside its `try`.
        self.read = self._chunks.send

    def _serve(self, read: Callable[[int], bytes]) -> Generator[bytes, int, None]:
        data = b""
        while True:
            try:
                size = yield data
                data = b"" if self._error else read(size)
            except GeneratorExit:
                return
            except BaseException as error:
                self._error, data = error, b""

    def check(self) -> None:
        """Raise the stored error, once."""
        error, self._error = self._error, None
        if error:
            raise error

    def close(self) -> None:
        """Stop reading."""
        self._chunks.close()


@contextmanager
def reader_of(read: Callable[[int], bytes]) -> Iterator[InterruptibleReader]:
    """Return a file object for PyAV that calls `read`; an error raised in it is raised at the end of the block."""
    reader = InterruptibleReader(read)
    try:
        yield reader
    finally:
        reader.close()
        reader.check()
