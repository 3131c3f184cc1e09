"""Makes cues of the documents that ttconv reads: TTML, SCC and EBU STL.

A paragraph of its model is a cue or, if parts of it appear and disappear, a cue for each state on the screen. ttconv
logs what it does not understand: these records are caught here and counted.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from captioner.errors import FormatError
from captioner.formats.model.extras import library
from captioner.formats.model.losses import Losses
from captioner.formats.model.quantize import cue_read
from captioner.formats.model.styled_text import PLAIN, StyledText, TextStyle, spans_of
from captioner.values import Cue, Position

WITHOUT_END = 5
"""Seconds for which a text without an end is shown, unless another one begins earlier."""

LATEST = 10**9
"""Seconds, some thirty years: a later time is a mistake."""

PositionOf = Callable[[Any, str, str], Position | None]
"""The position of a text: from its region, how its lines are aligned there, and the text."""

_SPACE = re.compile(r"[ \t\r\n]+")

# White space that is not preserved becomes this noncharacter, which no text holds, until the text is complete: next to
# another one and at the edge of a line it is removed, else it becomes a space.
_COLLAPSING = "\ufdd0"
_AT_AN_EDGE = re.compile(rf"(?:\A|(?<=\n)){_COLLAPSING}+|{_COLLAPSING}+(?=\n|\Z)|(?<={_COLLAPSING}){_COLLAPSING}+")
_LEFT_OVER = re.compile(_COLLAPSING)


@dataclass(frozen=True)
class _Piece:
    """A piece of text in one style."""

    text: str
    style: TextStyle
    start: Fraction
    """Seconds."""
    end: Fraction | None
    """Seconds; None is no end."""


@dataclass(frozen=True)
class _Context:
    """The properties that a part of a document inherits from the parts that contain it."""

    start: Fraction = Fraction(0)
    end: Fraction | None = None
    style: TextStyle = PLAIN
    region: Any = None
    align: str = "start"
    """The alignment of the lines in their region."""
    preserve: bool = False
    """Whether white space is preserved."""


def read_document(name: str, read: Callable[[], Any]) -> tuple[Any, list[str]]:
    """The document that `read` makes with ttconv, and the warnings that ttconv logs meanwhile.

    Raises `FormatError` of the format `name` if ttconv cannot read the file.
    """
    with _captured_warnings() as records:
        try:
            document = read()
        except Exception as error:  # the library raises anything on a damaged file
            raise FormatError(name, f"cannot be read by ttconv: {error}") from error
    return document, [record.getMessage() for record in records]


@contextmanager
def _captured_warnings() -> Iterator[list[logging.LogRecord]]:
    """Collect the records that ttconv logs inside the block, instead of logging them."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append  # type: ignore[method-assign,assignment]
    logger = logging.getLogger("ttconv")
    propagate = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield records
    finally:
        logger.propagate = propagate
        logger.removeHandler(handler)


def cues_of(document: Any, name: str, losses: Losses, *, position: PositionOf) -> list[Cue]:
    """The cues of a ttconv document, as `located_cues` reads them."""
    return [cue for cue, _ in located_cues(document, name, losses, position=position)]


def located_cues(
    document: Any,
    name: str,
    losses: Losses,
    *,
    position: PositionOf,
    speaker: Callable[[Any], str | None] = lambda paragraph: None,
) -> list[tuple[Cue, Any]]:
    """The cues of a ttconv document by start, each with the paragraph that it comes from.

    `speaker` names the speaker of a paragraph; `losses` counts what is left out. A text without an end lasts until the
    next cue begins, or `WITHOUT_END` seconds. Raises `FormatError` of the format `name` for times beyond `LATEST`.
    """
    reader = _DocumentReader(library(name, "ttconv.model"), library(name, "ttconv.style_properties"), losses)
    states = [
        (start, end, text, paragraph, position(context.region, context.align, text.text))
        for paragraph, context, pieces in reader.paragraphs_of(document)
        for start, end, text in _states(pieces)
    ]
    states.sort(key=lambda state: state[0])
    starts = sorted({state[0] for state in states})
    cues = []
    for start, end, text, paragraph, where in states:
        last = _end_of(start, starts) if end is None else end
        if last > LATEST:
            raise FormatError(name, "has a time beyond any programme")
        if cue := cue_read(start * 1000, last * 1000, text, speaker(paragraph), where):
            cues.append((cue, paragraph))
    return cues


