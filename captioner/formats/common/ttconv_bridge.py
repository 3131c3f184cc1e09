"""Makes cues of the documents that ttconv reads: TTML, SCC and EBU STL.

A paragraph of its model is a cue or, if parts of it appear and disappear, a cue for each state on the screen. ttconv
logs what it does not understand: these records are caught here and counted.
"""

from __future__ import annotations

import logging
import re
import sys
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

from captioner.errors import FormatError
from captioner.formats.common.extras import library
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read
from captioner.formats.common.styled_text import PLAIN, StyledText, TextStyle, spans_of
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


_HIDING = ("Display", "Visibility", "Opacity")
"""The styles that can hide an element."""


@dataclass(frozen=True)
class _Piece:
    """A piece of text in one style."""

    text: str
    style: TextStyle
    start: Fraction
    """Seconds."""
    end: Fraction | None
    """Seconds; None is no end."""
    layers: tuple[_Layer, ...] = ()
    """What hides the piece: it is seen where every layer is."""

    def is_seen(self, time: Fraction) -> bool:
        """Return whether the piece is shown at a time."""
        lasts = self.start <= time and (self.end is None or time < self.end)
        return lasts and all(layer.is_seen(time) for layer in self.layers)

    def changes(self) -> Iterator[Fraction]:
        """Yield the times at which the piece may come or go."""
        steps = (step for layer in self.layers for step in layer.steps)
        for start, end in ((self.start, self.end), *((start, end) for start, end, _ in steps)):
            yield max(start, self.start)
            if end is not None:
                yield end if self.end is None else min(end, self.end)


class _Layer(NamedTuple):
    """Whether an element is shown, by one of its styles, and when that changes."""

    style: str
    seen: bool
    steps: tuple[tuple[Fraction, Fraction | None, bool], ...]
    """Seconds from and to which a `<set>` holds, and whether the element is shown then."""

    def is_seen(self, time: Fraction) -> bool:
        """Return whether the element is shown at a time."""
        held = [seen for start, end, seen in self.steps if start <= time and (end is None or time < end)]
        return held[-1] if held else self.seen


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
    layers: tuple[_Layer, ...] = ()
    """What hides the text."""


def read_document(name: str, read: Callable[[], Any]) -> tuple[Any, list[str]]:
    """Return the document that `read` makes with ttconv, and the warnings that ttconv logs meanwhile.

    Raises `FormatError` of the format `name` if ttconv cannot read the file.
    """
    with _recorded_warnings() as warnings:
        try:
            document = read()
        except Exception as error:  # the library raises anything on a damaged file
            raise FormatError(name, f"cannot be read by ttconv: {error}") from error
    return document, warnings


