"""Punctuation by its use: at the end of a sentence or a clause, opening or closing, and never at a line's edge."""

from __future__ import annotations

import unicodedata

from captioner.text.scripts import VOWELS_BEFORE_CONSONANT

SENTENCE_ENDS = ".!?…。！？．｡؟۔।॥"
CLAUSE_ENDS = ",;:—–，、；：､،؛"
OPENERS = "\"'([{<¿¡‚„“‘«‹〈《「『【〔〖〘〚〝（［｛｟｢"
CLOSERS = "\"')]}>”’»›〉》」』】〕〗〙〛〟）］｝｠｣"
PUNCTUATION = SENTENCE_ENDS + CLAUSE_ENDS + OPENERS + CLOSERS

NOT_AT_LINE_START = frozenset(
    "!),./:;?]}%‼‽⁄⁆⁇⁈⁉、。々〉》」』】〕〗〙〛〜〞〟〻゛゜ゝゞ゠・ーヽヾ！），．：；？］｝｠｡｣､･％℃”’»›…—～"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶｧｨｩｪｫｬｭｮｯｰﾞﾟ"
    "ะาำๅๆฯ"  # Thai vowels and signs that follow their consonant
)
"""Characters that do not begin a line: kinsoku of JIS X 4051, and the classes CL, CP, EX, NS and CJ of UAX #14."""

NOT_AT_LINE_END = frozenset("([{¡¿‚„⁅〈《「『【〔〖〘〚〝（［｛｟｢“‘«‹$€£¥￥＄第" + VOWELS_BEFORE_CONSONANT)
"""Characters that do not end a line: kinsoku of JIS X 4051, classes OP and PR of UAX #14, and 第 before a number."""

OMISSION = "[…]"
"""The text of a caption in place of speech that is missing."""

_SYMBOLS = "#%&*@"
"""Characters that Unicode counts as punctuation although they are read or stand for letters."""


def is_punctuation(text: str) -> bool:
    """Return whether there is nothing but punctuation and spaces in a text that is not blank; `OMISSION` is more.

    >>> [text for text in ("...", "- ", "。", "♪", "42", "50 %", "[…]", "¿Qué?", " ") if is_punctuation(text)]
    ['...', '- ', '。']
    """
    characters = "".join(text.split())
    return bool(characters) and characters != OMISSION and all(map(_is_mark, characters))


def _is_mark(character: str) -> bool:
    category = unicodedata.category(character)
    return (category.startswith("P") and character not in _SYMBOLS) or category == "Cf"
