"""Connections to public addresses only.

A name is resolved once, all its addresses are checked, and the connection goes to one of them. So a name that has
another address a moment later, or a redirect, leads nowhere else.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import httpcore

from captioner.errors import UsageError

PORTS = {"http": 80, "https": 443}
"""The schemes and ports of addresses that may be asked for."""

LONGEST_URL = 2048
"""Characters."""

_TRANSLATED = [ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
"""IPv6 networks that lead to an IPv4 address, which may be a private one."""


class AddressRefused(httpcore.ConnectError):
    """A host has an address that is not public."""


class PublicNetwork(httpcore.NetworkBackend):
    """Connects to public addresses only. Raises `AddressRefused` for others."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return httpcore.SyncBackend().connect_tcp(public_address(host, port), port, timeout, local_address)


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
    if isinstance(address, IPv6Address) and any(address in network for network in _TRANSLATED):
        return False
    return address.is_global and not address.is_multicast


def check_url(url: str) -> str:
    """Return a URL that may be asked for. Raises `UsageError`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if len(url) > LONGEST_URL or not host or not url.isprintable() or " " in url:
        raise UsageError(f"this is not a URL: {url[:200]}")
    if parts.scheme not in PORTS or port not in (None, PORTS[parts.scheme]):
        raise UsageError(f"{url[:200]}: only http and https at their usual ports are allowed")
    return url
