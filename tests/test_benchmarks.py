"""The benchmarks run. What they measure is not tested, since machines differ."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from captioner.values import Audio
from tests.benchmarks import FULL, Row
from tests.benchmarks.__main__ import BY_NAME, main
from tests.benchmarks.measuring import in_turns, said_in, sentences
from tests.benchmarks.report import page
from tests.benchmarks.stages import Stage
from tests.benchmarks.straight import Point, bend, draw

POINTS = [Point(minutes, 0.5 + minutes / 20, minutes / 40, 85.0) for minutes in (15.0, 30.0, 60.0, 120.0)]


@pytest.mark.parametrize("name", BY_NAME)
def test_each_benchmark_takes_lengths(name: str) -> None:
    assert list(inspect.signature(import_module(f"tests.benchmarks.{name}").measure).parameters) == ["lengths"]


def test_the_help_names_each_benchmark() -> None:
    text = CliRunner().invoke(main, ["-h"]).output
    assert all(name in text for name in BY_NAME)


def test_an_unknown_benchmark_is_one_sentence() -> None:
    ran = CliRunner().invoke(main, ["speed"])
    assert (ran.exit_code, "'speed' is not one of" in ran.output) == (2, True)


def test_the_page(golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.benchmarks.report.machine", lambda: "Measured on a machine")
    rows: list[Row | str] = [Row("ours / theirs", 3.0, 2.0, "s", "≤ 2"), "theirs is not installed"]
    stages = [Stage("media", 0.1, 2.9), Stage("speech", 3.0, 0.0, 38.0)]
    golden("performance.md", "\n".join(page(rows, stages, POINTS, FULL)) + "\n")


def test_a_line_is_straight_and_a_curve_is_not(tmp_path: Path) -> None:
    assert bend(POINTS) < 1e-9
    assert bend([Point(point.minutes, point.minutes**2, 1.0, 85.0) for point in POINTS]) > 0.1
    draw(POINTS, tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").read_text("utf-8").count("captioner, without recognition") == 1


def test_each_clip_of_the_repeated_sample_says_what_it_says_the_first_time() -> None:
    first = sentences()[1]
    samples = np.zeros(round(16_000 * (first.end - first.start + 0.4)), np.float32)
    for turn in range(3):
        assert said_in(Audio(samples, 16_000, first.start - 0.2 + turn * 88.44), 88.44) == first.text


def test_works_take_turns() -> None:
    given = iter([1.0, 10.0, 2.0, 30.0, 3.0, 20.0])
    assert in_turns(lambda: next(given), lambda: next(given)) == [2.0, 20.0]
