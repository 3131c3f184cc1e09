"""Each row of docs/exit-codes.md: a case that produces its exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from captioner.backends.cloud.retry import RetryPolicy
from captioner.cli import main
from captioner.transcribe import recognition_windows
from tests.live.live_stream import serve_folder
from tests.media.interrupting import TIMEOUT, children, linux_only
from tests.media.media_factory import ffmpeg, picture_source
from tests.paths import DATA, DOCS
from tests.services.openai_server import OpenAIServer, error_reply, text_reply

ROWS = re.findall(r"^\| (\d+) \| ([^|]+) \|", (DOCS / "exit-codes.md").read_text("utf-8"), re.MULTILINE)

SCRIPTED = ("--backend", "scripted", "--no-journal", "-q")
CAPTIONER = (sys.executable, "-m", "captioner")

Run = Callable[[pytest.MonkeyPatch], int]


def of(*words: str, **environment: str) -> Run:
    """A run in this process."""

    def run(monkeypatch: pytest.MonkeyPatch) -> int:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return main(words)

    return run


def status(process: subprocess.Popen[bytes]) -> int:
    """The exit code as a shell reports it."""
    code = process.wait(timeout=60)
    return code if code >= 0 else 128 - code


def after_signal(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> int:
    """Send a signal to a run that waits for the rest of a pipe."""
    with subprocess.Popen([*CAPTIONER, "-", *SCRIPTED, "-o", "a.srt"], stdin=subprocess.PIPE) as running:
        assert running.stdin
        running.stdin.write(Path("talk.flac").read_bytes()[:20_000])
        running.stdin.flush()
        wait_for_ffmpeg(running)
        running.send_signal(number)
        code = status(running)
    assert not list(Path().glob(".captioner-*"))
    assert not Path("a.srt").exists()
    return code


def wait_for_ffmpeg(running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not children(running.pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def live_stopped(monkeypatch: pytest.MonkeyPatch) -> int:
    codes = set()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        command = [*CAPTIONER, "live", "-", "--backend", "scripted", "-q", "-o", f"{number.name}.srt"]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as running:
            assert running.stdin
            running.stdin.write(Path("talk.wav").read_bytes()[:-1000])
            running.stdin.flush()
            deadline = time.monotonic() + TIMEOUT
            written = Path(f"{number.name}.srt")
            while not (written.exists() and "-->" in written.read_text()) and time.monotonic() < deadline:
                time.sleep(0.05)
            running.send_signal(number)
            running.stdin.close()
            codes.add(status(running))
    [code] = codes
    return code


def output_closed(monkeypatch: pytest.MonkeyPatch) -> int:
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen([*CAPTIONER, "talk.flac", *SCRIPTED, "-o", "-"], stdout=writing) as running:
        os.close(writing)
        return status(running)


def speech_lost(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(recognition_windows, "LONGEST_SILENCE", 0.0)  # each region is a request
    with OpenAIServer(lambda form: error_reply(400) if len(server.forms) == 2 else text_reply("Hello.")) as server:
        return main(["talk.flac", "--backend", "openai", "--base-url", server.base_url, "--no-journal"])


def no_server(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(RetryPolicy, "pause_after", lambda *facts: 0.0)
    with socket.socket() as closed:  # bound, so that nobody else listens there
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        return main(["talk.flac", "--backend", "openai", "--base-url", address, "--no-journal"])


class OneConnection(BaseHTTPRequestHandler):
    """Sends the stream to the first client, and nothing to those that come later."""

    def __init__(self, served: list[str], *connection: object) -> None:
        self.served = served
        super().__init__(*connection)  # type: ignore[arg-type]

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        self.send_response(503 if self.served else 200)
        self.end_headers()
        if not self.served:
            self.served.append(self.path)
            self.wfile.write(Path("talk.ts").read_bytes())


def stream_lost(monkeypatch: pytest.MonkeyPatch) -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(OneConnection, [])) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/talk.ts"
        command = [*CAPTIONER, "live", address, "--backend", "scripted", "-q", "--reconnect", "1", "-o", "a.srt"]
        with subprocess.Popen(command) as running:
            code = status(running)
        server.shutdown()
    return code


CASES: dict[str, Run] = {
    "success": of("talk.flac", *SCRIPTED),
    "live stopped": live_stopped,
    "result not written": of("talk.flac", *SCRIPTED, "-o", "talk.wav/a.srt"),
    "result exists": of("convert", "overlap.srt", "broken.srt"),
    "name too long": of("talk.flac", *SCRIPTED, "-o", "a" * 300 + ".srt"),
    "output closed": output_closed,
    "rule broken": of("lint", "overlap.srt"),
    "something missing": of("doctor", CAPTIONER_FFMPEG="no-such-program"),
    "no journal": of("journal", CAPTIONER_JOURNAL="/"),
    "unknown flag": of("talk.flac", "--colour", "red"),
    "report is a folder": of("talk.flac", *SCRIPTED, "--report", "folder"),
    "wrong address": of("talk.flac", *SCRIPTED, "--backend", "openai", "--base-url", "http://[::1"),
    "wrong setting": of("talk.flac", *SCRIPTED, CAPTIONER_MAX_COST="much"),
    "no such media": of("missing.mp4", *SCRIPTED),
    "no audio": of("mute.mp4", *SCRIPTED),
    "no ffmpeg": of("talk.flac", *SCRIPTED, CAPTIONER_FFMPEG="no-such-program"),
    "no key": of("talk.flac", "--backend", "glm", "--no-journal"),
    "no server": no_server,
    "broken captions": of("lint", "broken.srt"),
    "stream lost": stream_lost,
    "speech lost": speech_lost,
    **{name: partial(after_signal, signal.Signals[name]) for name in ("SIGHUP", "SIGINT", "SIGKILL", "SIGTERM")},
}


@pytest.fixture(autouse=True)
def material(tmp_path: Path, speech_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("talk.flac").write_bytes(speech_file.read_bytes())
    ffmpeg("-i", "talk.flac", "-f", "wav", "talk.wav")
    ffmpeg("-i", "talk.flac", "-c:a", "aac", "talk.ts")
    ffmpeg("-f", "lavfi", "-i", picture_source(1), "-c:v", "mpeg4", "mute.mp4")
    Path("folder").mkdir()
    Path("broken.srt").write_bytes(b"\x00\xff\x00\xfe" * 50)
    Path("overlap.srt").write_text("1\n00:00:01,000 --> 00:00:03,000\nOne\n\n2\n00:00:02,000 --> 00:00:04,000\nTwo\n")


def test_each_row_has_a_case() -> None:
    assert [case for _, case in ROWS] == list(dict.fromkeys(case for _, case in ROWS))
    assert {case for _, case in ROWS} == set(CASES)


@linux_only
@pytest.mark.parametrize(("code", "case"), ROWS, ids=[case for _, case in ROWS])
def test_the_exit_code_of_each_row(code: str, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CASES[case](monkeypatch) == int(code)


@linux_only
def test_a_signal_that_the_parent_ignores_stays_ignored() -> None:
    """As nohup arranges it for SIGHUP: the run goes on to its end."""
    ignoring = partial(signal.signal, signal.SIGHUP, signal.SIG_IGN)
    command = [*CAPTIONER, "-", *SCRIPTED, "-o", "a.srt"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, preexec_fn=ignoring) as running:
        assert running.stdin
        data = Path("talk.flac").read_bytes()
        running.stdin.write(data[:20_000])
        running.stdin.flush()
        wait_for_ffmpeg(running)
        running.send_signal(signal.SIGHUP)
        running.stdin.write(data[20_000:])
        running.stdin.close()
        assert status(running) == 0
    assert Path("a.srt").read_text().count("-->") == 3


def test_a_segment_of_a_playlist_that_cannot_be_read_is_lost_speech(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report counts it, and a second run says that speech is lost in the result."""
    monkeypatch.chdir(tmp_path)
    hls = ("-f", "hls", "-hls_time", "2", "-hls_list_size", "0")
    ffmpeg("-i", DATA / "three_sentences.flac", "-c:a", "aac", *hls, "talk.m3u8")
    Path("talk1.ts").unlink()
    with serve_folder(tmp_path) as site:
        words = [f"{site.address}/talk.m3u8", *SCRIPTED, "-o", "talk.srt", "--report", "report.json"]
        assert main(words) == 7
        assert "1 segment of its playlist cannot be read" in capsys.readouterr().err
        assert main(words) == 7
        assert "talk.srt exists, and 1 region of speech is lost in it" in capsys.readouterr().err
    assert "-->" in Path("talk.srt").read_text("utf-8")
    assert json.loads(Path("report.json").read_text("utf-8"))["missing_segments"] == 1
