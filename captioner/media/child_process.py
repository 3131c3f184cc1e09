"""Child processes that end with captioner, also when it is killed and cannot end them itself."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import cache

_PR_SET_PDEATHSIG = 1  # from linux/prctl.h


@cache
def end_with_parent() -> Callable[[], None] | None:
    """Return what `subprocess` calls in a new child (`preexec_fn`); None where the system has no such thing.

    Linux kills the child when the thread that started it ends. So that thread must outlive the child.
    """
    if sys.platform != "linux":
        return None
    import ctypes

    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:  # it died before the call
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange
