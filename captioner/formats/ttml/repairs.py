"""Damaged TTML made valid before ttconv reads it, which refuses a whole document for one value.

That is for times in another spelling, times that end before they begin, values of styles that no standard has, and
ways to count time that ttconv does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil
from typing import Any
from xml.etree.ElementTree import Element

from captioner.formats.common.losses import Losses
from captioner.formats.ttml.writer import NAMESPACE

_TTP = f"{{{NAMESPACE}#parameter}}"
_P = f"{{{NAMESPACE}}}p"
_EXTENT = f"{{{NAMESPACE}#styling}}extent"
_TIMED = ("begin", "end", "dur")

_VALID = re.compile(r"\d{2,}:[0-5]\d:[0-5]\d(?:\.\d+|:\d{2,})?|\d+(?:\.\d+)?(?:h|m|s|ms|f|t)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,9}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?", re.ASCII)
_TIMECODE = re.compile(r"(\d{1,9}):(\d{1,2}):(\d{1,2})[:;](\d{1,3})", re.ASCII)
_OFFSET = re.compile(r"(\d{1,9})(?:[.,](\d{1,9}))?(h|m|s|ms|f|t|)", re.ASCII)
_SPACES = re.compile(r"\s+")
_SIZE = re.compile(r"\d{1,9}px \d{1,9}px", re.ASCII)

WITHOUT_RATE = 30
"""Frames a second where nothing says how many there are (TTML 2, ttp:frameRate)."""


_COUNTING = {"timeBase": ("clock", "media"), "dropMode": ("dropPAL", "nonDrop")}
"""Parameters with the value that ttconv refuses, and the one that is read in its place."""


def repair_parameters(root: Element, repairs: Losses) -> None:
    """Count times as ttconv can: those of a clock from 0, and frames without drops of PAL. Counts what it changes."""
    for name, (refused, read) in _COUNTING.items():
        if root.get(f"{_TTP}{name}") == refused:
            root.set(f"{_TTP}{name}", read)
            repairs[f"parameter {name} with {refused} read as {read}"] += 1


def drop_bad_styles(root: Element, properties: Mapping[str, Any], losses: Losses) -> None:
    """Remove the styles for whose values ttconv would refuse the document. `properties` are its styles by name."""
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            is_size = element is root and name == _EXTENT
            if not (_SIZE.fullmatch(value) if is_size else _is_known(properties.get(name), value)):
                del element.attrib[name]
                losses["style with an unknown value"] += 1


def _is_known(style: Any, value: str) -> bool:
    """Return whether ttconv takes the value of a style, or leaves it out by itself, as it does after a `ValueError`."""
    if style is None:
        return True
    try:
        return bool(style.model_prop.validate(style.extract(None, value)))
    except (ValueError, AttributeError):  # a length may need the document, which is not there yet
        return True
    except Exception:  # the library raises anything
        return False


def repair_times(root: Element, frame_rate: Fraction | None, losses: Losses, repairs: Losses) -> None:
    """Rewrite the times of a document that ttconv would refuse or drop. Counts what is repaired and what is lost.

    Where the document counts frames and does not say how many a second has, it gets `frame_rate`.
    """
    _set_frame_rate(root, frame_rate, repairs)
    clock = _Clock(root)
    for parent in list(root.iter()):
        for element in list(parent):
            readable = [_repair_spelling(element, name, clock, repairs) for name in _TIMED]
            if element.tag == _P and not all(readable):
                parent.remove(element)
                losses["cue without a valid time"] += 1
            else:
                _repair_order(element, clock, repairs)


def _set_frame_rate(root: Element, frame_rate: Fraction | None, repairs: Losses) -> None:
    if root.get(f"{_TTP}frameRate") is not None:
        return
    count = sum(_TIMECODE.fullmatch(time) is not None or time.endswith("f") for time in _times(root))
    if count and frame_rate:
        whole = ceil(frame_rate)
        multiplier = frame_rate / whole
        root.set(f"{_TTP}frameRate", str(whole))
        root.set(f"{_TTP}frameRateMultiplier", f"{multiplier.numerator} {multiplier.denominator}")
    elif count:
        repairs[f"time in frames without a rate, read at {WITHOUT_RATE} a second (give --fps)"] += count


def _times(root: Element) -> Iterator[str]:
    for element in root.iter():
        for name in _TIMED:
            if time := element.get(name):
                yield _SPACES.sub("", time)


class _Clock:
    """Reads the times of a document."""

    def __init__(self, root: Element) -> None:
        numerator, _, denominator = root.get(f"{_TTP}frameRateMultiplier", "1 1").replace(":", " ").partition(" ")
        self.rate = Fraction(WITHOUT_RATE)
        self.ticks = Fraction(_number(root.get(f"{_TTP}tickRate")) or 0)
        if rate := _number(root.get(f"{_TTP}frameRate")):
            self.rate = Fraction(rate * (_number(numerator) or 1), _number(denominator) or 1)

    def seconds(self, time: str) -> Fraction | None:
        """Return the seconds of a time, or None."""
        if match := _TIMECODE.fullmatch(time):
            hour, minute, second, frame = map(int, match.groups())
            return (hour * 60 + minute) * 60 + second + Fraction(frame) / self.rate
        if match := _CLOCK.fullmatch(time):
            hours, minutes, seconds, fraction = match.groups(default="")
            whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
            return whole + Fraction(int(fraction or 0), 10 ** len(fraction))
        if match := _OFFSET.fullmatch(time):
            number = int(match[1]) + Fraction(int(match[2] or 0), 10 ** len(match[2] or ""))
            return number * self._unit(match[3])
        return None

    def _unit(self, name: str) -> Fraction:
        units = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000), "": Fraction(1)}
        return units.get(name) or 1 / (self.rate if name == "f" else self.ticks or Fraction(1))


def timecode_seconds(text: str, rate: Fraction | None) -> Fraction | None:
    """Return the seconds of a clock time or a timecode, or None."""
    clock = _Clock(Element("tt"))
    clock.rate = rate or clock.rate
    return clock.seconds(text)


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text, re.ASCII) else None


def _repair_spelling(element: Element, name: str, clock: _Clock, repairs: Losses) -> bool:
    """Write a time as TTML wants it; False where it cannot be read."""
    time = element.get(name)
    if time is None or _VALID.fullmatch(time):
        return True
    compact = _SPACES.sub("", time)
    if clock.seconds(compact) is None:
        return False
    element.set(name, _spelled(compact, clock))
    repairs["time in another spelling"] += 1
    return True


def _spelled(time: str, clock: _Clock) -> str:
    """A time that can be read, as TTML wants it: frames stay frames, since ttconv knows which of them are dropped."""
    if match := _TIMECODE.fullmatch(time):
        return ":".join(part.zfill(2) for part in match.groups())
    return _in_seconds(clock.seconds(time) or Fraction(0))


def _in_seconds(seconds: Fraction) -> str:
    return f"{float(seconds):.6f}s"


def _repair_order(element: Element, clock: _Clock, repairs: Losses) -> None:
    """Show a cue that would never be shown for one millisecond, so that its text is not lost."""
    if element.tag != _P:
        return
    begin, end, duration = (clock.seconds(element.get(name) or "") for name in _TIMED)
    if duration == 0:
        element.set("dur", "1ms")
    elif end is not None and end <= (begin or 0):
        element.set("end", _in_seconds((begin or Fraction(0)) + Fraction(1, 1000)))
    else:
        return
    repairs["cue with its end before its start"] += 1
