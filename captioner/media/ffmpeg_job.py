"""Files made by ffmpeg: progress, the reason of a failure, and a result that is written atomically."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from captioner.atomic_file import atomic_write, scratch_folder
from captioner.errors import FfmpegFailed, OutputNotWritten
from captioner.media.ffmpeg import FfmpegProcess, ffmpeg_process, run_ffmpeg
from captioner.media.tracks import Media
from captioner.media.truncation import damage_warning

JobFiles = Mapping[str, bytes]
"""Files for ffmpeg's working folder, by relative name: such names need no escapes in the arguments of a filter."""

_QUIET = ("-nostdin", "-hide_banner", "-v", "error", "-nostats", "-y")

# Lines that end every failure, after the line with the reason.
_CONSEQUENCE = re.compile(
    r"^(Conversion failed|Error (initializing|opening output|opening input file|while opening encoder|sending frames|"
    r"processing|selecting|reinitializing|submitting a packet to the muxer|muxing a packet)|Terminating thread|"
    r"Task finished|Nothing was written|Could not open encoder|Failed to set value)"
)
_COMPONENT = re.compile(r"^(\[[^]]*\] ?)+")
_FAILURE = re.compile(r"error|fail|invalid|unable|no such|not found", re.IGNORECASE)

# Messages of a muxer that could not finish; ffmpeg 5 ends with status 0 even then.
_UNFINISHED = re.compile(r"Error writing trailer|Unable to re-open .* output file")

# Reasons of the file system: the disk is full, the file is too large, a quota is used up, the disk is read-only.
_FULL = tuple(
    reason
    for number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS)
    if not (reason := os.strerror(number)).startswith("Unknown")  # as Windows says of a quota
)


def _ignore(seconds: float) -> None:
    """Drop a progress report."""


def input_arguments(media: Media) -> list[str]:
    """Return ffmpeg's arguments for a source as its first input, on the player's clock, from any working folder."""
    source = media.input
    url = f"file:{source.path.absolute()}" if source.path else source.url
    options = [word for name, value in source.options.items() for word in (f"-{name}", value)]
    # Versions of ffmpeg differ in the zero of their clock, so -copyts and an offset set it.
    return ["-copyts", *options, "-itsoffset", f"{-media.start_time:.6f}", "-i", url]


def run_job(
    arguments: Sequence[str],
    target: Path,
    *,
    files: JobFiles | None = None,
    progress: Callable[[float], object] = _ignore,
) -> str | None:
    """Have ffmpeg write `target`; return a warning about the source, or None.

    `arguments` are all but the name of the result, so they name its container. `progress` gets the second up to which
    the result is written. Raises `OutputNotWritten`, `FfmpegFailed`, `FfmpegNotFound`.
    """
    if target.exists() and not target.is_file():
        raise OutputNotWritten(str(target), "exists and is not a file")
    try:
        with atomic_write(target) as unfinished, working_folder(files or {}) as folder:
            # ffmpeg reports corrupt packets as warnings only.
            reporting = ("-v", "level+warning", "-progress", "pipe:1")
            with ffmpeg_process([*_QUIET, *reporting, *arguments, f"file:{unfinished}"], folder=folder) as process:
                for seconds in _progress(process):
                    progress(seconds)
                _check_success(process, target)
            if not unfinished.stat().st_size:
                raise FfmpegFailed("it wrote nothing")
            return damage_warning(process.messages)
    except OSError as error:
        raise OutputNotWritten(str(target), (error.strerror or str(error)).lower()) from error


def trial_failure(arguments: Sequence[str], *, files: JobFiles | None = None) -> str | None:
    """Run ffmpeg as a trial; return the reason why it fails with these arguments, or None. Raises `FfmpegNotFound`."""
    with working_folder(files or {}) as folder:
        status, lines = run_ffmpeg([*_QUIET, *arguments], folder)
    return failure_reason(lines, status) if status else None


def ffmpeg_log(arguments: Sequence[str], *, files: JobFiles | None = None) -> list[str]:
    """Run ffmpeg and return the lines of its log. Raises `FfmpegFailed`, `FfmpegNotFound`."""
    with working_folder(files or {}) as folder:
        status, lines = run_ffmpeg([*_QUIET, "-v", "info", *arguments], folder)
    if status:
        raise FfmpegFailed(failure_reason([line for line in lines if _FAILURE.search(line)] or lines[-1:], status))
    return lines


@contextmanager
def working_folder(files: JobFiles) -> Iterator[Path]:
    """Create a temporary folder with `files` in it, for the length of the block."""
    with scratch_folder() as folder:
        for relative, data in files.items():
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            (folder / relative).write_bytes(data)
        yield folder


def _progress(process: FfmpegProcess) -> Iterator[float]:
    """Yield the second up to which the result is written, each time that ffmpeg reports it."""
    for line in process.output:
        name, _, value = line.decode(errors="replace").strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            yield max(0.0, int(value) / 1_000_000)


def _check_success(process: FfmpegProcess, target: Path) -> None:
    status = process.wait()
    if full := next((reason for reason in _FULL for line in process.messages if reason in line), None):
        raise OutputNotWritten(str(target), full.lower())
    if status or any(_UNFINISHED.search(line) for line in process.messages):
        raise FfmpegFailed(failure_reason(process.messages, status))


def failure_reason(messages: Iterable[str], status: int) -> str:
    """Return the one message that gives the reason why ffmpeg failed, without the component that wrote it.

    >>> failure_reason(["[libx264 @ 0x1] width not divisible by 2 (3x3)", "Error initializing output stream", "x"], 1)
    'width not divisible by 2 (3x3)'
    """
    lines = [_COMPONENT.sub("", line).strip() for line in messages if "[warning]" not in line]
    reasons = [line for line in lines if line and not _CONSEQUENCE.match(line)]
    return next(iter(reasons or lines), f"it ended with status {status} and no message").rstrip(".")
