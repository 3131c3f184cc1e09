"""What every caption file needs, whichever its format: lines, characters that can be written, times on a grid."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import inf

from captioner.formats.model.styled_text import StyledText
from captioner.text.joining import closes_up
from captioner.values import Cue, Position, Word

_LINE_END = re.compile(r"\r\n?|\n")
_CARRIAGE_RETURN = re.compile(r"\r\n?")
_BLANK_LINES = re.compile(r"\A\s*\n|\n\s*(?=\n)|\n\s*\Z")

# No text file can hold half a surrogate pair, and what is written in C stops reading at a NUL.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def source_lines(text: str) -> list[str]:
    """The lines of a file that somebody else wrote, without byte order mark, whatever ends its lines."""
    return _LINE_END.split(text.removeprefix("\ufeff"))


def leading_blanks(lines: Iterable[str]) -> int:
    """How many blank lines stand before the first line of text."""
    return next((index for index, line in enumerate(lines) if line.strip()), 0)


def writable(text: str) -> str:
    """`text`, with U+FFFD for the characters that no file in UTF-8 can hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """A name or a title on one line, with single spaces."""
    return " ".join(writable(text).split())


def named(characters: Iterable[str]) -> str:
    """Characters for an error's sentence: `é (U+00E9), U+200D`, in order, twenty at most."""
    ordered = sorted(characters)
    shown = [f"{c} (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in ordered[:20]]
    return ", ".join(shown) + (f" and {len(ordered) - 20} more" if len(ordered) > 20 else "")


def is_unspaced(character: str) -> bool:
    """Whether a character is Chinese or Japanese, punctuation included; Korean is as wide, but has spaces."""
    return unicodedata.east_asian_width(character) in "WF" and "HANGUL" not in unicodedata.name(character, "")


def meet_unspaced(before: str, after: str) -> bool:
    """Whether no space belongs between two characters where lines are put together."""
    return closes_up(before, after, is_unspaced)


def cleaned(spelled: StyledText) -> StyledText:
    """A cue's text as a file can hold it: a carriage return ends a line too, and no line is blank."""
    return spelled.sub(_UNWRITABLE, "\ufffd").sub(_CARRIAGE_RETURN, "\n").sub(_BLANK_LINES, "")


def quantize(cues: Iterable[Cue], rate: int | Fraction = 1000) -> Iterator[Cue]:
    """The cues by start, cleaned, their times rounded once to whole parts of a second of which there are `rate`.

    None overlap that did not before: a cue too short to be seen on the grid lasts one part, and those that it then
    touches move along.
    """
    previous_end, taken = inf, 0
    for cue in sorted(cues, key=lambda cue: cue.start):
        start = round(cue.start * rate)
        if previous_end <= cue.start:
            start = max(start, taken)
        end = max(round(cue.end * rate), start + 1)
        text, styles, words = cleaned(StyledText(cue.text, cue.styles, cue.words))
        words = tuple(_words_on_grid(words, start, end, rate))
        yield Cue(float(start / rate), float(end / rate), text, cue.speaker, words, styles, cue.position)
        previous_end, taken = cue.end, end


def _words_on_grid(words: Iterable[Word], taken: int, end: int, rate: int | Fraction) -> Iterator[Word]:
    """The words one after another, inside of their cue, which begins where `taken` is at first."""
    for word in words:
        first = min(max(round(word.start * rate), taken), end)
        taken = min(max(round(word.end * rate), first), end)
        yield replace(word, start=float(first / rate), end=float(taken / rate))


def cue_read(
    start: float | Fraction,
    end: float | Fraction,
    spelled: StyledText | str,
    speaker: str | None = None,
    position: Position | None = None,
    *,
    rate: int | Fraction = 1000,
) -> Cue | None:
    """A cue from a file, times in whole parts of a second of which there are `rate`; None where it has no text.

    One that ends before it has begun would never be shown: it lasts one part, so that its text is not lost.
    """
    text, styles, words = cleaned(StyledText(spelled) if isinstance(spelled, str) else spelled)
    if not text.strip():
        return None
    times = float(start / rate), float(max(end, start + 1) / rate)
    return Cue(*times, text, speaker or None, words, styles, position)
