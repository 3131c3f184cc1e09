"""Text files with a limit: `/dev/zero`, or a film by mistake, ends in a sentence and does not fill the memory."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import IO

VARIABLE = "CAPTIONER_MAX_TEXT_MB"
"""The environment variable that sets the limit."""

DEFAULT = "16"
"""Megabytes: a hundred hours of captions, a day of a transcript with word times. Reading takes 30 times the memory."""


def read_limited(path: str | Path) -> bytes:
    """Return all bytes of a file. Raises `OSError`, also for a file above the limit."""
    with Path(path).open("rb") as file:
        return read_stream(file)


def read_stream(stream: IO[bytes]) -> bytes:
    """Return all bytes of a stream. Raises `OSError` above the limit."""
    limit = _limit()
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it is longer than {limit / 1e6:g} MB, the limit that ${VARIABLE} sets")
    return data


def _limit() -> int:
    """Return the limit in bytes. Raises `OSError` for a variable that holds no number of megabytes."""
    value = os.environ.get(VARIABLE) or DEFAULT
    if value.isdecimal() and 0 < int(value) <= 1_000_000:
        return int(value) * 1_000_000
    raise OSError(errno.EINVAL, f"${VARIABLE} must be a whole number of megabytes, not {value!r}")
