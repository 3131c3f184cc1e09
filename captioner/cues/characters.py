"""What single characters allow: which cling together, which may stand at a line's edge, how long they take to say.

The classes are those of UAX #14 and of kinsoku, written out, since Python has no table of them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from captioner.profiles import ZERO_WIDTH_JOINER, character_columns
from captioner.text.joining import closes_up

SENTENCE_ENDS = ".!?…。！？．｡؟۔।॥"
CLAUSE_ENDS = ",;:—–，、；：､،؛"
OPENERS = "\"'([{<¿¡‚„“‘«‹〈《「『【〔〖〘〝（［｛｟｢"
CLOSERS = "\"')]}>”’»›〉》」』】〕〗〙〟）］｝｠｣"
PUNCTUATION = SENTENCE_ENDS + CLAUSE_ENDS + OPENERS + CLOSERS

NOT_AT_START = frozenset(
    "!),./:;?]}%‼‽⁄⁆⁇⁈⁉、。々〉》」』】〕〗〙〛〜〞〟〻゛゜ゝゞ゠・ーヽヾ！），．：；？］｝｠｡｣､･％”’»›…—～"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ"
    "ะาำๅๆฯ"  # Thai vowels and signs that follow their consonant
)
NOT_AT_END = frozenset("([{¡¿‚„⁅〈《「『【〔〖〘〚〝（［｛｟｢“‘«‹$€£￥＄第เแโใไ")

_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao; Burmese; Khmer
    r"\u2e80-\u30ff\u31f0-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # radicals, ideographic punctuation, kana, Han
    r"\uff00-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"  # full-width forms, rare kana and Han
)
_HAN = re.compile(r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HIRAGANA = re.compile(r"[\u3041-\u309f]")
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")
_HAN_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿億兩两几")
COUNTERS = frozenset("年月日号號時时点點分秒岁歳回次块塊元円角个個件位条張张只天周本人歩度倍米吨页頁")


def is_unspaced(character: str) -> bool:
    """Whether it belongs to a script that writes no space between words: Han, kana, Thai, Lao, Burmese, Khmer."""
    return _UNSPACED.match(character) is not None


def meet_unspaced(before: str, after: str) -> bool:
    """Whether no space belongs between two characters where lines are put together."""
    return closes_up(before, after, is_unspaced)


def is_han(character: str) -> bool:
    return _HAN.match(character) is not None


def is_hiragana(character: str) -> bool:
    return _HIRAGANA.match(character) is not None


def is_katakana(character: str) -> bool:
    return _KATAKANA.match(character) is not None


def is_visible(text: str) -> bool:
    """Whether there is anything to see, not only spaces, control characters and joiners."""
    return any(unicodedata.category(character) not in _INVISIBLE for character in text)


def clings(before: str, after: str) -> bool:
    """Whether `after` is one letter, to a reader, with the character `before` it."""
    return character_columns(after) == 0 or before == ZERO_WIDTH_JOINER


def may_part(before: str, after: str) -> bool:
    """Whether a line may break between two characters that no space parts.

    Nowhere inside a Latin, Cyrillic, Arabic, Korean ... word, a number or a katakana word, nor between a number and
    what it counts; after a dash; between the characters of unspaced scripts where kinsoku allows it.
    """
    if clings(before, after) or not is_visible(before) or after.isspace():
        return False
    if after in NOT_AT_START or before in NOT_AT_END:
        return False
    if before in "—…":
        return True
    if not (is_unspaced(before) or is_unspaced(after)):
        return False
    if is_katakana(before) and is_katakana(after):
        return False
    return not _is_counted(before, after)


def _is_counted(number: str, counted: str) -> bool:
    """5|个, ３|月, 三|十, 三|百 and 十|元 belong together."""
    if number.isdecimal():
        return counted.isdecimal() or (counted.isalpha() and is_unspaced(counted))
    return number in _HAN_NUMERALS and (counted in _HAN_NUMERALS or counted in COUNTERS)


def speech_weights(text: str) -> list[float]:
    """How long each character of `text` takes to say, in syllables of about a fifth of a second.

    A Latin vowel group is half a syllable and each letter a little more; a Han character or kana is a syllable, a
    digit is a word. Punctuation is the breath that is taken there.
    """
    kinds = [_speech_kind(character) for character in text]
    return [
        _SPEECH_WEIGHTS[kind] + (_VOWEL_GROUP if kind == "vowel" and before != "vowel" else 0.0)
        for before, kind in zip(["silent", *kinds], kinds, strict=False)
    ]


_VOWEL_GROUP = 0.5
_SPEECH_WEIGHTS = {
    "vowel": 0.09,
    "consonant": 0.09,
    "letter": 0.3,
    "syllable": 1.0,
    "digit": 1.2,
    "clause": 0.6,
    "sentence": 1.2,
    "silent": 0.0,
}


@lru_cache(maxsize=8192)
def _speech_kind(character: str) -> str:
    if character.isdecimal():
        return "digit"
    if not character.isalpha():
        return "sentence" if character in SENTENCE_ENDS else "clause" if character in CLAUSE_ENDS else "silent"
    if is_unspaced(character) or "\uac00" <= character <= "\ud7a3":
        return "syllable"
    base = unicodedata.normalize("NFD", character)[0].lower()
    if not base.isascii():
        return "letter"
    return "vowel" if base in "aeiouy" else "consonant"
