"""How many workers a machine or a cluster has room for, and what each gets of a service's rate limit."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from captioner.backends import BackendInfo, backend_class
from captioner.backends.gpu import gpu_memories
from captioner.batch.batch_worker import WorkerSettings


def usual_processes(info: BackendInfo) -> int:
    """Return how many processes with a backend this machine has cores, memory and GPU memory for, at least one."""
    limits = [len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1]
    with suppress(AttributeError, ValueError, OSError):  # Windows has no sysconf
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // info.memory)
    if info.gpu_memory and (memories := gpu_memories()):
        limits.append(sum(memory // info.gpu_memory for memory in memories))
    return max(1, min(limits))


def usable_gpus(info: BackendInfo) -> list[str]:
    """Return the GPUs that processes with a backend share, as `CUDA_VISIBLE_DEVICES` names them."""
    count = len(gpu_memories()) if info.gpu_memory else 0
    named = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    return named[:count] if len(named) >= count > 0 and named[0] else [str(number) for number in range(count)]


def usual_gpus(info: BackendInfo, ray: Any) -> float:
    """Return how many GPUs a worker of a cluster gets: one if the backend uses one and the cluster has some."""
    resources = ray.cluster_resources()
    return 1.0 if info.gpu_memory and resources.get("GPU") else 0.0


def room_for_workers(ray: Any, gpus: float) -> int:
    """Return how many workers with a core and `gpus` GPUs the machines of a cluster have room for, at least one."""
    return max(1, sum(_room(node["Resources"], gpus) for node in ray.nodes() if node["Alive"]))


def _room(resources: dict[str, float], gpus: float) -> int:
    cores = resources.get("CPU", 0.0)
    return int(min(cores, resources.get("GPU", 0.0) / gpus + 1e-9) if gpus else cores)


def shares(settings: WorkerSettings, count: int) -> Iterator[WorkerSettings]:
    """Yield the settings of each of `count` workers.

    A backend with an option `concurrency` counts requests in flight. The workers share that number: together they send
    no more, and there are no more workers than requests.
    """
    options = dict(settings.backend_options)
    option = inspect.signature(backend_class(settings.backend)).parameters.get("concurrency")
    if option is None:
        yield from [settings] * count
        return
    total = options.get("concurrency", option.default)
    count = min(count, total)
    for place in range(count):
        share = total // count + (place < total % count)
        yield replace(settings, backend_options=tuple((options | {"concurrency": share}).items()))
