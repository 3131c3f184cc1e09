"""HTTP requests and responses of the cloud backends. The only module of them that imports httpx."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from captioner.backends.cloud.responses import encodable
from captioner.backends.cloud.retry import NoResponse, RetryableError
from captioner.errors import BackendError, UsageError
from captioner.redaction import HIDDEN, without_secrets

if TYPE_CHECKING:
    import httpx

CONNECT = 10.0
"""Seconds to resolve a host and connect to it."""

LARGEST = 4_000_000
"""Bytes of a response; the transcript of half a minute has some hundreds."""


@dataclass(frozen=True)
class ApiKey:
    """The key of a service."""

    secret: str
    """Never shown."""

    source: str
    """The origin of the key, for messages: the name of a variable, or "the options"."""

    def __repr__(self) -> str:
        return f"ApiKey({HIDDEN}, source={self.source!r})"

    def checked(self, backend: str) -> ApiKey:
        """Return the key without spaces around it. Raises `BackendError` for a key that does not fit into a header."""
        secret = self.secret.strip()
        if not secret or not all("!" <= character <= "~" for character in secret):
            reason = "is empty" if not secret else "contains characters that no key has"
            raise BackendError(backend, f"the key from {self.source} {reason}; copy it again")
        return ApiKey(secret, self.source)


class HttpTransport:
    """A pool of connections, for any number of threads. `timeout` is in seconds, for one request and its response."""

    def __init__(
        self,
        backend: str,
        key: ApiKey | None,
        *,
        timeout: float,
        connections: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        import httpx

        self._httpx = httpx
        self._key, self._timeout, self._clock = key, timeout, clock
        headers = {"User-Agent": "captioner"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key.secret}"
        try:
            self._client = httpx.Client(
                headers=headers,
                timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT)),
                limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise BackendError(
                backend,
                f"the proxy in the environment cannot be used: {error}; check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY",
            ) from error

    def post(
        self, url: str, fields: Mapping[str, str | list[str]], file: bytes
    ) -> AbstractContextManager[HttpResponse]:
        """Send a form with a WAV file; the response is read inside the context.

        Raises `NoResponse` before the first byte of the response, and `RetryableError` after it.
        """
        data = {name: encodable(value) if isinstance(value, str) else value for name, value in fields.items()}
        return self._send(url, data=data, files={"file": ("audio.wav", file, "audio/wav")})

    def post_json(self, url: str, content: Mapping[str, object]) -> AbstractContextManager[HttpResponse]:
        """Send a JSON object; otherwise as `post`."""
        return self._send(url, json=content)

    @contextmanager
    def _send(self, url: str, **body: Any) -> Iterator[HttpResponse]:
        responded = False
        secrets = _secrets_in(url) | ({self._key.secret} if self._key else set())
        deadline = self._clock() + self._timeout
        try:
            with self._client.stream("POST", url, **body) as response:
                responded = True
                yield HttpResponse(response, secrets, self._clock, deadline)
        except (self._httpx.HTTPError, self._httpx.StreamError) as error:
            reason = without_secrets(_connection_fault(error, responded=responded), secrets)
            raise (RetryableError(reason) if responded else NoResponse(reason)) from None  # its request holds the key

    def close(self) -> None:
        self._client.close()


class HttpResponse:
    """A response whose body is read when it is asked for, until `deadline` in seconds on `clock`."""

    def __init__(
        self, response: httpx.Response, secrets: Set[str], clock: Callable[[], float], deadline: float
    ) -> None:
        self.status = response.status_code
        self._response, self._secrets, self._clock, self._deadline = response, secrets, clock, deadline

    @property
    def is_stream(self) -> bool:
        return self._content_type == "text/event-stream"

    @property
    def is_plain_text(self) -> bool:
        return self._content_type == "text/plain"

    @property
    def _content_type(self) -> str:
        value: str = self._response.headers.get("content-type", "")
        return value.partition(";")[0].strip().lower()

    @property
    def retry_after(self) -> float | None:
        """Seconds that the service asks to wait, from its Retry-After; None without one."""
        return retry_after(self._response.headers.get("retry-after"), datetime.now(UTC))

    def text(self) -> str:
        """Return the body as text, as the service sent it."""
        return b"".join(self._chunks()).decode("utf-8", errors="replace")

    def printable(self, text: str) -> str:
        """Return `text` from the body for a message: without the key, which some services repeat in their errors."""
        return without_secrets(text, self._secrets)

    def events(self) -> Iterator[str]:
        """Yield the payload of each `data:` line of an event stream.

        The standard separates events by a blank line. Here each line is an event: these services send JSON on one line,
        and some leave the blank line out.
        """
        rest = b""
        for chunk in self._chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            yield from self._payloads(lines)
        yield from self._payloads([rest])

    def _payloads(self, lines: list[bytes]) -> Iterator[str]:
        return (line[5:].decode("utf-8", errors="replace").strip() for line in lines if line.startswith(b"data:"))

    def _chunks(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._response.iter_bytes():
            size += len(chunk)
            if self._clock() > self._deadline:
                raise RetryableError("the response came too slowly")
            if size > LARGEST:
                raise RetryableError(f"the response is longer than {LARGEST} bytes")
            yield chunk


def checked_base_url(backend: str, base_url: str, example: str) -> str:
    """Return the URL without a slash at its end.

    Raises `UsageError`, with `example` as a hint, for a malformed one.
    """
    import httpx

    base_url = base_url.strip().rstrip("/")
    try:
        url = httpx.URL(base_url)
        url.host.encode("idna")  # as the look-up of the name will do
        usable = url.scheme in ("http", "https") and bool(url.host) and urlsplit(base_url).port != 0
    except (httpx.InvalidURL, ValueError):
        usable = False
    if not usable:
        without_user = base_url.rpartition("@")[2]  # what stands before it may be a password
        raise UsageError(f"{backend}: base URL {without_user!r} is not a URL; it looks like {example}")
    return base_url


def _secrets_in(url: str) -> set[str]:
    """Return the password in a URL, as it is and as its header repeats it."""
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    header = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {password, parts.password or "", header} if user or password else set()


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds to wait, from a Retry-After header with seconds or a date; None if it is absent or malformed.

    >>> retry_after("Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 30, tzinfo=UTC))
    7.0
    """
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds())


def _connection_fault(error: Exception, *, responded: bool) -> str:
    """Return the fault of a connection, in a few words."""
    kind = type(error).__name__
    if kind in ("ConnectTimeout", "PoolTimeout", "ReadTimeout", "WriteTimeout"):
        return "the response stopped halfway" if responded else "no response in time"
    if kind == "ConnectError":
        return f"cannot connect ({error})"
    return f"the connection broke ({error or kind})"
