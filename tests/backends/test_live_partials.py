"""Partials of `captioner live` with a self-hosted server that has no key: it is not metered, so they are requested."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.services.openai_server import OpenAIServer, text_reply


def test_a_server_without_a_key_gets_requests_for_partials(speech_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "talk.jsonl"
    sender = ["ffmpeg", "-v", "error", "-readrate", "2", "-i", str(speech_file), "-f", "wav", "-"]
    environment = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"}
    with OpenAIServer(lambda form: text_reply("The first train leaves at seven.")) as server:
        command = [sys.executable, "-m", "captioner", "live", "-", "-o", str(output)]
        command += ["--backend", "openai", "--base-url", server.base_url]
        with subprocess.Popen(sender, stdout=subprocess.PIPE) as talk:
            done = subprocess.run(
                command, stdin=talk.stdout, env=environment, capture_output=True, text=True, check=False, timeout=120
            )
    assert done.returncode == 0, done.stderr
    captions = output.read_text("utf-8").splitlines()
    assert len(captions) == 3
    assert len(server.forms) > len(captions)
