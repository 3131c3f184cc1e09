"""Connections to public addresses only.

A name is resolved once, all its addresses are checked, and the connection goes to one of them. So a name that has
another address a moment later, or a redirect, leads nowhere else. All of it ends in time: a host that sends one byte
now and then holds no thread.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext
from threading import Event
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpcore

from captioner.errors import UsageError

PORTS = {"http": 80, "https": 443}
"""The schemes and ports of addresses that may be asked for."""

LONGEST_URL = 2048
"""Characters."""

SILENCE = 30.0
"""Seconds without a byte, where the caller names no time."""

LOOK = 0.5
"""Seconds between two looks at whether a connection is stopped."""

_KEPT = "/%:@!$&'()*+,;=~?"
"""The characters of a path and a query that stay as they are, beside letters, digits, `-`, `.` and `_`."""

_TRANSLATED = [ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
"""IPv6 networks that lead to an IPv4 address, which may be a private one."""


class AddressRefused(httpcore.ConnectError):
    """A host has an address that is not public."""


@dataclass(frozen=True)
class Patience:
    """How long the connections of one request may last together."""

    until: float
    """The time of `time.monotonic` at which they end."""

    stopped: Event = field(default_factory=Event)
    """Ends them soon after it is set."""

    def wait(self, read: Callable[[float], bytes], timeout: float) -> bytes:
        """Return `read(seconds)`, which is called again until something came. Raises `httpcore.ReadTimeout`."""
        silent_until = time.monotonic() + timeout
        while not self.stopped.is_set():
            left = min(self.until, silent_until) - time.monotonic()
            if left <= 0:
                break
            with suppress(httpcore.ReadTimeout):
                return read(min(left, LOOK))
        raise httpcore.ReadTimeout("no answer in time")


class PublicNetwork(httpcore.NetworkBackend):
    """Connects to public addresses only. Raises `AddressRefused` for others."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = httpcore.SyncBackend().connect_tcp(public_address(host, port), port, timeout, local_address)
        return _PatientStream(stream, self._patience)


class _PatientStream(httpcore.NetworkStream):
    """A connection from which is read while there is patience."""

    def __init__(self, stream: httpcore.NetworkStream, patience: Patience) -> None:
        self._stream, self._patience = stream, patience

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._patience.wait(partial(self._stream.read, max_bytes), timeout or SILENCE)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _PatientStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._patience)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def public_address(host: str, port: int) -> str:
    """Return an address of a host, all of whose addresses are public. Raises `AddressRefused`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused(f"there is no host {host}") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(ip_address(address.partition("%")[0])) for address in addresses):
        raise AddressRefused(f"{host} is not a public address")
    return addresses[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address belongs to the public network.

    >>> [is_public(ip_address(text)) for text in ("1.1.1.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1")]
    [True, False, False, False, False]
    """
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, IPv6Address) and (address.is_site_local or any(address in net for net in _TRANSLATED)):
        return False
    return address.is_global and not address.is_multicast


def check_url(url: str) -> str:
    """Return a URL that may be asked for, as ASCII. Raises `UsageError`.

    >>> check_url("https://bücher.example/Über%20uns.mp4?a=1")
    'https://xn--bcher-kva.example/%C3%9Cber%20uns.mp4?a=1'
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        name = f"[{host}]" if ":" in (host or "") else (host or "").encode("idna").decode()
    except ValueError:  # and UnicodeError, of a name that no host can have
        host, port, name, parts = None, None, "", urlsplit("")
    if len(url) > LONGEST_URL or not host or not url.isprintable() or " " in url:
        raise UsageError(f"this is not a URL: {url[:200]!r}")
    if parts.scheme not in PORTS or port not in (None, PORTS[parts.scheme]):
        raise UsageError(f"{url[:200]}: only http and https at their usual ports are allowed")
    place = name if port is None else f"{name}:{port}"
    path, query = quote(parts.path, safe=_KEPT), quote(parts.query, safe=_KEPT)
    return urlunsplit((parts.scheme, place, path, query, ""))
