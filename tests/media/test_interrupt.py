"""Ctrl-C ends a run at any moment and leaves no partial result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from captioner.media.av_io import InterruptibleReader, reader_of
from tests.media.interrupting import TIMEOUT, interrupt, linux_only
from tests.media.media_factory import ffmpeg


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half an hour of audio, which no machine decodes in a second."""
    path = tmp_path_factory.mktemp("media") / "long.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1800", "-ar", "16000", path)
    return path


def start(source: Path | str, folder: Path, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start captioner in its own process group, as a shell does."""
    flags = ("--backend", "scripted", "--no-journal", "-q", "-o", str(folder / "captions.srt"))
    command = [sys.executable, "-m", "captioner", str(source), *flags]
    return subprocess.Popen(command, stdin=stdin, stderr=subprocess.PIPE, start_new_session=True)


to_all_or_one = pytest.mark.parametrize("send", [os.killpg, os.kill], ids=["group", "captioner alone"])


@linux_only
@to_all_or_one
def test_a_stalled_pipe_can_be_interrupted(send: Callable[[int, int], None], long_file: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb"), os.fdopen(writing, "wb", buffering=0) as pipe:
        running = start("-", tmp_path, reading)
        with long_file.open("rb") as file:
            pipe.write(file.read(777_777))
        assert interrupt(running, send, delay=1.0) == "captioner: interrupted"
    assert running.returncode == 130
    assert list(tmp_path.iterdir()) == []


@linux_only
def test_a_silent_pipe_can_be_interrupted(tmp_path: Path) -> None:
    """libav still waits for the beginning of a WAV whose first kilobyte never arrives."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb"), os.fdopen(writing, "wb", buffering=0) as pipe:
        pipe.write(b"RIFF\xff\xff\xff\x7fWAVE")
        running = start("-", tmp_path, reading)
        time.sleep(3)  # until it waits
        running.send_signal(signal.SIGINT)
        assert running.communicate(timeout=TIMEOUT)[1].decode().strip() == "captioner: interrupted"
    assert running.returncode == 130
    assert list(tmp_path.iterdir()) == []


@linux_only
@to_all_or_one
@pytest.mark.parametrize("delay", [0.0, 0.1, 0.7])
def test_a_file_can_be_interrupted(
    send: Callable[[int, int], None], delay: float, long_file: Path, tmp_path: Path
) -> None:
    running = start(long_file, tmp_path)
    assert interrupt(running, send, delay) == "captioner: interrupted"
    assert running.returncode == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), OSError("gone")])
@pytest.mark.parametrize("reads", [0, 2])
def test_an_error_inside_libav_is_raised_outside(error: BaseException, reads: int, long_file: Path) -> None:
    def read(size: int) -> bytes:
        if file.tell() >= reads * size:
            raise error
        return file.read(size)

    def demux() -> None:
        with reader_of(read) as reader, av.open(reader, "r") as container:
            for _ in container.demux(audio=0):
                reader.check()

    with long_file.open("rb") as file, pytest.raises(type(error)) as raised:
        demux()
    assert raised.value is error


def test_after_an_error_the_file_ends() -> None:
    calls = []

    def read(size: int) -> bytes:
        calls.append(size)
        raise KeyboardInterrupt

    reader = InterruptibleReader(read)
    assert [reader.read(10), reader.read(20)] == [b"", b""]
    assert calls == [10]
    with pytest.raises(KeyboardInterrupt):
        reader.check()
