"""A short run of `python -m tests.kills`: kill -9 and SIGHUP of every command leave nothing half written."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.fuzz import temporary_folder
from tests.kills import SIGNALS, WORKS, Trials, Work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

SECONDS = {"burn", "live", "mux"}
"""Commands that take seconds, or that kill -9 finds in the middle of a video."""

QUICK = [work for work in WORKS if work.name not in SECONDS]


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with temporary_folder() as folder:
        yield Trials(folder)


@pytest.mark.parametrize("work", QUICK, ids=lambda work: work.name)
@pytest.mark.parametrize("name", SIGNALS)
def test_a_command_that_is_killed_leaves_nothing_half_written(name: str, work: Work, trials: Trials) -> None:
    assert list(trials.disturb(work, SIGNALS[name][0], seed=0)) == []


def test_burn_that_is_killed_leaves_nothing_behind(trials: Trials) -> None:
    burn = next(work for work in WORKS if work.name == "burn")
    assert list(trials.disturb(burn, SIGNALS["kill"][0], seed=1)) == []
