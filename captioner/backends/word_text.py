"""Words as services time them, bare of spaces and punctuation, made to spell the text that came with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from captioner.values import Word


def spelled(text: str, words: Sequence[Word]) -> tuple[Word, ...]:
    """`words` with texts that together are `text`; none when a word does not stand there in its turn.

    What stands between two words goes to the first up to a space, and from the space on to the second.
    """
    places = list(_places(text, words))
    if len(places) != len(words) or not words:
        return ()
    cuts = [0]
    for (_, end), (start, _) in pairwise(places):
        between = text[end:start]
        spaces = (place for place, character in enumerate(between) if character.isspace())
        cuts.append(end + next(spaces, len(between)))
    cuts.append(len(text))
    return tuple(
        Word(word.start, word.end, text[first:last], word.confidence)
        for word, (first, last) in zip(words, pairwise(cuts), strict=True)
    )


def _places(text: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Where each word stands, until one is not found."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return  # a letter whose small form is longer (İ): places would not be those of the text
    end = 0
    for word in words:
        bare = word.text.strip().lower()
        start = lowered.find(bare, end)
        if not bare or start < 0 or any(character.isalnum() for character in text[end:start]):
            return
        end = start + len(bare)
        yield start, end
