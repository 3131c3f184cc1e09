"""Reading YouTube's XML: version 3 (`p` and `s`), and the older ones with a `text` for each caption.

There is no standard; the meaning of the attributes is that of the player.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple
from xml.etree.ElementTree import Element

from captioner.formats.common.colors import color_of
from captioner.formats.common.contents import Contents
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read
from captioner.formats.common.stamps import rising, words_between
from captioner.formats.common.styled_text import PLAIN, StyledText, TextStyle, spans_of
from captioner.formats.common.xml import line_of, xml_root
from captioner.formats.srv3.window_position import WindowPosition, position_of
from captioner.values import Cue, Position

WITHOUT_END = 5000
"""Milliseconds for which a caption without a duration is shown, unless another one begins earlier."""

LATEST = 10**12
"""Milliseconds, some thirty years: a later time is a mistake."""

_STYLED = {"id", "b", "i", "u", "fc", "rb", "fo"}
"""Attributes of a pen that are read; the opacity of letters changes no cue."""

_RUBY = {"2": "", "4": "ruby text", "5": "ruby text"}
"""What the value of `rb` of a pen makes of a text: parentheses around ruby text, and ruby text, which are left out."""


class _TimedText(NamedTuple):
    """A caption before it is checked. Milliseconds."""

    start: int
    end: int | None
    window: str | None
    """The window that it rolls up in; None outside of one."""
    text: StyledText
    times: list[tuple[int, int]]
    """Where words begin in the text, and when."""
    position: Position | None
    line: int | None


class _Head(NamedTuple):
    """The definitions of a file."""

    pens: dict[str, Element]
    positions: dict[str, Position | None]


def parse(text: str) -> Contents:
    """Return the captions as cues.

    A caption in a window lasts until the next one there: lines of automatic captions stay while the next ones come.
    Raises `FormatError` where the file is not YouTube's XML.
    """
    root = xml_root("srv3", text, ("timedtext", "transcript"))
    losses, repairs = Losses(), Losses()
    paragraphs = list(_version_3(root, losses) if root.find("body") is not None else _older(root, losses))
    cues = list(_cues(paragraphs, losses, repairs))
    return Contents.of_cues(cues, losses=losses, repairs=repairs)


def _cues(paragraphs: list[_TimedText], losses: Losses, repairs: Losses) -> Iterator[tuple[Cue | None, int | None]]:
    paragraphs.sort(key=lambda paragraph: paragraph.start)
    shown = [paragraph for paragraph in paragraphs if paragraph.text.text.strip()]
    for paragraph, following in zip_longest(shown, shown[1:]):
        start, end = paragraph.start, paragraph.end
        if end is None:
            end = min(start + WITHOUT_END, following.start if following else LATEST)
        if following and paragraph.window is not None and paragraph.window == following.window:
            end = max(start, min(end, following.start))
        repairs["cue with its end before its start"] += end <= start
        stamps = [(index, time / 1000) for index, time in paragraph.times]
        allowed = rising(stamps, start / 1000, end / 1000)
        losses["time inside a text"] += sum(time * 1000 > start for _, time in stamps) - len(allowed)
        text = paragraph.text
        words = tuple(words_between(text.text, allowed, start / 1000, end / 1000))
        yield cue_read(start, end, text._replace(words=words), position=paragraph.position), paragraph.line


def _version_3(root: Element, losses: Losses) -> Iterator[_TimedText]:
    head = _Head(
        {pen.get("id", ""): pen for pen in root.iterfind("head/pen")},
        {place.get("id", ""): _position(place, losses) for place in root.iterfind("head/wp")},
    )
    for element in root.iterfind("body/p"):
        start, duration = _number(element.get("t")), _number(element.get("d"))
        if start is None:
            losses["cue without a valid time"] += bool("".join(element.itertext()).strip())
            continue
        text, times = _text(element, head, start, losses)
        end = None if duration is None else start + duration
        position = head.positions.get(element.get("wp", ""))
        yield _TimedText(start, end, element.get("w"), text, times, position, line_of(element))


def _older(root: Element, losses: Losses) -> Iterator[_TimedText]:
    """Yield the captions of version 1, with seconds and characters escaped twice, and of version 2."""
    for element in root.iterfind("text"):
        source = "".join(element.itertext())
        start, duration = _number(element.get("t")), _number(element.get("d"))
        if root.tag == "transcript":
            start, duration = _milliseconds(element.get("start")), _milliseconds(element.get("dur"))
            source = html.unescape(source)
        if start is None:
            losses["cue without a valid time"] += bool(source.strip())
        else:
            end = None if duration is None else start + duration
            yield _TimedText(start, end, element.get("w", ""), StyledText(source), [], None, line_of(element))


def _text(paragraph: Element, head: _Head, start: int, losses: Losses) -> tuple[StyledText, list[tuple[int, int]]]:
    """Return the text of a paragraph with its styles, and where its words begin.

    White space between pieces with line breaks in it only lays out the file.
    """
    pen = paragraph.get("p")
    pieces: list[tuple[str, TextStyle]] = []
    times: list[tuple[int, int]] = []
    length = 0
    for text, own_pen, offset in _pieces(paragraph):
        names = [name for name in (pen, own_pen) if name is not None]
        ruby = next((kind for name in names if (kind := _RUBY.get(_attribute(head, name, "rb"))) is not None), None)
        if ruby is not None:
            losses["ruby text"] += bool(ruby)
            continue
        if offset is not None:
            times.append((length + len(text) - len(text.lstrip()), start + offset))
        pieces.append((text, _style(head, names, losses)))
        length += len(text)
    return StyledText("".join(text for text, _ in pieces), spans_of(pieces)), times


def _pieces(paragraph: Element) -> Iterator[tuple[str, str | None, int | None]]:
    """Yield each piece of text, with its pen, and the milliseconds after which it comes."""
    lays_out = any(child.tag == "s" for child in paragraph)
    if _is_text(paragraph.text, lays_out):
        yield paragraph.text or "", None, None
    for child in paragraph:
        if child.tag == "br":
            yield "\n", None, None
        elif text := "".join(child.itertext()):
            yield text, child.get("p"), _number(child.get("t"))
        if _is_text(child.tail, lays_out):
            yield child.tail or "", None, None


def _is_text(text: str | None, lays_out: bool) -> bool:
    return bool(text) and not (lays_out and "\n" in (text or "") and not (text or "").strip())


def _attribute(head: _Head, pen: str, name: str) -> str:
    return head.pens[pen].get(name, "") if pen in head.pens else ""


def _style(head: _Head, names: list[str], losses: Losses) -> TextStyle:
    """Return the style of the pens with those names, the inner one last."""
    style = PLAIN
    for pen in (head.pens[name] for name in names if name in head.pens):
        color = color_of(pen.get("fc", ""))
        own = TextStyle(pen.get("i") == "1", pen.get("b") == "1", pen.get("u") == "1", color)
        style = own.within(style)
        losses["effect"] += bool(set(pen.attrib) - _STYLED)
    return style._replace(color=None) if style.color == "#ffffff" else style


def _position(place: Element, losses: Losses) -> Position | None:
    anchor, x, y = (_number(place.get(name, default)) for name, default in (("ap", "7"), ("ah", "50"), ("av", "100")))
    if anchor not in range(9) or x not in range(101) or y not in range(101):
        losses["position outside of the picture"] += 1
        return None
    return position_of(WindowPosition(anchor or 0, x or 0, y or 0))


def _number(text: str | None) -> int | None:
    """Return a whole number from 0 on, or None."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 12 else None


def _milliseconds(text: str | None) -> int | None:
    """Return the milliseconds of a number of seconds, or None."""
    try:
        milliseconds = float(text or "") * 1000
    except ValueError:
        return None
    return round(milliseconds) if 0 <= milliseconds < LATEST else None
