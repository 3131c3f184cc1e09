"""The time that text takes to say, by three measures for three questions.

`speech_weights` divides the time of a word or a region among its characters. Punctuation takes time, since a speaker
pauses there and nothing else shows the pause. `syllables` predicts how long a word takes where the audio shows the
pauses: it was fitted to readers, and punctuation takes no time. `letters_to_say` is coarse on purpose: it only finds
text that is too long for its audio.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from captioner.text.punctuation import CLAUSE_ENDS, SENTENCE_ENDS
from captioner.text.scripts import is_syllabic, is_unspaced
from captioner.text.width import character_columns

LETTERS_PER_SYLLABLE = 2.5
"""A Chinese or Japanese character, or a Korean syllable, takes as long to say as this many Latin letters."""

_SHARE = {
    "vowel": 0.09,
    "consonant": 0.09,
    "letter": 0.3,
    "syllable": 1.0,
    "digit": 1.2,
    "clause": 0.6,
    "sentence": 1.2,
    "silent": 0.0,
}
_SHARE_OF_VOWEL_GROUP = 0.5

# Fitted to 567 words of two readers of English.
_LETTERS = {"vowel": 0.3, "hissing": 0.45, "consonant": 0.3, "liquid": 0.2, "letter": 0.4}
_LENGTH = _LETTERS | {"syllable": 1.0, "digit": 1.4, "symbol": 1.6, "silent": 0.0}
_LENGTH_OF_WORD = 0.35
_LENGTH_OF_VOWEL_GROUP = 0.1


def speech_weights(text: str) -> list[float]:
    """Return the time that each character of a text takes to say, in syllables of about a fifth of a second.

    A Latin vowel group is half a syllable and each letter a little more. A Han character or kana is a syllable, a
    digit is a word. Punctuation takes as long as the breath at it.
    """
    kinds = [_kind_in_text(character) for character in text]
    return [
        _SHARE[kind] + (_SHARE_OF_VOWEL_GROUP if kind == "vowel" and before != "vowel" else 0.0)
        for before, kind in zip(["silent", *kinds], kinds, strict=False)
    ]


def syllables(text: str) -> float:
    """Return the time that a text takes to say without its pauses, in syllables of about a fifth of a second; never 0.

    >>> syllables("a") < syllables("banana") < syllables("strengthened"), round(syllables("模型"), 3)
    (True, 2.001)
    """
    kinds = [_kind_in_audio(character) for character in text]
    groups = sum(kind == "vowel" != before for before, kind in zip(["", *kinds], kinds, strict=False))
    word = _LENGTH_OF_WORD if any(kind in _LETTERS for kind in kinds) else 0.0
    return 0.001 + word + _LENGTH_OF_VOWEL_GROUP * groups + sum(_LENGTH[kind] for kind in kinds)


def letters_to_say(text: str) -> float:
    """Return the number of Latin letters that take as long to say as a text: a digit counts as one, a syllable as 2.5.

    >>> letters_to_say("Hello, 42!"), letters_to_say("你好。")
    (7.0, 5.0)
    """
    letters = sum(character.isalnum() and character_columns(character) > 0 for character in text)
    return letters + (LETTERS_PER_SYLLABLE - 1) * sum(map(is_syllabic, filter(str.isalpha, text)))


@lru_cache(maxsize=8192)
def _kind_in_text(character: str) -> str:
    if character.isdecimal():
        return "digit"
    if not character.isalpha() or character_columns(character) == 0:
        return "sentence" if character in SENTENCE_ENDS else "clause" if character in CLAUSE_ENDS else "silent"
    if is_unspaced(character) or is_syllabic(character):
        return "syllable"
    base = unicodedata.normalize("NFD", character)[0].lower()
    if not base.isascii():
        return "letter"
    return "vowel" if base in "aeiouy" else "consonant"


@lru_cache(maxsize=8192)
def _kind_in_audio(character: str) -> str:
    if character.isdecimal():
        return "digit"
    if character in "%‰°€$£¥+=&@":
        return "symbol"
    if not character.isalpha() or character_columns(character) == 0:
        return "silent"
    if is_syllabic(character):
        return "syllable"
    base = unicodedata.normalize("NFD", character)[0].lower()
    if not base.isascii():
        return "letter"
    if base in "aeiouy":
        return "vowel"
    return "hissing" if base in "sfxzcj" else "liquid" if base in "lrwhv" else "consonant"
