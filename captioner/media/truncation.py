"""Whether a source was heard to its end, told from what ffmpeg said and from what the header had promised."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Both are said by ffmpeg 5 as well as by ffmpeg 9, each in its own words.
_BROKEN_OFF = re.compile(r"(ends|ended) prematurely|partial file")
_CORRUPT = re.compile(r"corrupt input packet", re.IGNORECASE)
_DAMAGED = re.compile(r"Error while decoding|Decoding error|Error submitting")

_SMALLEST_BREAK = 0.5
"""Seconds that may be missing before the end that a header promises: encoders pad, and headers round."""


def truncation_warning(
    messages: Iterable[str], decoded_to: float, expected_end: float | None, exit_code: int = 0
) -> str | None:
    """What is missing of a source, as a sentence without its name; None where nothing is.

    `heard_to` is the last second on the player's clock that was decoded, `promised` the one in the header if it counts.

    >>> truncation_warning(["[mov @ 0x1] stream 0, offset 0x2c: partial file"], 12.34, 60.0)
    'breaks off at 12.3 s of 60.0 s; what comes before is captioned'
    >>> truncation_warning([], 9.009, None)
    """
    said = "\n".join(messages)
    short = expected_end is not None and decoded_to < expected_end - _SMALLEST_BREAK
    if short or exit_code or _BROKEN_OFF.search(said):
        promise = f" of {expected_end:.1f} s" if short else ""
        return f"breaks off at {decoded_to:.1f} s{promise}; what comes before is captioned"
    if _DAMAGED.search(said):
        return "parts of its sound are damaged or missing and could not be heard"
    return None


def damage_warning(messages: Iterable[str]) -> str | None:
    """What is missing of a source that was made into another, as a sentence without its name; None where nothing is.

    >>> damage_warning(["[mov @ 0x1] stream 0, offset 0x2c: partial file"])
    'breaks off before its end; what comes before is there'
    """
    said = "\n".join(messages)
    if _BROKEN_OFF.search(said):
        return "breaks off before its end; what comes before is there"
    if _DAMAGED.search(said) or _CORRUPT.search(said):
        return "parts of it are damaged or missing"
    return None
