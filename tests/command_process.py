"""captioner's command line in processes with limits, each a fork of a process that has imported it."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

PRELOADED = ["captioner.cli.work.caption", "captioner.cli.work.live", "captioner.render", "captioner.speech.silero"]
"""Modules that the parent of all runs imports, so that each run begins at once."""

MEBIBYTE = 1 << 20

MOST_MEMORY = 600 * MEBIBYTE
"""Bytes that a run may hold in memory."""

MOST_SECONDS = 10
"""Seconds of the processor that a run may take."""

PATIENCE = 60.0
"""Seconds of the clock until a run that waits for something is killed."""


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int | None
    """Its exit code; the negative number of the signal that killed it."""

    output: str
    """What it printed on standard output and standard error."""

    memory: int
    """The most bytes that it, or one of its ffmpegs, held in memory; 0 where it was killed."""

    @property
    def fault(self) -> str | None:
        """What is wrong with the way it ended: a traceback, a hang, too much memory; None if nothing is."""
        if "Traceback (most recent call last)" in self.output:
            return f"traceback: {self.output.strip().splitlines()[-1][:300]}"
        if self.code in (-signal.SIGXCPU, -signal.SIGKILL):
            return f"hangs for over {MOST_SECONDS} s"
        if self.code is None or (self.code < 0 and self.code != -signal.SIGTERM):  # sent before it listens to SIGTERM
            return f"killed by signal {-(self.code or 0)}"
        if self.memory > MOST_MEMORY:
            return f"holds {self.memory / MEBIBYTE:.0f} MiB in memory"
        return None


class CommandRun:
    """A run of `captioner WORDS` in `folder`, which holds its output too, with more variables in its environment."""

    def __init__(
        self,
        words: Sequence[str],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        limit: int = MOST_SECONDS,
    ) -> None:
        self._log, self._usage = folder.with_name(f"{folder.name}.log"), folder.with_name(f"{folder.name}.usage")
        self._usage.unlink(missing_ok=True)
        arguments = (list(words), folder, dict(environment or {}), self._log, self._usage, limit)
        self.process: ForkServerProcess = _server().Process(target=_run, args=arguments)
        self.process.start()

    def wait(self, seconds: float = PATIENCE) -> Ended:
        """Wait until it ends; after `seconds` it is killed with its children."""
        self.process.join(seconds)
        if self.process.is_alive() and self.process.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.join()
        memory = json.loads(self._usage.read_text()) if self._usage.exists() else 0
        output = self._log.read_text("utf-8", "replace") if self._log.exists() else ""
        return Ended(self.process.exitcode, output, memory)

    def terminate_after(self, seconds: float) -> Ended:
        """Let it run for some seconds, then end it as a service is ended, by SIGTERM."""
        self.process.join(seconds)
        if self.process.is_alive():
            self.process.terminate()
        return self.wait(2 * MOST_SECONDS)


def _server() -> multiprocessing.context.ForkServerContext:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _run(words: list[str], folder: Path, environment: dict[str, str], log: Path, usage: Path, limit: int) -> None:
    """The run itself, as `python -m captioner` does it."""
    os.setsid()
    os.chdir(folder)
    os.environ |= environment
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from captioner.cli import main

    try:
        code = main(words)
    finally:
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        usage.write_text(json.dumps(1024 * max(resource.getrusage(kind).ru_maxrss for kind in kinds)))
    sys.exit(code)
