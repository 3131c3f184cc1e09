"""Whether a request brings a key that the server asks for."""

from __future__ import annotations

import hashlib
import hmac

from starlette.requests import HTTPConnection

OPEN_PATHS = frozenset({"/healthz", "/readyz"})
"""Paths for load balancers, which have no key."""


def client_of(connection: HTTPConnection, keys: tuple[str, ...]) -> str | None:
    """Return the name of the client for queue, limits and logs: a hash of its key, or else its address.

    None if it must bring a key and has not.
    """
    if not keys:
        return connection.client.host if connection.client else "local"
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        given = connection.headers.get("x-api-key", "")
    # All keys are compared, each in constant time, so that time tells nothing about any of them.
    matches = [hmac.compare_digest(key.encode(), given.strip().encode()) for key in keys]
    return hashlib.sha256(given.strip().encode()).hexdigest()[:12] if any(matches) else None
