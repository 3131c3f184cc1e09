"""Uploads by tus 1.0: with a client that is not ours, and with requests made by hand that are cut off."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from tusclient.client import TusClient

from captioner.backends import load_backend
from tests.server.jobs.job_client import SPEECH, finished
from tests.server.serving import serving

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {**TUS, "Content-Type": "application/offset+octet-stream"}
DATA = SPEECH.read_bytes()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(load_backend("scripted"), tmp_path_factory.mktemp("state")) as url:
        yield url


def begin(server: str, length: int = len(DATA), name: str = "talk.flac") -> str:
    """Begin an upload; return its address."""
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata}
    response = httpx.post(f"{server}/v1/uploads", headers=headers)
    assert response.status_code == 201, response.text
    assert response.headers["upload-expires"]
    return urljoin(str(response.url), response.headers["location"])


def append(upload: str, offset: int, data: bytes, **headers: str) -> httpx.Response:
    return httpx.patch(upload, content=data, headers={**CHUNK, "Upload-Offset": str(offset), **headers})


def offset(upload: str) -> int:
    response = httpx.head(upload, headers=TUS)
    assert response.headers["cache-control"] == "no-store"
    return int(response.headers["upload-offset"])


def send_part(upload: str, data: bytes, announced: int) -> socket.socket:
    """Send a PATCH whose body is shorter than it announces, and leave the connection open."""
    place = urlsplit(upload)
    connection = socket.create_connection((str(place.hostname), int(place.port or 80)))
    head = f"PATCH {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
    head += f"Content-Type: application/offset+octet-stream\r\nContent-Length: {announced}\r\n\r\n"
    connection.sendall(head.encode() + data)
    return connection


def test_a_client_that_is_not_ours_resumes_a_cut_upload(server: str, tmp_path: Path) -> None:
    client = TusClient(f"{server}/v1/uploads")
    uploader = client.uploader(file_stream=io.BytesIO(DATA), chunk_size=10_000, metadata={"filename": "talk.flac"})
    uploader.upload_chunk()  # type: ignore[no-untyped-call]
    uploader.upload_chunk()  # type: ignore[no-untyped-call]
    again = client.uploader(file_stream=io.BytesIO(DATA), chunk_size=10_000, url=uploader.url)
    assert again.get_offset() == 20_000
    again.upload()
    id = str(uploader.url).rpartition("/")[2]
    response = httpx.post(f"{server}/v1/jobs", json={"upload": id})
    assert response.status_code == 201, response.text
    job = finished(server, response.json()["id"])
    assert (job["state"], job["name"]) == ("done", "talk.flac")
    assert httpx.get(f"{server}/v1/jobs/{job['id']}/media").content == DATA
    assert httpx.head(str(uploader.url), headers=TUS).status_code == 404


def test_the_bytes_of_a_cut_connection_are_kept(server: str) -> None:
    upload = begin(server)
    send_part(upload, DATA[:7000], len(DATA)).close()
    until = time.monotonic() + 10
    while offset(upload) < 7000 and time.monotonic() < until:
        time.sleep(0.02)
    assert append(upload, 7000, DATA[7000:]).headers["upload-offset"] == str(len(DATA))


def test_a_dead_connection_does_not_block_the_next_one(server: str) -> None:
    upload = begin(server)
    with send_part(upload, DATA[:5000], len(DATA)):
        until = time.monotonic() + 10
        while (there := offset(upload)) < 5000 and time.monotonic() < until:
            time.sleep(0.02)
        assert append(upload, there, DATA[there:]).status_code == 204


def test_bytes_with_a_wrong_checksum_are_not_kept(server: str) -> None:
    upload = begin(server)
    right = base64.b64encode(hashlib.sha1(DATA).digest()).decode()
    wrong = append(upload, 0, DATA[::-1], **{"Upload-Checksum": f"sha1 {right}"})
    assert (wrong.status_code, offset(upload)) == (460, 0)
    assert append(upload, 0, DATA, **{"Upload-Checksum": f"sha1 {right}"}).status_code == 204
    assert append(upload, len(DATA), b"", **{"Upload-Checksum": "crc32 AAAA"}).status_code == 400


def test_what_tus_refuses(server: str) -> None:
    upload = begin(server)
    assert append(upload, 5, b"x").status_code == 409
    assert append(upload, 0, b"x", **{"Tus-Resumable": "0.2.2"}).status_code == 412
    assert append(upload, 0, b"x", **{"Content-Type": "text/plain"}).status_code == 415
    assert append(upload, 0, DATA + b"x").status_code == 413
    assert append(upload, 0, b"x", **{"Upload-Offset": "-1"}).status_code == 400
    assert httpx.post(f"{server}/v1/uploads", headers={**TUS, "Upload-Length": "9" * 17}).status_code == 413
    bad = {**TUS, "Upload-Length": "1", "Upload-Metadata": "filename not/base64!"}
    assert httpx.post(f"{server}/v1/uploads", headers=bad).status_code == 400
    assert httpx.post(f"{server}/v1/jobs", json={"upload": upload.rpartition("/")[2]}).status_code == 409
    assert httpx.post(f"{server}/v1/jobs", json={"upload": "../../etc/passwd"}).status_code == 404


def test_more_bytes_than_announced_are_not_written(server: str) -> None:
    upload = begin(server, length=10)

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield bytes(1000)

    httpx.patch(upload, content=endless(), headers={**CHUNK, "Upload-Offset": "0"})
    assert offset(upload) == 10


def test_an_upload_is_ended(server: str) -> None:
    upload = begin(server)
    assert httpx.post(upload, headers={**TUS, "X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert httpx.head(upload, headers=TUS).status_code == 404


def test_requests_that_waited_for_the_end_of_an_upload_find_none(server: str) -> None:
    upload = begin(server)
    with send_part(upload, DATA[:5000], len(DATA)), ThreadPoolExecutor(6) as pool:
        ends = [pool.submit(httpx.request, method, upload, headers=TUS) for method in ["DELETE", "HEAD"] * 3]
        statuses = [end.result().status_code for end in ends]
    assert set(statuses) <= {200, 204, 404}
    assert statuses.count(204) == 1


def test_one_of_two_jobs_takes_an_upload(server: str) -> None:
    upload = begin(server)
    append(upload, 0, DATA)
    with ThreadPoolExecutor(4) as pool:
        body = {"upload": upload.rpartition("/")[2]}
        answers = list(pool.map(lambda _: httpx.post(f"{server}/v1/jobs", json=body).status_code, range(4)))
    assert sorted(answers) == [201, 404, 404, 404]


def test_abilities(server: str) -> None:
    headers = httpx.options(f"{server}/v1/uploads").headers
    assert headers["tus-version"] == "1.0.0"
    assert headers["tus-extension"] == "creation,expiration,termination,checksum"
    assert "sha1" in headers["tus-checksum-algorithm"]


def test_an_upload_ends_after_its_time(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path, upload_lifetime=60.0) as url:
        upload = begin(url)
        data = tmp_path / "uploads" / f"{upload.rpartition('/')[2]}.data"
        os.utime(data, (time.time() - 61, time.time() - 61))
        assert append(upload, 0, DATA).status_code == 404


def test_folders_of_a_name_are_dropped(server: str) -> None:
    upload = begin(server, name="../../evil/C:\\x\\talk.flac")
    append(upload, 0, DATA)
    job = httpx.post(f"{server}/v1/jobs", json={"upload": upload.rpartition("/")[2]}).json()
    assert job["name"] == "talk.flac"
