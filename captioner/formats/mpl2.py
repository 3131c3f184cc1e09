"""MPL2, .mpl or .txt: a cue in each line, its times in tenths of a second, `|` for a line break, `/` for italics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents
from captioner.formats.common.fidelity import ALL_STYLES, restricted_to
from captioner.formats.common.joiner_escape import joiner_escape
from captioner.formats.common.lines import lines_of, source_lines, with_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.styled_text import PLAIN, StyledText, TextStyle, spans_of, substitute
from captioner.values import Cue

RATE = 10
"""Times are in tenths of a second."""

LAST_LINE = 50
"""Tenths of a second for which a cue is shown if neither its end nor another cue ends it."""

ITALIC = TextStyle(italic=True)

_LINE = re.compile(r"\s*\[(\d{1,9})\]\s*\[(\d{0,9})\](.*)", re.ASCII | re.DOTALL)
_BAR = re.compile(r"\|")
_SLASH_ESCAPE = joiner_escape(r"(?m)^(?=/)", r"(?m)^{JOINER}+(?=/)")


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues on tenths of a second, with lines in italics.

    `|` in a text becomes `¦`, for it would break the line.
    """
    held = (restricted_to(cue, styles=ALL_STYLES[:1]) for cue in quantize(cues, RATE))
    return [with_lines(cue, lines_of(cue)) for cue in (_SLASH_ESCAPE.unescape_cue(_with_bars(cue)) for cue in held)]


def _with_bars(cue: Cue) -> Cue:
    return substitute(cue, _BAR, "¦")


def write(cues: Iterable[Cue]) -> str:
    """Return a line for each cue."""
    return "".join(f"[{round(cue.start * RATE)}][{round(cue.end * RATE)}]{_text(cue)}\n" for cue in cues)


def _text(cue: Cue) -> str:
    return "|".join(("/" if style.italic else "") + _SLASH_ESCAPE.escape(text) for text, style in lines_of(cue))


def parse(text: str) -> Contents:
    """Return the cues in the order of the file. Raises `FormatError` where no line has times."""
    losses, repairs = Losses(), Losses()
    lines = [(number, line) for number, line in enumerate(source_lines(text), 1) if line.strip()]
    rows = [(number, match) for number, line in lines if (match := _LINE.fullmatch(line))]
    if lines and not rows:
        raise FormatError("mpl2", "a line without times", lines[0][0])
    losses["line without times"] += len(lines) - len(rows)
    cues = list(_cues(rows, repairs))
    losses["cue without text"] += sum(cue is None for cue, _ in cues)
    return Contents.of_cues(cues, losses=losses, repairs=repairs)


def _cues(rows: Sequence[tuple[int, re.Match[str]]], repairs: Losses) -> Iterable[tuple[Cue | None, int | None]]:
    """Yield each line as a cue. One whose end is not written lasts until the next begins."""
    for (number, row), following in zip_longest(rows, rows[1:]):
        start = int(row[1])
        end = int(row[2]) if row[2] else int(following[1][1]) if following else start + LAST_LINE
        repairs["cue without an end"] += not row[2]
        repairs["cue with its end before its start"] += end <= start
        yield cue_read(start, end, _read_text(row[3]), rate=RATE), number


def _read_text(text: str) -> StyledText:
    pieces: list[tuple[str, TextStyle]] = []
    for line in text.split("|"):
        style = ITALIC if line.startswith("/") else PLAIN
        pieces += [("\n", PLAIN), (_SLASH_ESCAPE.unescape(line.removeprefix("/")), style)]
    return StyledText("".join(piece for piece, _ in pieces[1:]), spans_of(pieces[1:]))
