"""The text of a SubStation event: escapes, tags between braces, and the words that karaoke parts it into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from typing import Any, NamedTuple

from captioner.formats.model.losses import Losses
from captioner.formats.model.styled_text import StyledText, TextStyle, styles_of
from captioner.values import Position, Word

RATE = 100
"""Times are in hundredths of a second."""

# An escape, or tags between braces. An opening brace that nothing closes is text. A word joiner behind a backslash is
# how captioner keeps that from being an escape.
_MARKUP = re.compile("\\\\(?P<escape>[nNh{}]|\u2060+)|\\{(?P<tags>[^}]*)\\}")
_ESCAPE = re.compile("\\\\(?P<escape>[nNh{}]|\u2060+)")
_ANIMATION = re.compile(r"\\t\s*\((?:[^()]|\([^()]*\))*\)?")
_TAG = re.compile(r"\\(?:(?:(an|a|pos|move|kf|ko|kt|k|K|[12]?c|i|b|u|p|q)(?![a-z])|(r))([^\\]*)|([^\\]+))")
_NUMBERS = re.compile(r"-?\d{1,9}(?:\.\d{0,9})?", re.ASCII)
_COLOR = re.compile(r"(?:&?H)?0*([\dA-F]{1,8})&?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class TagStyle:
    """What is read of a style; `color` is `#rrggbb`, `anchor` a key of the number pad."""

    italic: bool = False
    bold: bool = False
    underline: bool = False
    color: str | None = None
    anchor: int = 2


@dataclass(frozen=True)
class Script:
    """What a file says of all its events: the size of its picture, its styles, and whether `\\n` breaks a line."""

    width: int
    height: int
    keeps_lines: bool
    styles: dict[str, TagStyle]

    def style(self, name: str) -> TagStyle:
        """The style of that name, or the usual one."""
        return self.styles.get(name, self.usual)

    @property
    def usual(self) -> TagStyle:
        """How captions look in this file where nothing is said of them."""
        return self.styles.get("Default", next(iter(self.styles.values()), TagStyle()))


def anchor_of_old(alignment: int) -> int:
    """SubStation Alpha counts 1 to 3 at the bottom; 4 more is the top, 8 more the middle."""
    column = (alignment & 3) or 2
    return column + (6 if alignment & 4 else 3 if alignment & 8 else 0)


def color_of(text: str) -> str | None:
    """`#rrggbb` from `&HAABBGGRR`; None where that is no color."""
    match = _COLOR.fullmatch(text.strip())
    if not match:
        return None
    blue, green, red = (int(match[1], 16) & 0xFFFFFF).to_bytes(3, "big")
    return f"#{red:02x}{green:02x}{blue:02x}"


def walk(
    text: str, style: TagStyle, script: Script, start: Fraction, losses: Losses
) -> tuple[StyledText, Position | None]:
    """What is shown of an event that begins at `start` hundredths, and where. Counts the tags that are left out."""
    walked = _Walk(script, style, losses, start, start)
    at = 0
    closed = text.rfind("}") + 1  # behind it no brace closes, which need not be found out for each
    for match in chain(_MARKUP.finditer(text, 0, closed), _ESCAPE.finditer(text, closed)):
        walked.add(text[at : match.start()])
        if match["escape"]:
            walked.add(_escape(match["escape"], script))
        else:
            walked.take(match["tags"])
        at = match.end()
    walked.add(text[at:])
    return walked.spelled(), walked.position()


def _escape(letter: str, script: Script) -> str:
    if letter == "n":
        return "\n" if script.keeps_lines else " "
    return {"N": "\n", "h": "\xa0", "{": "{", "}": "}"}.get(letter, "\\")


class _Syllable(NamedTuple):
    """Text behind the karaoke tag of that number, 0 before the first; when it is sung, in hundredths."""

    text: str
    tag: int
    start: Fraction
    end: Fraction


@dataclass
class _Walk:
    """How far a text is read: the pieces before, and what holds for the next."""

    script: Script
    style: TagStyle
    losses: Losses
    sung: Fraction  # hundredths, when the syllable that is read ends ...
    singing: Fraction  # ... and when it begins
    begin: Fraction = field(init=False)
    now: TagStyle = field(init=False)
    pieces: list[tuple[str, TextStyle]] = field(default_factory=list)
    syllables: list[_Syllable] = field(default_factory=list)
    karaoke: int = 0
    drawing: bool = False
    recolored: bool = False  # by a tag that says the usual color where it was the usual one
    anchor: int | None = None
    place: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        self.begin, self.now = self.sung, self.style

    def add(self, text: str) -> None:
        """Text that is shown."""
        if not text or self.drawing:
            return
        usual = self.script.usual
        looks = TextStyle(
            self.now.italic and not usual.italic,
            self.now.bold and not usual.bold,
            self.now.underline and not usual.underline,
            None if self.now.color == usual.color and not self.recolored else self.now.color,
        )
        self.pieces.append((text, looks))
        self.syllables.append(_Syllable(text, self.karaoke, self.singing, self.sung))

    def take(self, tags: str) -> None:
        """What stands between two braces."""
        if tags and "\\" not in tags:
            self.losses["comment"] += 1
        plain, animations = _ANIMATION.subn("", tags)
        self.losses["effect"] += animations
        for name, reset, value, other in _TAG.findall(plain):
            self.losses["effect"] += bool(other)
            self._tag(name or reset, value.strip(), [float(number) for number in _NUMBERS.findall(value)])

    def _tag(self, name: str, value: str, numbers: list[float]) -> None:
        number = numbers[0] if numbers else None
        if name in ("i", "b", "u"):
            self._switch(name, number)
        elif name in ("c", "1c"):
            self._color(color_of(value) if value else None)
        elif name == "r":
            self.recolored = False
            self.now = self.script.style(value) if value else self.style
        elif name in ("an", "a") and number and self.anchor is None:
            anchor = int(number) if name == "an" else anchor_of_old(int(number))
            self.anchor = anchor if 1 <= anchor <= 9 else None
        elif name in ("pos", "move") and len(numbers) >= 2 and self.place is None:
            self.place = numbers[0], numbers[1]
            self.losses["effect"] += name == "move"
        elif name == "p":
            self.drawing = bool(number)
            self.losses["drawing"] += self.drawing
        elif name.lower().startswith("k"):
            self._sing(name, Fraction(number or 0))

    def _switch(self, name: str, number: float | None) -> None:
        switch = {"i": "italic", "b": "bold", "u": "underline"}[name]
        on = getattr(self.style, switch) if number is None else number == 1 or number >= 600
        changed: dict[str, Any] = {switch: on}
        self.now = replace(self.now, **changed)

    def _color(self, color: str | None) -> None:
        """None is back to the style's. Of the usual color it is meant, unless it only ends another."""
        self.recolored = color is not None and color == self.now.color == self.script.usual.color
        self.now = replace(self.now, color=color or self.style.color)

    def _sing(self, name: str, duration: Fraction) -> None:
        self.karaoke += 1
        if name == "kt":
            self.sung = self.begin + duration
        else:
            self.singing, self.sung = self.sung, self.sung + duration

    def spelled(self) -> StyledText:
        """The text, its styles, and its words where there was karaoke."""
        words = tuple(_words(self.syllables)) if self.karaoke else ()
        return StyledText("".join(text for text, _ in self.pieces), styles_of(self.pieces), words)

    def position(self) -> Position | None:
        """Where it stands; None is the bottom centre."""
        anchor = self.anchor or self.style.anchor
        if self.place is None:
            return None if anchor == 2 else Position(anchor)
        x, y = self.place[0] * 100 / self.script.width, self.place[1] * 100 / self.script.height
        if not (0 <= x <= 100 and 0 <= y <= 100):
            self.losses["place outside of the picture"] += 1
        return Position(anchor, min(max(x, 0), 100), min(max(y, 0), 100))


def _words(syllables: list[_Syllable]) -> Iterator[Word]:
    """A word for each syllable, as karaoke has them; the space behind one belongs to the next."""
    whole: list[_Syllable] = []
    for syllable in syllables:
        if whole and whole[-1].tag == syllable.tag:
            whole[-1] = whole[-1]._replace(text=whole[-1].text + syllable.text)
        else:
            whole.append(syllable)
    space = ""
    for index, (text, _, start, end) in enumerate(whole):
        text = space + text
        spoken = text if index == len(whole) - 1 else text.rstrip()
        space = text[len(spoken) :]
        if spoken:
            yield Word(float(start / RATE), float(end / RATE), spoken)
