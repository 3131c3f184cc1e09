"""A transcript's text in units that no line break may cut, each with its time.

In scripts with spaces a unit is a word with its punctuation, and a number with its unit of measure. In Chinese,
Japanese and Thai it is the shortest piece that `text.line_breaks.may_break` and `cjk_thai_breaks` allow.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from captioner.cues.cjk_thai_breaks import unbreakable_places, unspaced_cost
from captioner.cues.function_word_tables import function_words_for
from captioner.cues.transcript_text import Passage, TranscriptText
from captioner.profiles import Profile
from captioner.text.graphemes import grapheme_edges
from captioner.text.line_breaks import may_break
from captioner.text.punctuation import NOT_AT_LINE_END, NOT_AT_LINE_START, PUNCTUATION
from captioner.text.scripts import meet_unspaced
from captioner.text.width import character_columns, is_visible
from captioner.values import Transcript, Word

_CHUNK = re.compile(r"[^\s\u200b\ufeff]+(?:[\u00a0\u2007\u202f]+[^\s\u200b\ufeff]+)*")
"""Text without a space at which a line may break: a zero width space is one, a no-break space is not."""

_WORD = re.compile(r"\S+")
_MARKS = "/-_?&=#.,"
_NUMBER = re.compile(r"[^\w\s]*[+-]?\d[\d.,:/]*")

Place = tuple[int, int]


@dataclass(frozen=True)
class BreakUnit:
    """Text that stays on one line."""

    text: str
    space: str
    """The space between the unit before and this one where both are on one line."""
    start: int
    """Milliseconds."""
    end: int
    """Milliseconds."""
    speaker: str | None = None
    language: str | None = None
    words: tuple[Word, ...] = ()
    """The words that spell the text; empty if the transcript has none."""
    continues: bool = False
    """Whether the first word began in the unit before."""


def units_of(transcript: Transcript, profile: Profile) -> list[BreakUnit]:
    """Return all text of a transcript in units that start one after another and do not overlap."""
    spoken = TranscriptText(transcript)
    units: list[BreakUnit] = []
    done = 0
    for passage in spoken.passages:
        language = passage.segment.language or transcript.language
        for first, last in _places(spoken.text, passage, language, profile):
            space = _space(spoken.text, done, first)
            start, end = spoken.span(first, last)
            words, continues = spoken.words(passage, first, last)
            text, speaker = spoken.text[first:last], passage.segment.speaker
            units.append(BreakUnit(text, space, start, end, speaker, language, words, continues))
            done = last
    return _separated(units)


def _places(text: str, passage: Passage, language: str | None, profile: Profile) -> Iterator[Place]:
    """Yield the places in `text` of a passage's units; none is wider than a line unless it is a single grapheme."""
    chunks = [match.span() for match in _CHUNK.finditer(text, passage.first, passage.last)]
    visible = [(first, last) for first, last in chunks if is_visible(text[first:last])]
    for first, last in _with_measures(text, _with_punctuation(text, visible), language):
        for piece in _pieces(text, first, last):
            yield from _narrow(text, piece, profile)


def _with_punctuation(text: str, chunks: list[Place]) -> list[Place]:
    """Return the chunks.

    Punctuation that stands alone (French "quoi ?", "« non »") is joined to the word it belongs to.
    """
    joined: list[Place] = []
    for first, last in chunks:
        leans_left = all(character in NOT_AT_LINE_START for character in text[first:last])
        leans_right = bool(joined) and all(character in NOT_AT_LINE_END for character in text[slice(*joined[-1])])
        if joined and text[joined[-1][1] : first] == " " and (leans_left or leans_right):
            first = joined.pop()[0]
        joined.append((first, last))
    return joined


def _with_measures(text: str, chunks: list[Place], language: str | None) -> Iterator[Place]:
    """Yield the chunks; a number is joined to its unit of measure ("5 km")."""
    words = function_words_for(language)
    before: Place | None = None
    for first, last in chunks:
        follows = before and text[before[1] : first] == " " and words.measures_begin(text[first:last])
        if before and follows and _NUMBER.fullmatch(text, *before):
            first = before[0]
        elif before:
            yield before
        before = first, last
    if before:
        yield before


