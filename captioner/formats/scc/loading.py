"""What is sent to have a caption shown on line 21, word by word. A word is two bytes, and one goes with each frame.

A caption is loaded out of sight and shown at once ("pop-on"). Codes are sent twice, since a lost one would cost more
than a lost letter; a decoder takes the second for the first.
"""

from __future__ import annotations

from collections.abc import Iterator

from captioner.formats.model.lines import lines_of
from captioner.formats.model.styled_text import PLAIN, TextStyle
from captioner.formats.scc.characters import BASIC, EXTENDED, SPECIAL, stand_in
from captioner.values import Cue

COLUMNS, ROWS = 32, 15

RESUME, CLEAR, SHOW, ERASE = 0x1420, 0x142E, 0x142F, 0x142C
"""Resume caption loading, erase what is not displayed, end of caption, erase what is displayed."""

TAB = 0x1720
"""To which 1 to 3 columns are added that the cursor goes on."""

# The first byte of the code that sets the row, and whether its second begins at 0x40 or 0x60 (CEA-608, table 53).
_FIRST = (0x11, 0x11, 0x12, 0x12, 0x15, 0x15, 0x16, 0x16, 0x17, 0x17, 0x10, 0x13, 0x13, 0x14, 0x14)
_SECOND = (0x40, 0x60, 0x40, 0x60, 0x40, 0x60, 0x40, 0x60, 0x40, 0x60, 0x40, 0x40, 0x60, 0x40, 0x60)

COLORS = ("#ffffff", "#00ff00", "#0000ff", "#00ffff", "#ff0000", "#ffff00", "#ff00ff")
"""White, green, blue, cyan, red, yellow, magenta: the order of their codes."""

_ITALIC = 7

Unit = tuple[int, ...]
"""Words between which nothing else may be sent."""


def loading(cue: Cue) -> list[Unit]:
    """All that has to be sent before the caption can be shown. Its text fits, its looks are those of whole lines."""
    lines = list(lines_of(cue))
    anchor = cue.position.anchor if cue.position else 2
    row = {0: ROWS - len(lines), 1: (ROWS - len(lines)) // 2, 2: 0}[(anchor - 1) // 3]
    units: list[Unit] = [(RESUME, RESUME), (CLEAR, CLEAR)]
    for number, (text, looks) in enumerate(lines, row):
        column = (COLUMNS - len(text)) * ((anchor - 1) % 3) // 2
        units += [*_address(number, column, looks), *_characters(text)]
    return units


def _address(row: int, column: int, looks: TextStyle) -> Iterator[Unit]:
    """Puts the cursor there. A code that sets a row sets a look too or a multiple of four columns, never both."""
    code = (_FIRST[row] << 8) + _SECOND[row]
    if looks == PLAIN:
        yield (code + 0x10 + column // 4 * 2,) * 2
        column %= 4
    else:
        shade = _ITALIC if looks.italic else COLORS.index(looks.color or COLORS[0])
        yield (code + 2 * shade + looks.underline,) * 2
    while column:
        step = min(3, column)
        yield (TAB + step,) * 2
        column -= step


def _characters(text: str) -> Iterator[Unit]:
    """Two basic characters to a word; a code begins a word of its own."""
    waiting: list[int] = []
    for character in text:
        code = SPECIAL.get(character) or EXTENDED.get(character)
        if character not in SPECIAL:
            waiting.append(BASIC[stand_in(character) if code else character])
        if waiting and (code or len(waiting) == 2):
            yield (_word(waiting),)
            waiting = []
        if code:
            yield code, code
    if waiting:
        yield (_word(waiting),)


def _word(characters: list[int]) -> int:
    """One or two characters in two bytes; what is left is filled with nothing."""
    first, second = (*characters, 0)[:2]
    return (first << 8) + second
