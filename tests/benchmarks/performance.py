"""docs/performance.md: the table of all benchmarks, the stages of a talk, and cost by length with its picture."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import captioner
from captioner.media import ffmpeg_version, find_ffmpeg
from tests.benchmarks import HEAD, Lengths, Row, table_line
from tests.benchmarks.pages import publish
from tests.benchmarks.scaling import Point, deviation, draw, points
from tests.benchmarks.stages import Stage, stages
from tests.paths import DOCS

PAGE = DOCS / "performance.md"
PICTURE = PAGE.with_suffix(".svg")
PACKAGES = ("numpy", "silero-vad", "faster-whisper", "torch", "av", "espeakng-loader", "httpx")


def publish_performance(rows: Sequence[Row | str], lengths: Lengths, *, dry_run: bool) -> None:
    """Measure the stages and the cost by length, print all tables and, unless it is a `dry_run`, write the page."""
    parts, measured = stages(lengths), points(lengths)
    publish(PAGE, (comparison_table(rows), stage_table(parts), length_table(measured)), dry_run=dry_run)
    if not dry_run:
        draw(measured, PICTURE)


def comparison_table(rows: Sequence[Row | str]) -> Iterator[str]:
    """Yield the lines about the machine and the table of all benchmarks."""
    yield f"{machine()}.\n"
    yield HEAD
    yield from map(table_line, rows)


def stage_table(parts: Sequence[Stage]) -> Iterator[str]:
    """Yield the lines of the table of stages; `share` is that of the stage in the CPU time of all."""
    yield "| stage | baseline | captioner | child processes | share |\n|---|---|---|---|---|"
    total = sum(part.own + part.children for part in parts)
    for part in parts:
        baseline = part.own if part.baseline is None else part.baseline
        share = (part.own + part.children) / total
        yield f"| {part.name} | {baseline:.2f} | {part.own:.2f} | {part.children:.2f} | {share:.0%} |"


def length_table(measured: Sequence[Point]) -> Iterator[str]:
    """Yield the lines of the table of costs by length, and how far they are from a straight line."""
    yield "| minutes | captioner without recognition, s | ffmpeg alone, s | peak memory, MiB |\n|---|---|---|---|"
    for point in measured:
        yield f"| {point.minutes:g} | {point.ours:.2f} | {point.ffmpeg:.2f} | {point.memory:.0f} |"
    yield f"\nThe times differ from a straight line by at most {deviation(measured):.1%} of the longest one."


def machine() -> str:
    """Return the date, the machine and the versions that were measured, as a sentence without its full stop."""
    packages = ", ".join(f"{name} {installed}" for name in PACKAGES if (installed := _version(name)))
    python = f"Python {platform.python_version()}"
    return (
        f"Measured on {date.today():%Y-%m-%d} with captioner {captioner.__version__}: {_processor()}, "
        f"{os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}, {python}, "
        f"ffmpeg {ffmpeg_version(find_ffmpeg())}, {packages}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").split("\n")
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
