"""A short run of `python -m tests.batch_faults`: whatever is killed, nothing is lost and nothing is done twice."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.batch_faults import PROCESS_FAULTS, Trials
from tests.fuzz import temporary_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with temporary_folder() as folder:
        yield Trials(folder, sources=9, broken=3)


def test_the_report_names_what_is_broken(trials: Trials) -> None:
    states = [row["state"] for row in trials.undisturbed.report]
    assert (trials.undisturbed.code, states.count("done"), states.count("failed")) == (3, 6, 3)
    assert len(trials.undisturbed.results) == 12


def test_a_killed_worker_and_a_killed_driver_lose_nothing(trials: Trials) -> None:
    assert trials.faults(PROCESS_FAULTS, None, seed=0, kills=2)[0] == []
