"""Requests over HTTP, and what came back. The only place of the backends that knows httpx."""

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
"""Seconds to find a host and be let in."""

LARGEST = 4_000_000
"""Bytes: the transcript of half a minute has some hundreds."""

HIDDEN = "***"


@dataclass(frozen=True)
class Key:
    """What opens a service. `source` says where it came from and may be shown; the key itself never is."""

    secret: str
    source: str

    def __repr__(self) -> str:
        return f"Key({HIDDEN}, source={self.source!r})"

    def checked(self, backend: str) -> Key:
        """The key without the blanks around it. Raises `BackendError` for one that no header can carry."""
        secret = self.secret.strip()
        if not secret or not all("!" <= character <= "~" for character in secret):
            reason = "is empty" if not secret else "has characters in it that no key has"
            raise BackendError(backend, f"the key in {self.source} {reason}; copy it again")
        return Key(secret, self.source)

    def hidden_in(self, text: str) -> str:
        """`text` without the key, should a service repeat it in its answer."""
        return text.replace(self.secret, HIDDEN)


class HttpTransport:
    """A pool of connections, for any number of threads. `timeout` is the time in seconds for one whole request."""

    def __init__(
        self,
        backend: str,
        key: Key | None,
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
            raise BackendError(backend, f"the proxy that the environment names cannot be used: {error}") from error

    @contextmanager
    def post(self, url: str, fields: Mapping[str, str | list[str]], file: bytes) -> Iterator[HttpResponse]:
        """Send a form with a WAV file. Raises `NoAnswer` before the first byte of an answer, later `TryAgain`."""
        answered = False
        deadline = self._clock() + self._timeout
        try:
            with self._client.stream(
                "POST",
                url,
                data={name: encodable(value) if isinstance(value, str) else value for name, value in fields.items()},
                files={"file": ("audio.wav", file, "audio/wav")},
            ) as response:
                answered = True
                yield HttpResponse(response, self._key, self._clock, deadline)
        except (self._httpx.HTTPError, self._httpx.StreamError) as error:
            reason = _trouble(error, answered=answered)
            raise (RetryableError(reason) if answered else NoResponse(reason)) from None  # its request holds the key

    def close(self) -> None:
        self._client.close()


class HttpResponse:
    """An answer whose body is still on its way; a slow one ends at `deadline`, on the wire's clock."""

    def __init__(self, response: httpx.Response, key: Key | None, clock: Callable[[], float], deadline: float) -> None:
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
        """Seconds that the service asks to wait."""
        return retry_after(self._response.headers.get("retry-after"), datetime.now(UTC))

    def text(self) -> str:
        """The whole body."""
        return self._shown(b"".join(self._chunks()))

    def events(self) -> Iterator[str]:
        """What follows each `data:` of an event stream.

        A line is an event of its own, though the standard parts events by a blank line: all that these services send
        is JSON on one line, and some leave the blank line out.
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
                raise RetryableError("the answer came too slowly")
            if size > LARGEST:
                raise RetryableError("the answer does not end")
            yield chunk

    def _shown(self, raw: bytes) -> str:
        text = raw.decode("utf-8", errors="replace")
        return text if self._key is None else self._key.hidden_in(text)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date; None where it says nothing.

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


def _trouble(error: Exception, *, answered: bool) -> str:
    """What went wrong with a connection, in a few words."""
    kind = type(error).__name__
    if kind in ("ConnectTimeout", "PoolTimeout", "ReadTimeout", "WriteTimeout"):
        return "the answer stopped half-way" if answered else "no answer in time"
    if kind == "ConnectError":
        return f"no connection ({error})"
    return f"the connection broke ({error or kind})"
