"""`captioner edit`: a real process, as a browser uses it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

SRT = "1\n00:00:01,000 --> 00:00:03,300\n<i>The first train leaves at seven.</i>\n"


@contextmanager
def editing(*words: str) -> Iterator[tuple[httpx.Client, str, str]]:
    """Run `captioner edit`; yields a client with its session, the address of the server and the id of the job."""
    command = [sys.executable, "-P", "-m", "captioner", "edit", *words, "--no-browser", "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        address = process.stdout.readline().strip()
        match = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/\S+key=(\w+)&job=(\w+)", address)
        assert match, process.stderr.read() if process.stderr else address
        server, _, job = match.groups()
        with httpx.Client(base_url=server, timeout=30) as client:
            assert httpx.get(f"{server}/v1/jobs/{job}").status_code == 401  # other users of the machine
            begun = client.get(address)
            assert (begun.status_code, begun.headers["location"]) == (303, f"/#/job/{job}")
            for _ in range(600):
                if client.get(f"/v1/jobs/{job}").json()["state"] in ("done", "lost", "failed"):
                    break
                time.sleep(0.05)
            yield client, job, address
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def send(client: httpx.Client, job: str, sequence: int, operation: dict[str, Any]) -> None:
    body = {"client": "t", "sequence": sequence, "operations": [operation]}
    assert client.post(f"/v1/jobs/{job}/operations", json=body).status_code == 200


def test_a_caption_file_is_edited_and_saved_with_a_backup(tmp_path: Path, speech_file: Path) -> None:
    video, srt = tmp_path / "talk.flac", tmp_path / "talk.srt"
    video.write_bytes(speech_file.read_bytes())
    srt.write_text(SRT, "utf-8")
    with editing(str(video)) as (client, job, _):
        send(client, job, 1, {"op": "setText", "cue": "c000001", "text": "The last train leaves at seven."})
        assert srt.read_text("utf-8") == SRT
    with editing(str(video)) as (client, again, _):
        assert again == job  # edits that were not saved go on
        assert client.get(f"/v1/jobs/{job}/document").json()["file"] == {"path": str(srt), "name": srt.name, "saved": 0}
        saved = client.post(f"/v1/jobs/{job}/save").json()
        assert client.get(f"/v1/jobs/{job}/document").json()["file"]["saved"] == saved["revision"] == 1
        assert (saved["path"], saved["backup"]) == (str(srt), f"{srt}.bak")
        assert srt.read_text("utf-8") == SRT.replace("first", "last")
        assert (tmp_path / "talk.srt.bak").read_text("utf-8") == SRT
        send(client, job, 2, {"op": "setText", "cue": "c000001", "text": "Again."})
        assert client.post(f"/v1/jobs/{job}/save").json()["backup"] is None
        srt.write_text("another program was here", "utf-8")
        assert client.post(f"/v1/jobs/{job}/save").status_code == 409
        kept = client.post(f"/v1/jobs/{job}/save", json={"overwrite": True}).json()["backup"]
        assert Path(kept).read_text("utf-8") == "another program was here"
        assert srt.read_text("utf-8").endswith("Again.</i>\n")


def test_a_recording_without_captions_is_captioned_first(tmp_path: Path, speech_file: Path) -> None:
    video = tmp_path / "talk.flac"
    video.write_bytes(speech_file.read_bytes())
    with editing(str(video), "--backend", "scripted", "--no-journal") as (client, job, _):
        texts = [cue["text"] for cue in client.get(f"/v1/jobs/{job}/document").json()["cues"]]
        assert texts == ["Hello."] * 3
        assert client.post(f"/v1/jobs/{job}/save").json()["backup"] is None
    assert (tmp_path / "talk.srt").read_text("utf-8").count("Hello.") == 3


def test_errors_are_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "captioner", "edit"]
    ran = subprocess.run([*command, str(tmp_path / "none.mp4")], capture_output=True, text=True, check=False)
    assert ran.returncode == 3
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr
