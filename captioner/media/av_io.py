"""Reading for PyAV without losing an interrupt.

PyAV calls back from C, where it lets go of whatever is not an `Exception`: Ctrl-C would be printed and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager


class InterruptibleReader:
    """A file as PyAV takes it. What is raised while it reads is kept, and to PyAV that is the end of the file."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._raised: BaseException | None = None
        self._answers = self._answer(read)
        next(self._answers)
        # A signal is noticed where Python code is entered: in a function before its first `try`, but a generator goes
        # on inside of it.
        self.read = self._answers.send

    def _answer(self, read: Callable[[int], bytes]) -> Generator[bytes, int, None]:
        data = b""
        while True:
            try:
                size = yield data
                data = b"" if self._raised else read(size)
            except GeneratorExit:
                return
            except BaseException as error:
                self._raised, data = error, b""

    def check(self) -> None:
        """Raise what was raised while PyAV read, once."""
        raised, self._raised = self._raised, None
        if raised:
            raise raised

    def close(self) -> None:
        """Read no more."""
        self._answers.close()


@contextmanager
def reader_of(read: Callable[[int], bytes]) -> Iterator[InterruptibleReader]:
    """For PyAV, a reader that reads by `read`; what was raised while it did is raised at the end of the block."""
    reader = InterruptibleReader(read)
    try:
        yield reader
    finally:
        reader.close()
        reader.check()
