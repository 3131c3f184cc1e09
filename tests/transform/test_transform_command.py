"""`captioner transform`: operations on one file, in the order given."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from captioner.cli import main

SRT = """1
00:00:01,000 --> 00:00:02,000
One fish.

2
00:00:03,000 --> 00:00:04,000
Two [splash] fish.

3
00:00:05,000 --> 00:00:05,200
♪ Blue fish. ♪
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.srt"
    path.write_text(SRT, "utf-8")
    return path


def run(*words: str | Path) -> int:
    return main(["transform", *map(str, words)])


def test_operations_run_in_the_order_given(source: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.srt", tmp_path / "second.srt"
    assert run(source, first, "--shift", "10", "--stretch", "2", "--remove-hi", "--language", "en") == 0
    assert run(source, second, "--stretch", "2", "--remove-hi", "--shift", "10", "--language", "en") == 0
    assert first.read_text("utf-8").split("\n")[1] == "00:00:22,000 --> 00:00:24,000"
    assert second.read_text("utf-8").split("\n")[1] == "00:00:12,000 --> 00:00:14,000"
    assert first.read_text("utf-8").count("fish") == 2


def test_a_flag_may_be_given_twice(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.srt"
    assert run(source, target, "--shift", "1", "--cut", "2-3", "--shift", "1") == 0
    assert "00:00:04,000 --> 00:00:05,000\nTwo [splash] fish." in target.read_text("utf-8")


def test_a_dry_run_shows_a_diff(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replacements = tmp_path / "names.tsv"
    replacements.write_text("# names\nf(i)sh\tc\\1d\n", "utf-8")
    assert run(source, "--replace", replacements, "--dry-run", "--quiet") == 0
    shown = capsys.readouterr().out
    assert "-One fish.\n+One cid.\n" in shown
    assert source.read_text("utf-8") == SRT


def test_other_files_are_appended_and_merged(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.srt"
    assert run(source, target, "--append", source, "--keep", "5-9") == 0
    assert target.read_text("utf-8").count("\n\n") == 2
    assert "00:00:01,200 --> 00:00:02,200\nOne fish." in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--shift-from", "x"), "'x' is not CUE:TIME"),
        (("--cut", "4-2"), "must come after the start"),
        (("--stretch", "0"), "factor must be"),
        (("--casing", "loud"), "case must be"),
        ((), "no operation is given"),
    ],
)
def test_wrong_operations_are_refused_before_anything_is_read(
    words: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "none.srt", tmp_path / "out.srt", *words) == 2
    assert message in capsys.readouterr().err


def test_the_source_is_not_overwritten(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(source, source, "--sort") == 2
    assert "would be overwritten" in capsys.readouterr().err


@pytest.mark.parametrize("number", [0, 4])
def test_a_cue_that_is_not_there_moves_nothing(
    source: Path, tmp_path: Path, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(source, tmp_path / "out.srt", "--shift-from", f"{number}:1") == 2
    assert f"--shift-from: there is no cue {number}; number of cues: 3" in capsys.readouterr().err
    assert not (tmp_path / "out.srt").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# names\nfish dog\n", "names.tsv, line 2: write FIND, a tab and REPLACEMENT, which may be empty"),
        ("caf\u00e9\tbar\n", "names.tsv: not UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_file_of_replacements_that_is_wrong(
    source: Path, tmp_path: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replacements = tmp_path / "names.tsv"
    replacements.write_text(text, "latin-1")
    assert run(source, tmp_path / "out.srt", "--replace", replacements) == 2
    assert message in capsys.readouterr().err


def test_a_cue_with_thousands_of_words_is_split(source: Path, tmp_path: Path) -> None:
    text = " ".join(["fish"] * 8000)
    source.write_text(f"1\n00:00:00,000 --> 01:00:00,000\n{text}\n", "utf-8")
    target = tmp_path / "out.srt"
    assert run(source, target, "--split-long") == 0
    lines = target.read_text("utf-8").splitlines()
    assert " ".join(line for line in lines if line.startswith("fish")) == text


def test_a_file_of_bytes_names_a_flag_that_exists(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_bytes(random.Random(1).randbytes(5000))
    assert run(source, tmp_path / "out.srt", "--sort") == 5
    assert "name it with 'captioner convert --encoding'" in capsys.readouterr().err
