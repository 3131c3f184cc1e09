"""`captioner batch` as a user runs it: real processes, real files, and what is left after kills and edits."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from captioner.backends import Recognition, scripted
from captioner.backends.scripted import Scripted
from captioner.batch import batch_worker
from captioner.batch.batch_worker import BatchWorker, WorkerSettings
from captioner.batch.driver_lock import only_driver
from captioner.batch.job import BatchJob, Outcome, ResultPattern
from captioner.batch.ledger import ledger_path
from captioner.batch.process_executor import ProcessExecutor
from captioner.batch.thread_executor import ThreadExecutor
from captioner.budget import PRICES, Price
from captioner.cli import main
from captioner.cli.work import batch_progress
from captioner.journal import default_path
from captioner.output import Captions
from captioner.pipeline import CaptionOptions, caption

SCRIPTED = ("--backend", "scripted", "--backend-option", "lines=['One.']", "--align", "none")

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech_file: Path) -> Path:
    """The current folder, with media in nested folders and a file that is none."""
    monkeypatch.chdir(tmp_path)
    for name in ("in/talk.flac", "in/deep/talk.flac", "in/deep/more.flac"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(speech_file.read_bytes())
    Path("in/broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    return tmp_path


@pytest.fixture
def batch(archive: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """`batch(*words)`: the exit code and the messages of the command in threads of this process."""

    def run(*words: str) -> tuple[int, str]:
        code = main(["batch", "in", "-d", "out", "--executor", "threads", *SCRIPTED, *words])
        return code, capfd.readouterr().err

    return run


def results() -> list[str]:
    return sorted(str(path.relative_to("out")) for path in Path("out").rglob("*.*") if not path.name.startswith("."))


def test_every_source_is_accounted_for(batch: Run) -> None:
    code, messages = batch("-f", "srt,json", "--report", "report.json")
    assert code == 3
    assert "in/broken.mp4: " in messages
    assert messages.splitlines()[-1] == "4 sources: 3 done, 1 failed; 0.01 h captioned"
    names = ("deep/more", "deep/talk", "talk")
    assert results() == sorted(name + suffix for name in names for suffix in (".srt", ".json"))
    report = json.loads(Path("report.json").read_text())
    assert report["states"] == {"done": 3, "failed": 1}
    assert {row["source"]: row["cues"] for row in report["sources"] if row["state"] == "done"} == {
        "in/deep/more.flac": 3, "in/deep/talk.flac": 3, "in/talk.flac": 3,
    }  # fmt: skip


def test_a_second_run_does_only_what_is_new(batch: Run, speech_file: Path) -> None:
    batch()
    before = {name: Path("out", name).stat().st_mtime_ns for name in results()}
    assert "4 sources: 0 to caption, 4 done before or left alone" in batch()[1]
    assert {name: Path("out", name).stat().st_mtime_ns for name in results()} == before
    Path("in/new.flac").write_bytes(speech_file.read_bytes())
    Path("out/talk.srt").unlink()
    assert "5 sources: 2 to caption" in batch()[1]
    assert results() == ["deep/more.srt", "deep/talk.srt", "new.srt", "talk.srt"]


def test_a_result_that_somebody_edited_or_made_is_left_alone(batch: Run) -> None:
    Path("out/deep").mkdir(parents=True)
    Path("out/deep/more.srt").write_text("mine")
    batch()
    Path("out/talk.srt").write_text("edited")
    os.utime("in/talk.flac", (1, 1))  # the source has changed, so its captions are to be made again
    code, messages = batch()
    assert "in/talk.flac: skipped, out/talk.srt was edited (use --overwrite)" in messages
    assert "in/deep/more.flac: skipped, out/deep/more.srt exists (use --overwrite)" in messages
    assert Path("out/talk.srt").read_text() == "edited"
    assert code == 3
    batch("--overwrite")
    assert "One." in Path("out/talk.srt").read_text()
    assert "One." in Path("out/deep/more.srt").read_text()
    Path("out/talk.srt").write_text("edited")
    assert "4 sources: 0 to caption" in batch()[1]
    assert "4 sources: 1 to caption" in batch("--overwrite")[1]
    assert "One." in Path("out/talk.srt").read_text()


@pytest.mark.parametrize(
    ("words", "report", "other"),
    [
        (("list.csv",), "list.csv", "list.csv"),
        (("in/talk.flac", "-f", "json"), "./out/talk.json", "out/talk.json"),
    ],
)
def test_a_report_overwrites_neither_a_manifest_nor_a_result(
    archive: Path, capfd: pytest.CaptureFixture[str], words: Sequence[str], report: str, other: str
) -> None:
    Path("list.csv").write_text("source\nin/talk.flac\n")
    assert main(["batch", *words, "-d", "out", "--report", report, *SCRIPTED]) == 2
    assert f"--report {report} would overwrite {other}; name another file" in capfd.readouterr().err
    assert Path("list.csv").read_text() == "source\nin/talk.flac\n"
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("", "-d", "out"), 2, "a source has an empty name; name a file"),
        (("-", "-d", "out"), 2, "standard input is not a source of a batch; name a file"),
        (("in", "-d", "in/talk.flac"), 2, "-d in/talk.flac is a file, not a folder"),
        (("in", "-d", "/proc/out"), 1, "cannot write /proc/out: no such file or directory"),
    ],
)
def test_what_is_wrong_with_a_name_is_said_before_any_work(
    archive: Path, capfd: pytest.CaptureFixture[str], words: Sequence[str], code: int, message: str
) -> None:
    assert main(["batch", *words, *SCRIPTED]) == code
    messages = capfd.readouterr().err
    assert message in messages
    assert "to caption" not in messages


def test_lost_speech_is_said_until_a_retry_finds_it(batch: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in/broken.mp4").unlink()
    lacking = [Recognition("ok", "One."), Recognition("failed", reason="no answer"), Recognition("ok", "Three.")]
    monkeypatch.setattr(scripted, "cycle", lambda lines: cycle(lacking))
    words = ("--workers", "1")
    for _ in range(2):
        code, messages = batch(*words)
        assert code == 7
        assert "in/talk.flac: 1 region of speech lost (use --retry-failed)" in messages
    monkeypatch.setattr(scripted, "cycle", cycle)
    default_path().unlink()
    Path("out/talk.srt").write_text("edited")
    code, messages = batch(*words, "--retry-failed")
    assert "in/talk.flac: skipped, out/talk.srt was edited (use --overwrite)" in messages
    assert (code, messages.splitlines()[-1]) == (1, "3 sources: 2 done, 1 skipped; 0.01 h captioned")


def test_names_with_the_language(batch: Run) -> None:
    batch("--name", "{stem}.{lang}.sdh", "--language", "Chinese", "--language-tag", "iso639-2b")
    assert results() == ["deep/more.chi.sdh.srt", "deep/talk.chi.sdh.srt", "talk.chi.sdh.srt"]
    assert (
        "4 sources: 0 to caption"
        in batch("--name", "{stem}.{lang}.sdh", "--language", "zh", "--language-tag", "iso639-2b")[1]
    )


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_names_that_are_not_text(batch: Run, speech_file: Path) -> None:
    names = [b"in/bad\xff.flac", b"in/new\nline.flac", b"in/{lang}.flac", b"in/sep\xe2\x80\xa8.flac"]
    for name in [*names, b"in/" + b"x" * 251 + b".wav"]:
        Path(os.fsdecode(name)).write_bytes(speech_file.read_bytes())
    words = ("-f", "srt,json")
    messages = batch(*words, "--report", "report.json")[1]
    assert messages.splitlines()[-1].startswith("9 sources: 7 done, 2 failed")
    assert {"bad\udcff.srt", "new\nline.srt", "{lang}.srt", "sep\u2028.srt"} < set(results())
    rows = json.loads(Path("report.json").read_text())["sources"]
    assert {os.fsdecode(name) for name in names} < {row["source"] for row in rows}
    ledger_path().unlink()  # another machine goes on
    assert "9 sources: 2 to caption" in batch(*words, "--report", "report.csv")[1]


def test_results_of_other_sources_are_not_in_the_way(batch: Run, speech_file: Path) -> None:
    Path("out").mkdir()
    Path("out/talk.two.en.srt").write_text("mine")
    words = ("--name", "{stem}.{lang}", "--language", "en")
    assert "3 done, 1 failed" in batch(*words)[1]
    Path("out/talk.fr.srt").write_text("mine")
    os.utime("in/talk.flac", (1, 1))
    assert "in/talk.flac: skipped, out/talk.fr.srt exists" in batch(*words)[1]


def test_captions_of_another_source_are_left_alone(
    batch: Run, speech_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    batch()
    Path("more").mkdir()
    Path("more/talk.flac").write_bytes(speech_file.read_bytes())
    words = ["-d", "out", "--executor", "threads", *SCRIPTED]
    assert main(["batch", "more", *words]) == 1
    assert "more/talk.flac: skipped, out/talk.srt has the captions of in/talk.flac" in capfd.readouterr().err
    assert main(["batch", str(Path("in").absolute()), *words]) == 3  # the same source by another name
    assert "3 done, 1 failed" in capfd.readouterr().err
    Path("in/talk.flac").unlink()
    assert main(["batch", "more", *words]) == 0


def test_the_report_as_a_table(batch: Run) -> None:
    batch("--report", "report.csv")
    with Path("report.csv").open(newline="") as file:
        rows = {row["source"]: row for row in csv.DictReader(file)}
    assert rows["in/talk.flac"]["results"] == "out/talk.srt"
    assert rows["in/broken.mp4"]["state"] == "failed"


def test_status_of_a_batch(batch: Run, capfd: pytest.CaptureFixture[str]) -> None:
    batch()
    assert main(["batch", "-d", "out", "--status"]) == 0
    assert "4 sources: 3 done, 1 failed" in capfd.readouterr().out
    assert main(["batch", "-d", "elsewhere", "--status"]) == 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["batch"], "SOURCE"),
        (["batch", "in/*.mov"], "no file matches"),
        (["batch", "in", "--name", "all"], "gives all results one name"),
        (["batch", "in", "--report", "r.txt"], "must end in .json or .csv"),
        (["batch", "in", "--max-cost", "1", *SCRIPTED], "--max-cost needs a price"),
        (["batch", "https://example.org/a.mp4", "--offline"], "--offline"),
        (["batch", "list.txt", "--offline", *SCRIPTED], "--offline"),
    ],
)
def test_what_is_wrong_is_said_before_any_work(
    archive: Path, capfd: pytest.CaptureFixture[str], words: list[str], reason: str
) -> None:
    Path("list.txt").write_text("https://example.org/a.mp4")
    assert main(words) == 2
    messages = capfd.readouterr()
    assert reason in messages.err + messages.out
    assert not Path("out").exists()


def test_the_default_command_takes_folders_and_quoted_globs(archive: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["in/deep", "-d", "out", *SCRIPTED]) == 0
    assert results() == ["more.srt", "talk.srt"]
    assert main(["in/*.flac", "-d", "again", "-f", "vtt", *SCRIPTED]) == 0
    assert Path("again/talk.vtt").exists()
    capfd.readouterr()
    assert main(["in", "-o", "one.srt", *SCRIPTED]) == 2
    assert "-o takes no folder or glob" in capfd.readouterr().err


def test_a_limit_holds_for_all_sources_together(batch: Run) -> None:
    code, messages = batch("--max-minutes", "0.1")
    assert code == 4
    assert "before the limit of 0.1 minutes was exceeded" in messages
    assert "waiting" in messages.splitlines()[-1]
    assert batch()[1].splitlines()[-1] == "4 sources: 3 done, 1 failed; 0.01 h captioned"


def test_a_fault_of_one_source_ends_no_other(batch: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(source: str, options: CaptionOptions) -> Captions:
        if "more" in source:
            raise MemoryError
        return caption(source, options)

    monkeypatch.setattr(batch_worker, "caption", faulty)
    code, messages = batch()
    assert "in/deep/more.flac: unexpected error: MemoryError" in messages
    assert (code, messages.splitlines()[-1]) == (3, "4 sources: 2 done, 2 failed; 0.01 h captioned")


def jobs(names: Sequence[str]) -> Callable[[], BatchJob | None]:
    waiting = [BatchJob(name, ResultPattern("out", name.replace("/", "_"))) for name in names]
    return lambda: waiting.pop(0) if waiting else None


def test_processes_and_threads_give_the_same_bytes(archive: Path) -> None:
    names = ["in/talk.flac", "in/deep/more.flac", "in/broken.mp4"]
    settings = WorkerSettings("scripted", (("lines", ["One."]),))
    written: list[dict[str, str]] = []
    for executor in (
        ProcessExecutor([settings, settings]),
        ThreadExecutor(BatchWorker(settings, Scripted(lines=["One."])), 2),
    ):
        outcomes: list[Outcome] = list(executor.run(jobs(names)))
        assert sorted(outcome.state for outcome in outcomes) == ["done", "done", "failed"]
        [error] = [outcome.error for outcome in outcomes if outcome.error]
        assert (type(error).__name__, error.exit_code) == ("MediaNotReadable", 3)
        written.append({result.path: result.sha256 for outcome in outcomes for result in outcome.results})
    assert written[0] == written[1]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("executor", ["processes", "threads"])
def test_ctrl_c_ends_a_run_soon_and_without_a_traceback(archive: Path, executor: str) -> None:
    command = [sys.executable, "-m", "captioner", "batch", "in", "-d", "out", "--no-journal", "--executor", executor]
    command += [*SCRIPTED, "--backend-option", "delay=1000" if executor == "processes" else "delay=2"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert run.stderr is not None
    assert "4 sources" in run.stderr.readline()  # now workers start
    time.sleep(0.2)
    os.killpg(run.pid, signal.SIGINT)
    assert run.communicate(timeout=60)[1].split() == ["captioner:", "interrupted"]
    assert run.returncode == 130


def wait_for(look: Callable[[], Sequence[object]]) -> int:
    for _ in range(600):
        if found := look():
            return found[0]  # type: ignore[return-value]
        time.sleep(0.1)
    pytest.fail("it did not come")


def test_it_does_not_matter_where_a_run_begins(batch: Run, archive: Path, monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    batch()
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    words = ["--executor", "threads", *SCRIPTED]
    assert main(["batch", "../in", "-d", "../out", *words]) == 3
    assert "4 sources: 0 to caption" in capfd.readouterr().err
    ledger_path().unlink()  # another machine goes on
    assert main(["batch", str(archive / "in"), "-d", str(archive / "out"), *words, "--report", "r.json"]) == 3
    assert "4 sources: 1 to caption" in capfd.readouterr().err  # that which failed
    [row] = [row for row in json.loads(Path("r.json").read_text())["sources"] if row["source"].endswith("in/talk.flac")]
    assert row["results"] == [str(archive / "out/talk.srt")]


def test_it_does_not_matter_how_much_of_an_archive_is_named(archive: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["--executor", "threads", *SCRIPTED]
    assert main(["batch", "in", *words]) == 3
    capfd.readouterr()
    assert main(["batch", "in/deep", *words]) == 0
    assert "2 sources: 0 to caption" in capfd.readouterr().err
    assert main(["batch", "in/deep", "--status"]) == 0
    assert "2 sources: 2 done" in capfd.readouterr().out
    with only_driver(str(archive.resolve() / "in" / "deep")):
        assert main(["batch", "in", *words]) == 2
    assert f"another batch writes results into {archive.resolve()}/in/deep now" in capfd.readouterr().err


def test_what_was_left_out_is_in_the_report(batch: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert "in/deep: left out, cannot be read: permission denied" in batch("--report", "report.json")[1]
    left_out = json.loads(Path("report.json").read_text())["left_out"]
    assert left_out == [{"name": "in/deep", "reason": "cannot be read: permission denied"}]
    batch("--report", "report.csv")
    assert "in/deep,left out,cannot be read: permission denied" in Path("report.csv").read_text()


def test_the_cost_so_far_is_said_everywhere(batch: Run, capfd: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setitem(PRICES, "scripted", Price(60.0, "USD"))  # a dollar a second
    monkeypatch.setattr(batch_progress, "INTERVAL", 0.0)
    messages = batch("--report", "report.json")[1]
    report = json.loads(Path("report.json").read_text())
    total = report["costs"]["USD"]
    assert 1.0 < total == pytest.approx(sum(row["sent"] for row in report["sources"]), abs=0.01)
    assert messages.splitlines()[-1].endswith(f"0.01 h captioned, {total:.2f} USD so far")
    assert " USD so far" in messages.splitlines()[1]
    os.utime("in/talk.flac", (1, 1))
    assert f"{total:.2f} USD so far" in batch()[1].splitlines()[-1]  # the journal has it, so nothing was sent
    assert main(["batch", "-d", "out", "--status"]) == 0
    assert f"{total:.2f} USD so far" in capfd.readouterr().out


def test_a_file_system_without_room_ends_the_run_and_leaves_nothing_half(archive: Path) -> None:
    limited = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); import sys; "
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)); "
    limited += "from captioner.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ["batch", "in", "-d", "out", "--executor", "threads", *SCRIPTED[:2], "--align", "none", "--no-journal"]
    lines = ["--backend-option", f"lines={['x' * 40_000]!r}"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", limited, *words, *lines], env=environment, capture_output=True, text=True, check=False
    )
    assert "cannot write out/" in run.stderr
    assert "Traceback" not in run.stderr
    assert not [path for path in Path("out").rglob("*") if path.is_file() and not path.name.endswith(".jsonl")]
    assert "4 sources: 4 failed" in run.stderr


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no second file system")
def test_results_on_another_file_system(archive: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with TemporaryDirectory(dir="/dev/shm") as out:
        assert os.stat(out).st_dev != os.stat(archive).st_dev  # noqa: PTH116
        assert main(["batch", "in", "-d", out, "--executor", "threads", *SCRIPTED]) == 3
        assert sorted(path.name for path in Path(out).rglob("*.srt")) == ["more.srt", "talk.srt", "talk.srt"]
        assert not list(Path(out).rglob("*.part"))


def test_a_source_that_vanishes_after_it_was_found(batch: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanishing(source: str, options: CaptionOptions) -> Captions:
        if "more" in source:
            Path(source).unlink()
        return caption(source, options)

    monkeypatch.setattr(batch_worker, "caption", vanishing)
    code, messages = batch("--workers", "1")
    assert "in/deep/more.flac: cannot be read: No such file or directory" in messages
    assert (code, messages.splitlines()[-1]) == (3, "4 sources: 2 done, 2 failed; 0.01 h captioned")


def test_two_batches_on_one_folder_at_once(batch: Run, archive: Path) -> None:
    with only_driver(str(archive.resolve() / "out")):
        code, messages = batch()
    assert (code, Path("out").exists()) == (2, False)
    taken = f"another batch writes results into {archive.resolve()}/out now; wait for it, or use another folder"
    assert messages == f"captioner: {taken}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_twice_leaves_a_state_that_goes_on(archive: Path) -> None:
    command = [sys.executable, "-m", "captioner", "batch", "in", "-d", "out", "--executor", "threads", *SCRIPTED]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen(
        [*command, "--backend-option", "delay=1"], env=environment, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert run.stderr is not None
    assert "4 sources" in run.stderr.readline()
    for _ in range(2):
        time.sleep(0.2)
        os.killpg(run.pid, signal.SIGINT)
    messages = run.communicate(timeout=60)[1]
    assert run.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in messages
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.stderr.splitlines()[-1] == "4 sources: 3 done, 1 failed; 0.01 h captioned"
