"""Recognitions of unfinished sources lie beside the results, and another machine that goes on pays for none again."""

from __future__ import annotations

from pathlib import Path

import pytest

from captioner.backends import Recognition, scripted
from captioner.batch.ledger import ledger_path
from captioner.batch.travelling_journal import FOLDER, RecognitionFiles, TravellingJournal
from captioner.cli import main
from captioner.journal import default_path, summary

ROWS = [(b"\1" * 32, "a.mp4", "{}"), (b"\2" * 32, "b.mp4", '{"text": "\u4f60\u597d"}'), (b"\3" * 32, None, "{}")]


def test_recognitions_come_back_and_damaged_lines_do_not(tmp_path: Path) -> None:
    files = RecognitionFiles(tmp_path / "out")
    for row in ROWS:
        files.add(*row)
    assert sorted(files.rows()) == ROWS
    for path in (tmp_path / "out" / FOLDER).iterdir():
        path.write_bytes(path.read_bytes() + b'{"key": "zz", "source": 1, "answer": 2}\n[]\n\xff{"key": "01", "sou')
    assert sorted(files.rows()) == ROWS
    files.remove("a.mp4")
    files.remove("never.mp4")
    assert sorted(files.rows()) == ROWS[1:]


def test_a_folder_that_is_not_writable_costs_a_warning_and_no_recognition(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file")
    warnings: list[str] = []
    store = TravellingJournal(tmp_path / "journal.sqlite", tmp_path).open_store(warnings.append)
    for row in ROWS:
        store.add(*row)
    assert [store.find(row[0]) for row in ROWS] == [row[2] for row in ROWS]
    assert warnings == ["another machine that goes on recognises this again: file exists"]
    store.close()


def test_another_machine_goes_on_without_paying_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech_file: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/talk.flac").write_bytes(speech_file.read_bytes())
    words = ["batch", "in", "-d", "out", "--executor", "threads", "--backend", "scripted", "--align", "none"]

    def recognised(lines: list[Recognition | str]) -> tuple[int, int]:
        used: list[Recognition | str] = []

        def each(_: object) -> object:
            for line in lines:
                used.append(line)
                yield line

        monkeypatch.setattr(scripted, "cycle", each)
        code = main([*words, "--retry-failed"])
        return code, len(used)

    assert recognised(["One.", Recognition("failed", reason="no answer"), "Three."]) == (7, 3)
    assert summary(default_path()).rows == 2
    for path in (default_path(), ledger_path()):  # another machine
        path.unlink()
    assert recognised(["Two."]) == (0, 1)
    assert [line for line in Path("out/talk.srt").read_text().split("\n") if line.endswith(".")] == [
        "One.", "Two.", "Three.",
    ]  # fmt: skip
    assert not Path("out", FOLDER).exists()
