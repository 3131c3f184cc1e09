"""The lines of a file and of a cue: their ends, their joining into one line, and the style of each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from captioner.formats.common.characters import writable
from captioner.formats.common.styled_text import PLAIN, TextStyle, runs, spans_of, substitute
from captioner.text.scripts import meet_unspaced
from captioner.values import Cue

_LINE_END = re.compile(r"\r\n?|\n")
_BREAK = re.compile(r"(?<![ \t])[ \t]*[\n\t][ \t]*")
_SPACES = re.compile(r"[^\S\n]+")
_SPACE_AT_LINE_EDGE = re.compile(r"(?m)^ | $")
_DECOMPOSED = re.compile("\\w[\u0300-\u036f]+")


def source_lines(text: str) -> list[str]:
    """Return the lines of a file, with the line ends of any system, without the byte order mark."""
    return _LINE_END.split(text.removeprefix("\ufeff"))


def leading_blanks(lines: Iterable[str]) -> int:
    """Return the number of blank lines before the first line of text."""
    return next((index for index, line in enumerate(lines) if line.strip()), 0)


def one_line(text: str | None) -> str:
    """Return a name or a title in one line, with single spaces; empty for None."""
    return " ".join(writable(text or "").split())


def in_one_line(cue: Cue) -> Cue:
    """Return the cue with its text in one line, and its speaker: a line break or a tab becomes a space.

    Where lines meet in a script without spaces, none is put between them.
    """
    named = replace(cue, speaker=one_line(cue.speaker) or None)
    return substitute(named, _BREAK, lambda match: _between(cue.text, *match.span()))


def _between(text: str, first: int, last: int) -> str:
    around = text[first - 1 : first] + text[last : last + 1]
    return "" if len(around) == 2 and meet_unspaced(*around) and "\n" in text[first:last] else " "


def single_spaced(cue: Cue) -> Cue:
    """Return the cue with single spaces, none at the edges of lines, and accents composed with their letters."""
    composed = substitute(cue, _DECOMPOSED, lambda match: unicodedata.normalize("NFC", match[0]))
    return substitute(substitute(composed, _SPACES, " "), _SPACE_AT_LINE_EDGE, "")


def lines_of(cue: Cue) -> Iterator[tuple[str, TextStyle]]:
    """Yield each line with its style, for formats that style whole lines. A line of several styles is plain."""
    styles = [style for text, style in runs(cue) for _ in text]
    at = 0
    for line in cue.text.split("\n"):
        seen = {style for character, style in zip(line, styles[at:], strict=False) if character != " "}
        yield line, seen.pop() if len(seen) == 1 else PLAIN
        at += len(line) + 1


def with_lines(cue: Cue, lines: Iterable[tuple[str, TextStyle]]) -> Cue:
    """Return the cue with other lines, each with its style."""
    pieces = [piece for line in lines for piece in (("\n", PLAIN), line)][1:]
    return replace(cue, text="".join(text for text, _ in pieces), styles=spans_of(pieces))
