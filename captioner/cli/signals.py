"""SIGTERM and SIGHUP end a run as Ctrl-C does: ffmpeg is stopped, and no half-written file remains."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class RunEnded(BaseException):
    """The run is ended by a signal. Like KeyboardInterrupt, it passes through code that handles any `Exception`."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.name = signal.Signals(number).name
        self.exit_code = 128 + number


def ending_signals() -> list[signal.Signals]:
    """Return the signals that ask a run to end, without those that its parent ignores for it, as nohup does."""
    known = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    return [number for number in known if signal.getsignal(number) != signal.SIG_IGN]


@contextmanager
def clean_end_on_signals() -> Iterator[None]:
    """Raise `RunEnded` at the first of these signals. Later ones are ignored while the run cleans up."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may handle signals
        return

    def end(number: int, frame: object) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise RunEnded(number)

    before = {number: signal.getsignal(number) for number in ending_signals()}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
