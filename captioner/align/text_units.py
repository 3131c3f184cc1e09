"""Splits a text into the units that get a time each: words, or characters in scripts without spaces.

A unit includes the spaces before it and the punctuation around it, so that all units joined are the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from captioner.text.punctuation import CLAUSE_ENDS, CLOSERS, OPENERS, SENTENCE_ENDS
from captioner.text.scripts import VOWELS_BEFORE_CONSONANT, is_unspaced_alphabet
from captioner.text.speaking_time import syllables
from captioner.text.word_split import split_words

_PREFIXES = frozenset(OPENERS + "#$€£¥￥@&+-−" + VOWELS_BEFORE_CONSONANT)
"""Characters that belong to the word after them."""

_ONE_SIDED = _PREFIXES - frozenset("\"'")
"""Prefixes even without a space before them: those that never close anything."""

_CLAUSE_END = 0.5
"""Syllables by which a speaker lengthens the end of a clause."""


@dataclass(frozen=True)
class TextUnit:
    """A word of a text, or a character in a script without spaces."""

    first: int
    """Position of its first character in the text."""
    last: int
    """Position after its last character."""
    weight: float
    """How long it takes to say, in syllables of about a fifth of a second; more than 0."""
    boundary: int
    """The boundary after it: 3 the end of a sentence, 2 the end of a clause, 1 a gap between words, 0 none of these."""


def text_units(text: str) -> list[TextUnit]:
    """Return the units of `text`, in order and without a gap; none for an empty text.

    >>> text = 'He said: "GLM模型，很好。"'
    >>> [text[unit.first : unit.last] for unit in text_units(text)]
    ['He', ' said:', ' "GLM', '模', '型，', '很', '好。"']
    """
    tokens: list[str] = []
    prefix = ""
    for word in split_words(text):
        token = prefix + word
        prefix = ""
        if _is_spoken(token):
            tokens.append(token)
        elif not tokens or _is_prefix(token):
            prefix = token
        else:
            tokens[-1] += token
    if prefix:
        tokens[-1:] = ["".join(tokens[-1:]) + prefix]
    return _units_of(tokens)


def _is_spoken(token: str) -> bool:
    return any(character.isalnum() and character not in VOWELS_BEFORE_CONSONANT for character in token)


def _is_prefix(token: str) -> bool:
    """Return whether a token without letters or digits belongs to the token after it."""
    return bool(token.strip()) and _PREFIXES.issuperset(token.strip()) and (token[0].isspace() or token in _ONE_SIDED)


def _units_of(tokens: list[str]) -> list[TextUnit]:
    units = []
    first = 0
    for token, after in zip(tokens, [*tokens[1:], " "], strict=False):
        boundary = _boundary(token, after)
        weight = syllables(token) + _CLAUSE_END * (boundary >= 2)
        units.append(TextUnit(first, first + len(token), weight, boundary))
        first += len(token)
    return units


def _boundary(token: str, after: str) -> int:
    last = token.strip().rstrip(CLOSERS)[-1:]
    if last and last in SENTENCE_ENDS:
        return 3
    if last and last in CLAUSE_ENDS:
        return 2
    return 0 if is_unspaced_alphabet(token[-1]) and not after[0].isspace() else 1
