"""Which client sends a request: by the key that it brings, or by a cookie that stands for one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import HTTPConnection

from captioner.atomic_file import atomic_write_text
from captioner.server.glm_api.glm_token import key_of_token

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json", "/docs"})
"""Paths for load balancers and readers, which have no key."""

SESSION_PATH = "/v1/session"

BEGIN_PATH = "/v1/session/begin"
"""Begins a session from a link with a key, which `captioner edit` opens in the browser of its user."""

KEY_COOKIE = "captioner_session"
"""The cookie of a browser that has given its key. It holds a hash of the key, so that nobody reads the key from it."""

SHARE_COOKIE = "captioner_share"
"""The cookie of a browser that may only look at one job."""


KEY_PROTOCOL = "openai-insecure-api-key."
"""The beginning of the subprotocol in which a browser sends its key to OpenAI's realtime API."""


@dataclass(frozen=True)
class Client:
    """Who sends a request."""

    name: str
    """A hash of its key, or else its address."""

    shared_job: str | None = None
    """The only job that it may read, where it has a link to that instead of a key."""


class ApiKeys:
    """The keys of the server, and the links to single jobs, which `secret` signs."""

    def __init__(self, keys: tuple[str, ...], secret: bytes) -> None:
        self._keys, self._secret = keys, secret

    @property
    def are_needed(self) -> bool:
        """Whether requests must bring a key."""
        return bool(self._keys)

    def client_of(self, connection: HTTPConnection) -> Client | None:
        """Return the client; None if it must bring a key and has not."""
        key = self._key_given(connection) or self._key_of_cookie(connection.cookies.get(KEY_COOKIE, ""))
        if key is not None:
            return Client(hashlib.sha256(key.encode()).hexdigest()[:12])
        address = connection.client.host if connection.client else "local"
        if job := self.job_of_token(connection.cookies.get(SHARE_COOKIE, "")):
            return Client(address, job)
        return None if self._keys else Client(address)

    def is_key(self, given: str) -> bool:
        """Return whether this is one of the keys."""
        # All keys are compared, each in constant time, so that time tells nothing about any of them.
        matches = [hmac.compare_digest(key.encode(), given.encode()) for key in self._keys]
        return any(matches)

    def cookie_of(self, key: str) -> str:
        """Return what the cookie of a browser holds that has given this key."""
        return hmac.new(key.encode(), b"captioner session", hashlib.sha256).hexdigest()

    def share_token(self, job: str) -> str:
        """Return the token of a link to a job."""
        return f"{job}.{self._sign(f'share {job}')[:32]}"

    def job_of_token(self, token: str) -> str | None:
        """Return the job of a token; None if the token is not ours."""
        job = token.partition(".")[0]
        return job if hmac.compare_digest(token.encode(), self.share_token(job).encode()) else None

    def webhook_secret(self, client: str) -> bytes:
        """Return the secret that signs the webhooks of a client."""
        return hmac.digest(self._secret, f"webhook {client}".encode(), "sha256")

    def _sign(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def _key_given(self, connection: HTTPConnection) -> str | None:
        scheme, _, given = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = connection.headers.get("x-api-key", "") or _key_of_protocol(connection)
        given = given.strip()
        return given if self.is_key(given) else key_of_token(given, self._keys)

    def _key_of_cookie(self, cookie: str) -> str | None:
        found = [key for key in self._keys if hmac.compare_digest(self.cookie_of(key).encode(), cookie.encode())]
        return found[0] if found else None


def _key_of_protocol(connection: HTTPConnection) -> str:
    """Return the key among the subprotocols of a browser's WebSocket."""
    protocols: list[str] = connection.scope.get("subprotocols", [])
    return next((name for name in protocols if name.startswith(KEY_PROTOCOL)), "").removeprefix(KEY_PROTOCOL)


def stored_secret(path: Path) -> bytes:
    """Return the secret of a server in the file at `path`, which is created. Raises `OSError`, `OutputNotWritten`."""
    if not path.exists():
        atomic_write_text(path, secrets.token_hex(32), 0o600)
    return bytes.fromhex(path.read_text("ascii"))
