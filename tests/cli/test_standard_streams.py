"""Runs whose standard streams are closed, full or broken: the work is done all the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.media.interrupting import linux_only

pytestmark = linux_only


def shell(folder: Path, words: str, redirections: str) -> subprocess.CompletedProcess[str]:
    command = f"exec {sys.executable} -m captioner {words} {redirections}"
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def talk(tmp_path: Path, speech_file: Path) -> str:
    (tmp_path / "talk.flac").write_bytes(speech_file.read_bytes())
    return "talk.flac --backend scripted --backend-option lines=['One.']"


@pytest.mark.parametrize(
    "redirections", ["2>&-", ">&-", "<&-", "<&- >&- 2>&-", "2>/dev/full", ">/dev/full", "2>&1 | true"]
)
def test_the_captions_are_written(talk: str, redirections: str, tmp_path: Path) -> None:
    ran = shell(tmp_path, talk, redirections)
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False)
    text = (tmp_path / "talk.srt").read_text()
    assert text.startswith("1\n00:00:01,")
    assert text.count("One.") == 3


@pytest.mark.parametrize("redirections", [">&-", ">/dev/full"])
def test_captions_that_cannot_be_written_to_standard_output_are_an_error(
    talk: str, redirections: str, tmp_path: Path
) -> None:
    ran = shell(tmp_path, f"{talk} -o -", redirections)
    last = ran.stderr.splitlines()[-1]
    assert (ran.returncode, last.startswith("captioner: cannot write to standard output: ")) == (1, True)


def test_an_error_has_its_exit_code_without_a_place_for_the_message(tmp_path: Path) -> None:
    assert shell(tmp_path, "missing.mp4", "2>&-").returncode == 3
