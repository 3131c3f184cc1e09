"""A short run of `python -m tests.fuzz`, the same inputs each time, and faults that it finds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from captioner.formats import srt
from tests import fuzz
from tests.command_process import CommandRun
from tests.formats.mutations import corrupted, damaged, reshaped

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="limits processes as Linux does")


@pytest.fixture(autouse=True)
def own_files_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Damage our own files, so that a seed means the same input on every machine."""
    monkeypatch.delenv("CAPTIONER_TESTDATA", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


@linux_only
@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_damaged_inputs_are_read_or_refused(kind: str) -> None:
    damage, few, _ = fuzz.KINDS[kind]
    assert [fault.what for fault in damage(range(few))] == []


@linux_only
def test_undamaged_inputs_are_captioned(folder: Path) -> None:
    """Else a damaged one would show nothing."""
    for source in fuzz.playlist_sources(folder):
        ended = CommandRun(["live", source.name, *fuzz.LIVE, "--overwrite"], folder).terminate_after(20)
        assert (ended.code, ended.fault) == (0, None), source
        assert (folder / "result.srt").read_text().count("-->") > 1


def test_the_same_seed_damages_a_file_in_the_same_way() -> None:
    for damage in (damaged, reshaped, corrupted):
        files = [damage(fuzz.CAPTIONS.encode(), seed) for seed in range(50)]
        assert files == [damage(fuzz.CAPTIONS.encode(), seed) for seed in range(50)]
        assert len(set(files)) > 40


@linux_only
@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ("raise KeyError('start')", "KeyError at <string>:1 (to vtt): 'start'"),
        ("while True: pass", "read or written for over 1 s"),
        ("bytes(2 << 30)", "MemoryError at <string>:1 (to vtt): "),
    ],
)
def test_a_reader_with_a_fault_is_found(fault: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "MOST_SECONDS", 1)
    monkeypatch.setattr(srt, "parse", lambda text, programme: exec(fault))
    assert fuzz.caption_fault("talk.srt", fuzz.CAPTIONS.encode(), "vtt") == what


@linux_only
def test_a_run_that_hangs_is_found(folder: Path) -> None:
    os.mkfifo(folder / "pipe")  # that nobody writes into
    ended = CommandRun(["pipe", "-o", "talk.srt", *fuzz.SCRIPTED], folder).wait(seconds=1)
    assert ended.fault == "hangs for over 10 s"


def test_half_a_result_is_found(folder: Path) -> None:
    half = folder / "half.srt"
    half.write_text(fuzz.CAPTIONS)
    assert fuzz.result_fault(0, half, fuzz.captions_complete) is None
    half.write_text(fuzz.CAPTIONS[:50])
    assert fuzz.result_fault(0, half, fuzz.captions_complete) == "half.srt is not complete"
    assert fuzz.result_fault(1, half, fuzz.captions_complete) == "exit code 1, and half.srt is there"
    half.unlink()
    assert fuzz.result_fault(0, half, fuzz.captions_complete) == "exit code 0, and half.srt is missing"
    (folder / "talk.part").touch()
    assert fuzz.leftovers(folder, set()) == "left behind: talk.part"
