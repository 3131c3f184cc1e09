"""Probing a large file in a process of its own.

libav reads the whole index of a film when it opens it: 80 MB for five hours of MP4. Nobody needs it after the probe,
but what a process once held counts for its peak, and is seldom given back. So a child holds it, and goes.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

from captioner.errors import MediaError, MediaNotReadable
from captioner.media.source import MediaSource
from captioner.media.tracks import Media

LARGE_FILE = 100 * 2**20
"""Bytes: below it the index is small, and a child's start would be the greater cost."""

_CHILD = """
import pickle, sys
from captioner.errors import MediaError
from captioner.media.probe import probe
try:
    answer = probe(pickle.load(sys.stdin.buffer))
except MediaError as error:
    answer = error
pickle.dump(answer, sys.stdout.buffer)
"""


def is_large_file(source: MediaSource) -> bool:
    """Whether a file is so large that its index may be."""
    return source.path is not None and bool(sys.executable) and source.path.stat().st_size >= LARGE_FILE


def probe_in_subprocess(source: MediaSource) -> Media:
    """What `source`, a file, holds. Raises `MediaNotReadable` as `probe` does."""
    # -P: whatever lies in the current folder is none of the child's modules; it finds what its parent finds.
    command = [sys.executable, "-P", "-c", _CHILD]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    child = subprocess.run(command, input=pickle.dumps(source), env=environment, capture_output=True, check=False)
    try:
        answer = pickle.loads(child.stdout)
    except (EOFError, pickle.UnpicklingError) as error:
        raise MediaNotReadable(source.name, "cannot be read: its index breaks the reader") from error
    if isinstance(answer, MediaError):
        raise answer
    assert isinstance(answer, Media)
    return answer
