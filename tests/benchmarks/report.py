"""docs/performance.md: the table, where the time of a talk goes, and cost against length, with its picture."""

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
from tests.benchmarks.stages import Stage, stages
from tests.benchmarks.straight import Point, bend, draw, points
from tests.paths import DOCS

PAGE = DOCS / "performance.md"
PICTURE = PAGE.with_suffix(".svg")
PACKAGES = ("numpy", "silero-vad", "faster-whisper", "torch", "av", "espeakng-loader", "httpx")

WHAT_IS_LEFT = """
Without words in time, what is left is ffmpeg's decoding, which is the floor, and silero's numbers: its recurrent cell
walks frame by frame (a third of a run's own time), and its convolutions and spectra run at what one core multiplies.

Two programs side by side lose more to a machine's other users than one alone does: where it is shared, the ratio of the
whole way to ffmpeg moves by a tenth from hour to hour."""


def write(rows: Sequence[Row | str], lengths: Lengths, *, keep: bool) -> None:
    """Measure what is missing and print the page; `keep` writes it with its picture."""
    measured = points(lengths)
    text = "\n".join(page(rows, stages(lengths), measured, lengths)) + "\n"
    print(text)
    if keep:
        PAGE.write_text(text, "utf-8")
        draw(measured, PICTURE)


def page(
    rows: Sequence[Row | str], parts: Sequence[Stage], measured: Sequence[Point], lengths: Lengths
) -> Iterator[str]:
    yield "# What captioner costs\n"
    yield "Made by `python -m tests.benchmarks`: medians of three, in one run, so that the ratios count. The media is"
    yield "the sample again and again, picture and all."
    yield f"\n{machine()}.\n"
    yield HEAD
    yield from map(table_line, rows)
    yield f"\n## Where the time of a talk of {lengths.talk:g} minutes goes\n"
    yield "Processor seconds, each stage by itself. In a run these work side by side: ffmpeg, captioner's `media`"
    yield "and `speech`, the recogniser, and `align`. `before` is the plain way: silero's own loop.\n"
    yield "| stage | before | captioner | programs beside it | share |\n|---|---|---|---|---|"
    whole = sum(part.own + part.beside for part in parts)
    for part in parts:
        before = part.own if part.before is None else part.before
        share = (part.own + part.beside) / whole
        yield f"| {part.name} | {before:.2f} | {part.own:.2f} | {part.beside:.2f} | {share:.0%} |"
    yield WHAT_IS_LEFT
    yield "\n## Cost against length\n"
    yield "![Time and memory at four lengths](performance.svg)\n"
    yield "| minutes | captioner without recognition, s | ffmpeg alone, s | peak memory, MiB |\n|---|---|---|---|"
    for point in measured:
        yield f"| {point.minutes:g} | {point.ours:.2f} | {point.floor:.2f} | {point.memory:.0f} |"
    yield f"\nNo cost lies further than {bend(measured):.1%} of the greatest from a straight line."


def machine() -> str:
    """What all this was measured on, and when."""
    packages = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
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
