"""Lines that say when a cue is shown, `00:00:01,000 --> 00:00:02,000`, as programs and translators write them."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from captioner.formats.common.joiner_escape import joiner_escape

_TIME = r"(?:\d{1,9}:)?\d{1,2}:\d{1,2}(?:[,.:;]\d{1,9})?"
_SIGNED = rf"[-−]?{_TIME}"
_DASHES, _HEADS = "-‐‑‒–—―−─━=~", ">→⇒⟶➔➜➞►▶›»〉"
_ARROW = rf"(?:[{_DASHES}\s]*(?:[{_HEADS}]|&gt;)+|\s*[{_DASHES}]+|\s+)"

# A timing, and what follows it: nothing, or what the format puts there.
_TIMING = re.compile(rf"\s*({_SIGNED})({_ARROW})\s*({_SIGNED})(?:[ \t]+(\S.*)?)?", re.ASCII)
_COMPLETE = re.compile(r"[-−]?\d+:\d+:\d+(?:[,.:;]\d+)?|[-−]?\d+:\d+[,.]\d+", re.ASCII)
_INTENDED = re.compile(r"\s*[-−]?\d+[:.,]\S*\s*-->", re.ASCII)

_PARTS = re.compile(r"(-?)(?:(\d+):)?(\d+):(\d+)(?:[,.:;](\d+))?", re.ASCII)
_TIMECODE = re.compile(r"(-?\d+:\d+:\d+)[:;](\d\d)", re.ASCII)
_EXACT = re.compile(r"[-−]?(?:\d+:)?\d+:\d+[,.]\d+", re.ASCII)

# Where translators put spaces into a time. There is a digit on both sides.
_SPACED = re.compile(r"(?<=\d)\s*([:,.;])\s*(?=\d)", re.ASCII)

_WIDE = {ord("："): ":", ord("∶"): ":", ord("，"): ",", ord("．"): ".", ord("；"): ";", ord("٫"): ",", ord("،"): ","}
_WIDE |= {ord("＞"): ">", ord("－"): "-", ord("\xa0"): " ", ord("\u3000"): " "}
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"))


class TimingLine(NamedTuple):
    """What a timing says."""

    start: str
    """Clock time, with a point or comma before its fraction, if it has one; `-` before it where it is before 0."""
    end: str
    arrow: str
    """What stands between the times, without the space around it."""
    rest: str
    """What follows the times."""


def timing_line(line: str) -> TimingLine | None:
    """Return the timing that a line is, or None.

    Colons, commas and digits may be of any width and script and have spaces around them, and any dash or arrow may be
    between the times, or only a space. Where it is no `-->`, each time has hours or a fraction: `10:30 - 11:15` is no
    timing.
    """
    if not any(character.isdecimal() for character in line[:12]):
        return None
    plain = _plain(line)
    match = _TIMING.fullmatch(plain) or _TIMING.fullmatch(_with_compact_times(plain))
    if not match:
        return None
    start, arrow, end, rest = match[1], match[2].strip(), match[3], match[4] or ""
    needed = None if "-->" in arrow else _COMPLETE if arrow else _EXACT
    if needed and not (needed.fullmatch(start) and needed.fullmatch(end)):
        return None
    return TimingLine(start.replace("−", "-"), end.replace("−", "-"), arrow, rest)


def intends_timing(line: str) -> bool:
    """Return whether a line that is no timing begins like one: a time or a damaged one, and an arrow."""
    return _INTENDED.match(_plain(line)) is not None


def milliseconds(time: str, *, short_fraction: bool = False) -> int:
    """Return a time of a timing in milliseconds, below 0 where it is before 0.

    `short_fraction` reads a fraction of fewer than three digits as milliseconds: `0:0:1,5` is 1.005 s.
    """
    match = _PARTS.fullmatch(time)
    assert match
    sign, hour, minute, second, fraction = match.groups(default="")
    seconds = (int(hour or 0) * 60 + int(minute)) * 60 + int(second)
    digits = max(3, len(fraction)) if short_fraction else len(fraction)
    return (-1 if sign else 1) * round(1000 * (seconds + Fraction(int(fraction or 0), 10**digits)))


def counts_frames(time: str, labels: int) -> bool:
    """Return whether a time may be timecode with `labels` frames a second: `00:00:01:12` has two digits for frames."""
    match = _TIMECODE.fullmatch(time)
    return match is not None and int(match[2]) < labels


def timecode_milliseconds(time: str, rate: Fraction) -> int:
    """A timecode in milliseconds, below 0 where it is before 0, of timecode that counts `rate` frames a second."""
    match = _TIMECODE.fullmatch(time)
    assert match
    frames = milliseconds(match[1]) // 1000 * ceil(rate) + (-1 if time.startswith("-") else 1) * int(match[2])
    return round(1000 * frames / rate)


TIMING_ESCAPE = joiner_escape(
    rf"(?am)^(?=\s*{_SIGNED}{_ARROW}\s*{_SIGNED}(?:[ \t].*)?$)", r"(?m)^{JOINER}+(?=\s*[-−]?\d)"
)
"""Keeps a line of text from being read as a timing."""


def _plain(line: str) -> str:
    """Return the line with ASCII digits, colons and commas, and without characters that only order text."""
    plain = line.translate(_INVISIBLE).translate(_WIDE)
    return plain if plain.isascii() else "".join(_digit(character) for character in plain)


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _with_compact_times(line: str) -> str:
    return _SPACED.sub(r"\1", line)
