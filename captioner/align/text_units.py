"""What of a text gets a time of its own: a word between spaces, a character where the script writes none.

A unit's text holds the spaces before it and the punctuation around it, so that all units together spell the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

SENTENCE_ENDS = ".!?…。！？．｡؟۔।॥"
CLAUSE_ENDS = ",;:—–，、；：､،؛"
_CLOSERS = "\"')]}>”’»›〉》」』】〕〗〙〟）］｝｠｣"
_VOWELS_BEFORE = "เแโใไເແໂໃໄ"  # Thai, Lao: written before the consonant that they follow
_OPENERS = frozenset("\"'([{<¿¡‚„“‘«‹〈《「『【〔〖〘〚〝（［｛｟｢#$€£¥￥@&+-−" + _VOWELS_BEFORE)

_ONE_SIDED = _OPENERS - frozenset("\"'")
"""Openers that close nothing, so that they need no space before them to be known."""

_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao; Burmese; Khmer
    r"\u2e80-\u30ff\u31f0-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # radicals, ideographic punctuation, kana, Han
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9f"  # full-width punctuation, half-width kana
    r"\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # rare kana and Han
)
_SYLLABIC = re.compile(r"[\u2e80-\u30ff\u31f0-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U0001b000-\U0003ffff]")
_ALPHABETIC_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_TOKEN = re.compile(rf"\s*(?:[{_UNSPACED}]|[^\s{_UNSPACED}]+)|\s+\Z")


@dataclass(frozen=True)
class TextUnit:
    """Characters `first` to `last` (exclusive) of a text; `weight` in syllables that they take to say.

    `boundary` after it: 3 ends a sentence, 2 a clause, 1 is a gap between words, 0 none at all.
    """

    first: int
    last: int
    weight: float
    boundary: int


def text_units(text: str) -> list[TextUnit]:
    """The units of `text`, in order and without a hole; none for an empty text.

    >>> text = 'He said: "GLM模型，很好。"'
    >>> [text[unit.first : unit.last] for unit in text_units(text)]
    ['He', ' said:', ' "GLM', '模', '型，', '很', '好。"']
    """
    tokens: list[str] = []
    opened = ""  # what belongs to the token after it
    for match in _TOKEN.finditer(text):
        token = opened + match.group()
        opened = ""
        if _is_said(token):
            tokens.append(token)
        elif not tokens or _opens(token):
            opened = token
        else:
            tokens[-1] += token
    if opened:
        tokens[-1:] = ["".join(tokens[-1:]) + opened]
    return _placed(tokens)


def _is_said(token: str) -> bool:
    return any(character.isalnum() and character not in _VOWELS_BEFORE for character in token)


def _opens(token: str) -> bool:
    """Whether a token that is not said leans on the one after it."""
    return bool(token.strip()) and _OPENERS.issuperset(token.strip()) and (token[0].isspace() or token in _ONE_SIDED)


def _placed(tokens: list[str]) -> list[TextUnit]:
    placed = []
    first = 0
    for index, token in enumerate(tokens):
        after = tokens[index + 1] if index + 1 < len(tokens) else " "
        boundary = _boundary(token, after)
        placed.append(TextUnit(first, first + len(token), weight(token) + _LAST * (boundary >= 2), boundary))
        first += len(token)
    return placed


def _boundary(token: str, after: str) -> int:
    last = token.strip().rstrip(_CLOSERS)[-1:]
    if last and last in SENTENCE_ENDS:
        return 3
    if last and last in CLAUSE_ENDS:
        return 2
    return 0 if _ALPHABETIC_UNSPACED.match(token[-1]) and not after[0].isspace() else 1


def weight(text: str) -> float:
    """How long `text` takes to say, in syllables of about a fifth of a second; never 0.

    >>> weight("a") < weight("banana") < weight("strengthened"), round(weight("模型"), 3)
    (True, 2.001)
    """
    kinds = [_kind(character) for character in text]
    groups = sum(kind == "vowel" != before for before, kind in zip(["", *kinds], kinds, strict=False))
    word = _WORD if _LETTERS.intersection(kinds) else 0.0
    return 0.001 + word + _VOWEL_GROUP * groups + sum(_WEIGHTS[kind] for kind in kinds)


# Fitted to 567 words of two readers of English.
_WEIGHTS = {"vowel": 0.3, "hissing": 0.45, "consonant": 0.3, "liquid": 0.2, "letter": 0.4}
_LETTERS = frozenset(_WEIGHTS)
_WEIGHTS |= {"syllable": 1.0, "digit": 1.4, "symbol": 1.6, "mute": 0.0}
_WORD = 0.35
_VOWEL_GROUP = 0.1
_LAST = 0.5
"""A speaker slows down before the end of a clause."""


@lru_cache(maxsize=8192)
def _kind(character: str) -> str:
    if character.isdecimal():
        return "digit"
    if character in "%‰°€$£¥+=&@":
        return "symbol"
    if not character.isalpha():
        return "mute"
    if _SYLLABIC.match(character):
        return "syllable"
    base = unicodedata.normalize("NFD", character)[0].lower()
    if not base.isascii():
        return "letter"
    if base in "aeiouy":
        return "vowel"
    return "hissing" if base in "sfxzcj" else "liquid" if base in "lrwhv" else "consonant"
