"""Probing a large file in a child process.

libav reads the whole index of a film when it opens it: 80 MB for five hours of MP4. The index is not needed after the
probe, but its memory counts for the peak of the process and is rarely returned. So a child process holds it and ends.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

from captioner.errors import MediaError, MediaNotReadable
from captioner.media.child_process import end_with_parent
from captioner.media.source import MediaSource
from captioner.media.tracks import Media

LARGE_FILE = 100 * 2**20
"""Bytes: the index of a smaller file costs less than starting a child process."""

_CHILD = """
import pickle, sys
from captioner.errors import MediaError
from captioner.media.probe import probe
try:
    result = probe(pickle.load(sys.stdin.buffer))
except MediaError as error:
    result = error
pickle.dump(result, sys.stdout.buffer)
"""


def is_large_file(source: MediaSource) -> bool:
    """Return whether a source is a file so large that its index may be large too."""
    return source.path is not None and bool(sys.executable) and source.path.stat().st_size >= LARGE_FILE


def probe_in_subprocess(source: MediaSource) -> Media:
    """Return what `source`, a file, holds. Raises `MediaNotReadable` as `probe` does."""
    # With -P the child imports nothing from the current folder; it finds the modules that its parent finds.
    command = [sys.executable, "-P", "-c", _CHILD]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    child = subprocess.run(
        command,
        input=pickle.dumps(source),
        env=environment,
        capture_output=True,
        check=False,
        preexec_fn=end_with_parent(),
    )
    try:
        result = pickle.loads(child.stdout)
    except (EOFError, pickle.UnpicklingError) as error:
        raise MediaNotReadable(source.name, "cannot be read: libav crashed on its index") from error
    if isinstance(result, MediaError):
        raise result
    assert isinstance(result, Media)
    return result
