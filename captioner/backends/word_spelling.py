"""Gives timed words, which services return without spaces and punctuation, the spelling of their text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from captioner.values import Word


def words_with_text(text: str, words: Sequence[Word]) -> tuple[Word, ...]:
    """Return `words` with texts that joined are `text`; empty if the words do not appear in the text in their order.

    Characters between two words go to the first one up to a space, and from the space on to the second one.
    """
    ranges = list(_ranges(text, words))
    if len(ranges) != len(words) or not words:
        return ()
    cuts = [0]
    for (_, end), (start, _) in pairwise(ranges):
        between = text[end:start]
        spaces = (offset for offset, character in enumerate(between) if character.isspace())
        cuts.append(end + next(spaces, len(between)))
    cuts.append(len(text))
    return tuple(
        Word(word.start, word.end, text[first:last], word.confidence)
        for word, (first, last) in zip(words, pairwise(cuts), strict=True)
    )


def _ranges(text: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield the characters of each word in `text` as (first, last exclusive); ends at a word that is not there."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return  # a letter whose lower case is longer (İ): indices would not be those of the text
    end = 0
    for word in words:
        bare = word.text.strip().lower()
        start = lowered.find(bare, end)
        if not bare or start < 0 or any(character.isalnum() for character in text[end:start]):
            return
        end = start + len(bare)
        yield start, end
