"""Reading Advanced SubStation, and the SubStation Alpha v4 before it: what a player shows, as cues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.ass.ass_colors import read_color
from captioner.formats.ass.text import RATE, Script, TagStyle, anchor_of_v4, read_text
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.lines import one_line, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read
from captioner.values import Cue

_SECTION = re.compile(r"\s*\[([^\]]*)\]\s*")
_TIME = re.compile(r"\s*(-?)(\d{1,6}):(\d{1,2}):(\d{1,2})(?:[.:,](\d{1,9}))?\s*", re.ASCII)
EVENT_FIELDS = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]

NO_NAME = "NTP"
"""The name that SubStation Alpha v4 files give an event without a speaker."""


class ScriptLine(NamedTuple):
    """A line of a file."""

    number: int
    """From 1."""
    section: str
    """The section that it is in, in lower case."""
    key: str
    """The text before the colon, in lower case."""
    value: str
    """The text after the colon, unchanged."""


def parse(text: str) -> Contents:
    """Return the cues in the order of the file, without those that have no text.

    Text that looks like the style `Default` is plain. A tag that repeats the default color makes that color a style.
    Fonts, sizes, margins and effects are left out. Raises `FormatError` if there are no events, or the times of one
    cannot be read.
    """
    lines = script_lines(source_lines(text))
    info = {line.key: line.value.strip() for line in lines if line.section == "script info"}
    if not any(line.section == "events" or line.key == "dialogue" for line in lines):
        raise FormatError("ass", "has no [Events], so it is not a SubStation file")
    script = _script(info, lines)
    losses, repairs = Losses(), Losses()
    losses["comment"] = sum(line.key == "comment" for line in lines)
    losses["attached file"] = sum(line.key in ("fontname", "filename") for line in lines)
    events = list(script_events(lines, losses))
    early = max([Fraction(0), *(-event.start for event in events)])
    cues = [(_cue(event, early, script, losses, repairs), event.line) for event in events]
    programme = Programme(
        title=one_line(info.get("title", "")) or None,
        language=info.get("language") or None,
        width=script.width if "playresx" in info else None,
        height=script.height if "playresy" in info else None,
    )
    return Contents.of_cues(cues, programme=programme, losses=losses, repairs=repairs, early=float(early / RATE))


def script_lines(source: Sequence[str]) -> list[ScriptLine]:
    lines, section = [], ""
    for number, line in enumerate(source, 1):
        if match := _SECTION.fullmatch(line):
            section = match[1].strip().lower()
            lines.append(ScriptLine(number, section, "", ""))
        elif not line.startswith((";", "!:")):
            key, _, value = line.partition(":")
            lines.append(ScriptLine(number, section, key.strip().lower(), value))
    return lines


def field_names(line: ScriptLine) -> list[str]:
    return [name.strip().lower() for name in line.value.split(",")]


def _script(info: dict[str, str], lines: Sequence[ScriptLine]) -> Script:
    width, height = _pixels(info.get("playresx")), _pixels(info.get("playresy"))
    if width is None and height is None:
        width, height = 384, 288  # the default of VSFilter, which players follow
    return Script(
        width=width or round((height or 288) * 4 / 3),
        height=height or round((width or 384) * 3 / 4),
        breaks_at_n=info.get("wrapstyle") == "2",
        styles=_styles(lines),
    )


def _pixels(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII) else None


def _styles(lines: Sequence[ScriptLine]) -> dict[str, TagStyle]:
    """Return the styles by name, in the order of the file."""
    names, styles = [], {}
    for line in lines:
        if line.section in ("v4+ styles", "v4 styles") and line.key == "format":
            names = field_names(line)
        elif line.key == "style":
            values = dict(zip(names, (value.strip() for value in line.value.split(",")), strict=False))
            styles[values.get("name", "").lstrip("*")] = _style(values, old=line.section == "v4 styles")
    return styles


def _style(values: dict[str, str], *, old: bool) -> TagStyle:
    alignment = _number(values.get("alignment"), 2)
    return TagStyle(
        italic=_number(values.get("italic"), 0) != 0,
        bold=_number(values.get("bold"), 0) != 0,
        underline=_number(values.get("underline"), 0) != 0,
        color=_style_color(values.get("primarycolour", ""), old),
        anchor=anchor_of_v4(alignment) if old else alignment if 1 <= alignment <= 9 else 2,
    )


def _number(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text, re.ASCII) else default


def _style_color(text: str, old: bool) -> str | None:
    """Return `#rrggbb`; v4 writes the number `&HBBGGRR` decimally."""
    if old and re.fullmatch(r"-?\d{1,10}", text, re.ASCII):
        return read_color(f"{int(text) & 0xFFFFFF:06X}")
    return read_color(text)


class ScriptEvent(NamedTuple):
    """An event with its times in hundredths of a second."""

    line: int
    start: Fraction
    end: Fraction
    values: dict[str, str]


def script_events(lines: Sequence[ScriptLine], losses: Losses) -> Iterator[ScriptEvent]:
    """Yield the events whose times can be read. Others are counted; raises `FormatError` where that is all there is."""
    names, wrong, found = EVENT_FIELDS, list[FormatError](), False
    for line in lines:
        if line.section == "events" and line.key == "format":
            names = field_names(line)
        elif line.key == "dialogue":
            try:
                event = _event(line, names)
            except FormatError as error:
                losses["cue without a valid time"] += 1
                wrong.append(error)
            else:
                found = True
                yield event
    if wrong and not found:
        raise wrong[0]


def _event(line: ScriptLine, names: list[str]) -> ScriptEvent:
    parts = line.value.lstrip().split(",", len(names) - 1)
    if len(parts) < len(names):
        raise FormatError("ass", f"an event with {len(parts)} of {len(names)} fields", line.number)
    values = dict(zip(names, parts, strict=True))
    start, end = (_hundredths(values.get(name, ""), line.number) for name in ("start", "end"))
    return ScriptEvent(line.number, start, end, values)


def _cue(event: ScriptEvent, early: Fraction, script: Script, losses: Losses, repairs: Losses) -> Cue | None:
    start, end, values = event.start + early, event.end + early, event.values
    repairs["cue with its end before its start"] += end <= start
    style = script.style(values.get("style", "").strip().lstrip("*"))
    styled, position = read_text(values.get("text", ""), style, script, start, losses)
    name = one_line(values.get("name", ""))
    cue = cue_read(start, end, styled, None if name == NO_NAME else name, position, rate=RATE)
    losses["cue without text"] += cue is None
    return cue


def _hundredths(text: str, line: int) -> Fraction:
    """Return the hundredths of a second, below 0 where the time is before 0."""
    match = _TIME.fullmatch(text)
    if not match:
        raise FormatError("ass", f"not a time: {text.strip()!r}", line)
    sign, hour, minute, second, fraction = match.groups(default="0")
    time = int(hour) * 3600 + int(minute) * 60 + int(second) + Fraction(int(fraction), 10 ** len(fraction))
    return 100 * time * (-1 if sign == "-" else 1)
