"""The waveform, shot changes and frames of a job."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from captioner.backends import load_backend
from captioner.media import find_ffmpeg
from captioner.values import Cue
from tests.server.documents.job_folders import caption_job
from tests.server.serving import serving


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video of two shots, 2 s each, with silence and then a loud tone."""
    path = tmp_path_factory.mktemp("video") / "video.mp4"
    shots = "color=black:s=320x180:r=25:d=2[a];color=white:s=320x180:r=25:d=2[b];[a][b]concat"
    tone = "aevalsrc='if(gte(t,2),0.5*sin(880*PI*t),0)':d=4:s=16000"
    command = ["-y", "-v", "error", "-f", "lavfi", "-i", shots, "-f", "lavfi", "-i", tone]
    subprocess.run([find_ffmpeg(), *command, "-c:a", "aac", str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def url(video: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a job of `video` on a running server."""
    state = tmp_path_factory.mktemp("state")
    caption_job(state, [Cue(2.5, 3.5, "Tone")], video)
    with serving(load_backend("scripted"), state) as server:
        yield f"{server}/v1/jobs/j1"


def whole(url: str) -> httpx.Response:
    """Return an answer as soon as it is complete."""
    for _ in range(300):
        answer = httpx.get(url, timeout=30)
        if answer.status_code != 202 and answer.headers.get("x-complete") != "0":
            return answer
        time.sleep(0.05)
    raise AssertionError("never complete")


def test_peaks_show_silence_and_tone(url: str) -> None:
    answer = whole(f"{url}/peaks?level=1")
    assert answer.headers["x-points-per-second"] == "25"
    points = np.frombuffer(answer.content, np.int8).reshape(-1, 2)
    assert len(points) == int(answer.headers["x-points"]) == pytest.approx(100, abs=3)
    assert np.abs(points[:45]).max() <= 1
    assert points[55:95, 0].max() < -50
    assert points[55:95, 1].min() > 50
    part = httpx.get(f"{url}/peaks?level=1&from=2.2&to=3.8")
    assert part.content == points[55:95].tobytes()
    coarse = np.frombuffer(httpx.get(f"{url}/peaks?level=3").content, np.int8).reshape(-1, 2)
    assert len(coarse) == 7
    assert (coarse[:, 0].min(), coarse[:, 1].max()) == (points[:, 0].min(), points[:, 1].max())


def test_shot_changes(url: str) -> None:
    assert whole(f"{url}/shots").json() == pytest.approx([2.0], abs=0.05)


def test_a_frame_shows_the_captions_of_the_document(url: str) -> None:
    plain = httpx.get(f"{url}/frame?time=2.2&width=160", timeout=30)
    shown = httpx.get(f"{url}/frame?time=3&width=160", timeout=30)
    assert plain.headers["content-type"] == "image/png"
    assert plain.content[:8] == shown.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(shown.content[16:20], "big") == 160
    assert len(shown.content) > len(plain.content)
    assert httpx.get(f"{url}/frame?time=9").status_code == 422
    assert httpx.get(f"{url}/frame?time=soon").status_code == 422
