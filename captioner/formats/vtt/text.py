"""The text of a WebVTT cue: escapes, tags, voices, classes that color, and the times of words (4.2.2, 6.4)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from captioner.formats.common.colors import NAMED, color_of
from captioner.formats.common.lines import one_line
from captioner.formats.common.losses import Losses
from captioner.formats.common.markup import TAG_STYLES, Markup
from captioner.formats.common.stamps import rising, stamps, words_between
from captioner.formats.common.styled_text import PLAIN, StyledText, TextStyle, text_style
from captioner.timestamps import format_clock, parse_clock
from captioner.values import Cue

CLASSES = ("white", "lime", "cyan", "red", "yellow", "magenta", "blue", "black")
"""The classes that stand for colors without a style sheet (5.1)."""

COLORS = {name: NAMED[name] for name in CLASSES}
_CLASS_OF = {color: name for name, color in COLORS.items()}

# The tags of section 4.2.2, and the one that converters copy from SubRip. Any other `<` is text that was not escaped.
_TAG = re.compile(
    r"<(?P<end>/?)(?P<tag>c|i|b|u|ruby|rt|v|lang|font)(?P<rest>[.\s][^<>]*)?>|<(?P<time>(?:\d{2,9}:)?\d\d:\d\d\.\d{3})>",
    re.ASCII,
)
_COLOR = re.compile(r"color\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)

# No character has a number of eight digits, and Python refuses to read one of thousands.
_NO_CHARACTER = re.compile(r"&#0*[1-9]\d{7,};?", re.ASCII)


def class_of(color: str) -> str:
    """Return the class of a color, one of the standard where it has one."""
    return _CLASS_OF.get(color, f"color-{color[1:]}")


def write_text(cue: Cue) -> str:
    """Return the text with its tags, after the voice that speaks it."""
    voice = f"<v {html.escape(cue.speaker, quote=False)}>" if cue.speaker else ""
    return voice + "".join(_pieces(cue))


def _pieces(cue: Cue) -> Iterator[str]:
    """Yield the text in pieces of one style and one word, each after the time at which its word begins."""
    times = dict(stamps(cue))
    edges = {edge for span in cue.styles for edge in (span.first, span.last)}
    for first, last in pairwise(sorted({0, len(cue.text)} | edges | set(times))):
        time = f"<{format_clock(times[first])}>" if first in times else ""
        style = next((text_style(span) for span in cue.styles if span.first <= first < span.last), PLAIN)
        yield time + _tagged(html.escape(cue.text[first:last], quote=False), style)


def _tagged(text: str, style: TextStyle) -> str:
    tags = ["i"] * style.italic + ["b"] * style.bold + ["u"] * style.underline
    tags += [f"c.{class_of(style.color)}"] if style.color else []
    return "".join(f"<{tag}>" for tag in tags) + text + "".join(f"</{tag[0]}>" for tag in reversed(tags))


class Payload(NamedTuple):
    """The text of a cue, and its speaker."""

    speaker: str | None
    """The name in its voice tags; None if there is none, or more than one."""
    text: StyledText


def read_text(
    payload: str, start: float, end: float, classes: Mapping[str, str], losses: Losses, offset: float = 0.0
) -> Payload:
    """Return the text of a cue from `start` to `end`, in seconds, without its tags, which apply as in 6.4.

    `classes` are colors by their class. `offset` is added to the times inside the text, in seconds. Ruby text is left
    out. Counts what is left out.
    """
    markup, names, times = Markup(), set[str](), list[tuple[int, float]]()
    at = 0
    for match in _TAG.finditer(payload):
        if not markup.is_open("rt"):
            markup.add(_unescaped(payload[at : match.start()]))
        at = match.end()
        tag, rest = match["tag"], match["rest"] or ""
        if match["time"]:
            times.append((markup.length, round(parse_clock(match["time"]) + offset, 6)))
        elif not match["end"]:
            markup.open(tag, _tag_style(tag, rest, classes, losses))
            names |= _names(rest) if tag == "v" else set()
        elif tag == "ruby" and markup.innermost == "rt":  # the end of the ruby text may be left out (6.4)
            markup.close("rt")
            markup.close("ruby")
        elif markup.innermost == tag:
            markup.close(tag)
    markup.add("" if markup.is_open("rt") else _unescaped(payload[at:]))
    losses["voice"] += len(names) if len(names) > 1 else 0
    text, styles, _ = markup.styled_text()
    allowed = rising(times, start, end)
    losses["time inside a text"] += len(times) - len(allowed)
    words = tuple(words_between(text, allowed, start, end))
    return Payload(min(names) if len(names) == 1 else None, StyledText(text, styles, words))


def _names(rest: str) -> set[str]:
    """Return the name in a voice tag, after its classes."""
    name = one_line(_unescaped(rest.removeprefix(re.split(r"\s", rest, maxsplit=1)[0])))
    return {name} if name else set()


def _tag_style(tag: str, rest: str, classes: Mapping[str, str], losses: Losses) -> TextStyle:
    color = None
    for name in re.split(r"\s", rest, maxsplit=1)[0].split(".")[1:]:
        losses["class"] += name not in classes
        color = classes.get(name, color)
    if tag == "font" and (match := _COLOR.search(rest)):
        color = color_of(match[1])
    losses["ruby text"] += tag == "rt"
    losses["language of a text"] += tag == "lang"
    return TAG_STYLES.get(tag, PLAIN)._replace(color=color)


def _unescaped(text: str) -> str:
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))
