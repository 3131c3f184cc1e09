"""Fetches a URL into a file, within limits."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.parse import unquote, urljoin, urlsplit

import httpcore

from captioner.errors import MediaNotReadable, UsageError
from captioner.server.disk_room import FULL, has_room
from captioner.server.outgoing.public_network import AddressRefused, Patience, PublicNetwork, check_url
from captioner.server.request_body import base_name

MOST_REDIRECTS = 5

TIMEOUTS = {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 10.0}
"""Seconds without any progress."""

HEADERS = [("User-Agent", "captioner"), ("Accept", "*/*"), ("Accept-Encoding", "identity")]


@dataclass(frozen=True)
class FetchLimits:
    """How much a fetch may take."""

    size: int
    """Bytes."""

    seconds: float = 3600.0
    """From the first connection to the last byte."""

    smallest_free: int = 0
    """Bytes of the disk that stay free."""


class FetchStopped(Exception):
    """A fetch was stopped."""


def name_of_url(url: str) -> str:
    """Return the file name at the end of a URL; empty if there is none."""
    return base_name(unquote(urlsplit(url).path.rpartition("/")[2]))


def fetch(url: str, target: Path, limits: FetchLimits, stopped: Event) -> None:
    """Write what is at `url` to `target`. Raises `MediaNotReadable`, `OSError`, and `FetchStopped` after `stopped`."""
    patience, asked = Patience(time.monotonic() + limits.seconds, stopped), url
    try:
        with httpcore.ConnectionPool(network_backend=PublicNetwork(patience)) as pool:
            for _ in range(MOST_REDIRECTS + 1):
                url = check_url(url)
                with pool.stream("GET", url, headers=HEADERS, extensions={"timeout": TIMEOUTS}) as response:
                    location = _header(response, b"location")
                    if response.status in (301, 302, 303, 307, 308) and location:
                        url = urljoin(url, location)
                        continue
                    if response.status != 200:
                        raise MediaNotReadable(asked, f"its server answered {response.status}")
                    _write(response, target, limits, patience)
                    return
        raise MediaNotReadable(asked, f"it is redirected more than {MOST_REDIRECTS} times")
    except (AddressRefused, UsageError) as error:
        raise MediaNotReadable(asked, str(error)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
        if stopped.is_set():
            raise FetchStopped from None
        reason = f"cannot be fetched: {str(error) or type(error).__name__}"
        if time.monotonic() > patience.until:
            reason = f"it did not arrive within {limits.seconds:g} s"
        raise MediaNotReadable(asked, reason) from None
    except _FetchFailed as error:
        raise MediaNotReadable(asked, str(error)) from None


class _FetchFailed(Exception):
    """A limit is exceeded."""


def _write(response: httpcore.Response, target: Path, limits: FetchLimits, patience: Patience) -> None:
    size = 0
    with target.open("wb") as file:
        for chunk in response.iter_stream():
            size += len(chunk)
            if patience.stopped.is_set():
                raise FetchStopped
            if size > limits.size:
                raise _FetchFailed(f"it is larger than {limits.size / (1 << 20):g} MB")
            if time.monotonic() > patience.until:
                raise _FetchFailed(f"it did not arrive within {limits.seconds:g} s")
            if not has_room(target.parent, limits.smallest_free):
                raise _FetchFailed(FULL)
            file.write(chunk)


def _header(response: httpcore.Response, name: bytes) -> str | None:
    return next((value.decode("utf-8", "replace") for key, value in response.headers if key.lower() == name), None)
