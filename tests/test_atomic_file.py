"""Atomic writing, and what a run that was killed leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from captioner import atomic_file
from captioner.atomic_file import atomic_write, atomic_write_text, scratch_folder
from captioner.errors import OutputNotWritten

posix_only = pytest.mark.skipif(os.name == "nt", reason="locks files")

HOLD = """
import sys, time
from pathlib import Path
from captioner.atomic_file import atomic_write, scratch_folder
with atomic_write(Path(sys.argv[1])) as unfinished, scratch_folder() as folder:
    unfinished.write_text("half")
    (folder / "copy").write_text("half")
    print(unfinished, folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def as_in_a_new_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    atomic_file._remove_leftovers.cache_clear()


def start(target: Path) -> tuple[subprocess.Popen[str], list[Path]]:
    """A process that is in the middle of writing, and its temporary file and folder."""
    running = subprocess.Popen([sys.executable, "-c", HOLD, str(target)], stdout=subprocess.PIPE, text=True)
    assert running.stdout
    return running, [Path(name) for name in running.stdout.readline().split()]


@posix_only
def test_the_next_run_deletes_what_a_killed_run_left(tmp_path: Path) -> None:
    running, left = start(tmp_path / "talk.srt")
    running.kill()
    running.communicate()
    assert all(path.exists() for path in left)
    atomic_write_text(tmp_path / "other.srt", "new")
    with scratch_folder():
        pass
    assert not any(path.exists() for path in left)


@posix_only
def test_the_files_of_a_run_beside_it_stay(tmp_path: Path) -> None:
    running, theirs = start(tmp_path / "talk.srt")
    atomic_write_text(tmp_path / "talk.srt", "new")
    with scratch_folder():
        assert all(path.exists() for path in theirs)
    running.kill()
    running.communicate()


@posix_only
def test_files_of_other_programs_stay(tmp_path: Path) -> None:
    names = [
        ".captioner-notes.part",
        ".captioner-12345678.part.bak",
        "captioner-scratch-old",
        ".captioner-link1234.part",
    ]
    for name in names[:3]:
        (tmp_path / name).write_text("mine")
    (tmp_path / names[3]).symlink_to(tmp_path / names[0])
    atomic_write_text(tmp_path / "talk.srt", "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, "scratch", "talk.srt"])


def test_a_failed_block_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "talk.srt"
    target.write_text("old")
    with pytest.raises(FileNotFoundError), atomic_write(target) as unfinished:
        unfinished.write_bytes((tmp_path / "missing").read_bytes())
    assert {path.name for path in tmp_path.iterdir()} == {"scratch", "talk.srt"}
    assert target.read_text() == "old"


@posix_only
def test_links_in_a_circle_and_names_that_are_too_long_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.srt").symlink_to(tmp_path / "b.srt")
    (tmp_path / "b.srt").symlink_to(tmp_path / "a.srt")
    with pytest.raises(OutputNotWritten, match=r"a\.srt: too many levels of symbolic links"):
        atomic_write_text(tmp_path / "a.srt", "new")
    with pytest.raises(OutputNotWritten, match="file name too long"):
        atomic_write_text(tmp_path / ("a" * 300), "new")
    assert {path.name for path in tmp_path.iterdir()} == {"scratch", "a.srt", "b.srt"}


@posix_only
def test_a_device_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for target in (pipe, tmp_path / "scratch"):
        with pytest.raises(OutputNotWritten, match="exists and is not a file"):
            atomic_write_text(target, "new")
    assert pipe.is_fifo()
