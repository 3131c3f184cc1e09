"""ffmpeg as the maker of a file: how far it is, why it fails where it does, and a result that is whole or not there."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from captioner.atomic_file import atomic_write
from captioner.errors import FfmpegFailed, OutputNotWritten
from captioner.media.ffmpeg import FfmpegProcess, ffmpeg_process, run_ffmpeg
from captioner.media.tracks import Media
from captioner.media.truncation import damage_warning

JobFiles = Mapping[str, bytes]
"""What ffmpeg finds where it works, by relative names: nothing there needs escapes in the arguments of a filter."""

_QUIETLY = ("-nostdin", "-hide_banner", "-v", "error", "-nostats", "-y")

# What every failure ends with, after the line that says why.
_ECHO = re.compile(
    r"^(Conversion failed|Error (initializing|opening output|opening input file|while opening encoder|sending frames|"
    r"processing|selecting|reinitializing|submitting a packet to the muxer|muxing a packet)|Terminating thread|"
    r"Task finished|Nothing was written|Could not open encoder|Failed to set value)"
)
_WHO_SAYS_IT = re.compile(r"^(\[[^]]*\] ?)+")

# Said by a muxer that could not finish; ffmpeg 5 ends with status 0 even so.
_UNFINISHED = re.compile(r"Error writing trailer|Unable to re-open .* output file")

# The disk, or who looks after it, has had enough.
_FULL = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS))


def _ignore(seconds: float) -> None:
    """Nobody watches."""


def input_arguments(media: Media) -> list[str]:
    """ffmpeg's arguments for a source as its first input, wherever ffmpeg works, on the player's clock."""
    opened = media.input
    url = f"file:{opened.path.absolute()}" if opened.path else opened.url
    options = [word for name, value in opened.options.items() for word in (f"-{name}", value)]
    # Versions of ffmpeg do not agree on what they count from, so they are told to count from nothing.
    return ["-copyts", *options, "-itsoffset", f"{-media.start_time:.6f}", "-i", url]


def run_job(
    arguments: Sequence[str],
    target: Path,
    *,
    files: JobFiles | None = None,
    progress: Callable[[float], object] = _ignore,
) -> str | None:
    """Have ffmpeg make `target`; its `arguments` are all but the name of the result, so they name its container.

    `watch` is told the second up to which it is made. Returns what is wrong with the source all the same, None where
    nothing is. Raises `OutputNotWritten`, `FfmpegFailed`, `FfmpegNotFound`.
    """
    if target.exists() and not target.is_file():
        raise OutputNotWritten(str(target), "is there and is no file")
    try:
        with atomic_write(target) as unfinished, working_folder(files or {}) as folder:
            # What is corrupt is a mere warning to it.
            told = ("-v", "level+warning", "-progress", "pipe:1")
            words = [*_QUIETLY, *told, *arguments, f"file:{unfinished}"]
            with ffmpeg_process(words, folder=folder) as work:
                for seconds in _progress(work):
                    progress(seconds)
                _judge(work, target)
            if not unfinished.stat().st_size:
                raise FfmpegFailed("it found nothing to write")
            return damage_warning(work.messages)
    except OSError as error:
        raise OutputNotWritten(str(target), (error.strerror or str(error)).lower()) from error


def trial_failure(arguments: Sequence[str], *, files: JobFiles | None = None) -> str | None:
    """Why ffmpeg fails with these arguments, None where it does not. Raises `FfmpegNotFound`."""
    with working_folder(files or {}) as folder:
        status, lines = run_ffmpeg([*_QUIETLY, *arguments], folder)
    return failure_reason(lines, status) if status else None


def ffmpeg_log(arguments: Sequence[str], *, files: JobFiles | None = None) -> list[str]:
    """What ffmpeg says of its work. Raises `FfmpegFailed`, `FfmpegNotFound`."""
    with working_folder(files or {}) as folder:
        status, lines = run_ffmpeg([*_QUIETLY, "-v", "info", *arguments], folder)
    if status:
        raise FfmpegFailed(failure_reason([line for line in lines if _FAILURE.search(line)] or lines[-1:], status))
    return lines


_FAILURE = re.compile(r"error|fail|invalid|unable|no such|not found", re.IGNORECASE)


@contextmanager
def working_folder(files: JobFiles) -> Iterator[Path]:
    """A folder for the length of a block, with `files` in it."""
    with tempfile.TemporaryDirectory(prefix="captioner-") as name:
        folder = Path(name)
        for relative, data in files.items():
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            (folder / relative).write_bytes(data)
        yield folder


def _progress(work: FfmpegProcess) -> Iterator[float]:
    """The second up to which the result is made, whenever ffmpeg tells."""
    for line in work.output:
        name, _, value = line.decode(errors="replace").strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            yield max(0.0, int(value) / 1_000_000)


def _judge(work: FfmpegProcess, target: Path) -> None:
    status = work.wait()
    if full := next((reason for reason in _FULL for line in work.messages if reason in line), None):
        raise OutputNotWritten(str(target), full.lower())
    if status or any(_UNFINISHED.search(line) for line in work.messages):
        raise FfmpegFailed(failure_reason(work.messages, status))


def failure_reason(complaints: Iterable[str], status: int) -> str:
    """The one line of many that says why ffmpeg failed, without the address in memory of who said it.

    >>> why(["[libx264 @ 0x1] width not divisible by 2 (3x3)", "Error initializing output stream 0:0", "x"], 1)
    'width not divisible by 2 (3x3)'
    """
    lines = [_WHO_SAYS_IT.sub("", line).strip() for line in complaints if "[warning]" not in line]
    telling = [line for line in lines if line and not _ECHO.match(line)]
    return next(iter(telling or lines), f"it ended with status {status} and said nothing").rstrip(".")
