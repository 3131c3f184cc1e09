"""What side by side is worth, against the loopback service, which answers after 0.1 to 2 s like the real one.

The reference of the long jobs is the time that all answers took together, shared evenly among the requests in flight:
no client can be faster. That of the talk is the same, one request at a time. Everything takes a fifth of its time.
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
from tests.benchmarks.measuring import ROUNDS

TROUBLES = (error("500"), error("1120"), error("1303"), error("1305"), error("1312"), error(status=502), reset())

CROWDS = (*TROUBLES, error("1302"))
"""At 1302 the client lowers its concurrency, as it should, and so cannot come near the ideal of the full one."""


@dataclass(frozen=True)
class Job:
    """`faults` are mixed into the given share of the requests; `seconds` is the length of a region."""

    name: str
    regions: int
    concurrency: int
    share: float = 0.0
    faults: Sequence[Fault] = TROUBLES
    seconds: float = 1.0
    goal: str = "< 1.3"


SCALE = 0.2

LONG = (
    Job("400 regions, tier 10", 400, 10),
    Job("400 regions, tier 10, 30 % faults", 400, 10, 0.3),
    Job("400 regions, tier 10, 30 % faults with 1302", 400, 10, 0.3, CROWDS, goal="fewer in flight"),
)

TALK = Job("a talk of 60 regions, tier 20", 60, 20, seconds=10.0, goal="< 0.1")


def measure(lengths: Lengths) -> Sequence[Row | str]:
    rows = [Row(job.name, *usual(job), "s", job.goal) for job in LONG]
    alone, _ = seconds(replace(TALK, concurrency=1))
    return [*rows, Row(TALK.name, seconds(TALK)[0], alone, "s", TALK.goal)]


def usual(job: Job) -> tuple[float, float]:
    """The `seconds` of the middle one of some runs, each with its own bad luck: one region that meets five troubles in
    a row, late in the job, is waited for with nothing else to do."""
    runs = [seconds(job, seed) for seed in range(1, ROUNDS + 1)]
    return sorted(runs, key=lambda run: run[0] / run[1])[ROUNDS // 2]


def seconds(job: Job, seed: int = 1) -> tuple[float, float]:
    """How long a job took, and how long it had to; `seed` says which regions meet troubles, and which."""
    draw = random.Random(seed)
    clips = list(_clips(job))
    keys = [audio_key(clip) for clip in clips]
    faults = {key: troubles for key in keys if (troubles := _troubles(job, draw))}
    waited: list[float] = []

    def latency(request: ServiceRequest) -> float:
        waited.append(SCALE * draw.uniform(0.1, 2.0))
        return waited[-1]

    policy = RetryPolicy(first_pause=0.5 * SCALE, longest_pause=30 * SCALE, random=random.Random(2).random)
    with GlmService(dict.fromkeys(keys, "Yes."), faults=faults, latency=latency) as service:
        glm = Glm(key=service.key, base_url=service.base_url, concurrency=job.concurrency, policy=policy)
        started = time.monotonic()
        heard = list(glm.transcribe(clips, Hints()))
        took = time.monotonic() - started
        glm.close()
    if any(one.status != "ok" for one in heard) or service.peak > job.concurrency:
        raise RuntimeError(f"{job.name}: {heard}, {service.peak} in flight")
    return took, sum(waited) / job.concurrency


def _clips(job: Job) -> Iterator[Audio]:
    noise = np.random.default_rng(1)
    for _ in range(job.regions):
        yield Audio(noise.normal(0, 0.05, round(job.seconds * 16_000)).astype(np.float32), 16_000)


def _troubles(job: Job, draw: random.Random) -> list[Fault]:
    """What a region meets before it is answered."""
    troubles: list[Fault] = []
    while draw.random() < job.share:
        troubles.append(draw.choice(job.faults))
    return troubles
