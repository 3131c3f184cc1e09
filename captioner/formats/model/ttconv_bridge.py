"""Cues from the documents that ttconv makes of what it reads: TTML, SCC and EBU STL.

A paragraph of its model is a cue or, where parts of it come and go, one cue for each thing that is seen. ttconv speaks
of what it does not understand through logging: that is caught here, and counted.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect
from collections.abc import Callable, Iterator
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
from captioner.formats.ttml.regions import position_of_region
from captioner.values import Cue, Position

WITHOUT_END = 5
"""Seconds for which a text is shown that nothing ends, if no other comes."""

LATEST = 10**9
"""Seconds. What is later, by thirty years, is no time but a mistake."""

_SPACE = re.compile(r"[ \t\r\n]+")

# White space that is not preserved becomes this until the text is whole: next to another or at the edge of a line it
# goes, else it is a space. Nobody writes it: it is no character.
_COLLAPSING = "\ufdd0"
_AT_AN_EDGE = re.compile(rf"(?:\A|(?<=\n)){_COLLAPSING}+|{_COLLAPSING}+(?=\n|\Z)|(?<={_COLLAPSING}){_COLLAPSING}+")
_LEFT_OVER = re.compile(_COLLAPSING)


@dataclass(frozen=True)
class _Piece:
    """A stretch of text that looks the same and is shown from `start` until `end`, in seconds; None is no end."""

    text: str
    looks: TextStyle
    start: Fraction
    end: Fraction | None


@dataclass(frozen=True)
class _Around:
    """What a part of a document has from those that it stands in; `align` is where its lines stand."""

    start: Fraction = Fraction(0)
    end: Fraction | None = None
    looks: TextStyle = PLAIN
    region: Any = None
    align: str = "start"
    preserve: bool = False


@contextmanager
def complaints() -> Iterator[list[logging.LogRecord]]:
    """What ttconv complains of meanwhile, kept from everybody else."""
    heard: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = heard.append  # type: ignore[method-assign,assignment]
    logger = logging.getLogger("ttconv")
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield heard
    finally:
        logger.propagate = before
        logger.removeHandler(handler)


def read_document(name: str, read: Callable[[], Any]) -> tuple[Any, list[str]]:
    """The document that `read` makes with ttconv, and the warnings that ttconv logs meanwhile.

    Raises `FormatError` of the format `name` where ttconv cannot read the file.
    """
    with complaints() as records:
        try:
            document = read()
        except Exception as error:  # the library raises anything on a damaged file
            raise FormatError(name, f"cannot be read by ttconv: {error}") from error
    return document, [record.getMessage() for record in records]


Place = Callable[[Any, str, str], Position | None]
"""Where a text stands: from its region, how its lines are aligned there, and the text."""


def cues_of(document: Any, name: str, losses: Losses, *, place: Place | None = None) -> list[Cue]:
    """The cues of a ttconv document, as `located_cues` reads them."""
    return [cue for cue, _ in located_cues(document, name, losses, place=place)]


def located_cues(
    document: Any,
    name: str,
    losses: Losses,
    *,
    speaker: Callable[[Any], str | None] = lambda paragraph: None,
    place: Place | None = None,
) -> list[tuple[Cue, Any]]:
    """The cues of a ttconv document by start, each with the paragraph that it comes from.

    `speaker` names the speaker of a paragraph, `place` the position of a text; `losses` counts what is left out. What
    has no end lasts until the next cue begins, or `WITHOUT_END` seconds.
    """
    place = place or (lambda region, align, text: position_of_region(document, region, align))
    reader = _Reader(library(name, "ttconv.model"), library(name, "ttconv.style_properties"), losses)
    body = document.get_body()
    paragraphs = list(reader.paragraphs(body, _Around(looks=reader.initial(document)))) if body is not None else []
    found = [
        (start, end, spelled, paragraph, place(here.region, here.align, spelled.text))
        for paragraph, here, pieces in paragraphs
        for start, end, spelled in _shown(pieces)
    ]
    found.sort(key=lambda cue: cue[0])
    starts = sorted({cue[0] for cue in found})
    cues = []
    for start, end, spelled, paragraph, position in found:
        following = starts[bisect(starts, start) :][:1] or [start + WITHOUT_END]
        last = min(following[0], start + WITHOUT_END) if end is None else end
        if last > LATEST:
            raise FormatError(name, "has a time beyond any programme")
        if cue := cue_read(start * 1000, last * 1000, spelled, speaker(paragraph), position):
            cues.append((cue, paragraph))
    return cues


def _shown(pieces: list[_Piece]) -> Iterator[tuple[Fraction, Fraction | None, StyledText]]:
    """What is seen of a paragraph, and when: once as a whole, or anew with each piece that comes or goes."""
    edges = sorted({piece.start for piece in pieces} | {piece.end for piece in pieces if piece.end is not None})
    endless = any(piece.end is None for piece in pieces)
    for start, end in pairwise([*edges, None] if endless else edges):
        assert start is not None
        seen = [piece for piece in pieces if piece.start <= start and (piece.end is None or start < piece.end)]
        spelled = StyledText(
            "".join(piece.text for piece in seen), spans_of((piece.text, piece.looks) for piece in seen)
        )
        spelled = spelled.sub(_AT_AN_EDGE, "").sub(_LEFT_OVER, " ")
        if spelled.text.strip():
            yield start, end, spelled


class _Reader:
    """Walks through a document. The classes of the model come from the library, which is there only when needed."""

    def __init__(self, model: Any, properties: Any, losses: Losses) -> None:
        self._model, self._properties, self._losses = model, properties, losses
        self._named = properties.StyleProperties

    def initial(self, document: Any) -> TextStyle:
        """How text looks of which nothing is said."""
        return self._looks(document.get_initial_value, TextStyle())

    def paragraphs(self, element: Any, around: _Around) -> Iterator[tuple[Any, _Around, list[_Piece]]]:
        """Each paragraph in or below `element`, what it has from around it, and its pieces."""
        here = self._inside(element, around)
        if isinstance(element, self._model.P):
            yield element, here, list(self._pieces(element, here))
        else:
            for child in element:
                yield from self.paragraphs(child, here)

    def _inside(self, element: Any, around: _Around) -> _Around:
        start = around.start + (element.get_begin() or 0)
        end = around.end if element.get_end() is None else around.start + element.get_end()
        if around.end is not None and end is not None:
            end = min(end, around.end)
        region = around.region if element.get_region() is None else element.get_region()  # an empty one is false
        looks, align = around.looks, around.align
        for holder in (region, element) if region is not around.region else (element,):
            looks = self._looks(holder.get_style, looks)
            align = getattr(holder.get_style(self._named.TextAlign), "name", align)
        preserve = element.get_space() is self._model.WhiteSpaceHandling.PRESERVE
        return _Around(start, end, looks, region, align, preserve)

    def _pieces(self, element: Any, here: _Around) -> Iterator[_Piece]:
        """The text below an element that `here` describes, as it stands there; line breaks are a text of their own."""
        for child in element:
            if isinstance(child, self._model.Text):
                text = child.get_text() if here.preserve else _SPACE.sub(_COLLAPSING, child.get_text())
                yield _Piece(text, here.looks, here.start, here.end)
            elif isinstance(child, self._model.Br):
                yield _Piece("\n", here.looks, here.start, here.end)
            elif isinstance(child, (self._model.Rt, self._model.Rtc, self._model.Rp)):
                self._losses["ruby annotation"] += isinstance(child, self._model.Rt)
            else:
                yield from self._pieces(child, self._inside(child, here))

    def _looks(self, style: Callable[[Any], Any], around: TextStyle) -> TextStyle:
        italic, weight = style(self._named.FontStyle), style(self._named.FontWeight)
        decoration, color = style(self._named.TextDecoration), style(self._named.Color)
        return TextStyle(
            around.italic if italic is None else italic is not self._properties.FontStyleType.normal,
            around.bold if weight is None else weight is self._properties.FontWeightType.bold,
            around.underline if decoration is None or decoration.underline is None else decoration.underline,
            around.color if color is None else _color(color),
        )


def _color(color: Any) -> str | None:
    """`#rrggbb` of a color of the library; None for white, which is the usual."""
    code = "#{:02x}{:02x}{:02x}".format(*color.components[:3])
    return None if code == "#ffffff" else code
