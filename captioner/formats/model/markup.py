"""Text between tags that open and close, as SubRip, WebVTT and SAMI have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from captioner.formats.model.styled_text import PLAIN, StyledText, TextStyle, styles_of


def without_comments(text: str, opening: str, closing: str) -> str:
    """The text without its comments; one that nothing closes lasts until the end."""
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
    """A cue's text as far as it is read. Tags that are not closed hold until the end, as players have it."""

    pieces: list[tuple[str, TextStyle]] = field(default_factory=list)
    _open: list[tuple[str, TextStyle]] = field(default_factory=list)

    @property
    def looks(self) -> TextStyle:
        """How text looks here: what all open tags give, and the color of the innermost that has one."""
        looks = PLAIN
        for _, own in self._open:
            looks = own.within(looks)
        return looks

    @property
    def innermost(self) -> str | None:
        """The name of the tag that was opened last and is open still."""
        return self._open[-1][0] if self._open else None

    @property
    def length(self) -> int:
        """Characters of the text so far."""
        return sum(len(text) for text, _ in self.pieces)

    def add(self, text: str) -> None:
        """Text that is shown."""
        if text:
            self.pieces.append((text, self.looks))

    def open(self, name: str, looks: TextStyle = PLAIN) -> None:
        """A tag that adds `looks` to those around it."""
        self._open.append((name, looks))

    def close(self, name: str) -> None:
        """The end of the innermost tag of that name, if one is open; tags inside of it stay open."""
        for index in reversed(range(len(self._open))):
            if self._open[index][0] == name:
                del self._open[index]
                return

    def spelled(self) -> StyledText:
        """The text and its styles."""
        return StyledText("".join(text for text, _ in self.pieces), styles_of(self.pieces))
