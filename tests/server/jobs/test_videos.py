"""Captions that exist, and videos made of captions, as jobs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from captioner.backends import load_backend
from captioner.media import find_ffmpeg, open_media
from tests.server.jobs.job_client import SPEECH, finished
from tests.server.serving import serving

SRT = "1\n00:00:00,500 --> 00:00:02,000\n<i>Ciel</i> étoilé.\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(load_backend("scripted"), tmp_path_factory.mktemp("state")) as url:
        yield url


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of three seconds."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    sources = ["-f", "lavfi", "-i", "testsrc=s=160x90:d=3", "-f", "lavfi", "-i", "sine=d=3"]
    subprocess.run([find_ffmpeg(), "-v", "error", *sources, str(path)], check=True)
    return path


def submit_captions(server: str, media: Path) -> str:
    files = {"file": (media.name, media.read_bytes()), "captions": ("alt.srt", SRT.encode("latin-1"))}
    response = httpx.post(f"{server}/v1/jobs", files=files, data={"language": "fr"})
    assert response.status_code == 201, response.text
    id: str = response.json()["id"]
    assert finished(server, id)["state"] == "done"
    return id


def test_captions_that_a_client_sends_are_kept_as_they_are(server: str) -> None:
    id = submit_captions(server, SPEECH)
    assert httpx.get(f"{server}/v1/jobs/{id}/results/srt").text == SRT
    files = {"file": ("a.flac", SPEECH.read_bytes()), "captions": ("a.srt", b"no captions")}
    wrong = httpx.post(f"{server}/v1/jobs", files=files)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "value")


@pytest.mark.parametrize("kind", ["burn", "mux"])
def test_a_video_is_made_of_the_captions_of_a_job(server: str, film: Path, tmp_path: Path, kind: str) -> None:
    id = submit_captions(server, film)
    response = httpx.post(f"{server}/v1/jobs", json={"kind": kind, "from": id})
    assert response.status_code == 201, response.text
    job = finished(server, response.json()["id"])
    assert (job["state"], job["has_video"], job["from"]) == ("done", True, id)
    video = tmp_path / "video.mp4"
    video.write_bytes(httpx.get(f"{server}/v1/jobs/{job['id']}/video").content)
    with open_media(str(video)) as media:
        assert len(media.of_kind("subtitle")) == (kind == "mux")
        assert media.duration == pytest.approx(job["progress"]["duration"], abs=0.1)


def test_a_video_of_nothing_is_refused(server: str) -> None:
    audio = submit_captions(server, SPEECH)
    assert httpx.post(f"{server}/v1/jobs", json={"kind": "burn", "from": audio}).status_code == 415
    assert httpx.post(f"{server}/v1/jobs", json={"kind": "burn", "from": "none"}).status_code == 404
    assert httpx.post(f"{server}/v1/jobs", json={"kind": "mux"}).status_code == 404
