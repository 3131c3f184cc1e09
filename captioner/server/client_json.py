"""Reads JSON that a client sends, and refuses what no answer, database or number of this server can hold."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

LARGEST_INTEGER = 2**63 - 1
"""The largest whole number: what 64 bits hold."""

_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(data: bytes | str) -> Any:
    r"""Return the value of a JSON text.

    >>> read_json('{"text": "\\ud83d\\ude00", "rate": 24000}')
    {'text': '😀', 'rate': 24000}

    Raises `ValueError` for what is no JSON in UTF-8 or is nested too deeply, for NaN, infinity and whole numbers beyond
    64 bits, and for half of a surrogate pair, such as `"\ud83d"`.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse, parse_int=_whole, parse_float=_finite)
        if _HALF_ESCAPED.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except UnicodeEncodeError:
        raise ValueError("a text has half of a surrogate pair") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def read_object(data: bytes | str) -> dict[str, Any]:
    """Return the JSON object of a JSON text. Raises `ValueError` as `read_json` does, and for another value."""
    value = read_json(data)
    if not isinstance(value, dict):
        raise ValueError("it is not an object")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def _whole(text: str) -> int:
    number = int(text)
    return number if abs(number) <= LARGEST_INTEGER else _refuse(text)


def _finite(text: str) -> float:
    number = float(text)
    return number if abs(number) != float("inf") else _refuse(text)
