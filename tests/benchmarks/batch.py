"""What a batch costs beside the work on its sources: planning, showing its state, each file, and a second worker.

The sources of the plans are empty files, which nothing reads. The reference of a file is the same source captioned in
this process by an open backend, so the difference is what worker processes, ledger and records cost.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from captioner.backends.scripted import Scripted
from captioner.batch.batch_worker import BatchWorker, WorkerSettings
from captioner.batch.driver import run_batch
from captioner.batch.job import BatchJob
from captioner.batch.ledger import Ledger
from captioner.batch.plan import Renewal, jobs_to_run, planned_sources
from captioner.batch.process_executor import ProcessExecutor
from captioner.batch.result_names import result_patterns
from captioner.batch.sources import find_sources
from captioner.batch.takeover import TakeoverFile
from captioner.pipeline import CaptionOptions
from captioner.result_records import ResultRecords, default_state_path
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import costs, talk, wall_seconds
from tests.paths import DATA

SOURCES = 100_000
IN_A_FOLDER = 1000

FILES = 40
"""Short files that are captioned."""

TALKS = 24
"""Recordings of two workers."""

LIMIT = 5.0
"""Seconds of a core that the plan of a large batch should take at most."""

SETTINGS = WorkerSettings("scripted", options=CaptionOptions(align=None))


def measure(lengths: Lengths) -> Sequence[Row | str]:
    with TemporaryDirectory() as folder, chdir(folder):
        os.environ["CAPTIONER_STATE"] = str(Path(folder, "state", "results.sqlite"))
        try:
            return [*plan_rows(), file_row(), *worker_rows(lengths.short / 5)]
        finally:
            del os.environ["CAPTIONER_STATE"]


def plan_rows() -> Iterator[Row]:
    """Yield the time to plan a batch, to see its state, and to plan it again when all is done."""
    for number in range(SOURCES):
        path = Path("archive", f"{number // IN_A_FOLDER:03}", f"{number:06}.mp4")
        if number % IN_A_FOLDER == 0:
            path.parent.mkdir(parents=True)
        path.touch()
    with closing(Ledger(Path("plan.sqlite"))) as ledger:
        first = cpu_seconds(lambda: planned(ledger, "archive"))
        state = cpu_seconds(lambda: list(ledger.entries()))
        again = cpu_seconds(lambda: planned(ledger, "archive"))
    yield Row(f"plan of {SOURCES} sources / limit", first, LIMIT, "s of CPU", "≤ 1")
    yield Row("their state / limit", state, LIMIT, "s of CPU", "≤ 1")
    yield Row("plan of the same once more / limit", again, LIMIT, "s of CPU", "≤ 1")


def file_row() -> Row:
    """Return the time of a short file in a batch with one process, beside that of the same file without a batch."""
    Path("talks").mkdir()
    for number in range(FILES):
        shutil.copyfile(DATA / "three_sentences.flac", f"talks/{number}.flac")
    with closing(Ledger(Path("files.sqlite"))) as ledger:
        jobs = planned(ledger, "talks")
        worker = BatchWorker(SETTINGS, Scripted())
        alone = wall_seconds(lambda: [worker.run(job) for job in jobs])
        moments: list[float] = []
        run_batch(jobs, ProcessExecutor([SETTINGS]), ledger, TakeoverFile("out", dict.fromkeys(
            (job.source for job in jobs), "")), lambda outcome: moments.append(time.perf_counter()))  # fmt: skip
    beside = (moments[-1] - moments[0]) / (FILES - 1)
    return Row("a short file in a batch / alone", beside, alone / FILES, "s", "≤ 50 ms more")


def worker_rows(minutes: float) -> Iterator[Row]:
    """Yield the time of two workers beside that of two processes of captioner that know nothing of each other.

    Each has half of `TALKS` recordings of some minutes, and a backend that takes no time.
    """
    halves = [Path("halves", name) for name in ("a", "b")]
    for number in range(TALKS):
        path = halves[number % 2] / f"{number}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(talk(minutes, Path.cwd()), path)
    command = [sys.executable, "-m", "captioner"]
    options = ["--backend", "scripted", "--no-journal", "--overwrite", "--quiet"]
    # A ledger of its own for each round: a source that is done is not captioned again.
    batch = shlex.join([*command, "batch", "halves", "--workers", "2", *options])
    batch = f"CAPTIONER_STATE=$$/results.sqlite {batch} -d $$/together"
    alone = [shlex.join([*command, *map(str, sorted(half.iterdir())), "-d", half.name, *options]) for half in halves]
    two, independent = costs(["sh", "-c", batch], ["sh", "-c", f"{alone[0]} & {alone[1]} & wait"])
    label = f"{TALKS} recordings of {minutes:g} min, 2 workers / 2 processes of captioner"
    yield Row(label, two.wall, independent.wall, "s", "≤ 1.11")
    yield Row(f"{label}, CPU time", two.cpu, independent.cpu, "s", "≤ 1.11")


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU time that a function takes in this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def planned(ledger: Ledger, folder: str) -> list[BatchJob]:
    sources = find_sources([folder])
    patterns = result_patterns(sources, "out", "{stem}")
    ledger.plan(planned_sources(sources, patterns, SETTINGS))
    return jobs_to_run(sources, patterns, SETTINGS, ledger, ResultRecords(default_state_path(), print), Renewal())
