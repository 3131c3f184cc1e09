"""HTTP requests and responses of the cloud backends. The only module of them that imports httpx."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from captioner.backends.cloud.responses import encodable
from captioner.backends.cloud.retry import NoResponse, RetryableError
from captioner.errors import BackendError

if TYPE_CHECKING:
    import httpx

CONNECT = 10.0
"""Seconds to resolve a host and connect to it."""

LARGEST = 4_000_000
"""Bytes of a response; the transcript of half a minute has some hundreds."""

HIDDEN = "***"


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
        """The key without spaces around it. Raises `BackendError` for a key that does not fit into a header."""
        secret = self.secret.strip()
        if not secret or not all("!" <= character <= "~" for character in secret):
            reason = "is empty" if not secret else "contains characters that no key has"
            raise BackendError(backend, f"the key from {self.source} {reason}; copy it again")
        return ApiKey(secret, self.source)

    def hidden_in(self, text: str) -> str:
        """`text` with `***` in place of the key, which some services repeat in their errors."""
        return text.replace(self.secret, HIDDEN)


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

    @contextmanager
    def post(self, url: str, fields: Mapping[str, str | list[str]], file: bytes) -> Iterator[HttpResponse]:
        """Send a form with a WAV file.

        Raises `NoResponse` before the first byte of the response, and `RetryableError` after it.
        """
        responded = False
        deadline = self._clock() + self._timeout
        try:
            with self._client.stream(
                "POST",
                url,
                data={name: encodable(value) if isinstance(value, str) else value for name, value in fields.items()},
                files={"file": ("audio.wav", file, "audio/wav")},
            ) as response:
                responded = True
                yield HttpResponse(response, self._key, self._clock, deadline)
        except (self._httpx.HTTPError, self._httpx.StreamError) as error:
            reason = _connection_fault(error, responded=responded)
            raise (RetryableError(reason) if responded else NoResponse(reason)) from None  # its request holds the key

    def close(self) -> None:
        self._client.close()


class HttpResponse:
    """A response whose body is read when it is asked for, until `deadline` in seconds on `clock`."""

    def __init__(
        self, response: httpx.Response, key: ApiKey | None, clock: Callable[[], float], deadline: float
    ) -> None:
        self.status = response.status_code
        self._response, self._key, self._clock, self._deadline = response, key, clock, deadline

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
        """The body as text."""
        return self._shown(b"".join(self._chunks()))

    def events(self) -> Iterator[str]:
        """The payload of each `data:` line of an event stream.

        The standard separates events by a blank line. Here each line is an event: these services send JSON on one line,
        and some leave the blank line out.
        """
        rest = b""
        for chunk in self._chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            yield from self._payloads(lines)
        yield from self._payloads([rest])

    def _payloads(self, lines: list[bytes]) -> Iterator[str]:
        return (self._shown(line[5:]).strip() for line in lines if line.startswith(b"data:"))

    def _chunks(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._response.iter_bytes():
            size += len(chunk)
            if self._clock() > self._deadline:
                raise RetryableError("the response came too slowly")
            if size > LARGEST:
                raise RetryableError(f"the response is longer than {LARGEST} bytes")
            yield chunk

    def _shown(self, raw: bytes) -> str:
        text = raw.decode("utf-8", errors="replace")
        return text if self._key is None else self._key.hidden_in(text)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a Retry-After header with seconds or a date; None if it is absent or malformed.

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
    """The fault of a connection, in a few words."""
    kind = type(error).__name__
    if kind in ("ConnectTimeout", "PoolTimeout", "ReadTimeout", "WriteTimeout"):
        return "the response stopped halfway" if responded else "no response in time"
    if kind == "ConnectError":
        return f"cannot connect ({error})"
    return f"the connection broke ({error or kind})"
