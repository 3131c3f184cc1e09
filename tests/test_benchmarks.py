"""The benchmarks can run. Their results are not tested, since machines differ."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from captioner.values import Audio
from tests.benchmarks import Row
from tests.benchmarks.__main__ import BY_NAME, main
from tests.benchmarks.fleet import Fleet, simulate
from tests.benchmarks.fleet import lengths as recording_lengths
from tests.benchmarks.measuring import alternate, sentences, text_of
from tests.benchmarks.pages import BEGIN, END, publish
from tests.benchmarks.performance import comparison_table, length_table, stage_table
from tests.benchmarks.scaling import Point, deviation, draw
from tests.benchmarks.stages import Stage
from tests.paths import DOCS

POINTS = [Point(minutes, 0.5 + minutes / 20, minutes / 40, 85.0) for minutes in (15.0, 30.0, 60.0, 120.0)]

PAGES = {
    "alignment": ("alignment.md", 2),
    "cues": ("cues.md", 1),
    "fleet": ("scale.md", 3),
    "real_speech": ("real-speech.md", 3),
    "retiming": ("scripts.md", 1),
    "scripts": ("script-accuracy.md", 4),
}
"""The page that each command rewrites, and the number of its sections with tables."""


@pytest.mark.parametrize("name", BY_NAME)
def test_each_benchmark_takes_lengths(name: str) -> None:
    assert list(inspect.signature(import_module(f"tests.benchmarks.{name}").measure).parameters) == ["lengths"]


def test_the_help_names_each_benchmark() -> None:
    text = CliRunner().invoke(main, ["-h"]).output
    assert all(name in text for name in BY_NAME)


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_have_help(name: str) -> None:
    command = import_module(f"tests.benchmarks.{name}").main
    assert f"docs/{PAGES[name][0]}" in CliRunner().invoke(command, ["-h"]).output


def test_an_unknown_benchmark_is_a_usage_error() -> None:
    result = CliRunner().invoke(main, ["speed"])
    assert (result.exit_code, "'speed' is not one of" in result.output) == (2, True)


def test_a_command_without_recordings_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.benchmarks.recordings.MANIFEST", tmp_path / "MANIFEST.json")
    result = CliRunner().invoke(import_module("tests.benchmarks.real_speech").main, [])
    assert (result.exit_code, "set CAPTIONER_TESTDATA" in result.output) == (1, True)


def test_the_tables_of_the_performance_page(
    golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tests.benchmarks.performance.machine", lambda: "Measured on a machine")
    rows: list[Row | str] = [Row("ours / theirs", 3.0, 2.0, "s", "≤ 2"), "theirs: not measured, not installed"]
    stages = [Stage("media", 0.1, 2.9), Stage("speech", 3.0, 0.0, 38.0)]
    page = tmp_path / "performance.md"
    page.write_text("\n".join([f"{BEGIN}\n{END}\n"] * 3), "utf-8")
    publish(page, (comparison_table(rows), stage_table(stages), length_table(POINTS)), dry_run=False)
    golden("performance.md", page.read_text("utf-8"))


@pytest.mark.parametrize(("page", "sections"), [*PAGES.values(), ("performance.md", 3)])
def test_each_page_has_markers_for_its_tables(page: str, sections: int) -> None:
    text = (DOCS / page).read_text("utf-8")
    assert re.findall("<!-- .*? -->", text) == [BEGIN, END] * sections


def test_a_dry_run_does_not_write_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n", "utf-8")
    publish(page, [["| 1 |"]], dry_run=True)
    assert (page.read_text("utf-8"), capsys.readouterr().out) == (f"{BEGIN}\n{END}\n", "| 1 |\n")


def test_a_page_without_markers_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Text.\n", "utf-8")
    with pytest.raises(ValueError, match="pairs of markers"):
        publish(page, [["| 1 |"]], dry_run=False)


def test_the_deviation_of_a_line_is_zero_and_that_of_a_curve_is_not(tmp_path: Path) -> None:
    assert deviation(POINTS) < 1e-9
    assert deviation([Point(point.minutes, point.minutes**2, 1.0, 85.0) for point in POINTS]) > 0.1
    draw(POINTS, tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").read_text("utf-8").count("captioner, without recognition") == 1


def test_a_clip_of_the_repeated_sample_has_the_same_text_each_time() -> None:
    first = sentences()[1]
    samples = np.zeros(round(16_000 * (first.end - first.start + 0.4)), np.float32)
    for repetition in range(3):
        clip = Audio(samples, 16_000, first.start - 0.2 + repetition * 88.44)
        assert text_of(clip, 88.44) == first.text


def test_measurements_alternate() -> None:
    values = iter([1.0, 10.0, 2.0, 30.0, 3.0, 20.0])
    assert alternate(lambda: next(values), lambda: next(values)) == [2.0, 20.0]


def test_the_simulated_fleet_does_all_the_work() -> None:
    recordings = recording_lengths(500, seed=1)
    alone = simulate(recordings, Fleet(1, 10.0))
    assert alone.length == pytest.approx(sum(recordings) / 10, rel=0.02)
    assert simulate(recordings, Fleet(50, 10.0, servers=100.0)).length == pytest.approx(alone.length / 10, rel=0.05)
    first, other = (simulate(recordings, Fleet(50, 10.0, longest_first=order)) for order in (True, False))
    assert alone.length / 50 < first.length < other.length
    assert (first.tail < other.tail, first.again) == (True, 0.0)
    lossy = simulate(recordings, Fleet(50, 10.0, life=7200.0))
    assert first.length < lossy.length < 3 * first.length
    assert 0 < lossy.again < sum(recordings)
