"""Reading the text of a SubStation event: escapes, tags between braces, and the words that karaoke divides it into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from typing import Any, NamedTuple

from captioner.formats.ass.ass_colors import read_color
from captioner.formats.common.joiner_escape import JOINER, joiner_escape
from captioner.formats.common.losses import Losses
from captioner.formats.common.styled_text import StyledText, TextStyle, spans_of
from captioner.values import Position, Word

RATE = 100
"""Times are in hundredths of a second."""

BACKSLASH = joiner_escape(r"\\(?=[nNh{}]|\Z)", r"\\{JOINER}+")
"""Keeps a backslash from being an escape: there is no way to escape it."""

# An escape, or tags between braces. An opening brace that nothing closes is text.
_MARKUP = re.compile(rf"\\(?P<escape>[nNh{{}}]|{JOINER}+)|\{{(?P<tags>[^}}]*)\}}")
_ESCAPE = re.compile(rf"\\(?P<escape>[nNh{{}}]|{JOINER}+)")
_ANIMATION = re.compile(r"\\t\s*\((?:[^()]|\([^()]*\))*\)?")
_TAG = re.compile(r"\\(?:(?:(an|a|pos|move|kf|ko|kt|k|K|[12]?c|i|b|u|p|q)(?![a-z])|(r))([^\\]*)|([^\\]+))")
_NUMBERS = re.compile(r"-?\d{1,9}(?:\.\d{0,9})?", re.ASCII)


@dataclass(frozen=True)
class TagStyle:
    """The properties of a style that captioner reads."""

    italic: bool = False
    bold: bool = False
    underline: bool = False
    color: str | None = None
    """`#rrggbb`."""
    anchor: int = 2
    """A key of the numeric keypad."""


@dataclass(frozen=True)
class Script:
    """The properties of a file that apply to all its events."""

    width: int
    """Pixels of the picture."""

    height: int
    """Pixels of the picture."""

    breaks_at_n: bool
    r"""Whether `\n` breaks a line, as it does if the player breaks no lines; otherwise it is a space."""

    styles: dict[str, TagStyle]
    """The styles by their names, in order."""

    def style(self, name: str) -> TagStyle:
        """Return the style of that name, or the default one."""
        return self.styles.get(name, self.default)

    @property
    def default(self) -> TagStyle:
        """The style called Default, or else the first."""
        return self.styles.get("Default", next(iter(self.styles.values()), TagStyle()))


def anchor_of_v4(alignment: int) -> int:
    """Return the anchor of an alignment of SubStation Alpha v4.

    1 to 3 is the bottom, 4 more the top, 8 more the middle.
    """
    column = (alignment & 3) or 2
    return column + (6 if alignment & 4 else 3 if alignment & 8 else 0)


def read_text(
    text: str, style: TagStyle, script: Script, start: Fraction, losses: Losses
) -> tuple[StyledText, Position | None]:
    """Return the text and the position of an event that begins at `start` hundredths.

    Counts the tags that are left out.
    """
    reader = _TextReader(script, style, losses, start, start)
    at = 0
    closed = text.rfind("}") + 1  # tags end before this index, so no search for a closing brace goes beyond it
    for match in chain(_MARKUP.finditer(text, 0, closed), _ESCAPE.finditer(text, closed)):
        reader.add(text[at : match.start()])
        if match["escape"]:
            reader.add(_escape(match["escape"], script))
        else:
            reader.apply(match["tags"])
        at = match.end()
    reader.add(text[at:])
    return reader.styled_text(), reader.position()


def _escape(letter: str, script: Script) -> str:
    if letter == "n":
        return "\n" if script.breaks_at_n else " "
    return {"N": "\n", "h": "\xa0", "{": "{", "}": "}"}.get(letter, "\\")


class _Syllable(NamedTuple):
    """A piece of text, and when it is sung."""

    text: str
    tag: int
    """The number of the karaoke tag before it; 0 before the first."""
    start: Fraction
    """Hundredths of a second."""
    end: Fraction
    """Hundredths of a second."""


@dataclass
class _TextReader:
    """The text of an event, as far as it has been read."""

    script: Script
    style: TagStyle
    losses: Losses
    end: Fraction
    """End of the current syllable, in hundredths of a second."""
    start: Fraction
    """Start of the current syllable, in hundredths of a second."""
    event_start: Fraction = field(init=False)
    current: TagStyle = field(init=False)
    pieces: list[tuple[str, TextStyle]] = field(default_factory=list)
    syllables: list[_Syllable] = field(default_factory=list)
    karaoke_tags: int = 0
    is_drawing: bool = False
    has_default_color: bool = False
    """Whether a tag repeated the default color, which is then kept as a style."""
    anchor: int | None = None
    point: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        self.event_start, self.current = self.start, self.style

    def add(self, text: str) -> None:
        """Add text that is shown."""
        if not text or self.is_drawing:
            return
        default = self.script.default
        style = TextStyle(
            self.current.italic and not default.italic,
            self.current.bold and not default.bold,
            self.current.underline and not default.underline,
            None if self.current.color == default.color and not self.has_default_color else self.current.color,
        )
        self.pieces.append((text, style))
        self.syllables.append(_Syllable(text, self.karaoke_tags, self.start, self.end))

    def apply(self, tags: str) -> None:
        """Apply the tags between two braces."""
        if tags and "\\" not in tags:
            self.losses["comment"] += 1
        plain, animations = _ANIMATION.subn("", tags)
        self.losses["effect"] += animations
        for name, reset, value, other in _TAG.findall(plain):
            self.losses["effect"] += bool(other)
            self._apply_tag(name or reset, value.strip(), [float(number) for number in _NUMBERS.findall(value)])

    def _apply_tag(self, name: str, value: str, numbers: list[float]) -> None:
        number = numbers[0] if numbers else None
        if name in ("i", "b", "u"):
            self._switch(name, number)
        elif name in ("c", "1c"):
            self._color(read_color(value) if value else None)
        elif name == "r":
            self.has_default_color = False
            self.current = self.script.style(value) if value else self.style
        elif name in ("an", "a") and number and self.anchor is None:
            anchor = int(number) if name == "an" else anchor_of_v4(int(number))
            self.anchor = anchor if 1 <= anchor <= 9 else None
        elif name in ("pos", "move") and len(numbers) >= 2 and self.point is None:
            self.point = numbers[0], numbers[1]
            self.losses["effect"] += name == "move"
        elif name == "p":
            self.is_drawing = bool(number)
            self.losses["drawing"] += self.is_drawing
        elif name.lower().startswith("k"):
            self._begin_syllable(name, Fraction(number or 0))

    def _switch(self, name: str, number: float | None) -> None:
        switch = {"i": "italic", "b": "bold", "u": "underline"}[name]
        on = getattr(self.style, switch) if number is None else number == 1 or number >= 600
        changed: dict[str, Any] = {switch: on}
        self.current = replace(self.current, **changed)

    def _color(self, color: str | None) -> None:
        """Set the color; None returns to that of the style. The default color is kept unless it only ends another."""
        self.has_default_color = color is not None and color == self.current.color == self.script.default.color
        self.current = replace(self.current, color=color or self.style.color)

    def _begin_syllable(self, name: str, duration: Fraction) -> None:
        self.karaoke_tags += 1
        if name == "kt":
            self.start = self.end = self.event_start + duration
        else:
            self.start, self.end = self.end, self.end + duration

    def styled_text(self) -> StyledText:
        """Return the text, its styles, and its words where there was karaoke."""
        spans = {syllable.tag: (syllable.start, syllable.end) for syllable in self.syllables}
        times = [time for span in spans.values() for time in span]
        rising = times == sorted(times)
        self.losses["time inside a text"] += 0 if rising else self.karaoke_tags
        words = tuple(_words(self.syllables)) if self.karaoke_tags and rising else ()
        return StyledText("".join(text for text, _ in self.pieces), spans_of(self.pieces), words)

    def position(self) -> Position | None:
        """Return the position of the text; None for the bottom centre."""
        anchor = self.anchor or self.style.anchor
        if self.point is None:
            return None if anchor == 2 else Position(anchor)
        x, y = self.point[0] * 100 / self.script.width, self.point[1] * 100 / self.script.height
        if not (0 <= x <= 100 and 0 <= y <= 100):
            self.losses["position outside of the picture"] += 1
        return Position(anchor, min(max(x, 0), 100), min(max(y, 0), 100))


def _words(syllables: list[_Syllable]) -> Iterator[Word]:
    """Yield a word for each syllable, as karaoke has them; the space after one belongs to the next."""
    joined: list[_Syllable] = []
    for syllable in syllables:
        if joined and joined[-1].tag == syllable.tag:
            joined[-1] = joined[-1]._replace(text=joined[-1].text + syllable.text)
        else:
            joined.append(syllable)
    space = ""
    for index, (text, _, start, end) in enumerate(joined):
        text = space + text
        spoken = text if index == len(joined) - 1 else text.rstrip()
        space = text[len(spoken) :]
        if spoken:
            yield Word(float(start / RATE), float(end / RATE), spoken)
