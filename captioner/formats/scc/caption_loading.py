"""The codes that load a caption on line 21. A code is a word of two bytes, and each frame carries one word.

Captions are "pop-on": a decoder loads one out of sight, then shows it at once. Control codes are sent twice, since a
lost control code does more harm than a lost letter; a decoder ignores the second.
"""

from __future__ import annotations

from collections.abc import Iterator

from captioner.formats.common.lines import lines_of
from captioner.formats.common.styled_text import PLAIN, TextStyle
from captioner.formats.scc.characters import BASIC, EXTENDED, SPECIAL, fallback
from captioner.values import Cue

COLUMNS, ROWS = 32, 15
"""Size of the caption grid."""

RESUME_LOADING, ERASE_LOADED, SHOW, ERASE_SHOWN = 0x1420, 0x142E, 0x142F, 0x142C
"""Resume caption loading (RCL), erase non-displayed memory (ENM), end of caption (EOC), erase displayed memory."""

TAB_OFFSET = 0x1720
"""Moves the cursor right by 1 to 3 columns; that number is added to the code."""

# A preamble address code sets the row: its first byte by row, and whether its second begins at 0x40 or 0x60
# (CEA-608, table 53).
_ROW_FIRST_BYTE = (0x11, 0x11, 0x12, 0x12, 0x15, 0x15, 0x16, 0x16, 0x17, 0x17, 0x10, 0x13, 0x13, 0x14, 0x14)
_ROW_SECOND_BYTE = (0x40, 0x60, 0x40, 0x60, 0x40, 0x60, 0x40, 0x60, 0x40, 0x60, 0x40, 0x40, 0x60, 0x40, 0x60)

COLORS = ("#ffffff", "#00ff00", "#0000ff", "#00ffff", "#ff0000", "#ffff00", "#ff00ff")
"""White, green, blue, cyan, red, yellow, magenta, in the order of their codes."""

_ITALIC = 7

CodeUnit = tuple[int, ...]
"""Words that must be sent one after the other."""


def load_caption(cue: Cue) -> list[CodeUnit]:
    """Return all codes that load a caption. Its text fits the grid, and each of its lines has one style."""
    lines = list(lines_of(cue))
    anchor = cue.position.anchor if cue.position else 2
    first_row = {0: ROWS - len(lines), 1: (ROWS - len(lines)) // 2, 2: 0}[(anchor - 1) // 3]
    units: list[CodeUnit] = [(RESUME_LOADING, RESUME_LOADING), (ERASE_LOADED, ERASE_LOADED)]
    for row, (text, style) in enumerate(lines, first_row):
        column = (COLUMNS - len(text)) * ((anchor - 1) % 3) // 2
        units += [*_address(row, column, style), *_characters(text)]
    return units


def _address(row: int, column: int, style: TextStyle) -> Iterator[CodeUnit]:
    """Moves the cursor to a row and column. One code sets the row and either a style or a multiple of four columns."""
    code = (_ROW_FIRST_BYTE[row] << 8) + _ROW_SECOND_BYTE[row]
    if style == PLAIN:
        yield (code + 0x10 + column // 4 * 2,) * 2
        column %= 4
    else:
        shade = _ITALIC if style.italic else COLORS.index(style.color or COLORS[0])
        yield (code + 2 * shade + style.underline,) * 2
    while column:
        step = min(3, column)
        yield (TAB_OFFSET + step,) * 2
        column -= step


def _characters(text: str) -> Iterator[CodeUnit]:
    """Yield two basic characters to a word; a special or extended character begins a new word."""
    pending: list[int] = []
    for character in text:
        code = SPECIAL.get(character) or EXTENDED.get(character)
        if character not in SPECIAL:
            pending.append(BASIC[fallback(character) if code else character])
        if pending and (code or len(pending) == 2):
            yield (_word(pending),)
            pending = []
        if code:
            yield code, code
    if pending:
        yield (_word(pending),)


def _word(characters: list[int]) -> int:
    """Return one or two characters as two bytes, padded with 0."""
    first, second = (*characters, 0)[:2]
    return (first << 8) + second
