"""The tokens that the clients of Zhipu AI can make of a key `id.secret`, so that the key itself is never sent.

A token is a JWT, signed with HMAC-SHA256 by the secret. Its payload has `api_key`, which is the id, and `exp`, when it
expires, in milliseconds.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Iterable
from typing import Any

from captioner.server.client_json import read_object


def key_of_token(token: str, keys: Iterable[str], now: float | None = None) -> str | None:
    """Return the key that signed a token; None if it is no token, is expired, or none of the keys signed it."""
    signed, _, signature = token.rpartition(".")
    header, payload = map(_part, signed.partition(".")[::2])
    if header.get("alg") != "HS256" or not isinstance(payload.get("exp"), int | float):
        return None
    if payload["exp"] / 1000 < (time.time() if now is None else now):
        return None
    for key in keys:
        name, _, secret = key.partition(".")
        expected = base64.urlsafe_b64encode(hmac.digest(secret.encode(), signed.encode(), "sha256")).rstrip(b"=")
        if hmac.compare_digest(expected, signature.encode()) and secret and payload.get("api_key") == name:
            return key
    return None


def _part(text: str) -> dict[str, Any]:
    """Return the JSON object in one part of a token; an empty one if there is none."""
    try:
        return read_object(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return {}
