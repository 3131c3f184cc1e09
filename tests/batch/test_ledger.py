"""The ledger keeps what became of every source, whatever happens to its driver."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from captioner.batch.batch_report import csv_report, json_report
from captioner.batch.driver_lock import only_driver
from captioner.batch.job import BatchJob, Figures, Outcome, ResultFile, ResultPattern
from captioner.batch.ledger import Entry, Ledger, LedgerNotUsable, Planned
from captioner.batch.takeover import TakeoverFile
from captioner.budget import Cost
from captioner.errors import MediaNotReadable, UsageError


def job(name: str) -> BatchJob:
    return BatchJob(name, ResultPattern("out", name))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    yield ledger
    ledger.close()


def states(ledger: Ledger) -> dict[str, str]:
    return {entry.source: entry.state for entry in ledger.entries()}


def test_a_source_whose_driver_is_gone_waits_again(ledger: Ledger, tmp_path: Path) -> None:
    ledger.plan([Planned("a", "k", 1), Planned("b", "k", 2)])
    assert ledger.start("a") == 1
    later = Ledger(tmp_path / "ledger.sqlite")
    later.plan([Planned("a", "k", 1)])
    assert states(later) == {"a": "waiting", "b": "waiting"}
    assert later.start("a") == 2
    later.close()


def test_a_source_that_has_changed_waits_again(ledger: Ledger) -> None:
    ledger.plan([Planned("a", "k", 1)])
    ledger.finish(Outcome(job("a")))
    ledger.plan([Planned("a", "k", 1)])
    assert states(ledger) == {"a": "done"}
    ledger.plan([Planned("a", "other", 1)])
    assert states(ledger) == {"a": "waiting"}


def test_what_became_of_a_source_comes_back_as_it_was(ledger: Ledger) -> None:
    ledger.plan([Planned("a", "k", 1, shown="out"), Planned("b", "k", 1)])
    figures = Figures(9.5, 4.25, 4.25, 3, 1, 7, "zh-Hans")
    ledger.finish(Outcome(job("a"), (ResultFile("out/a.srt", "ff"),), figures, 2.5, ("quiet",), Cost(0.5, "USD")))
    ledger.finish(Outcome(job("b"), error=MediaNotReadable("b", "is a folder, not a file")))
    one, other = ledger.entries()
    results = (ResultFile("out/a.srt", "ff"),)
    assert one == Entry("a", "k", 1, "lost", 0, None, 0, results, 2.5, ("quiet",), figures, Cost(0.5, "USD"), "a", "")
    assert (other.state, other.exit_code, other.error) == ("failed", 3, "b: is a folder, not a file")


def test_another_machine_goes_on_with_what_is_done(ledger: Ledger, tmp_path: Path) -> None:
    takeover = TakeoverFile(str(tmp_path / "out"), {"a": "k", "b": "k"})
    done = Outcome(job("a"), (ResultFile(str(tmp_path / "out" / "x" / "a.srt"), "ff"),), Figures(language="en"))
    takeover.add(done)
    takeover.add(Outcome(job("b"), error=MediaNotReadable("b", "is not media")))
    with takeover.path.open("a") as file:
        file.write('{"source": "c", "key"')  # the driver was killed here
    ledger.plan([Planned("a", "k", 1, shown=f"{tmp_path}/out/x"), Planned("b", "k", 1)])
    ledger.adopt(takeover.entries())
    assert states(ledger) == {"a": "done", "b": "waiting"}
    assert next(ledger.entries()).results == done.results


@pytest.mark.parametrize("other", ["/archive/in", "/archive/in/deep", "/archive"])
def test_two_drivers_exclude_each_other(other: str) -> None:
    with (
        only_driver("/archive/in"),
        pytest.raises(UsageError, match="another batch writes results into"),
        only_driver(other),
    ):
        pass
    with only_driver("/archive/in"), only_driver("/archive/in2"):
        pass


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.sqlite").write_text("mine, and no database at all" * 100)
    with pytest.raises(LedgerNotUsable):
        Ledger(tmp_path / "l.sqlite")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("source", "\ud800"), ("source", None), ("key", 7), ("results", [["a"]]), ("results", 1), ("warnings", None),
        ("seconds", float("nan")), ("seconds", "1"), ("figures", {}), ("figures", {"duration": 2**70}),
    ],
)  # fmt: skip
def test_a_takeover_file_that_is_damaged_is_left_out(tmp_path: Path, column: str, value: object) -> None:
    takeover = TakeoverFile(str(tmp_path), {"a": "k"})
    takeover.add(Outcome(job("a"), (ResultFile(str(tmp_path / "a.srt"), "0"),)))
    line = json.loads(takeover.path.read_text())
    changed = line[column] | value if isinstance(value, dict) and value else value
    takeover.path.write_text(json.dumps(line | {column: changed}) + "\n[1]\n" + "[" * 100_000)
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.plan([Planned("a", "k", 1)])
    ledger.adopt(takeover.entries())
    assert states(ledger) == {"a": "waiting"}
    ledger.close()


def test_secrets_of_addresses_stay_on_this_machine(tmp_path: Path) -> None:
    source = "https://me:hunter22@example.org/a.mp4"
    takeover = TakeoverFile(str(tmp_path), {source: "k"})
    takeover.add(Outcome(job(source), (ResultFile(str(tmp_path / "a.srt"), "0"),)))
    assert "hunter22" not in takeover.path.read_text()
    [entry] = TakeoverFile(str(tmp_path), {source: "k"}).entries()
    assert entry.source == source
    assert "hunter22" not in json_report([entry]) + csv_report([entry])


def test_a_ledger_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerNotUsable):
        Ledger(tmp_path / "file" / "ledger.sqlite")
    monkeypatch.setenv("CAPTIONER_STATE", str(tmp_path / "file" / "results.sqlite"))
    with pytest.raises(LedgerNotUsable), only_driver("/archive"):
        pass


def test_formulas_in_a_table_are_text(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    names = ["=1+2.wav", "-x.wav", "@a.wav", "new\nline.wav"]
    ledger.plan(Planned(name, "k", 1) for name in names)
    rows = list(csv.DictReader(io.StringIO(csv_report(ledger.entries()), newline="")))
    assert [row["source"] for row in rows] == ["'=1+2.wav", "'-x.wav", "'@a.wav", "new\nline.wav"]
    ledger.close()


class LedgerMachine(RuleBasedStateMachine):
    """The ledger beside a dictionary: any order of calls leaves each source in one state."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(Path(":memory:"))
        self.model: dict[str, str] = {}

    sources = st.sampled_from("abcd")

    @rule(names=st.lists(sources, unique=True))
    def plan(self, names: list[str]) -> None:
        self.ledger.plan(Planned(name, "k", 1) for name in names)
        self.model = {name: "waiting" if state == "running" else state for name, state in self.model.items()}
        for name in names:
            self.model.setdefault(name, "waiting")

    @rule(name=sources)
    def start(self, name: str) -> None:
        if name in self.model:
            self.ledger.start(name)
            self.model[name] = "running"

    @rule(name=sources, lost=st.integers(0, 2))
    def finish(self, name: str, lost: int) -> None:
        if name in self.model:
            self.ledger.finish(Outcome(job(name), figures=Figures(lost=lost)))
            self.model[name] = "lost" if lost else "done"

    @rule(name=sources)
    def requeue(self, name: str) -> None:
        if name in self.model:
            self.ledger.requeue([name])
            self.model[name] = "waiting"

    @invariant()
    def each_source_has_one_state(self) -> None:
        assert states(self.ledger) == self.model

    def teardown(self) -> None:
        self.ledger.close()


TestLedger = LedgerMachine.TestCase
