"""Reports the end of jobs to their clients, signed as Standard Webhooks says (standardwebhooks.com).

A report is stored with the end of its job, so none is lost when the server is killed, and some may come twice with
the same id.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import httpcore

from captioner.errors import CaptionerError, UsageError
from captioner.server.outgoing.public_network import Patience, PublicNetwork, check_url
from captioner.server.own_thread import run_in_own_thread
from captioner.state_database import StateDatabase

DELAYS = (5.0, 30.0, 120.0, 600.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
"""Seconds before each further try."""

TIMEOUTS = {"connect": 10.0, "read": 15.0, "write": 15.0, "pool": 10.0}

LONGEST_POST = 60.0
"""Seconds that one report may take."""

MOST_AT_A_TIME = 16
"""Reports that are sent at a time, so that those to dead hosts keep few others waiting."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS webhooks (
    id TEXT PRIMARY KEY, client TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL,
    due REAL NOT NULL
);
"""

log = logging.getLogger("captioner.server")


class WebhooksNotUsable(CaptionerError):
    """The file of the webhooks at `path` cannot be read or written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def _message(self) -> str:
        return f"cannot use the webhooks in {self.path}: {self.reason}"


@dataclass(frozen=True)
class Webhook:
    """A report that waits to be sent."""

    id: str
    client: str
    url: str
    body: str

    attempts: int
    """How often it was sent without success."""


class Webhooks:
    """The reports that wait, in a SQLite file at `path`; `secret_of` gives the secret of each client."""

    def __init__(self, path: Path, secret_of: Callable[[str], bytes]) -> None:
        self._database = StateDatabase(path, _SCHEMA, WebhooksNotUsable)
        self._secret_of = secret_of
        self._added = asyncio.Event()

    def add(self, client: str, url: str, event: str, data: dict[str, Any]) -> None:
        """Store a report. Any thread may call this."""
        body = json.dumps({"type": event, "timestamp": time.time(), "data": data}, ensure_ascii=False)
        row = (f"msg_{secrets.token_hex(12)}", client, url, body, 0, time.time())
        self._database.execute("INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?)", *row)

    def wake(self) -> None:
        """Send what is due now. Belongs to the event loop."""
        self._added.set()

    async def send_all(self) -> None:
        """Send reports as they become due, until it is cancelled."""
        while True:
            self._added.clear()
            await self._send_due()
            try:
                await asyncio.wait_for(self._added.wait(), DELAYS[0])
            except TimeoutError:
                continue

    async def _send_due(self) -> None:
        try:
            due = await asyncio.to_thread(self._due)
        except WebhooksNotUsable as error:  # a disk that is full now has room later
            log.error("%s", error)
            return
        for failure in await asyncio.gather(*map(self._try, due), return_exceptions=True):
            if isinstance(failure, Exception):
                log.error("a webhook waits for its next try", exc_info=failure)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _due(self) -> list[Webhook]:
        columns = "id, client, url, body, attempts"
        statement = f"SELECT {columns} FROM webhooks WHERE due <= ? ORDER BY due LIMIT {MOST_AT_A_TIME}"
        return [Webhook(*row) for row in self._database.execute(statement, time.time())]

    async def _try(self, webhook: Webhook) -> None:
        status = await run_in_own_thread(partial(_post, webhook, self._secret_of(webhook.client)))
        if status is not None and 200 <= status < 300:
            statement, values = "DELETE FROM webhooks WHERE id = ?", (webhook.id,)
        elif status == 410 or webhook.attempts >= len(DELAYS):
            log.warning("webhook %s is given up after %d tries", webhook.id, webhook.attempts + 1)
            statement, values = "DELETE FROM webhooks WHERE id = ?", (webhook.id,)
        else:
            due = time.time() + DELAYS[webhook.attempts]
            statement = "UPDATE webhooks SET attempts = attempts + 1, due = ? WHERE id = ?"
            values = (due, webhook.id)  # type: ignore[assignment]
        await asyncio.to_thread(self._database.execute, statement, *values)


def signed_headers(id: str, body: str, secret: bytes, timestamp: int) -> dict[str, str]:
    """Return the headers that prove who sent a report, and when."""
    digest = hmac.digest(secret, f"{id}.{timestamp}.{body}".encode(), hashlib.sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def shown_secret(secret: bytes) -> str:
    """Return a secret as the libraries of Standard Webhooks take it."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def _post(webhook: Webhook, secret: bytes, stopped: Event) -> int | None:
    """Send a report; return the status of the response, None if there was none. Redirects are not followed."""
    network = PublicNetwork(Patience(time.monotonic() + LONGEST_POST, stopped))
    signed = signed_headers(webhook.id, webhook.body, secret, int(time.time()))
    headers = {"User-Agent": "captioner", "Content-Type": "application/json", **signed}
    options = {"headers": list(headers.items()), "content": webhook.body.encode(), "extensions": {"timeout": TIMEOUTS}}
    try:
        with httpcore.ConnectionPool(network_backend=network) as pool:
            sent = pool.stream("POST", check_url(webhook.url), **options)  # type: ignore[arg-type]
            with sent as response:  # whose body may be endless, and is not read
                return int(response.status)
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError, UsageError):
        return None
