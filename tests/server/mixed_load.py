"""Clients of every kind against a server that is killed in the middle."""

from __future__ import annotations

import base64
import random
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from tests.server.jobs.job_client import SPEECH

TUS = {"Tus-Resumable": "1.0.0"}

RETRY = 0.2
"""Seconds between two tries while the server is gone."""


@dataclass
class MixedLoad:
    """What all clients share, and what they saw."""

    url: str
    seed: int
    pause: float
    """Seconds between two requests of a client, on average."""

    speech: bytes = field(default_factory=SPEECH.read_bytes)
    stop: threading.Event = field(default_factory=threading.Event)
    jobs: set[str] = field(default_factory=set)
    """The jobs that the server has accepted, and that no client has cancelled."""

    seconds: list[float] = field(default_factory=list)
    """Of short requests, without the time in the queue."""

    queued: list[float] = field(default_factory=list)
    """Seconds in the queue."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def run(self, clients: int) -> list[threading.Thread]:
        """Start the clients; they end after `stop` is set."""
        threads = [threading.Thread(target=self._client, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        return threads

    def short_request(self, client: httpx.Client) -> None:
        """Have a recording recognised while the client waits."""
        begin = time.monotonic()
        files, form = {"file": ("a.flac", self.speech)}, {"model": "x"}
        response = client.post("/v1/audio/transcriptions", files=files, data=form)
        taken = time.monotonic() - begin
        self._expect(response, 200, 429)
        if response.status_code == 200:
            waited = float(response.headers["x-queue-seconds"])
            self.queued.append(waited)
            self.seconds.append(taken - waited)

    def _client(self, number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        actions: list[tuple[Callable[[httpx.Client], None], int]] = [
            (self.short_request, 40), (self._job, 15), (lambda client: self._cut_upload(client, chance), 15),
            (self._slow_upload, 5), (self._wrong_file, 10), (self._cancelled_stream, 5), (self._cancelled_job, 5),
            (self._results, 5),
        ]  # fmt: skip
        choices, weights = zip(*actions, strict=True)
        while not self.stop.wait(chance.expovariate(1 / self.pause)):
            [action] = chance.choices(choices, weights)
            try:
                with httpx.Client(base_url=self.url, timeout=60) as client:
                    action(client)
            except (httpx.TransportError, OSError):  # the server was killed
                self.counts["disconnected"] += 1
                time.sleep(RETRY)
            except Exception as error:
                self.faults.append(f"{type(error).__name__}: {error}")

    def _expect(self, response: httpx.Response, *statuses: int) -> None:
        self.counts[f"{response.request.method} {response.status_code}"] += 1
        if response.status_code not in statuses:
            self.faults.append(f"{response.request.url.path}: {response.status_code} {response.text[:200]}")

    def _accepted(self, send: Callable[[dict[str, str]], httpx.Response]) -> str | None:
        """Send a job until the server answers; the idempotency key makes it one job. Returns its id."""
        key = {"Idempotency-Key": secrets.token_hex(8)}
        while not self.stop.is_set():
            try:
                response = send(key)
            except (httpx.TransportError, OSError):
                time.sleep(RETRY)
                continue
            self._expect(response, 200, 201, 429)
            if response.status_code == 429:
                return None
            id: str = response.json()["id"]
            self.jobs.add(id)
            return id
        return None

    def _job(self, client: httpx.Client) -> None:
        files = {"file": ("a.flac", self.speech)}
        self._accepted(lambda key: httpx.post(f"{self.url}/v1/jobs", files=files, headers=key, timeout=60))

    def _cut_upload(self, client: httpx.Client, chance: random.Random) -> None:
        metadata = {"Upload-Metadata": f"filename {base64.b64encode(b'a.flac').decode()}"}
        response = client.post("/v1/uploads", headers={**TUS, "Upload-Length": str(len(self.speech)), **metadata})
        self._expect(response, 201)
        path = f"/v1/{response.headers['location']}"
        offset = 0
        while offset < len(self.speech):
            with suppress(OSError):
                self._send_part(path, offset, chance.randrange(1, len(self.speech)))
            with suppress(httpx.TransportError):
                offset = int(client.head(path, headers=TUS).headers["upload-offset"])
        upload = path.rpartition("/")[2]
        self._accepted(lambda key: httpx.post(f"{self.url}/v1/jobs", json={"upload": upload}, headers=key, timeout=60))

    def _send_part(self, path: str, offset: int, size: int) -> None:
        """Announce the rest of a file, send some of it, and close the connection."""
        place, rest = urlsplit(self.url), self.speech[offset:]
        head = f"PATCH {path} HTTP/1.1\r\nHost: {place.netloc}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        head += f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(rest)}\r\n\r\n"
        with socket.create_connection((str(place.hostname), int(place.port or 80)), 10) as connection:
            connection.sendall(head.encode() + rest[:size])
            if size >= len(rest):
                connection.recv(1000)

    def _slow_upload(self, client: httpx.Client) -> None:
        def dripping() -> object:
            yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.flac"\r\n\r\n'
            for begin in range(0, len(self.speech), 20_000):
                yield self.speech[begin : begin + 20_000]
                time.sleep(0.2)
            yield b"\r\n--b--\r\n"

        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        response = client.post("/v1/jobs", content=dripping(), headers=headers)  # type: ignore[arg-type]
        self._expect(response, 201, 429)
        if response.status_code == 201:
            self.jobs.add(response.json()["id"])

    def _wrong_file(self, client: httpx.Client) -> None:
        files = {"file": ("a.mp4", random.randbytes(50_000))}
        self._expect(client.post("/v1/jobs", files=files), 415, 429)
        self._expect(client.post("/v1/audio/transcriptions", files=files, data={"model": "x"}), 400, 415)

    def _cancelled_stream(self, client: httpx.Client) -> None:
        files, form = {"file": ("a.flac", self.speech)}, {"model": "x", "stream": "true"}
        with client.stream("POST", "/v1/audio/transcriptions", files=files, data=form) as response:
            self.counts[f"stream {response.status_code}"] += 1
            next(response.iter_bytes(), None)

    def _cancelled_job(self, client: httpx.Client) -> None:
        response = client.post("/v1/jobs", files={"file": ("a.flac", self.speech)})
        self._expect(response, 201, 429)
        if response.status_code == 201:
            with client.stream("GET", f"/v1/jobs/{response.json()['id']}/events") as events:
                next(events.iter_lines(), None)
            self._expect(client.delete(f"/v1/jobs/{response.json()['id']}"), 204)

    def _results(self, client: httpx.Client) -> None:
        for id in list(self.jobs)[:3]:
            self._expect(client.get(f"/v1/jobs/{id}/results/srt"), 200, 409)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")
