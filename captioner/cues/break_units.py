"""What a line may not be broken inside: a transcript's text as units, each with its time.

In scripts with spaces a unit is a word with its punctuation; a number keeps its unit of measure. In Chinese, Japanese
or Thai it is the shortest piece that the rules of `characters.may_part` and the closed-class words of `unspaced` allow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from captioner.cues.characters import NOT_AT_END, NOT_AT_START, PUNCTUATION, clings, is_visible, may_part, meet_unspaced
from captioner.cues.cjk_thai_breaks import inner_edges, unspaced_cost
from captioner.cues.function_word_tables import closed_class
from captioner.cues.spoken_text import Passage, SpokenText
from captioner.profiles import Profile
from captioner.values import Transcript, Word

_CHUNK = re.compile(r"[^\s\u200b\ufeff]+(?:[\u00a0\u2007\u202f]+[^\s\u200b\ufeff]+)*")
"""Text without a space that a line may break at: no-break spaces are not such, a zero width space is."""

_WORD = re.compile(r"\S+")
_MARKS = "/-_?&=#.,"
_NUMBER = re.compile(r"[^\w\s]*[+-]?\d[\d.,:/]*")

Place = tuple[int, int]


@dataclass(frozen=True)
class BreakUnit:
    """`text` that stays on one line, `space` between it and the unit before, spoken from `start` to `end` (ms).

    Where the transcript has words, `words` spell the text; the first of them `continues` one that began in the unit
    before.
    """

    text: str
    space: str
    start: int
    end: int
    speaker: str | None = None
    language: str | None = None
    words: tuple[Word, ...] = ()
    continues: bool = False


def units_of(transcript: Transcript, profile: Profile) -> list[BreakUnit]:
    """All text of a transcript in units that begin one after another and do not overlap."""
    spoken = SpokenText(transcript)
    units: list[BreakUnit] = []
    read = 0
    for passage in spoken.passages:
        language = passage.segment.language or transcript.language
        for first, last in _places(spoken.text, passage, language, profile):
            space = _space(spoken.text, read, first)
            start, end = spoken.span(first, last)
            words, continues = spoken.words(passage, first, last)
            text, speaker = spoken.text[first:last], passage.segment.speaker
            units.append(BreakUnit(text, space, start, end, speaker, language, words, continues))
            read = last
    return _parted(units)


def _places(text: str, passage: Passage, language: str | None, profile: Profile) -> Iterator[Place]:
    """Where the units of one passage stand in `text`; none is wider than a line unless it is a single letter."""
    chunks = [match.span() for match in _CHUNK.finditer(text, passage.first, passage.last)]
    visible = [(first, last) for first, last in chunks if is_visible(text[first:last])]
    for first, last in _with_measures(text, _with_punctuation(text, visible), language):
        for piece in _pieces(text, first, last):
            yield from _narrow(text, piece, profile)


def _with_punctuation(text: str, chunks: list[Place]) -> list[Place]:
    """The chunks, a mark that stands alone (French "quoi ?", "« non »") with the word that it belongs to."""
    held: list[Place] = []
    for first, last in chunks:
        clings_left = all(character in NOT_AT_START for character in text[first:last])
        clings_right = bool(held) and all(character in NOT_AT_END for character in text[slice(*held[-1])])
        if held and text[held[-1][1] : first] == " " and (clings_left or clings_right):
            first = held.pop()[0]
        held.append((first, last))
    return held


def _with_measures(text: str, chunks: list[Place], language: str | None) -> Iterator[Place]:
    """The chunks, a number and its unit of measure ("5 km") as one."""
    words = closed_class(language)
    held: Place | None = None
    for first, last in chunks:
        follows = held and text[held[1] : first] == " " and words.measures_begin(text[first:last])
        if held and follows and _NUMBER.fullmatch(text, *held):
            first = held[0]
        elif held:
            yield held
        held = first, last
    if held:
        yield held


def _pieces(text: str, first: int, last: int) -> Iterator[Place]:
    """A chunk, cut where unspaced script allows it."""
    if not text[first:last].isascii():
        closed = inner_edges(text[first:last])
        start = first
        for edge in range(start + 1, last):
            if edge - start not in closed and may_part(text[edge - 1], text[edge]):
                yield first, edge
                first = edge
    yield first, last


def _narrow(text: str, piece: Place, profile: Profile) -> Iterator[Place]:
    """A piece; as the last resort, where it is wider than a line, cut at no-break spaces and then between letters."""
    if profile.columns(text[slice(*piece)]) <= profile.width:
        yield piece
        return
    for match in _WORD.finditer(text, *piece):
        first, last = match.span()
        if not is_visible(match.group()):
            continue
        while cut := _cut(text, first, last, profile):
            yield first, cut
            first = cut
        yield first, last


def _cut(text: str, first: int, last: int, profile: Profile) -> int | None:
    """Where a word that is wider than a line is cut, None where it is not wider: as far as the line goes.

    After a mark of an address if half a line is filled then, and never so that a mark of this line begins the next. In
    unspaced script, where it costs least, and near the middle, so that no stump is left.
    """
    fitting: list[int] = []
    for edge in range(first + 1, last + 1):
        if edge < last and clings(text[edge - 1], text[edge]):
            continue
        if profile.columns(text[first:edge]) > profile.width and fitting:
            break
        fitting.append(edge)
    else:
        return None
    whole = [edge for edge in fitting if text[edge] not in NOT_AT_START and text[edge - 1] not in NOT_AT_END]
    if parting := [edge for edge in whole if may_part(text[edge - 1], text[edge])]:
        return min(parting, key=lambda edge: (unspaced_cost(text[edge - 1], text[edge]), abs(2 * edge - first - last)))
    marks = [edge for edge in whole if text[edge - 1] in _MARKS and 2 * (edge - first) >= profile.width]
    return (marks or whole or fitting)[-1]


def _space(text: str, last: int, first: int) -> str:
    """The space between a unit that ends at `last` and the next on one line: as it is, unless it would break the line.

    A break of the text is a space, none beside the punctuation of scripts that write none; in them it stands for a
    comma.
    """
    between = text[last:first]
    if between.isprintable() or between in ("\u3000", "\u200b"):
        return between
    if not between.strip("\u200b\ufeff"):
        return ""
    edges = text[max(0, last - 1) : last], text[first]
    return "" if any(edge and edge in PUNCTUATION for edge in edges) and meet_unspaced(*edges) else " "


def _parted(units: list[BreakUnit]) -> list[BreakUnit]:
    """The units with each starting at least a millisecond after the one before and ending before the next."""
    starts = list(accumulate((unit.start for unit in units), lambda earlier, start: max(start, earlier + 1)))
    limits = [*starts[1:], *(unit.end for unit in units[-1:])]
    return [
        replace(unit, start=start, end=max(start, min(unit.end, limit)))
        for unit, start, limit in zip(units, starts, limits, strict=True)
    ]
