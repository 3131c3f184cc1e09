"""What letters sound like, roughly, in any script: a vowel rings, an s hisses, a t is a short silence.

A letter that is not Latin is read by its name in Unicode, which mostly begins as the letter sounds: CYRILLIC SMALL
LETTER SHA, HIRAGANA LETTER SA, DIGIT SEVEN, PERCENT SIGN.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

VOWEL, HISSING, BREATHED, STOP, NASAL, LIQUID = range(6)

_KINDS = {
    **dict.fromkeys("aeiouy", VOWEL),
    **dict.fromkeys("szxj", HISSING),
    **dict.fromkeys("fvh", BREATHED),
    **dict.fromkeys("ptkbdgqc", STOP),
    **dict.fromkeys("mn", NASAL),
    **dict.fromkeys("lrw", LIQUID),
}

_LENGTHS = (0.38, 0.45, 0.27, 0.24, 0.25, 0.2)
"""Of each kind, in fifths of a second. Chosen on two readers of English."""

_NEXT_VOWEL = 0.18
"""By how much each vowel that follows a vowel makes it longer."""

_SPELLINGS = (
    (re.compile(r"([b-df-hj-np-tv-z])\1"), r"\1"),
    (re.compile("sch|tch|sh|ch"), "s"),
    (re.compile("th|ph|gh"), "f"),
    (re.compile("ck"), "k"),
    (re.compile("(?<=[rw])h"), ""),
    (re.compile("qu"), "kw"),
    (re.compile(r"(?<=[a-z][^\Waeiouy])e\b"), ""),  # silent in English and in French, and soon passed over elsewhere
)

_SPELLED_OUT = re.compile("[B-DF-HJ-NP-TV-XZ]{2,}")  # capitals without a vowel: each is said as a syllable

_NAMED = re.compile(
    r"(?:LETTER|LIGATURE|SYLLABLE|CHARACTER|VOWEL SIGN|DIGIT)(?: SMALL| SARA| FINAL)* ([A-Z]+)|([A-Z]+) SIGN$"
)
_VOWELS_WRITTEN = ("CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "THAI", "LAO")
_ONSET = re.compile("[^AEIOUY]+|[AEIOUY]+")
_FIRST_SYLLABLE = re.compile("[^AEIOUY]*[AEIOUY]*")
_VOWEL_BEFORE = re.compile("E([FLMNRS])")  # EF, EL, EM ... of the Cyrillic letters
_HAN = "faa"


class LetterSound(NamedTuple):
    """A part of what is said: its kind, and how long it takes, in fifths of a second."""

    kind: int
    length: float


@lru_cache(maxsize=8192)
def letter_sounds(text: str) -> tuple[LetterSound, ...]:
    """What `text` sounds like; nothing for what nobody says.

    >>> letter_sounds("Shell") == letter_sounds("sel"), letter_sounds("шум") == letter_sounds("shum")
    (True, True)
    >>> letter_sounds("GLM") == letter_sounds("geleme")
    True
    >>> letter_sounds("!?")
    ()
    """
    spelled = _SPELLED_OUT.sub(lambda capitals: "e".join((*capitals.group(), "")), text)
    said = "".join(_latin(character) for character in spelled.lower())
    for pattern, replacement in _SPELLINGS:
        said = pattern.sub(replacement, said)
    found: list[LetterSound] = []
    for kind in (_KINDS[character] for character in said if character in _KINDS):
        if kind == VOWEL and found and found[-1].kind == VOWEL:
            found[-1] = LetterSound(VOWEL, found[-1].length + _NEXT_VOWEL)
        else:
            found.append(LetterSound(kind, _LENGTHS[kind]))
    return tuple(found)


@lru_cache(maxsize=8192)
def _latin(character: str) -> str:
    """Latin letters that sound about like `character`: a blank between words, nothing for a mark.

    >>> [_latin(character) for character in "é한я７€漢л सि"]
    ['e', 'han', 'ya', 'seven', 'euro', 'faa', 'l', ' ', 'sa', 'i']
    """
    base = unicodedata.normalize("NFD", character)[0]
    if "a" <= base <= "z":
        return base
    name = unicodedata.name(character, "")
    named = _NAMED.search(name)
    if unicodedata.category(character) == "Mn" and not re.search("VOWEL|SARA", name):
        return ""
    if not named:
        return _HAN if "IDEOGRAPH-" in name else " "
    word = named[1] or named[2]
    if named[2] or "DIGIT" in name or "HANGUL" in name:
        return word.lower()
    if name.startswith("CYRILLIC"):
        word = _VOWEL_BEFORE.sub(r"\1", word)
    sounding = _ONSET if name.startswith(_VOWELS_WRITTEN) else _FIRST_SYLLABLE
    return "".join(sounding.findall(word)[:1]).lower()
