"""Text and file names beyond ASCII in every locale: LC_ALL=POSIX and PYTHONUTF8=0 leave Python only ASCII."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import TextIOWrapper


def ensure_utf8() -> None:
    """Start this program again in Python's UTF-8 mode where it has only ASCII; print escapes on other terminals."""
    if sys.getfilesystemencoding() == "ascii" and not sys.flags.utf8_mode and sys.executable:
        with suppress(OSError):
            os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.encoding.lower() not in ("utf-8", "utf8"):
        sys.stdout.reconfigure(errors="backslashreplace")
