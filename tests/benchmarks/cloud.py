"""What parallel requests save, against a service on this machine that answers after 0.1 to 2 s, as the real one does.

The reference of the long jobs is an ideal client: the total time of all responses, divided by the requests in flight.
No client can be faster. The reference of the talk is captioner with one request at a time. All times are a fifth of
their real length.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from captioner.backends import Hints
from captioner.backends.cloud.retry import RetryPolicy
from captioner.backends.glm.backend import Glm
from captioner.testing import Fault, GlmService, ServiceRequest, audio_key, error, reset
from captioner.values import Audio
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import RATE, ROUNDS

FAULTS = (error("500"), error("1120"), error("1303"), error("1305"), error("1312"), error(status=502), reset())

FAULTS_WITH_1302 = (*FAULTS, error("1302"))
"""At 1302 (too many requests) the client lowers its concurrency, as it should: it cannot reach the ideal."""


@dataclass(frozen=True)
class Job:
    """A run of the GLM backend."""

    name: str

    regions: int
    """Number of clips."""

    concurrency: int

    fault_share: float = 0.0
    """Share of the requests that get a fault instead of a response."""

    faults: Sequence[Fault] = FAULTS

    region_seconds: float = 1.0

    goal: str = "< 1.3"


SCALE = 0.2

LONG = (
    Job("400 regions, concurrency 10", 400, 10),
    Job("400 regions, concurrency 10, 30 % faults", 400, 10, 0.3),
    Job("400 regions, concurrency 10, 30 % faults with 1302", 400, 10, 0.3, FAULTS_WITH_1302, goal="fewer in flight"),
)

TALK = Job("60 regions of a talk, concurrency 20", 60, 20, region_seconds=10.0, goal="< 0.1")


def measure(lengths: Lengths) -> Sequence[Row | str]:
    rows = [Row(f"{job.name} / ideal client", *median_run(job), "s", job.goal) for job in LONG]
    alone, _ = run(replace(TALK, concurrency=1))
    return [*rows, Row(f"{TALK.name} / one request at a time", run(TALK)[0], alone, "s", TALK.goal)]


def median_run(job: Job) -> tuple[float, float]:
    """Return the median of runs with different seeds.

    A single seed can be unlucky: if a late region meets five faults in a row, the whole job waits for it.
    """
    runs = [run(job, seed) for seed in range(1, ROUNDS + 1)]
    return sorted(runs, key=lambda times: times[0] / times[1])[ROUNDS // 2]


def run(job: Job, seed: int = 1) -> tuple[float, float]:
    """Return the seconds that a job took, and those of an ideal client; `seed` decides about faults and delays."""
    draw = random.Random(seed)
    clips = list(_clips(job))
    keys = [audio_key(clip) for clip in clips]
    faults = {key: drawn for key in keys if (drawn := _faults(job, draw))}
    delays: list[float] = []

    def latency(request: ServiceRequest) -> float:
        delays.append(SCALE * draw.uniform(0.1, 2.0))
        return delays[-1]

    policy = RetryPolicy(first_pause=0.5 * SCALE, longest_pause=30 * SCALE, random=random.Random(2).random)
    with GlmService(dict.fromkeys(keys, "Yes."), faults=faults, latency=latency) as service:
        glm = Glm(key=service.key, base_url=service.base_url, concurrency=job.concurrency, policy=policy)
        started = time.monotonic()
        results = list(glm.transcribe(clips, Hints()))
        seconds = time.monotonic() - started
        glm.close()
    if any(result.status != "ok" for result in results) or service.peak > job.concurrency:
        raise RuntimeError(f"{job.name}: {results}, {service.peak} in flight")
    return seconds, sum(delays) / job.concurrency


def _clips(job: Job) -> Iterator[Audio]:
    noise = np.random.default_rng(1)
    for _ in range(job.regions):
        yield Audio(noise.normal(0, 0.05, round(job.region_seconds * RATE)).astype(np.float32), RATE)


def _faults(job: Job, draw: random.Random) -> list[Fault]:
    """Return the faults that a region meets before its response."""
    faults: list[Fault] = []
    while draw.random() < job.fault_share:
        faults.append(draw.choice(job.faults))
    return faults
