"""`captioner serve` as a process: it says where it serves, takes its flags, and ends at SIGTERM."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from captioner.cli import main
from tests.server.speech_upload import GLM, LINES, OPENAI, TEXT, error_in, post


def test_a_server_from_start_to_sigterm(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "captioner", "serve", "--address", "0", "--state", str(tmp_path), "--no-journal"]
    flags = ["--backend", "scripted", "--backend-option", f"lines={'|'.join(LINES)}", "--profile", "bbc", "--fps", "25"]
    with subprocess.Popen([*command, *flags], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            url = server.stderr.readline().split()[2].rstrip(";")
            assert post(url + GLM).json()["text"] == TEXT
            assert post(url + OPENAI, {"response_format": "stl"}).status_code == 200
            server.send_signal(signal.SIGTERM)
            assert server.wait(30) == 0
            assert server.stderr.read() == ""
        finally:
            server.kill()


def test_a_backend_that_cannot_be_opened_ends_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--address", "0", "--state", str(tmp_path), "--backend", "glm"]) == 4
    assert "no key" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("serve", "--parallel", "2"), ("edit", "talk.mp4", "--no-browser")])
def test_a_backend_that_is_unknown_ends_it_before_it_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAPTIONER_STATE", str(tmp_path / "results.sqlite"))
    assert main([*words, "--backend", "nope"]) == 2
    assert "unknown backend 'nope'" in capsys.readouterr().err


def test_an_english_model_says_that_it_does_not_translate(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "captioner", "serve", "--address", "0", "--state", str(tmp_path), "--no-journal"]
    flags = ["--backend", "whisper", "--model", "whisper-tiny.en"]
    with subprocess.Popen([*command, *flags], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            url = server.stderr.readline().split()[2].rstrip(";")
            message = error_in(post(f"{url}/v1/audio/translations"))["message"]
            assert message == "whisper-tiny.en does not translate; take whisper-medium or whisper-large-v3"
        finally:
            server.kill()
