"""`captioner batch --watch` captions files that arrive, once they have stopped growing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from captioner.batch.batch_source import Source
from captioner.batch.watching import GrowingFiles, is_network_drive
from captioner.cli import main

MOUNTS = """/dev/vda / ext4 rw 0 0
server:/films /mnt/films nfs4 rw 0 0
//server/more /mnt/my\\040films cifs rw 0 0
tmpfs /mnt/films/scratch tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "polled"),
    [("/home", False), ("/mnt/films/2024", True), ("/mnt/my films", True), ("/mnt/films/scratch/x", False)],
)
def test_network_drives_are_polled(folder: str, polled: bool) -> None:
    assert is_network_drive(Path(folder), MOUNTS) is polled


def test_a_file_counts_when_it_has_stopped_growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    path = tmp_path / "a.wav"
    path.write_bytes(b"1")
    growing, sources = GrowingFiles(), [Source(str(path), "a.wav")]
    assert not growing.without(sources)
    assert growing
    now += 4
    path.write_bytes(b"12")
    assert not growing.without(sources)
    now += 4
    assert not growing.without(sources)
    now += 1
    assert growing.without(sources) == sources
    assert not growing


def test_what_was_there_before_counts_at_once_and_an_empty_file_never(tmp_path: Path) -> None:
    for name, data in (("old.wav", b"1"), ("empty.wav", b"")):
        (tmp_path / name).write_bytes(data)
        os.utime(tmp_path / name, (1, 1))
    sources = [Source(str(tmp_path / name), name) for name in ("old.wav", "empty.wav", "gone.wav")]
    assert GrowingFiles().without(sources) == sources[:1]


def test_a_file_that_vanishes_does_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"1")
    growing = GrowingFiles()
    growing.without([Source(str(path), "a.wav")])
    assert growing
    growing.without([])
    assert not growing


@pytest.mark.parametrize("words", [["--max-minutes", "1"], ["--backend", "nothing"]])
def test_flags_that_make_no_sense_are_said_at_once(tmp_path: Path, words: list[str]) -> None:
    assert main(["batch", str(tmp_path), "--watch", "--backend", "scripted", *words]) == 2


def test_a_file_that_changes_is_captioned_again_and_no_result_is_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()

    def put(name: str, seconds: int) -> None:
        Path("in", name).write_bytes(speech_file.read_bytes())
        os.utime(Path("in", name), (seconds, seconds))

    def arrivals(folders: Sequence[Path], growing: GrowingFiles) -> Iterator[None]:
        for name in ("a.flac", "a.flac", "a.wav"):
            put(name, next(times))
            yield

    times = count(1)
    monkeypatch.setattr("captioner.batch.watching.SETTLED", 0.0)
    monkeypatch.setattr("captioner.cli.work.batch.changes", arrivals)
    words = ["--executor", "threads", "--backend", "scripted", "--align", "none"]
    assert main(["batch", "in", "-d", "out", "--watch", *words]) == 0
    messages = capfd.readouterr().err
    assert messages.count("1 source: 1 done") == 3
    assert {path.name for path in Path("out").glob("*.srt")} == {"a.srt", "a.flac.srt", "a.wav.srt"}


def test_the_command_captions_what_arrives(tmp_path: Path, speech_file: Path) -> None:
    pytest.importorskip("watchfiles")
    (tmp_path / "in").mkdir()
    words = ["batch", "in", "-d", "out", "--watch", "--executor", "threads", "--backend", "scripted", "--align", "none"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen([sys.executable, "-m", "captioner", *words], cwd=tmp_path, env=environment)
    try:
        time.sleep(1)
        data = speech_file.read_bytes()
        with (tmp_path / "in" / "talk.flac").open("wb") as file:
            for place in range(0, len(data), len(data) // 3):
                file.write(data[place : place + len(data) // 3])
                file.flush()
                time.sleep(0.2)
        for _ in range(600):
            if (tmp_path / "out" / "talk.srt").exists():
                break
            time.sleep(0.1)
        assert "Hello." in (tmp_path / "out" / "talk.srt").read_text()
    finally:
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 130
