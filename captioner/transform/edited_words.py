"""The times of words after someone edited the text of a cue: what stays keeps its time, what is new shares some.

The old words and the new text are compared word by word, ignoring case and punctuation; in scripts without spaces,
grapheme by grapheme.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate, pairwise
from typing import TypeVar

from captioner.text.speaking_time import speech_weights
from captioner.text.word_split import split_words
from captioner.values import Cue, Span, Word

WordT = TypeVar("WordT", bound=Word)

SHORTEST = 0.001
"""Seconds that a word lasts at least."""

ROOM = 0.06
"""Seconds for each new word for which a pause counts as its time; in a shorter pause it takes half of a neighbour."""


@dataclass(frozen=True)
class _TextPiece:
    """A word of the text, or a grapheme of one in a script without spaces, with its time."""

    text: str
    start: float
    end: float

    word: Word | None = None
    """The old word that it is, or is a part of; None if it is new."""

    part: int = 0
    """Its number among the parts of that word."""

    parts: int = 1
    """The number of parts of that word."""


def edited_words(cue: Cue, text: str) -> tuple[Word, ...]:
    """Return the words of a cue after its text became `text`; none if it had none, or if the text is blank.

    Their times never overlap, and each lasts a millisecond or more. Words that stay are of the class that they had, and
    new ones are plain.
    """
    if not cue.words or not text.strip():
        return ()
    old = [piece for word in cue.words for piece in _pieces(word)]
    new = text_words(text)
    matcher = SequenceMatcher(None, [_key(piece.text) for piece in old], [_key(word) for word in new], autojunk=False)
    timed: list[_TextPiece] = []
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        texts = new[new_first:new_last]
        if last - first == len(texts):  # equal, or as many other words in their place
            same = zip(old[first:last], texts, strict=True)
            timed += [replace(piece, text=word) for piece, word in same]
        elif kind == "replace":
            timed += _shared(old[first].start, old[last - 1].end, texts)
        elif kind == "insert":
            timed += _inserted(timed, old, first, texts, cue)
    return in_order(_joined(timed))


def text_words(text: str) -> list[str]:
    """Return the words of a text that is not blank, with the space before each; space at the end is in the last."""
    words = split_words(text)
    while len(words) > 1 and not words[-1].strip():
        words[-2:] = ["".join(words[-2:])]
    return words


def spread_words(cue: Cue) -> tuple[Word, ...]:
    """Return the words of a cue without word times, which share its time by how long they take to say."""
    if not cue.text.strip():
        return ()
    return in_order(_joined(_shared(cue.start, cue.end, text_words(cue.text))))


def in_order(words: Iterable[WordT]) -> tuple[WordT, ...]:
    """Return the words with times that do not overlap, each a millisecond or longer."""
    ordered: list[WordT] = []
    free = 0.0
    for word in words:
        start = max(word.start, free)
        free = max(word.end, round(start + SHORTEST, 6))
        ordered.append(word if (start, free) == (word.start, word.end) else replace(word, start=start, end=free))
    return tuple(ordered)


def _key(text: str) -> str:
    """Return what makes two words the same: letters and digits, without case; of punctuation alone, all of it."""
    return "".join(filter(str.isalnum, text.casefold())) or text.strip()


def _pieces(word: Word) -> Iterator[_TextPiece]:
    if not word.text.strip():
        yield _TextPiece(word.text, word.start, word.end, word)
        return
    texts = text_words(word.text)
    for number, piece in enumerate(_shared(word.start, word.end, texts)):
        yield replace(piece, word=word, part=number, parts=len(texts))


def _shared(start: float, end: float, texts: Sequence[str]) -> list[_TextPiece]:
    """Return the texts, which share a time by how long they take to say."""
    weights = [sum(speech_weights(text)) + 0.1 for text in texts]
    edges = [start + (end - start) * weight / sum(weights) for weight in accumulate(weights, initial=0.0)]
    spans = pairwise([start, *(round(edge, 6) for edge in edges[1:-1]), end])
    return [_TextPiece(text, begin, max(begin, stop)) for text, (begin, stop) in zip(texts, spans, strict=True)]


def _inserted(
    before: list[_TextPiece], old: list[_TextPiece], index: int, texts: Sequence[str], cue: Cue
) -> list[_TextPiece]:
    """Return new words before the old one at `index`: they share the pause there, or else half of a neighbour.

    The neighbour, the last of `before` or the one at `index`, gives its time up.
    """
    after = old[index] if index < len(old) else None
    start = before[-1].end if before else cue.start
    end = max(start, after.start if after else cue.end)
    if end - start < ROOM * len(texts):
        if before:
            start = _middle(before[-1])
            before[-1] = replace(before[-1], end=start)
        elif after:
            start, end = min(start, after.start), _middle(after)
            old[index] = replace(after, start=end)
    return _shared(start, max(start, end), texts)


def _middle(span: Span | _TextPiece) -> float:
    return round((span.start + span.end) / 2, 6)


def _joined(pieces: Sequence[_TextPiece]) -> Iterator[Word]:
    """Yield the words; parts of one word that are all there and follow one another are that word."""
    used: set[int] = set()
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        group = pieces[index : index + piece.parts]
        if [(part.word, part.part) for part in group] != [(piece.word, number) for number in range(piece.parts)]:
            group = [piece]
        index += len(group)
        text = "".join(part.text for part in group)
        start, end = piece.start, max(piece.start, group[-1].end)
        if piece.word and id(piece.word) not in used:
            used.add(id(piece.word))
            # The confidence was that of the old text.
            confidence = piece.word.confidence if _key(piece.word.text) == _key(text) else None
            yield replace(piece.word, start=start, end=end, text=text, confidence=confidence)
        else:
            yield Word(start, end, text)
