"""Jobs: from an upload to captions, over HTTP, with a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from captioner.backends import load_backend
from captioner.backends.scripted import Scripted
from captioner.pipeline import caption
from tests.server.jobs.job_client import SPEECH, events, finished, submit
from tests.server.serving import serving

LINES = ["One sentence.", "Another one.", "And the last."]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(Scripted(lines=LINES), tmp_path_factory.mktemp("state")) as url:
        yield url


def test_a_job_has_the_captions_of_a_direct_run(tmp_path: Path) -> None:
    backend = load_backend("sphinx")
    direct = caption(SPEECH, backend=backend, frame_rate="none")
    with serving(backend, tmp_path) as url:
        job = finished(url, submit(url)["id"])
        assert (job["state"], job["cues"]) == ("done", len(direct.cues))
        assert httpx.get(f"{url}/v1/jobs/{job['id']}/results/srt").text == direct.to("srt")
    backend.close()


def test_events_bring_cues_while_a_job_runs_and_end_with_it(server: str) -> None:
    job = submit(server)
    followed = list(events(server, job["id"]))
    assert followed[0][0] == "job"
    assert followed[-1] == ("job", followed[-1][1])
    assert followed[-1][1]["state"] == "done"
    assert [event["text"] for name, event in followed if name == "cue"] == LINES
    assert [name for name, _ in events(server, job["id"])] == ["job"]


def test_results_have_every_format_that_needs_no_frame_rate(server: str) -> None:
    job = finished(server, submit(server)["id"])
    for format in job["results"]:
        response = httpx.get(f"{server}/v1/jobs/{job['id']}/results/{format}")
        assert response.status_code == 200 or "frame rate" in response.text, (format, response.text)
    vtt = httpx.get(f"{server}/v1/jobs/{job['id']}/results/vtt")
    assert vtt.headers["content-disposition"] == "attachment; filename*=UTF-8''talk.vtt"
    assert httpx.get(f"{server}/v1/jobs/{job['id']}/results/docx").status_code == 422


def test_the_source_comes_back_whole_and_in_parts(server: str) -> None:
    url = f"{server}/v1/jobs/{submit(server)['id']}/media"
    data = SPEECH.read_bytes()
    assert httpx.get(url).content == data
    part = httpx.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    assert httpx.get(url).headers["content-type"] == "audio/flac"


def test_jobs_are_listed_newest_first_and_deleted(server: str) -> None:
    first, second = submit(server)["id"], submit(server)["id"]
    listed = [job["id"] for job in httpx.get(f"{server}/v1/jobs").json()]
    assert listed[:2] == [second, first]
    assert httpx.delete(f"{server}/v1/jobs/{first}").status_code == 204
    assert httpx.get(f"{server}/v1/jobs/{first}").json()["error"]["code"] == "no_job"


def test_a_running_job_is_cancelled(tmp_path: Path) -> None:
    with serving(Scripted(lines=LINES, delay=0.3), tmp_path) as url:
        running, waiting = submit(url)["id"], submit(url)["id"]
        assert httpx.post(f"{url}/v1/jobs/{waiting}/cancel").json()["state"] == "cancelled"
        assert httpx.post(f"{url}/v1/jobs/{running}/cancel").json()["state"] == "cancelled"
        assert httpx.get(f"{url}/v1/jobs/{running}/results/srt").status_code == 409


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"language": "Klingonese?"}, 422), ({"profile": "none"}, 422), ({"kind": "film"}, 422)],
)
def test_a_wrong_field_is_refused(server: str, fields: dict[str, str], status: int) -> None:
    response = httpx.post(f"{server}/v1/jobs", files={"file": ("a.flac", SPEECH.read_bytes())}, data=fields)
    assert response.status_code == status, response.text


def test_a_file_that_is_not_media_is_refused_and_not_kept(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path) as url:
        response = httpx.post(f"{url}/v1/jobs", files={"file": ("a.mp4", b"no media at all" * 100)})
        assert response.status_code == 415
        assert "a.mp4" in response.json()["error"]["message"]
        assert str(tmp_path) not in response.text
    assert not list((tmp_path / "jobs").iterdir())


def test_an_idempotency_key_makes_one_job_of_a_repeated_request(server: str) -> None:
    def post(**fields: str) -> httpx.Response:
        headers = {"Idempotency-Key": "once"}
        return httpx.post(
            f"{server}/v1/jobs", files={"file": ("a.flac", SPEECH.read_bytes())}, data=fields, headers=headers
        )

    first, second = post(), post()
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert post(language="fr").json()["error"]["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("path", ["/v1/audio/transcriptions", "/api/paas/v4/audio/transcriptions"])
def test_a_transcription_becomes_a_job_for_clients_that_cannot_wait(tmp_path: Path, path: str) -> None:
    with serving(Scripted(lines=LINES, delay=0.1), tmp_path) as url:
        form = {"model": "glm-asr-2512", "language": "en"}
        files = {"file": ("talk.flac", SPEECH.read_bytes())}
        response = httpx.post(f"{url}{path}", files=files, data=form, headers={"Prefer": "respond-async, wait=5"})
        assert response.status_code == 202, response.text
        assert response.json()["state"] == "waiting"
        job = finished(url, response.headers["location"].rpartition("/")[2])
        assert (job["state"], job["name"], job["cues"]) == ("done", "talk.flac", 3)
    assert not list((tmp_path / "incoming").iterdir())
