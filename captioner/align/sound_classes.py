"""The class of sound that each letter stands for, in any script: vowel, hissing (s), stop (t) and so on.

A letter that is not Latin is read by its name in Unicode, which mostly begins as the letter sounds: CYRILLIC SMALL
LETTER SHA, HIRAGANA LETTER SA, DIGIT SEVEN, PERCENT SIGN.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

VOWEL, HISSING, BREATHED, STOP, NASAL, LIQUID = range(6)

_CLASSES = {
    **dict.fromkeys("aeiouy", VOWEL),
    **dict.fromkeys("szxj", HISSING),
    **dict.fromkeys("fvh", BREATHED),
    **dict.fromkeys("ptkbdgqc", STOP),
    **dict.fromkeys("mn", NASAL),
    **dict.fromkeys("lrw", LIQUID),
}

_LENGTHS = (0.38, 0.45, 0.27, 0.24, 0.25, 0.2)
"""The usual length of a sound of each class, in fifths of a second. Chosen on two readers of English."""

_NEXT_VOWEL = 0.18
"""Fifths of a second that each further vowel adds to a vowel."""

_SPELLINGS = (
    (re.compile(r"([b-df-hj-np-tv-z])\1"), r"\1"),
    (re.compile("sch|tch|sh|ch"), "s"),
    (re.compile("th|ph|gh"), "f"),
    (re.compile("ck"), "k"),
    (re.compile("(?<=[rw])h"), ""),
    (re.compile("qu"), "kw"),
    (re.compile(r"(?<=[a-z][^\Waeiouy])e\b"), ""),  # silent in English and in French, and short elsewhere
)

_ACRONYM = re.compile("[B-DF-HJ-NP-TV-XZ]{2,}")  # capitals without a vowel: each is a syllable

_NAMED = re.compile(
    r"(?:LETTER|LIGATURE|SYLLABLE|CHARACTER|VOWEL SIGN|DIGIT)(?: SMALL| SARA| FINAL)* ([A-Z]+)|([A-Z]+) SIGN$"
)
_SCRIPTS_WITH_VOWELS = ("CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "THAI", "LAO")
_ONSET = re.compile("[^AEIOUY]+|[AEIOUY]+")
_FIRST_SYLLABLE = re.compile("[^AEIOUY]*[AEIOUY]*")
_VOWEL_BEFORE = re.compile("E([FLMNRS])")  # EF, EL, EM ... of the Cyrillic letters
_HAN = "faa"  # the average sound of a Han character


class LetterSound(NamedTuple):
    """One sound of a text."""

    sound_class: int
    """`VOWEL`, `HISSING`, `BREATHED`, `STOP`, `NASAL` or `LIQUID`."""
    length: float
    """Fifths of a second."""


@lru_cache(maxsize=8192)
def letter_sounds(text: str) -> tuple[LetterSound, ...]:
    """Return the sounds of `text`; none for text without letters or digits.

    >>> letter_sounds("Shell") == letter_sounds("sel"), letter_sounds("шум") == letter_sounds("shum")
    (True, True)
    >>> letter_sounds("GLM") == letter_sounds("geleme")
    True
    >>> letter_sounds("!?")
    ()
    """
    spaced = _ACRONYM.sub(lambda capitals: "e".join((*capitals.group(), "")), text)
    letters = "".join(_latin(character) for character in spaced.lower())
    for pattern, replacement in _SPELLINGS:
        letters = pattern.sub(replacement, letters)
    sounds: list[LetterSound] = []
    for sound_class in (_CLASSES[letter] for letter in letters if letter in _CLASSES):
        if sound_class == VOWEL and sounds and sounds[-1].sound_class == VOWEL:
            sounds[-1] = LetterSound(VOWEL, sounds[-1].length + _NEXT_VOWEL)
        else:
            sounds.append(LetterSound(sound_class, _LENGTHS[sound_class]))
    return tuple(sounds)


@lru_cache(maxsize=8192)
def _latin(character: str) -> str:
    """Return Latin letters that sound about like `character`: a space for a character without a sound, "" for a mark.

    >>> [_latin(character) for character in "é한я７€漢л सि"]
    ['e', 'han', 'ya', 'seven', 'euro', 'faa', 'l', ' ', 'sa', 'i']
    """
    base = unicodedata.normalize("NFD", character)[0]
    if "a" <= base <= "z":
        return base
    name = unicodedata.name(character, "")
    match = _NAMED.search(name)
    if unicodedata.category(character) == "Mn" and not re.search("VOWEL|SARA", name):
        return ""
    if not match:
        return _HAN if "IDEOGRAPH-" in name else " "
    word = match[1] or match[2]
    if match[2] or "DIGIT" in name or "HANGUL" in name:
        return word.lower()
    if name.startswith("CYRILLIC"):
        word = _VOWEL_BEFORE.sub(r"\1", word)
    pattern = _ONSET if name.startswith(_SCRIPTS_WITH_VOWELS) else _FIRST_SYLLABLE
    return "".join(pattern.findall(word)[:1]).lower()
