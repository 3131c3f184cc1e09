"""The script of a character, and whether that script is written without spaces between words.

Scripts are those of the Unicode Character Database (property Script, UAX #24). Punctuation that Chinese and Japanese
share has no script of its own there, so its blocks are listed here.
"""

from __future__ import annotations

from functools import lru_cache

import regex

VOWELS_BEFORE_CONSONANT = "เแโใไເແໂໃໄ"
"""The vowels of Thai and Lao that are written before the consonant after which they are said."""

SHARED_MARKS = frozenset("“”‘’…—·")
"""Marks that scripts without spaces share with other scripts."""

_EAST_ASIAN_MARKS = (
    r"\u2ff0-\u303f\u309b\u309c\u30a0\u30fb\u30fc\u3190-\u319f\u31c0-\u31ef"  # ideographic and kana marks, strokes
    r"\u3200-\u33ff\ufe10-\ufe1f\ufe30-\ufe6f"  # enclosed and squared letters, vertical and small forms
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uff70\uff9e\uff9f\uffe0-\uffe6"  # full and half width
)
_UNSPACED_ALPHABETS = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Tham}\p{Tai_Viet}\p{Ahom}"
_HAN = regex.compile(r"\p{Han}")
_HIRAGANA = regex.compile(r"[\p{Hiragana}\u3099-\u309c]")
_KATAKANA = regex.compile(r"[\p{Katakana}\u30fc\uff70\uff9e\uff9f]")
_HANGUL_SYLLABLE = regex.compile(r"[\uac00-\ud7a3\u1100-\u115f\ua960-\ua97c]")
_UNSPACED_ALPHABET = regex.compile(f"[{_UNSPACED_ALPHABETS}]")
_UNSPACED = regex.compile(
    rf"[[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\p{{Bopomofo}}\u3099\u309a{_EAST_ASIAN_MARKS}{_UNSPACED_ALPHABETS}]"
    r"--\p{Hangul}]",
    regex.VERSION1,
)


@lru_cache(maxsize=8192)
def is_unspaced(character: str) -> bool:
    """Return whether a character belongs to a script that is written without spaces between words.

    These are Han, kana (half-width kana too) and Bopomofo with their punctuation, full-width punctuation, and the
    scripts of class SA of UAX #14: Thai, Lao, Khmer, Burmese and the Tai scripts. Full-width Latin letters and emoji
    are not among them.

    >>> [character for character in "漢かｶ。！ไທខမ한Ａé😀" if is_unspaced(character)]
    ['漢', 'か', 'ｶ', '。', '！', 'ไ', 'ທ', 'ខ', 'မ']
    """
    return _UNSPACED.match(character) is not None


@lru_cache(maxsize=8192)
def is_unspaced_alphabet(character: str) -> bool:
    """Return whether a character is a letter or mark of a script without spaces whose syllables have several letters.

    These are Thai, Lao, Khmer, Burmese and the Tai scripts, but not Han or kana.
    """
    return _UNSPACED_ALPHABET.match(character) is not None


@lru_cache(maxsize=8192)
def is_han(character: str) -> bool:
    """Return whether a character is a Chinese character, a radical, or one of 々 and 〇."""
    return _HAN.match(character) is not None


@lru_cache(maxsize=8192)
def is_hiragana(character: str) -> bool:
    """Return whether a character is hiragana or a voicing mark of kana."""
    return _HIRAGANA.match(character) is not None


@lru_cache(maxsize=8192)
def is_katakana(character: str) -> bool:
    """Return whether a character is katakana, full-width or half-width, or the mark of a long vowel."""
    return _KATAKANA.match(character) is not None


@lru_cache(maxsize=8192)
def is_syllabic(character: str) -> bool:
    """Return whether a character begins and spells a syllable: Han, kana, a Hangul syllable, or its first jamo."""
    return (
        is_han(character)
        or is_hiragana(character)
        or is_katakana(character)
        or _HANGUL_SYLLABLE.match(character) is not None
    )


def meet_unspaced(before: str, after: str) -> bool:
    """Return whether no space belongs between two characters where the lines of one text are joined.

    This is so if both belong to scripts without spaces, or if one does and the other is a mark that such scripts share
    with others. Beside a Latin word, a line break becomes a space.

    >>> meet_unspaced("好", "—"), meet_unspaced("用", "P"), meet_unspaced("”", "I")
    (True, False, False)
    """
    sides = is_unspaced(before), is_unspaced(after)
    return any(sides) and (sides[0] or before in SHARED_MARKS) and (sides[1] or after in SHARED_MARKS)
