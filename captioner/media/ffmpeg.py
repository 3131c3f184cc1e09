"""Finding ffmpeg and running it. With probe_subprocess.py, the only place where captioner starts another program."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, Protocol

from captioner.errors import FfmpegNotFound
from captioner.media.child_process import end_with_parent

VARIABLE = "CAPTIONER_FFMPEG"
"""The environment variable that names the ffmpeg to use."""

_MESSAGES_KEPT = 100
_PIPE_SIZE = 1 << 20  # bytes: the most that Linux gives every user for one pipe


class InputFeed(Protocol):
    """Bytes for the standard input of a program."""

    def write_to(self, sink: IO[bytes]) -> None:
        """Write all bytes to `sink`, as fast as `sink` accepts them."""
        ...


@dataclass(frozen=True)
class FfmpegProcess:
    """A running ffmpeg."""

    output: IO[bytes]
    """Its standard output."""

    messages: deque[str]
    """The last lines of its standard error."""

    _process: subprocess.Popen[bytes]
    _log_reader: Thread

    def wait(self) -> int:
        """Wait until ffmpeg has ended and all its messages are read; return its exit status.

        Its output must have been read to the end.
        """
        status = self._process.wait()
        self._log_reader.join()
        return status

    def stop(self) -> None:
        """End ffmpeg now, and with it its output. Any thread may call this, also after ffmpeg has ended."""
        self._process.kill()

    def last_message(self) -> str:
        """Return the last message of an ffmpeg that decoded nothing, without the name of the part that wrote it."""
        silent = f"ffmpeg decoded no audio and ended with status {self._process.returncode}"
        last = self.messages[-1] if self.messages else silent
        return re.sub(r"^(\[[^]]*\] )+", "", last)


def find_ffmpeg() -> str:
    """Return the ffmpeg to run: the one in `$CAPTIONER_FFMPEG`, else the one on the PATH, else imageio-ffmpeg's.

    Raises `FfmpegNotFound`, also if the variable names a program that does not exist.
    """
    if named := os.environ.get(VARIABLE):
        if program := shutil.which(named):
            return program
        raise FfmpegNotFound(f"${VARIABLE} names {named}, which is not a program on this machine")
    return shutil.which("ffmpeg") or _bundled_ffmpeg()


def _bundled_ffmpeg() -> str:
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise FfmpegNotFound(f"${VARIABLE} is not set, none is on the PATH, none comes with imageio-ffmpeg") from error


def ffmpeg_version(program: str | None = None) -> str:
    """Return the version that `ffmpeg -version` prints, as in `5.1.9-0+deb12u1`. Raises `FfmpegNotFound`."""
    program = program or find_ffmpeg()
    try:
        shown = subprocess.run([program, "-version"], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise FfmpegNotFound(f"{program} does not run: {error}") from error
    words = shown.stdout.decode(errors="replace").split()
    return words[2] if words[:2] == ["ffmpeg", "version"] else "unknown"


def run_ffmpeg(arguments: Sequence[str], folder: Path | None = None) -> tuple[int, list[str]]:
    """Run ffmpeg to its end; return its exit status and the lines of its log. Raises `FfmpegNotFound`.

    `folder` is the working folder.
    """
    command = [_absolute(find_ffmpeg()), *arguments]
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=folder,
            check=False,
            preexec_fn=end_with_parent(),
        )
    except OSError as error:
        raise FfmpegNotFound(f"{command[0]} does not start: {error.strerror}") from error
    return ran.returncode, ran.stderr.decode(errors="replace").splitlines()


def _absolute(program: str) -> str:
    """Return the program's absolute path, since it may run in another working folder."""
    return str(Path(program).absolute())


@contextmanager
def ffmpeg_process(
    arguments: Sequence[str], feed: InputFeed | None = None, folder: Path | None = None
) -> Iterator[FfmpegProcess]:
    """Run ffmpeg inside the block, with `feed` as its standard input; it has ended when the block is left.

    `folder` is the working folder. Raises `FfmpegNotFound`.
    """
    process = _start([_absolute(find_ffmpeg()), *arguments], fed=feed is not None, folder=folder)
    assert process.stdout
    assert process.stderr
    messages: deque[str] = deque(maxlen=_MESSAGES_KEPT)
    log_reader = Thread(target=_read_log, args=(process.stderr, messages), daemon=True)
    log_reader.start()
    if feed:
        # A daemon, and never joined: it may wait for a live pipe on which nothing arrives.
        Thread(target=_write_feed, args=(feed, process.stdin), daemon=True).start()
    try:
        yield FfmpegProcess(process.stdout, messages, process, log_reader)
    finally:
        process.kill()
        process.wait()
        log_reader.join()
        process.stdout.close()


def _start(command: Sequence[str], *, fed: bool, folder: Path | None) -> subprocess.Popen[bytes]:
    """Start ffmpeg. Its output is unbuffered: blocks are large, and available bytes should not wait for later ones."""
    stdin, pipe = subprocess.PIPE if fed else subprocess.DEVNULL, subprocess.PIPE
    try:
        process = subprocess.Popen(
            command, stdin=stdin, stdout=pipe, stderr=pipe, bufsize=0, cwd=folder, preexec_fn=end_with_parent()
        )
    except OSError as error:
        raise FfmpegNotFound(f"{command[0]} does not start: {error.strerror}") from error
    assert process.stdout
    _enlarge(process.stdout)
    return process


def _enlarge(pipe: IO[bytes]) -> None:
    """Let a pipe hold 16 s of audio instead of 1 s, on Linux, so that both its ends work at the same time."""
    if sys.platform == "linux":
        from fcntl import F_SETPIPE_SZ, fcntl

        with suppress(OSError):  # Linux refuses a user with many pipes
            fcntl(pipe, F_SETPIPE_SZ, _PIPE_SIZE)


def _write_feed(feed: InputFeed, sink: IO[bytes]) -> None:
    """Feed a program until the feed ends or the program closes its input."""
    with suppress(BrokenPipeError), sink:
        feed.write_to(sink)


def _read_log(stream: IO[bytes], messages: deque[str]) -> None:
    with stream:
        for line in stream:
            messages.append(line.decode(errors="replace").strip())
