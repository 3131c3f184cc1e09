"""Mixed load for some seconds: no job is lost over a kill. The long form is tests/server_load.py."""

from __future__ import annotations

from pathlib import Path

from tests.server_load import problems, run_load


def test_mixed_load_loses_no_job(tmp_path: Path) -> None:
    report = run_load(tmp_path / "state", seconds=2.0, clients=3, seed=7, pause=0.2)
    assert report.load
    assert report.load.counts["POST 201"]
    assert problems(report) == []
