"""Secrets hidden in text that a person reads: keys, and the passwords and tokens inside URLs. Data stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"

_LONG = 8
"""Characters from which a secret is hidden anywhere. A shorter one, such as `x`, is hidden where it is a word."""

_USER = re.compile(r"(?<=://)[^/?#\s'\"<>]*@")

_PARAMETER = re.compile(
    r"([?&;#][\w.%-]*(?:token|key|sig|secret|pass|pwd|pw|auth|credential|policy|jwt|hmac|hdn|session|streamid)[\w.%-]*=)"
    r"(?:[^&;#\s'\"<>]*[^&;#\s'\"<>:,.)])?",  # a mark at the end belongs to the sentence
    re.IGNORECASE,
)

_CREDENTIALS = re.compile(r"\b((?i:Basic|Bearer))(\s+)(?=\S{8})(?=\S*(?:\d|[a-z][A-Z]|=))[\w+/=.~-]+")
"""The value of an Authorization header, told from a word by its digits, inner capitals or `=`."""


def without_url_secrets(text: str) -> str:
    """Return `text` with `***` for the password and the secret parameters of each URL, and for HTTP credentials.

    >>> without_url_secrets("http://me:pa@ss@host/a.m3u8?id=7&token=abc: not found")
    'http://me:***@host/a.m3u8?id=7&token=***: not found'
    """
    text = _USER.sub(lambda match: f"{match[0].partition(':')[0]}:{HIDDEN}@" if ":" in match[0] else f"{HIDDEN}@", text)
    text = _PARAMETER.sub(rf"\1{HIDDEN}", text)
    return _CREDENTIALS.sub(lambda match: f"{match[1]}{match[2]}{HIDDEN}", text)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return `text` with `***` for each of `secrets`, and without the secrets of URLs.

    >>> without_secrets("xkey of x: maximum 0123456789abcdef!", ["x", "0123456789abcdef"])
    'xkey of ***: maximum ***!'
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        word = re.escape(secret)
        text = re.sub(word if len(secret) >= _LONG else rf"(?<!\w){word}(?!\w)", HIDDEN, text)
    return without_url_secrets(text)
