"""Text between tags that open and close, as SubRip, WebVTT and SAMI have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from captioner.formats.model.styled_text import PLAIN, StyledText, TextStyle, spans_of


def without_comments(text: str, opening: str, closing: str) -> str:
    """The text without its comments; one that is not closed lasts until the end."""
    return "".join(piece for _, piece in between_comments(text, opening, closing))


def between_comments(text: str, opening: str, closing: str) -> Iterator[tuple[int, str]]:
    """The pieces of a text that are outside of comments, each with the index at which it begins."""
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
    """A text as far as it is read. Tags that are not closed hold until the end, as in players."""

    pieces: list[tuple[str, TextStyle]] = field(default_factory=list)
    _open: list[tuple[str, TextStyle]] = field(default_factory=list)

    @property
    def style(self) -> TextStyle:
        """The style of text that is added now: what all open tags give."""
        style = PLAIN
        for _, own in self._open:
            style = own.within(style)
        return style

    @property
    def innermost(self) -> str | None:
        """The name of the tag that was opened last and is still open."""
        return self._open[-1][0] if self._open else None

    @property
    def length(self) -> int:
        """Characters of the text so far."""
        return sum(len(text) for text, _ in self.pieces)

    def add(self, text: str) -> None:
        """Add text that is shown."""
        if text:
            self.pieces.append((text, self.style))

    def open(self, name: str, style: TextStyle = PLAIN) -> None:
        """Open a tag that adds a style to those around it."""
        self._open.append((name, style))

    def close(self, name: str) -> None:
        """Close the innermost tag of that name, if one is open; tags inside of it stay open."""
        for index in reversed(range(len(self._open))):
            if self._open[index][0] == name:
                del self._open[index]
                return

    def styled_text(self) -> StyledText:
        """The text and its styles."""
        return StyledText("".join(text for text, _ in self.pieces), spans_of(self.pieces))
