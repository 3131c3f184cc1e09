"""`--metrics PORT` shows on this machine how a batch stands, in the format of Prometheus."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from captioner.batch.batch_metrics import ADDRESS, BatchMetrics, metrics_server
from captioner.batch.batch_worker import BatchWorker
from captioner.batch.job import BatchJob, Figures, Outcome, ResultPattern
from captioner.budget import Cost
from captioner.cli import main
from captioner.errors import MediaNotReadable, UsageError

OUTCOME = Outcome(
    BatchJob("a.mp4", ResultPattern("out", "a")),
    figures=Figures(duration=60.0, speech=40.0, sent=30.0),
    seconds=2.0,
    cost=Cost(0.5, "USD"),
)


def samples(port: int) -> dict[str, float]:
    """Return the value of each sample, by its name and labels."""
    text = httpx.get(f"http://{ADDRESS}:{port}/metrics", trust_env=False).text
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {" ".join([sample.name, *sample.labels.values()]): sample.value for sample in found}


def test_the_metrics_of_a_run() -> None:
    metrics = BatchMetrics()
    with metrics_server(0, metrics) as port:
        assert samples(port)["captioner_batch_sources waiting"] == 0
        with metrics.of_ledger(lambda: {"done": 1, "failed": 2, "waiting": 7}):
            metrics.add(OUTCOME)
            metrics.add(replace(OUTCOME, error=MediaNotReadable("b.mp4", "is not media"), figures=Figures(sent=10.0)))
        found = samples(port)
        with pytest.raises(UsageError, match=f"--metrics {port}: address already in use; choose another port"):
            metrics_server(port, metrics).__enter__()
    assert found.pop("captioner_batch_speed") == pytest.approx(60 / found.pop("captioner_batch_run_seconds"), rel=0.01)
    assert found == {
        "captioner_batch_sources waiting": 7,
        "captioner_batch_sources running": 0,
        "captioner_batch_sources done": 1,
        "captioner_batch_sources lost": 0,
        "captioner_batch_sources failed": 2,
        "captioner_batch_sources skipped": 0,
        "captioner_batch_failures_total MediaNotReadable": 1,
        "captioner_batch_audio_seconds_total": 60,
        "captioner_batch_speech_seconds_total": 40,
        "captioner_batch_sent_seconds_total": 40,
        "captioner_batch_work_seconds_total": 4,
        "captioner_batch_cost_total USD": 1.0,
    }


def test_the_metrics_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech_file: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("talk.flac").write_bytes(speech_file.read_bytes())
    with socket.create_server((ADDRESS, 0)) as taken:
        port = taken.getsockname()[1]
        words = ["batch", "talk.flac", "-d", "out", "--executor", "threads", "--metrics", str(port)]
        words += ["--backend", "scripted", "--align", "none"]
        assert main(words) == 2
    seen: list[dict[str, float]] = []
    run = BatchWorker.run

    def look(worker: BatchWorker, *arguments: object) -> Outcome:
        seen.append(samples(port))
        return run(worker, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(BatchWorker, "run", look)
    assert main(words) == 0
    assert seen[0]["captioner_batch_sources running"] == 1
