"""The base URLs of the servers, and the key for them, from the options or the environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from captioner.backends.cloud.http import ApiKey, checked_base_url

OPENAI = "https://api.openai.com/v1"


def missing_server() -> str | None:
    """What the environment lacks, in a few words; None if it names a server or has a key for OpenAI."""
    if os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_KEY"):
        return None
    return "no server; set OPENAI_BASE_URL, or OPENAI_API_KEY for api.openai.com"


def base_urls_from(base_url: str | Sequence[str] | None) -> list[str]:
    """Return the base URLs in the option, else in OPENAI_BASE_URL, else OpenAI's.

    Raises `BackendError` if malformed.
    """
    base_url = base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI
    given = base_url.split(",") if isinstance(base_url, str) else base_url
    base_urls = [each for each in given if each.strip()]
    return [checked_base_url("openai", each, "http://127.0.0.1:8000/v1") for each in base_urls or [""]]


def key_from(key: str | None) -> ApiKey | None:
    """Return the key in the option, else in OPENAI_API_KEY, else None. Raises `BackendError` if malformed."""
    if key is not None:
        return ApiKey(key, "the options").checked("openai")
    if os.environ.get("OPENAI_API_KEY", "").strip():
        return ApiKey(os.environ["OPENAI_API_KEY"], "OPENAI_API_KEY").checked("openai")
    return None


def is_this_machine(base_url: str) -> bool:
    """Return whether `base_url` names a server on this machine.

    >>> [is_this_machine(url) for url in ("http://localhost:8000/v1", "http://[::1]/v1", "https://gpu1/v1")]
    [True, True, False]
    """
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
