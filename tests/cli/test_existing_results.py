"""Which results that exist are written again, and what a run says and returns for the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from captioner.backends import Recognition, scripted
from captioner.cli import main
from captioner.journal import default_path
from captioner.result_records import ResultRecord, ResultRecords, default_state_path

Run = Callable[..., tuple[int, str]]

WHOLE = [Recognition("ok", text) for text in ("One.", "Two.", "Three.")]
LACKING = [WHOLE[0], Recognition("failed", reason="no answer"), WHOLE[2]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, speech_file: Path) -> Run:
    """`run(recognitions, *words)`: exit code and messages, in a folder with talk.flac and more.flac."""
    monkeypatch.chdir(tmp_path)
    for name in ("talk.flac", "more.flac"):
        Path(name).write_bytes(speech_file.read_bytes())

    def run(recognitions: list[Recognition], *words: str) -> tuple[int, str]:
        default_path().unlink(missing_ok=True)  # so that each region is recognised again
        monkeypatch.setattr(scripted, "cycle", lambda lines: iter(recognitions))
        code = main([*words, "--backend", "scripted", "--backend-option", "lines=['One.']"])
        return code, capfd.readouterr().err

    return run


@pytest.mark.parametrize("journal", [(), ("--no-journal",)])
def test_lost_speech_is_reported_in_every_run_until_it_is_found(run: Run, journal: tuple[str, ...]) -> None:
    assert run(LACKING, "talk.flac", *journal)[0] == 7
    again = "talk.flac: skipped, talk.srt exists, and 1 region of speech is lost in it (use --retry-failed)\n"
    assert run(WHOLE, "talk.flac", *journal) == (7, again)
    assert run(WHOLE, "talk.flac", "-q", "--skip-existing", *journal) == (7, again)
    assert "Two." not in Path("talk.srt").read_text()
    assert run(WHOLE, "talk.flac", "--retry-failed")[0] == 0
    assert "Two." in Path("talk.srt").read_text()
    assert run(WHOLE, "talk.flac", "--skip-existing")[0] == 0


def test_a_retry_touches_only_results_with_lost_speech(run: Run) -> None:
    assert run(LACKING + WHOLE, "talk.flac", "more.flac", "-f", "srt,vtt")[0] == 7
    for name in ("more.srt", "more.vtt", "talk.vtt"):
        Path(name).write_text(Path(name).read_text().replace("One", "Mine"))
    before = {name: Path(name).read_bytes() for name in ("more.srt", "more.vtt", "talk.vtt")}
    code, messages = run(WHOLE, "talk.flac", "more.flac", "-f", "srt,vtt", "--retry-failed")
    assert {name: Path(name).read_bytes() for name in before} == before
    assert "Two." in Path("talk.srt").read_text()
    assert code == 7
    assert (
        "talk.flac: skipped, talk.vtt was edited after 1 region of speech had been lost (use --overwrite)" in messages
    )
    assert "more.flac: skipped, no speech is lost in more.srt" in messages
    code, _ = run(WHOLE, "talk.flac", "more.flac", "-f", "srt,vtt", "--retry-failed", "--overwrite")
    assert code == 0
    assert "Two." in Path("talk.vtt").read_text()
    assert Path("more.srt").read_bytes() == before["more.srt"]


def test_a_result_without_a_record_counts_as_edited(run: Run) -> None:
    Path("talk.srt").write_text("mine")
    unknown = "talk.flac: skipped, talk.srt has no record, so it counts as edited (use --overwrite, or --skip-existing)"
    assert run(WHOLE, "talk.flac", "--retry-failed") == (1, f"{unknown}\n")
    assert Path("talk.srt").read_text() == "mine"
    assert run(WHOLE, "talk.flac", "--retry-failed", "--overwrite")[0] == 0
    assert "Two." in Path("talk.srt").read_text()


def test_several_inputs_skip_existing_results_by_default(run: Run) -> None:
    Path("talk.srt").write_text("mine")
    assert run(WHOLE, "talk.flac", "more.flac")[0] == 0
    assert (Path("talk.srt").read_text(), Path("more.srt").exists()) == ("mine", True)
    assert run(WHOLE, "talk.flac", "more.flac")[0] == 0
    assert run(WHOLE, "talk.flac", "more.flac", "--overwrite")[0] == 0
    assert "Two." in Path("talk.srt").read_text()


def test_an_existing_report_is_a_result_too(run: Run) -> None:
    Path("report.json").write_text("mine")
    code, messages = run(WHOLE, "talk.flac", "--report", "report.json")
    assert (code, Path("report.json").read_text()) == (1, "mine")
    assert "report: skipped, report.json exists (use --overwrite, or --skip-existing)" in messages


def test_the_records_hold_no_text(run: Run) -> None:
    run(LACKING, "talk.flac")
    assert default_state_path().stat().st_mode & 0o777 == 0o600
    assert b"One." not in default_state_path().read_bytes()


def test_a_file_of_records_that_cannot_be_used_is_reported_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("other").write_text("not a database, but somebody's file" * 100)
    monkeypatch.setenv("CAPTIONER_STATE", "other")
    code, messages = run(WHOLE, "talk.flac", "more.flac")
    assert (code, messages.count("cannot use the record of results other: ")) == (0, 1)
    assert Path("other").read_text().startswith("not a database")
    monkeypatch.setenv("CAPTIONER_STATE", "/dev/null")
    assert "cannot use the record of results /dev/null: it is not a file" in run(WHOLE, "talk.flac", "--overwrite")[1]


def test_a_record_follows_its_file(tmp_path: Path) -> None:
    records, result = ResultRecords(tmp_path / "state" / "results.sqlite", pytest.fail), tmp_path / "a.srt"
    assert records.find(result) is None
    records.add(result, b"text", 2)
    assert records.find(result) == ResultRecord(2, edited=True)  # it was not written
    result.write_bytes(b"text")
    assert records.find(tmp_path / "." / "a.srt") == ResultRecord(2, edited=False)
    result.write_bytes(b"Text")
    assert records.find(result) == ResultRecord(2, edited=True)
