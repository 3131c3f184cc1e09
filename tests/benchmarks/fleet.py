"""A simulation of 100,000 recordings on many workers: throughput, the tail, slow workers, lost machines.

Discrete events, seeded. A worker takes the next recording and works on it at its speed, or at its share of the servers
where these are the limit. The speeds are measured (docs/performance.md) or published (docs/choosing.md). The command
rewrites the tables and the picture of docs/scale.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from pathlib import Path
from random import Random

import click

from tests.benchmarks import HELP
from tests.benchmarks.pages import publish
from tests.paths import DOCS

PAGE = DOCS / "scale.md"
PICTURE = DOCS / "scale.svg"

FILES = 100_000

HOUR = 3600.0

MEAN, SPREAD, LONGEST = HOUR, 0.9, 10 * HOUR
"""Lengths of the recordings: log-normal with this mean and this spread of the logarithm, cut at ten hours."""

CORE = 135.0
"""Seconds of audio that a core prepares a second, with word times: 26.7 s of CPU for an hour (docs/performance.md)."""

OVERHEAD = 0.05
"""Seconds that a recording costs beside its length: the limit that `python -m tests.benchmarks batch` checks."""

NOISE = 0.1
"""Spread of the time that a recording takes: on a shared machine it changes by a tenth."""

WHISPER = 8.0
"""Seconds of audio that Whisper small recognises a second with int8 on one large processor (docs/choosing.md)."""

GPU = 265.0
"""Seconds of audio that a GPU recognises a second with GLM-ASR-Nano under vLLM (docs/choosing.md)."""


@dataclass(frozen=True)
class Fleet:
    """The workers of a batch and what befalls them. Times in seconds."""

    workers: int

    speed: float = CORE
    """Seconds of audio a second of one worker."""

    servers: float = math.inf
    """Seconds of audio a second of all servers together."""

    longest_first: bool = True

    slow_share: float = 0.0
    """Share of the workers that have a tenth of the speed."""

    machine: int = 16
    """Workers of a machine."""

    life: float = math.inf
    """Mean time until a machine is lost."""

    away: float = 600.0
    """Time until another one takes its place."""


@dataclass(frozen=True)
class Run:
    """What a simulated batch took. Times in seconds."""

    length: float

    tail: float
    """From the moment when no recording waits to the end."""

    again: float
    """Audio of the attempts that were lost: without a journal, this is paid for again."""


def lengths(count: int, seed: int) -> list[float]:
    """Return the lengths of recordings."""
    random, shift = Random(seed), math.log(MEAN) - SPREAD**2 / 2
    return [min(random.lognormvariate(shift, SPREAD), LONGEST) for _ in range(count)]


def simulate(recordings: Sequence[float], fleet: Fleet, seed: int = 0) -> Run:
    """Return what a batch takes."""
    return _Simulation(recordings, fleet, Random(seed)).run()


class _Simulation:
    """The state of a simulated batch.

    All active workers are slowed down alike where the servers are the limit. So work is measured on a clock of its own,
    which runs slower then, and the end of each recording on that clock is known when it begins.
    """

    def __init__(self, recordings: Sequence[float], fleet: Fleet, random: Random) -> None:
        self._fleet, self._random = fleet, random
        self._waiting = sorted(recordings) if fleet.longest_first else random.sample(recordings, len(recordings))
        slow = random.sample(range(fleet.workers), round(fleet.slow_share * fleet.workers))
        self._speeds = [fleet.speed] * fleet.workers
        for worker in slow:
            self._speeds[worker] = fleet.speed / 10
        self._idle = list(range(fleet.workers))
        self._running: dict[int, tuple[int, float, float]] = {}  # worker: attempt, length, begin on the work clock
        self._ends: list[tuple[float, int, int]] = []  # on the work clock: end, worker, attempt
        self._events: list[tuple[float, int, bool]] = []  # losses and returns of machines: time, machine, whether lost
        self._lost: set[int] = set()
        self._now = self._work = self._active = self._again = 0.0
        self._attempt = 0
        for machine in range(math.ceil(fleet.workers / fleet.machine)):
            self._plan_loss(machine)

    def run(self) -> Run:
        tail_began = 0.0
        self._begin()
        while self._running or self._waiting:
            if not self._waiting:
                tail_began = tail_began or self._now
            rate = min(1.0, self._fleet.servers / self._active) if self._active else 1.0
            end = self._now + (self._ends[0][0] - self._work) / rate if self._ends else math.inf
            if self._events and self._events[0][0] < end:
                self._advance(self._events[0][0], rate)
                self._change(*heappop(self._events)[1:])
            else:
                self._advance(end, rate)
                _, worker, attempt = heappop(self._ends)
                if self._running.get(worker, (0,))[0] == attempt:
                    self._free(worker)
                    self._idle.append(worker)
            self._begin()
        return Run(self._now, self._now - tail_began, self._again)

    def _advance(self, now: float, rate: float) -> None:
        self._work += (now - self._now) * rate
        self._now = now

    def _begin(self) -> None:
        while self._idle and self._waiting:
            worker, length = self._idle.pop(), self._waiting.pop()
            self._attempt += 1
            seconds = OVERHEAD + length / self._speeds[worker] * self._random.lognormvariate(0, NOISE)
            self._running[worker] = self._attempt, length, self._work
            heappush(self._ends, (self._work + seconds, worker, self._attempt))
            self._active += self._speeds[worker]

    def _free(self, worker: int) -> tuple[float, float]:
        """Let a worker be at rest; returns the length of its recording and when it began."""
        self._active -= self._speeds[worker]
        _, length, began = self._running.pop(worker)
        return length, began

    def _change(self, machine: int, lost: bool) -> None:
        """Lose a machine, whose recordings are the next ones; or get another one in its place."""
        first = machine * self._fleet.machine
        workers = range(first, min(first + self._fleet.machine, self._fleet.workers))
        if not lost:
            self._idle.extend(workers)
            self._plan_loss(machine)
            return
        for worker in workers:
            if worker in self._running:
                length, began = self._free(worker)
                self._again += min(length, (self._work - began) * self._speeds[worker])
                self._waiting.append(length)
            else:
                self._idle.remove(worker)
        heappush(self._events, (self._now + self._fleet.away, machine, False))

    def _plan_loss(self, machine: int) -> None:
        if self._fleet.life < math.inf:
            heappush(self._events, (self._now + self._random.expovariate(1 / self._fleet.life), machine, True))


def order_table(recordings: Sequence[float], counts: Sequence[int]) -> Iterator[str]:
    """Yield the table of time and tail by number of workers and order."""
    yield "| workers | each | longest first | tail | any order | tail | workers without end |"
    yield "|---|---|---|---|---|---|---|"
    for speed, name in ((CORE, "prepares for a server"), (WHISPER, "runs Whisper small")):
        for workers in counts:
            first, other = (simulate(recordings, Fleet(workers, speed, longest_first=order)) for order in (True, False))
            ideal = sum(recordings) / speed / workers
            yield (
                f"| {workers} | {name} | {hours(first.length)} | {minutes(first.tail)} | {hours(other.length)} "
                f"| {minutes(other.tail)} | {hours(ideal)} |"
            )


def server_table(recordings: Sequence[float]) -> Iterator[str]:
    """Yield the table of time by number of GPUs and of cores beside them."""
    yield "| GPUs | cores | time | the GPUs work | bounded by |"
    yield "|---|---|---|---|---|"
    for gpus in (1, 4, 16):
        for cores in (gpus, 2 * gpus, 3 * gpus):
            run = simulate(recordings, Fleet(cores, servers=gpus * GPU))
            share = sum(recordings) / GPU / gpus / run.length
            yield f"| {gpus} | {cores} | {hours(run.length)} | {share:.0%} | {'GPUs' if share > 0.95 else 'cores'} |"


def fault_table(recordings: Sequence[float], workers: int) -> Iterator[str]:
    """Yield the table of what slow workers and lost machines cost."""
    head = f"{workers} workers that run Whisper small"
    yield f"| {head} | longest first | tail | any order | tail | audio of lost attempts |"
    yield "|---|---|---|---|---|---|"
    day = 24 * HOUR
    fleet = Fleet(workers, WHISPER)
    for name, faulty in (
        ("nothing happens", fleet),
        ("1 % have a tenth of the speed", replace(fleet, slow_share=0.01)),
        ("a machine of 16 is lost after a day on average", replace(fleet, life=day)),
        ("after two hours, as machines that may be taken away", replace(fleet, life=day / 12)),
    ):
        first, other = (simulate(recordings, replace(faulty, longest_first=order)) for order in (True, False))
        yield (
            f"| {name} | {hours(first.length)} | {minutes(first.tail)} | {hours(other.length)} | {minutes(other.tail)} "
            f"| {hours(first.again)} |"
        )


def hours(seconds: float) -> str:
    """Return a time in hours."""
    value = seconds / HOUR
    return f"{value:,.0f} h" if value >= 100 else f"{value:.1f} h" if value >= 10 else f"{value:.2f} h"


def minutes(seconds: float) -> str:
    """Return a time in minutes."""
    return f"{seconds / 60:.0f} min" if seconds >= 600 else f"{seconds / 60:.1f} min"


def draw(recordings: Sequence[float], counts: Sequence[int], path: Path) -> None:
    """Draw the share of a perfect division of work by number of workers, as an SVG file."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "captioner"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3.4), layout="constrained")
    for speed, name in ((CORE, "preparing for a server"), (WHISPER, "running Whisper small")):
        for order, style in ((True, "-"), (False, "--")):
            lengths = [simulate(recordings, Fleet(count, speed, longest_first=order)).length for count in counts]
            shares = [sum(recordings) / speed / count / length for count, length in zip(counts, lengths, strict=True)]
            label = f"{name}, {'longest first' if order else 'any order'}"
            axes.plot(counts, shares, style, marker="o", markersize=3, label=label)
    axes.set(xscale="log", xlabel="workers", ylabel="share of perfect throughput", ylim=(0, 1.05))
    axes.legend(frameon=False, loc="lower left")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


@click.command(context_settings=HELP)
@click.option("--quick", is_flag=True, help="A hundredth of the recordings, and do not write the page.")
def main(quick: bool) -> None:
    """Simulate 100,000 recordings on many workers, and rewrite the tables and the picture of docs/scale.md."""
    recordings = lengths(FILES // 100 if quick else FILES, seed=18)
    counts = (1, 10, 100) if quick else (1, 10, 100, 1000, 4000)
    sections = (
        order_table(recordings, counts),
        server_table(recordings),
        fault_table(recordings, 100 if quick else 1000),
    )
    publish(PAGE, sections, dry_run=quick)
    if not quick:
        draw(recordings, (1, 10, 30, 100, 300, 1000, 3000, 10_000), PICTURE)


if __name__ == "__main__":
    main()
