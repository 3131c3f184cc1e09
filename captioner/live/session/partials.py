"""Finds the stable part of a partial (interim) result: words that two results in a row agree on. Pure.

A region that is still being spoken is recognised again and again. Words that two results in a row begin with count as
right, and later partials keep them ("local agreement").
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from captioner.text.word_split import split_words


@dataclass(frozen=True)
class Partial:
    """The text of a region that is still being spoken."""

    text: str = ""

    stable_chars: int = 0
    """Every later partial of the region begins with this many characters of `text`."""

    last_result: str = ""
    """The result of the backend from which `text` was made."""


def next_partial(previous: Partial, result: str) -> Partial:
    """Return the partial after another `result` for the same region.

    >>> next_partial(next_partial(Partial(), "we can see"), "We can sea the")
    Partial(text='We can sea the', stable_chars=6, last_result='We can sea the')

    Words are compared without case and punctuation.
    """
    stable_text = previous.text[: previous.stable_chars]
    words, stable_words = _words(result), _words(stable_text)
    agreed = _common_words(_words(previous.last_result), words) if previous.last_result else 0
    rest = words[len(stable_words) :]
    stable = stable_text + "".join(rest[: max(0, agreed - len(stable_words))])
    return Partial(stable_text + "".join(rest), len(stable), result)


def _common_words(first: list[str], second: list[str]) -> int:
    """Return the number of words that two texts have in common at their beginning."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if _normalised(one) != _normalised(other):
            break
        count += 1
    return count


def _words(text: str) -> list[str]:
    return split_words(text.rstrip())


def _normalised(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold()
    return "".join(character for character in folded if character.isalnum()) or folded.strip()