class _Recorder(logging.Logger):
    """A logger that stores warnings, whatever levels the application has set or disabled."""

    def __init__(self) -> None:
        super().__init__("ttconv")
        self.messages: list[str] = []

    def isEnabledFor(self, level: int) -> bool:
        return level >= logging.WARNING

    def handle(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


_RECORDING = Lock()
"""Held while a document is read: the loggers of ttconv belong to all threads."""


@contextmanager
def _recorded_warnings() -> Iterator[list[str]]:
    """Collect the warnings that ttconv logs inside the block, instead of logging them."""
    recorder = _Recorder()
    with _RECORDING:
        modules = [module for name, module in sys.modules.items() if name.startswith("ttconv.")]
        loggers: dict[Any, Any] = {module: module.LOGGER for module in modules if hasattr(module, "LOGGER")}
        try:
            for module in loggers:
                module.LOGGER = recorder
            yield recorder.messages
        finally:
            for module, logger in loggers.items():
                module.LOGGER = logger


def cues_of(document: Any, name: str, losses: Losses, *, position: PositionOf) -> list[Cue]:
    """Return the cues of a ttconv document, as `located_cues` reads them."""
    return [cue for cue, _ in located_cues(document, name, losses, position=position)]


def located_cues(
    document: Any,
    name: str,
    losses: Losses,
    *,
    position: PositionOf,
    speaker: Callable[[Any], str | None] = lambda paragraph: None,
) -> list[tuple[Cue, Any]]:
    """Return the cues of a ttconv document by start, each with the paragraph that it comes from.

    `speaker` names the speaker of a paragraph; `losses` counts what is left out. A text without an end lasts until the
    next cue begins, or `WITHOUT_END` seconds. Raises `FormatError` of the format `name` for times beyond `LATEST`.
    """
    reader = _DocumentReader(library(name, "ttconv.model"), library(name, "ttconv.style_properties"), losses)
    states = []
    for paragraph, context, pieces in reader.paragraphs_of(document):
        _count_hidden(pieces, losses)
        for start, end, text in _states(pieces):
            states.append((start, end, text, paragraph, position(context.region, context.align, text.text)))
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


def _count_hidden(pieces: list[_Piece], losses: Losses) -> None:
    """Count the text of a paragraph that is never seen: the whole cue, or parts of it."""
    texts = [piece for piece in pieces if piece.text.strip(_COLLAPSING + " \n")]
    hidden = [piece for piece in texts if not any(map(piece.is_seen, piece.changes()))]
    whole = len(hidden) == len(texts)
    losses["hidden cue"] += bool(hidden) and whole
    losses["hidden text"] += 0 if whole else len(hidden)


def _end_of(start: Fraction, starts: Sequence[Fraction]) -> Fraction:
    """Return the end of a text that has none."""
    following = starts[bisect(starts, start) :][:1] or [start + WITHOUT_END]
    return min(following[0], start + WITHOUT_END)


def _states(pieces: list[_Piece]) -> Iterator[tuple[Fraction, Fraction | None, StyledText]]:
    """Yield the states of a paragraph on the screen, with their times: a new one when a piece appears or disappears."""
    changes = sorted({change for piece in pieces for change in piece.changes()})
    endless = any(piece.end is None for piece in pieces)
    for start, end in pairwise([*changes, None] if endless else changes):
        assert start is not None
        seen = [piece for piece in pieces if piece.is_seen(start)]
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
        """Yield each paragraph of a document, with what it inherits, and its pieces."""
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
        start, end = _inner_times(outer.start, outer.start, outer.end, element)
        region = outer.region if element.get_region() is None else element.get_region()  # an empty region is false
        layers = self._layers(element, outer.start, outer.layers)
        if region is not outer.region:
            start, end = _inner_times(Fraction(0), start, end, region)
            layers = self._layers(region, Fraction(0), layers)
        style, align = outer.style, outer.align
        for holder in (region, element) if region is not outer.region else (element,):
            style = self._style(holder.get_style, style)
            align = getattr(holder.get_style(self._names.TextAlign), "name", align)
        preserve = element.get_space() is self._model.WhiteSpaceHandling.PRESERVE
        return _Context(start, end, style, region, align, preserve, layers)

    def _pieces(self, element: Any, context: _Context) -> Iterator[_Piece]:
        """Yield the text inside of an element in pieces; a line break is a piece of its own."""
        for child in element:
            if isinstance(child, self._model.Text):
                text = child.get_text() if context.preserve else _SPACE.sub(_COLLAPSING, child.get_text())
                yield _Piece(text, context.style, context.start, context.end, context.layers)
            elif isinstance(child, self._model.Br):
                yield _Piece("\n", context.style, context.start, context.end, context.layers)
            elif isinstance(child, (self._model.Rt, self._model.Rtc, self._model.Rp)):
                rubies = [child] if isinstance(child, self._model.Rt) else list(child)
                self._losses["ruby annotation"] += sum(isinstance(ruby, self._model.Rt) for ruby in rubies)
            else:
                yield from self._pieces(child, self._inside(child, context))

    def _layers(self, element: Any, since: Fraction, outer: tuple[_Layer, ...]) -> tuple[_Layer, ...]:
        """Return the layers of an element inside of others.

        Visibility is inherited, so that of the inner element holds.

        `since` is the time from which the `<set>` in the element counts.
        """
        steps = [step for step in element.iter_animation_steps() if step.style_property.__name__ in _HIDING]
        self._losses["animation"] += len(list(element.iter_animation_steps())) - len(steps)
        layers = list(outer)
        for name in _HIDING:
            value = element.get_style(getattr(self._names, name))
            own = tuple(
                (
                    since + (element.get_begin() or 0) + (step.begin or 0),
                    None if step.end is None else since + (element.get_begin() or 0) + step.end,
                    _shows(step.value),
                )
                for step in steps
                if step.style_property.__name__ == name
            )
            if value is not None or own:
                if name == "Visibility":
                    layers = [layer for layer in layers if layer.style != name]
                layers.append(_Layer(name, value is None or _shows(value), own))
        return tuple(layers)

    def _style(self, value_of: Callable[[Any], Any], outer: TextStyle) -> TextStyle:
        italic, weight = value_of(self._names.FontStyle), value_of(self._names.FontWeight)
        decoration, color = value_of(self._names.TextDecoration), value_of(self._names.Color)
        return TextStyle(
            outer.italic if italic is None else italic is not self._properties.FontStyleType.normal,
            outer.bold if weight is None else weight is self._properties.FontWeightType.bold,
            outer.underline if decoration is None or decoration.underline is None else decoration.underline,
            outer.color if color is None else _color(color),
        )


def _inner_times(
    since: Fraction, start: Fraction, end: Fraction | None, element: Any
) -> tuple[Fraction, Fraction | None]:
    """The time from `start` to `end` cut to that of an element or a region, whose own times count from `since`."""
    first = max(start, since + (element.get_begin() or 0))
    if element.get_end() is None:
        return first, end
    last = since + element.get_end()
    return first, last if end is None else min(last, end)


def _shows(value: Any) -> bool:
    """Return whether a value of display, visibility or opacity shows an element."""
    return value != 0 if isinstance(value, int | float) else value.name in ("auto", "visible", "inlineBlock")


def _color(color: Any) -> str | None:
    """Return `#rrggbb` of a color of ttconv; None for white, which is the default."""
    code = "#{:02x}{:02x}{:02x}".format(*color.components[:3])
    return None if code == "#ffffff" else code
