"""The log of a document: no edit is lost, whichever windows edit at once, and whatever ends the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import captioner.editing.edit_log
from captioner.editing.document import Document
from captioner.editing.edit_log import Batch, EditLog
from captioner.editing.operations import (
    DeleteCue,
    MergeCues,
    Operation,
    SetSpeaker,
    SetText,
    SetTimes,
    SplitCue,
)
from captioner.errors import DocumentNotSaved, EditConflict, EditRefused
from tests.editing.documents import documents, operations_on, two_cues
from tests.paths import TOP


@contextmanager
def opened(folder: Path, document: Document | None = None) -> Iterator[EditLog]:
    log = EditLog(folder / "document.sqlite", lambda: document or two_cues())
    try:
        yield log
    finally:
        log.close()


def batch(client: str, sequence: int, base: int, *operations: Operation) -> Batch:
    return Batch(client, sequence, base, operations)


def texts(log: EditLog) -> list[str]:
    return [cue.text for cue in log.state[1].cues]


def test_a_batch_that_is_sent_again_gets_its_old_answer(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        first = log.commit(batch("a", 1, 0, SplitCue("c1", 10, "n1")))
        log.commit(batch("a", 2, 1, SetText("c2", "new")))
        again = log.commit(batch("a", 1, 0, SplitCue("c1", 10, "n1")))
        assert again == first
        assert log.state[0] == 2
        assert texts(log) == ["The quick", "brown fox", "new"]


def test_other_cues_and_other_fields_are_no_conflict(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.commit(batch("a", 1, 0, SetTimes("c1", 0.5, 3.0), SetText("c2", "theirs")))
        log.commit(batch("b", 1, 0, SetTimes("c1", 1.0, 2.9), SetText("c1", "yours"), SetSpeaker("c2", "Ann")))
        first, second = log.state[1].cues
        assert (first.start, first.end, first.text, second.text, second.speaker) == (0.5, 2.9, "yours", "theirs", "Ann")


def test_the_same_field_is_a_conflict_with_both_values(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.commit(batch("a", 1, 0, SetText("c1", "theirs")))
        with pytest.raises(EditConflict) as caught:
            log.commit(batch("b", 1, 0, SetSpeaker("c2", "Ann"), SetText("c1", "yours")))
        (conflict,) = caught.value.conflicts
        assert (conflict.cue, conflict.field) == ("c1", "text")
        assert (conflict.base, conflict.theirs, conflict.yours) == ("The quick brown fox", "theirs", "yours")
        assert log.state[1].by_id["c2"].speaker is None  # nothing of the batch was applied
        log.commit(batch("b", 2, caught.value.revision, SetText("c1", "yours")))
        assert texts(log)[0] == "yours"


def test_a_cue_that_another_removed_is_a_conflict(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.commit(batch("a", 1, 0, MergeCues("c1", "c2")))
        with pytest.raises(EditConflict) as caught:
            log.commit(batch("b", 1, 0, SetText("c2", "yours")))
        (conflict,) = caught.value.conflicts
        assert (conflict.cue, conflict.field, conflict.theirs) == ("c2", "cue", None)
        log.commit(batch("c", 1, 0, DeleteCue("c2")))  # it is gone already


def test_operations_that_never_made_sense_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.commit(batch("a", 1, 0, SetText("c1", "theirs")))
        with pytest.raises(EditRefused):
            log.commit(batch("b", 1, 0, SetText("c9", "x")))
        with pytest.raises(EditConflict):
            log.commit(batch("b", 1, 7, SetText("c1", "x")))  # a revision of another log


def test_a_restart_replays_snapshots_and_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captioner.editing.edit_log, "SNAPSHOT_EVERY", 3)
    with opened(tmp_path) as log:
        for number in range(1, 9):
            log.commit(batch("a", number, number - 1, SetText("c1", f"text {number}")))
        before = log.state
    with opened(tmp_path) as log:
        assert log.state == before
        assert [log.at(revision).cues[0].text for revision in (0, 2, 7)] == ["The quick brown fox", "text 2", "text 7"]
        assert [entry.revision for entry in log.history()] == list(range(8, 0, -1))
        log.restore(2, "a", 100)
        assert log.state[0] == 9
        assert log.state[1].cues == log.at(2).cues


def refusal(log: EditLog, sent: Batch) -> str | None:
    """Commit a batch; return how it was refused, or None."""
    try:
        log.commit(sent)
    except EditRefused:
        return "refused"
    except EditConflict as conflict:
        return "conflict" if conflict.conflicts else "conflict of nothing"
    return None


@settings(max_examples=25)
@given(st.data())
def test_two_clients_lose_nothing(data: st.DataObject) -> None:
    """Whatever two windows do at once: each field that one of them set holds its value, or the other was refused."""
    document = data.draw(documents(3))
    theirs, yours = data.draw(operations_on(document, "a")), data.draw(operations_on(document, "b"))
    with tempfile.TemporaryDirectory() as folder:
        with opened(Path(folder), document) as log:
            refused = refusal(log, batch("a", 1, 0, theirs))
            middle = log.state[1]
            refused = refused or refusal(log, batch("b", 1, 0, yours))
            state = log.state
            if refused:
                assert refused == "refused" or (refused == "conflict" and state == (1, middle))
                return
        with opened(Path(folder)) as log:
            assert log.state == state
    for cue_id in document.by_id.keys() | middle.by_id.keys():
        base, mine, now = (one.by_id.get(cue_id) for one in (document, middle, state[1]))
        if base != mine and now is not None and mine is not None:
            changed = [name for name in ("text", "start", "end", "speaker", "locked")
                       if base is None or getattr(base, name) != getattr(mine, name)]  # fmt: skip
            assert [getattr(now, name) for name in changed] == [getattr(mine, name) for name in changed]
        if mine is None:
            assert now is None


KILLED = """
import os, signal, sys
from pathlib import Path
from captioner.editing.edit_log import Batch, EditLog
from captioner.editing.log_store import LogStore
from captioner.editing.operations import SetText
from tests.editing.documents import two_cues
log = EditLog(Path(sys.argv[1]), two_cues)
append = LogStore.append
def append_and_die(*arguments):
    append(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
LogStore.append = append_and_die
log.commit(Batch("a", 1, 0, (SetText("c1", "kept"),)))
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_batch_survives_a_kill_between_log_and_answer(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", KILLED, str(tmp_path / "document.sqlite")]
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(TOP)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    with opened(tmp_path) as log:
        assert texts(log)[0] == "kept"
        assert log.commit(batch("a", 1, 0, SetText("c1", "kept"))).revision == 1  # the window sends it again
        assert log.state[0] == 1


def test_a_file_that_is_no_log_is_reported(tmp_path: Path) -> None:
    (tmp_path / "document.sqlite").write_bytes(b"something else, long enough to be no empty database" * 20)
    with pytest.raises(DocumentNotSaved, match="cannot save in"):
        EditLog(tmp_path / "document.sqlite", two_cues)