def _end_of(start: Fraction, starts: Sequence[Fraction]) -> Fraction:
    """The end of a text that has none."""
    following = starts[bisect(starts, start) :][:1] or [start + WITHOUT_END]
    return min(following[0], start + WITHOUT_END)


def _states(pieces: list[_Piece]) -> Iterator[tuple[Fraction, Fraction | None, StyledText]]:
    """What is seen of a paragraph, and when: a new state with each piece that comes or goes."""
    changes = sorted({piece.start for piece in pieces} | {piece.end for piece in pieces if piece.end is not None})
    endless = any(piece.end is None for piece in pieces)
    for start, end in pairwise([*changes, None] if endless else changes):
        assert start is not None
        seen = [piece for piece in pieces if piece.start <= start and (piece.end is None or start < piece.end)]
        text = StyledText("".join(piece.text for piece in seen), spans_of((piece.text, piece.style) for piece in seen))
        text = text.sub(_AT_AN_EDGE, "").sub(_LEFT_OVER, " ")
        if text.text.strip():
            yield start, end, text


class _DocumentReader:
    """Walks through a document with the classes of ttconv, which is imported only when it is needed."""

    def __init__(self, model: Any, properties: Any, losses: Losses) -> None:
        self._model, self._properties, self._losses = model, properties, losses
        self._names = properties.StyleProperties

    def paragraphs_of(self, document: Any) -> Iterator[tuple[Any, _Context, list[_Piece]]]:
        """Each paragraph of a document, with what it inherits, and its pieces."""
        body = document.get_body()
        if body is not None:
            yield from self._paragraphs(body, _Context(style=self._style(document.get_initial_value, PLAIN)))

    def _paragraphs(self, element: Any, outer: _Context) -> Iterator[tuple[Any, _Context, list[_Piece]]]:
        context = self._inside(element, outer)
        if isinstance(element, self._model.P):
            yield element, context, list(self._pieces(element, context))
        else:
            for child in element:
                yield from self._paragraphs(child, context)

    def _inside(self, element: Any, outer: _Context) -> _Context:
        start = outer.start + (element.get_begin() or 0)
        end = outer.end if element.get_end() is None else outer.start + element.get_end()
        if outer.end is not None and end is not None:
            end = min(end, outer.end)
        region = outer.region if element.get_region() is None else element.get_region()  # an empty region is false
        style, align = outer.style, outer.align
        for holder in (region, element) if region is not outer.region else (element,):
            style = self._style(holder.get_style, style)
            align = getattr(holder.get_style(self._names.TextAlign), "name", align)
        preserve = element.get_space() is self._model.WhiteSpaceHandling.PRESERVE
        return _Context(start, end, style, region, align, preserve)

    def _pieces(self, element: Any, context: _Context) -> Iterator[_Piece]:
        """The text inside of an element in pieces; a line break is a piece of its own."""
        for child in element:
            if isinstance(child, self._model.Text):
                text = child.get_text() if context.preserve else _SPACE.sub(_COLLAPSING, child.get_text())
                yield _Piece(text, context.style, context.start, context.end)
            elif isinstance(child, self._model.Br):
                yield _Piece("\n", context.style, context.start, context.end)
            elif isinstance(child, (self._model.Rt, self._model.Rtc, self._model.Rp)):
                self._losses["ruby annotation"] += isinstance(child, self._model.Rt)
            else:
                yield from self._pieces(child, self._inside(child, context))

    def _style(self, value_of: Callable[[Any], Any], outer: TextStyle) -> TextStyle:
        italic, weight = value_of(self._names.FontStyle), value_of(self._names.FontWeight)
        decoration, color = value_of(self._names.TextDecoration), value_of(self._names.Color)
        return TextStyle(
            outer.italic if italic is None else italic is not self._properties.FontStyleType.normal,
            outer.bold if weight is None else weight is self._properties.FontWeightType.bold,
            outer.underline if decoration is None or decoration.underline is None else decoration.underline,
            outer.color if color is None else _color(color),
        )


def _color(color: Any) -> str | None:
    """`#rrggbb` of a color of ttconv; None for white, which is the default."""
    code = "#{:02x}{:02x}{:02x}".format(*color.components[:3])
    return None if code == "#ffffff" else code