def _pieces(text: str, first: int, last: int) -> Iterator[Place]:
    """Yield the parts of a chunk, cut where a script without spaces allows it."""
    chunk = text[first:last]
    begin = first
    if not chunk.isascii():
        unbreakable = unbreakable_places(chunk)
        for index in range(1, len(chunk)):
            if index not in unbreakable and may_break(chunk, index):
                yield begin, first + index
                begin = first + index
    yield begin, last


def _narrow(text: str, piece: Place, profile: Profile) -> Iterator[Place]:
    """Yield a piece, or its parts where it is wider than a line: cut at no-break spaces, and then between graphemes."""
    if profile.columns(text[slice(*piece)]) <= profile.width:
        yield piece
        return
    for match in _WORD.finditer(text, *piece):
        if is_visible(match.group()):
            for first, last in pairwise(_cuts(match.group(), profile)):
                yield match.start() + first, match.start() + last


def _cuts(word: str, profile: Profile) -> list[int]:
    """Return the cuts of a word, both ends included. No part is wider than a line unless it is a single grapheme."""
    edges = _visible_edges(word)
    cuts, at = [0], 0
    while cuts[-1] < len(word):
        first = cuts[-1]
        near = edges[at : at + profile.width + 1]  # each grapheme takes a column or more
        fitting = [edge for edge in near if profile.columns(word[first:edge]) <= profile.width] or near[:1]
        cuts.append(_best_cut(word, first, fitting, profile))
        at = bisect_right(edges, cuts[-1])
    return cuts


def _visible_edges(word: str) -> list[int]:
    """Return the edges of graphemes at which a word may be cut.

    Invisible characters stay with the grapheme before them.
    """
    inner = sorted(grapheme_edges(word))[1:-1]
    return [e for e in inner if character_columns(word[e]) > 0 and is_visible(word[:e])] + [len(word)]


def _best_cut(word: str, first: int, fitting: list[int], profile: Profile) -> int:
    """Return the end of the part of a word that begins at `first`: one of the edges that fit in a line.

    It is the end of the word if that fits. In a script without spaces it is the edge that costs least, near the middle,
    so that no short rest is left. Otherwise it is the last edge: after a mark of an address if that fills half a line,
    and never where a mark of this line would begin the next.
    """
    if fitting[-1] == len(word):
        return len(word)
    apt = [edge for edge in fitting if word[edge] not in NOT_AT_LINE_START and word[edge - 1] not in NOT_AT_LINE_END]
    if breaks := [edge for edge in apt if may_break(word, edge)]:
        middle = first + len(word)
        return min(breaks, key=lambda edge: (unspaced_cost(word[edge - 1], word[edge]), abs(2 * edge - middle)))
    marks = [edge for edge in apt if word[edge - 1] in _MARKS and 2 * (edge - first) >= profile.width]
    return (marks or apt or fitting)[-1]


def _space(text: str, last: int, first: int) -> str:
    """Return the space on one line between a unit that ends at `last` and the next, which begins at `first`.

    It is the text's own, unless that would break the line. A line break of the text becomes a space; beside the
    punctuation of a script without spaces it becomes nothing, and elsewhere in such a script its space stands for a
    comma.
    """
    between = text[last:first]
    if between.isprintable() or between in ("\u3000", "\u200b"):
        return between
    if not between.strip("\u200b\ufeff"):
        return ""
    edges = text[max(0, last - 1) : last], text[first]
    return "" if any(edge and edge in PUNCTUATION for edge in edges) and meet_unspaced(*edges) else " "


def _separated(units: list[BreakUnit]) -> list[BreakUnit]:
    """Return the units, each starting at least a millisecond after the one before and ending before the next."""
    starts = list(accumulate((unit.start for unit in units), lambda earlier, start: max(start, earlier + 1)))
    limits = [*starts[1:], *(unit.end for unit in units[-1:])]
    return [
        replace(unit, start=start, end=max(start, min(unit.end, limit)))
        for unit, start, limit in zip(units, starts, limits, strict=True)
    ]
