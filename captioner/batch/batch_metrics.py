"""The metrics of a batch for Prometheus, on this machine alone: `http://127.0.0.1:PORT/metrics`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, get_args

from captioner.batch.job import Outcome, State
from captioner.errors import NotInstalled, UsageError, reason_of

if TYPE_CHECKING:
    from prometheus_client.core import Metric

ADDRESS = "127.0.0.1"

Counts = Callable[[], Mapping[State, int]]
"""Returns the number of sources in each state."""


class BatchMetrics:
    """What the runs of this process have done so far, as metrics."""

    def __init__(self) -> None:
        self._counts: Counts = dict
        self._started = time.monotonic()
        self._audio = self._speech = self._sent = self._work = 0.0
        self._failures: Counter[str] = Counter()
        self._costs: dict[str, float] = {}

    @contextmanager
    def of_ledger(self, counts: Counts) -> Iterator[None]:
        """Show these counts for the length of the block, called from another thread, and the last ones after it."""
        self._counts = counts
        try:
            yield
        finally:
            last = counts()
            self._counts = lambda: last

    def add(self, outcome: Outcome) -> None:
        """Add an outcome."""
        self._audio += outcome.figures.duration
        self._speech += outcome.figures.speech
        self._sent += outcome.figures.sent
        self._work += outcome.seconds
        if currency := outcome.cost.currency:
            self._costs[currency] = self._costs.get(currency, 0.0) + outcome.cost.amount
        if outcome.error is not None:
            self._failures[type(outcome.error).__name__] += 1

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics as they are now."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        sources = GaugeMetricFamily("captioner_batch_sources", "Sources in each state.", labels=["state"])
        counts = self._counts()
        for state in get_args(State):
            sources.add_metric([state], counts.get(state, 0))
        yield sources
        failures = CounterMetricFamily("captioner_batch_failures", "Sources that failed in this run.", labels=["error"])
        for error, count in self._failures.items():
            failures.add_metric([error], count)
        yield failures
        passed = max(time.monotonic() - self._started, 0.001)
        for name, help_text, seconds in (
            ("audio", "Seconds of the sources that this run has captioned.", self._audio),
            ("speech", "Seconds of speech in them.", self._speech),
            ("sent", "Seconds of speech that backends recognised for them.", self._sent),
            ("work", "Seconds that workers took for them.", self._work),
        ):
            yield CounterMetricFamily(f"captioner_batch_{name}_seconds", help_text, value=seconds)
        yield GaugeMetricFamily("captioner_batch_run_seconds", "Seconds since the run began.", value=passed)
        yield GaugeMetricFamily("captioner_batch_speed", "Seconds of audio a second.", value=self._audio / passed)
        costs = CounterMetricFamily("captioner_batch_cost", "Cost of the audio that was sent.", labels=["currency"])
        for currency, amount in self._costs.items():
            costs.add_metric([currency], amount)
        yield costs


@contextmanager
def metrics_server(port: int, metrics: BatchMetrics) -> Iterator[int]:
    """Serve metrics for the length of the block; yields the port, which 0 leaves to the system.

    Raises `NotInstalled`, and `UsageError` where the port is taken.
    """
    try:
        from prometheus_client import CollectorRegistry, start_http_server
    except ImportError as error:
        raise NotInstalled("--metrics", "captioner[server]") from error
    registry = CollectorRegistry()
    registry.register(metrics)
    try:
        server, thread = start_http_server(port, ADDRESS, registry)
    except OSError as error:
        raise UsageError(f"--metrics {port}: {reason_of(error)}; choose another port") from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
