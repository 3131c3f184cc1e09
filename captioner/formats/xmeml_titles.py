"""Titles in a sequence of Final Cut Pro 7 XML: text generators, and graphics of Premiere.

Premiere stores a graphic's text in its parameter `Source Text`: JSON in UTF-16 behind a few bytes, in base64. The name
of the graphic is its text too, until someone renames it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from captioner.formats.common.losses import Losses
from captioner.formats.common.xml import line_of

_GENERATORS = ("Text", "Outline Text", "Lower 3rd", "Scrolling Text", "Crawl", "Typewriter")
"""Ids of the effects of Final Cut Pro 7 that show a text."""

_GRAPHIC = "GraphicAndType"
"""Id of Premiere's effect."""

_JSON_START = '{"'.encode("utf-16-le")


class Title(NamedTuple):
    """A text on the picture."""

    first: int
    """The frame of the sequence in which it begins."""

    last: int
    """The frame after its last one."""

    text: str

    line: int | None


def titles_of(sequence: Element, losses: Losses) -> Iterator[Title]:
    """Yield the titles on the video tracks of a sequence that have text. Counts those that are not shown."""
    for track in sequence.iterfind("media/video/track"):
        for clip in track:
            text = "\n".join(filter(None, map(_text, clip.iter("effect")))) if clip.tag in _CLIPS else ""
            if not text.strip():
                continue
            first, last = (_frame(clip.findtext(name)) for name in ("start", "end"))
            if _is_off(track) or _is_off(clip):
                losses["disabled title"] += 1
            elif first is None or last is None:
                losses["title without a place on the timeline"] += 1
            else:
                yield Title(first, last, text, line_of(clip))


_CLIPS = ("clipitem", "generatoritem")


def _is_off(element: Element) -> bool:
    return (element.findtext("enabled") or "").strip().upper() == "FALSE"


def _frame(text: str | None) -> int | None:
    """Return a frame number; None for -1, which says that a transition begins or ends the clip."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else None


def _text(effect: Element) -> str:
    """Return the text that an effect shows; empty for one that shows none."""
    kind = (effect.findtext("effectid") or "").strip()
    parameters = list(effect.iterfind("parameter"))
    if kind in _GENERATORS:
        shown = (one.findtext("value") or "" for one in parameters if (one.findtext("parameterid") or "")[:3] == "str")
        return "\n".join(shown)
    if kind == _GRAPHIC:
        values = (one.findtext("value") or "" for one in parameters if one.findtext("name") == "Source Text")
        return next(filter(None, map(_source_text, values)), effect.findtext("name") or "")
    return ""


def _source_text(value: str) -> str:
    """Return the text in the value of a parameter of Premiere; empty where it is of another kind."""
    try:
        data = base64.b64decode(value)
        document = json.loads(data[data.index(_JSON_START) :].decode("utf-16-le"))
        text = document["mTextParam"]["mStyleSheet"]["mText"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return text.replace("\r", "\n") if isinstance(text, str) else ""
