"""Finds line breaks between two characters without a space: by script, kinsoku, numbers and graphemes."""

from __future__ import annotations

from captioner.text.graphemes import is_grapheme_edge
from captioner.text.punctuation import NOT_AT_LINE_END, NOT_AT_LINE_START
from captioner.text.scripts import is_katakana, is_unspaced
from captioner.text.width import character_columns, is_visible

HAN_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿億兩两几")
COUNTERS = frozenset("年月日号號時时点點分秒岁歳回次块塊元円角个個件位条條张張只天周本人歩度倍米吨页頁")
"""Chinese and Japanese measure words, which follow a number."""


def may_break(text: str, index: int) -> bool:
    """Return whether a line may break before the character at `index` if there is no space before it.

    It may break after a dash, and between characters of scripts without spaces where kinsoku allows it. It may not
    break inside a grapheme, a word of any other script, a word of katakana, or a number and what it counts.

    >>> text = "彼は「コーヒー」を3杯"
    >>> [text[:index] for index in range(1, len(text)) if may_break(text, index)]
    ['彼', '彼は', '彼は「コーヒー」', '彼は「コーヒー」を']
    """
    before, after = text[index - 1], text[index]
    if not is_visible(before) or after.isspace() or character_columns(after) == 0:
        return False
    if after in NOT_AT_LINE_START or before in NOT_AT_LINE_END:
        return False
    if before not in "—…":
        if not (is_unspaced(before) or is_unspaced(after)) or (is_katakana(before) and is_katakana(after)):
            return False
        if _is_counted(before, after):
            return False
    return is_grapheme_edge(text, index)


def _is_counted(number: str, counted: str) -> bool:
    """Return whether two characters count something together: 5|个, ３|月, 三|十, 三|百, 十|元."""
    if number.isdecimal():
        return counted.isdecimal() or (counted.isalpha() and is_unspaced(counted))
    return number in HAN_NUMERALS and (counted in HAN_NUMERALS or counted in COUNTERS)
