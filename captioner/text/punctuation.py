"""Punctuation by its use: at the end of a sentence or a clause, opening or closing, and never at a line's edge."""

from __future__ import annotations

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
