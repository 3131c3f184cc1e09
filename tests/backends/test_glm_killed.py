"""A long cloud job that is killed many times: its captions stay the same, and nothing is paid twice."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from captioner.backends import Hints
from captioner.backends.glm.backend import Glm
from captioner.journal import clip_key
from captioner.testing import GlmService, ServiceRequest
from captioner.transcribe.recognition_windows import LONGEST_SILENCE
from tests.media.media_factory import ffmpeg
from tests.speech.speech_parts import three_sentences

REGIONS = 70
"""It was run once with 200, in a minute."""

RATE = 16_000

KILLS = 15


def talk(path: Path, regions: int) -> Path:
    """Write seconds of speech, each with its own loudness. Each is a window, since the pauses are long."""
    samples, sentences = three_sentences()
    pause = np.zeros(round((LONGEST_SILENCE + 0.5) * RATE), np.float32)
    parts = [pause]
    for number in range(regions):
        start = sentences[number % 3][0] + (number % 2) * 0.9
        part = samples[round(start * RATE) : round((start + 1) * RATE)]
        parts += [part * (1 - 0.7 * number / regions), pause]
    raw = path.with_suffix(".raw")
    raw.write_bytes((np.concatenate(parts) * 32767).astype("<i2").tobytes())
    ffmpeg("-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", raw, path)
    return path


def text_for(request: ServiceRequest) -> str:
    return f"The text of clip {request.audio_file.key[:8]}."


def latency(request: ServiceRequest) -> float:
    """0.02 to 0.1 s, the same for the same clip."""
    return 0.02 + 0.08 * random.Random(request.audio_file.key).random()


class Job:
    """Captions `media` by command line, any number of times, with its own journal."""

    def __init__(self, service: GlmService, media: Path, folder: Path) -> None:
        folder.mkdir()
        self.journal, self.folder = folder / "journal.sqlite", folder
        self._command = [sys.executable, "-m", "captioner", str(media), "-d", str(folder), "--backend", "glm"]
        self._command += ["--base-url", service.base_url, "--concurrency", "5"]
        self._environment = os.environ | {"ZAI_API_KEY": service.key, "CAPTIONER_JOURNAL": str(self.journal)}

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*self._command, *words], env=self._environment, stderr=subprocess.PIPE, text=True)

    def finish(self, *words: str) -> None:
        running = self.start(*words)
        _, errors = running.communicate(timeout=120)
        assert running.returncode == 0, errors

    def cached(self) -> set[bytes]:
        """The keys in the journal, after a check of its integrity."""
        if not self.journal.exists():
            return set()
        with closing(sqlite3.connect(self.journal)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            return {key for (key,) in connection.execute("SELECT key FROM heard")} if tables else set()


def kill_soon(running: subprocess.Popen[str], service: GlmService, chance: random.Random) -> None:
    """Kill it at a random moment: while it starts, or after some requests."""
    before, goal = len(service.requests), chance.randrange(10)
    while len(service.requests) < before + goal and running.poll() is None:
        time.sleep(0.002)
    time.sleep(chance.random() * (0.06 if goal else 0.3))
    running.kill()
    with running:
        assert running.stderr
        assert "Traceback" not in running.stderr.read()


def test_a_job_killed_many_times(tmp_path: Path) -> None:
    media = talk(tmp_path / "talk.flac", REGIONS)
    chance = random.Random(5)
    with GlmService(text_for, latency=latency) as service, closing(Glm(key=service.key)) as glm:

        def requested_since(count: int) -> list[bytes]:
            return [clip_key(request.audio_file.audio, Hints(), glm) for request in service.requests[count:]]

        Job(service, media, tmp_path / "undisturbed").finish()
        everything = requested_since(0)
        assert len(everything) == len(set(everything)) == REGIONS

        job = Job(service, media, tmp_path / "killed")
        cached: set[bytes] = set()
        for _ in range(KILLS):
            count = len(service.requests)
            running = job.start()
            kill_soon(running, service, chance)
            assert running.returncode == -9
            assert not cached & set(requested_since(count))
            cached, before = job.cached(), cached
            assert before <= cached
        assert 0 < len(cached) < REGIONS

        time.sleep(0.5)  # until the requests of the last process have arrived
        count = len(service.requests)
        job.finish()
        assert sorted(requested_since(count)) == sorted(set(everything) - cached)
        captions = (job.folder / "talk.srt").read_bytes()
        assert captions.count(b"-->") >= REGIONS // 2
        assert captions == (tmp_path / "undisturbed" / "talk.srt").read_bytes()

        count = len(service.requests)
        job.finish("--format", "vtt,json", "--profile", "ted")
        job.finish("--format", "srt", "--overwrite", "--profile", "shorts")
        assert requested_since(count) == []
