"""Finds ffmpeg and runs it. The only place in captioner that starts another program."""

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

VARIABLE = "CAPTIONER_FFMPEG"
"""The environment variable that names the ffmpeg to use."""

_COMPLAINTS_KEPT = 100
_PIPE = 1 << 20  # bytes that may wait in one: as many as Linux gives to everybody


class InputFeed(Protocol):
    """Bytes for the standard input of a program."""

    def write_to(self, sink: IO[bytes]) -> None:
        """Write all of it into `sink`, as fast as `sink` takes it."""
        ...


@dataclass(frozen=True)
class FfmpegProcess:
    """A running ffmpeg: what it writes, and the last that it complained about."""

    output: IO[bytes]
    messages: deque[str]
    _process: subprocess.Popen[bytes]
    _listener: Thread

    def wait(self) -> int:
        """Wait until ffmpeg has ended, its output having been read to the end, and has said everything. Exit status."""
        status = self._process.wait()
        self._listener.join()
        return status

    def stop(self) -> None:
        """End it now, which ends its output too; from any thread, and when it has ended already."""
        self._process.kill()

    def last_message(self) -> str:
        """The last complaint of an ffmpeg that gave no sound, without the address in memory of who made it."""
        silent = f"ffmpeg gave no sound and ended with status {self._process.returncode}"
        last = self.messages[-1] if self.messages else silent
        return re.sub(r"^(\[[^]]*\] )+", "", last)


def find_ffmpeg() -> str:
    """The ffmpeg to run: what `$CAPTIONER_FFMPEG` names, else the one on the PATH, else imageio-ffmpeg's.

    Raises `FfmpegNotFound`; also where the variable names a program that is not there, since it was meant.
    """
    if named := os.environ.get(VARIABLE):
        if found := shutil.which(named):
            return found
        raise FfmpegNotFound(f"${VARIABLE} names {named}, which is no program here")
    return shutil.which("ffmpeg") or _bundled_ffmpeg()


def _bundled_ffmpeg() -> str:
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise FfmpegNotFound(f"${VARIABLE} is not set, none is on the PATH, none comes with imageio-ffmpeg") from error


def ffmpeg_version(program: str | None = None) -> str:
    """What `ffmpeg -version` calls itself, as in `5.1.9-0+deb12u1`. Raises `FfmpegNotFound` where it does not start."""
    program = program or find_ffmpeg()
    try:
        shown = subprocess.run([program, "-version"], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise FfmpegNotFound(f"{program} does not run: {error}") from error
    words = shown.stdout.decode(errors="replace").split()
    return words[2] if words[:2] == ["ffmpeg", "version"] else "unknown"


def run_ffmpeg(arguments: Sequence[str], folder: Path | None = None) -> tuple[int, list[str]]:
    """Run ffmpeg to its end for what it says: its exit status and every line. Raises `FfmpegNotFound`."""
    command = [_from_anywhere(find_ffmpeg()), *arguments]
    try:
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=folder, check=False)
    except OSError as error:
        raise FfmpegNotFound(f"{command[0]} does not start: {error.strerror}") from error
    return ran.returncode, ran.stderr.decode(errors="replace").splitlines()


def _from_anywhere(program: str) -> str:
    """The same program for who works in another folder."""
    return str(Path(program).absolute())


@contextmanager
def ffmpeg_process(
    arguments: Sequence[str], feed: InputFeed | None = None, folder: Path | None = None
) -> Iterator[FfmpegProcess]:
    """ffmpeg at work, its standard input fed or closed. However the block is left, nothing of it stays behind.

    `folder` is where relative names lie. Raises `FfmpegNotFound`.
    """
    process = _start([_from_anywhere(find_ffmpeg()), *arguments], fed=feed is not None, folder=folder)
    assert process.stdout
    assert process.stderr
    complaints: deque[str] = deque(maxlen=_COMPLAINTS_KEPT)
    listener = Thread(target=_listen, args=(process.stderr, complaints), daemon=True)
    listener.start()
    if feed:
        # It may wait for a live pipe that has nothing to say, so nobody waits for it: a daemon.
        Thread(target=_pour, args=(feed, process.stdin), daemon=True).start()
    try:
        yield FfmpegProcess(process.stdout, complaints, process, listener)
    finally:
        process.kill()
        process.wait()
        listener.join()
        process.stdout.close()


def _start(command: Sequence[str], *, fed: bool, folder: Path | None) -> subprocess.Popen[bytes]:
    """Its output is read unbuffered: blocks are large, and what is there should not wait for what comes."""
    stdin, pipe = subprocess.PIPE if fed else subprocess.DEVNULL, subprocess.PIPE
    try:
        process = subprocess.Popen(command, stdin=stdin, stdout=pipe, stderr=pipe, bufsize=0, cwd=folder)
    except OSError as error:
        raise FfmpegNotFound(f"{command[0]} does not start: {error.strerror}") from error
    assert process.stdout
    _widen(process.stdout)
    return process


def _widen(pipe: IO[bytes]) -> None:
    """Let 16 s of sound wait in a pipe instead of one, where the system can do that, so that its two ends work side by
    side.
    """
    if sys.platform == "linux":
        from fcntl import F_SETPIPE_SZ, fcntl

        with suppress(OSError):  # who has many pipes open is given no more
            fcntl(pipe, F_SETPIPE_SZ, _PIPE)


def _pour(feed: InputFeed, sink: IO[bytes]) -> None:
    """Feed a program until there is no more, or until it has had enough."""
    with suppress(BrokenPipeError), sink:
        feed.write_to(sink)


def _listen(stream: IO[bytes], complaints: deque[str]) -> None:
    with stream:
        for line in stream:
            complaints.append(line.decode(errors="replace").strip())
