"""Text between tags that open and close, as SubRip, WebVTT and SAMI have it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from captioner.formats.common.styled_text import PLAIN, StyledText, TextStyle, spans_of

TAG_STYLES = {"i": TextStyle(italic=True), "b": TextStyle(bold=True), "u": TextStyle(underline=True)}
"""The styles of the tags that all these formats have."""


def without_comments(text: str, opening: str, closing: str) -> str:
    """Return the text without its comments; one that is not closed lasts until the end."""
    return "".join(piece for _, piece in between_comments(text, opening, closing))


def between_comments(text: str, opening: str, closing: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces of a text that are outside of comments, each with the index at which it begins."""
    at = 0
    while (end := text.find(opening, at)) >= 0:
        yield at, text[at:end]
        closed = text.find(closing, end + len(opening))
        if closed < 0:
            return
        at = closed + len(closing)
    yield at, text[at:]


@dataclass
class Markup:
    """A text as far as it is read. Tags that are not closed hold until the end, as in players.

    No step looks through all open tags, so a text of a million nested tags takes a million steps.
    """

    pieces: list[tuple[str, TextStyle]] = field(default_factory=list)
    length: int = 0
    """Characters of the text so far."""
    _open: list[tuple[str, TextStyle] | None] = field(default_factory=list)
    """Name and style of each tag, the innermost last, which is open; None for a tag that was closed before it."""
    _places: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Where in `_open` the tags of a name are."""
    _colored: list[int] = field(default_factory=list)
    """Where in `_open` the tags with a color are; the last one is open."""
    _switches: Counter[str] = field(default_factory=Counter)
    """How many open tags give a style."""

    @property
    def style(self) -> TextStyle:
        """The style of text that is added now: that of all open tags."""
        colored = self._open[self._colored[-1]] if self._colored else None
        on = self._switches
        return TextStyle(on["italic"] > 0, on["bold"] > 0, on["underline"] > 0, colored[1].color if colored else None)

    @property
    def innermost(self) -> str | None:
        """The name of the tag that was opened last and is still open."""
        last = self._open[-1] if self._open else None
        return last[0] if last else None

    def is_open(self, name: str) -> bool:
        """Return whether a tag of that name is open."""
        return bool(self._places[name])

    def add(self, text: str) -> None:
        """Add text that is shown."""
        if text:
            self.pieces.append((text, self.style))
            self.length += len(text)

    def open(self, name: str, style: TextStyle = PLAIN) -> None:
        """Open a tag that adds a style to those around it."""
        place = len(self._open)
        self._open.append((name, style))
        self._places[name].append(place)
        self._count(style, 1)
        if style.color:
            self._colored.append(place)

    def close(self, name: str) -> None:
        """Close the innermost tag of that name, if one is open; tags inside of it stay open."""
        if not self._places[name]:
            return
        place = self._places[name].pop()
        closed, self._open[place] = self._open[place], None
        if closed:
            self._count(closed[1], -1)
        while self._colored and self._open[self._colored[-1]] is None:
            self._colored.pop()
        while self._open and self._open[-1] is None:
            self._open.pop()

    def _count(self, style: TextStyle, change: int) -> None:
        for name in ("italic", "bold", "underline"):
            self._switches[name] += change * getattr(style, name)

    def styled_text(self) -> StyledText:
        """Return the text and its styles."""
        return StyledText("".join(text for text, _ in self.pieces), spans_of(self.pieces))
