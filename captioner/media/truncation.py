"""Whether a source is truncated or damaged, by ffmpeg's messages and by the duration in its header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# These expressions match the messages of ffmpeg 5 and of ffmpeg 9, which differ.
_CUT_OFF = re.compile(r"(ends|ended) prematurely|partial file")
_CORRUPT = re.compile(r"corrupt input packet", re.IGNORECASE)
_DAMAGED = re.compile(r"Error while decoding|Decoding error|Error submitting")
_SEGMENT = re.compile(r"Failed to open segment (\d+) of playlist|Segment (\d+) of playlist \d+ failed")

_TOLERANCE = 0.5
"""Seconds that may be missing before the end in the header, since encoders pad and headers round."""


def truncation_warning(
    messages: Sequence[str], decoded_to: float, expected_end: float | None, exit_code: int = 0
) -> str | None:
    """Return what is missing of a decoded source, as a sentence without its name; None if it is complete.

    `decoded_to` is the last decoded second on the player's clock. `expected_end` is the end in the header, None if the
    header does not say.

    >>> truncation_warning(["[mov @ 0x1] stream 0, offset 0x2c: partial file"], 12.34, 60.0)
    'is cut off at 12.3 s of 60.0 s; the part before is captioned'
    >>> truncation_warning(["[hls @ 0x1] Failed to open segment 2 of playlist 0"], 60.0, None)
    '1 segment of its playlist cannot be read; what is said in it is missing'
    >>> truncation_warning([], 9.009, None)
    """
    log = "\n".join(messages)
    short = expected_end is not None and decoded_to < expected_end - _TOLERANCE
    if short or exit_code or _CUT_OFF.search(log):
        expected = f" of {expected_end:.1f} s" if short else ""
        return f"is cut off at {decoded_to:.1f} s{expected}; the part before is captioned"
    if segments := missing_segments(messages):
        number, them = ("1 segment", "it") if segments == 1 else (f"{segments} segments", "them")
        return f"{number} of its playlist cannot be read; what is said in {them} is missing"
    if _DAMAGED.search(log):
        return "parts of its audio are damaged or missing and could not be decoded"
    return None


def missing_segments(messages: Iterable[str]) -> int:
    """Return the number of segments of a playlist that ffmpeg could not read.

    >>> missing_segments(["[hls @ 0x1] Failed to open segment 2 of playlist 0"])
    1
    """
    return len({match[1] or match[2] for message in messages for match in _SEGMENT.finditer(message)})


def damage_warning(messages: Iterable[str]) -> str | None:
    """Return what is missing of the source of a new file, as a sentence without its name; None if it is complete.

    >>> damage_warning(["[mov @ 0x1] stream 0, offset 0x2c: partial file"])
    'is cut off before its end; the part before is in the new file'
    """
    log = "\n".join(messages)
    if _CUT_OFF.search(log):
        return "is cut off before its end; the part before is in the new file"
    if _DAMAGED.search(log) or _CORRUPT.search(log):
        return "parts of it are damaged or missing"
    return None
