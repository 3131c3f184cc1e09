"""Finds line breaks in Chinese, Japanese and Thai: by a segmenter, or by function words and script.

A segmenter is used for Chinese and Japanese if one is installed. Lists of function words mark sure word edges in
Chinese and Thai; in Japanese a phrase mostly ends where kana are followed by kanji.
"""

from __future__ import annotations

import re

import regex

from captioner.cues import segmenters
from captioner.cues.function_words import word_set
from captioner.text.scripts import VOWELS_BEFORE_CONSONANT, is_han, is_hiragana, is_katakana

UNKNOWN = 7.0
"""The cost of a break that may well lie inside a word."""

WORD = 5.5
"""The cost of a break between two words about which nothing more is known."""

EDGE = 3.0
"""The cost of a break that surely lies between two words."""

BOUND = 8.0
"""The cost of a break after a word that leans on the next one."""

_LEANING_RIGHT = word_set(
    "但是 但 而且 而 因为 所以 如果 虽然 不过 然后 或者 或 还是 以及 并且 就是 就 也 还 才 却 都 又 很 太 更 最 不 没",
    "是 离 在 从 对于 对 把 被 给 跟 向 为了 和 与 通过 关于 根据 按照 由于 由 当 只要 只有 除了 无论 不管 即使 可是",
    "而是 那么 于是 因此 其实 让 总是 不是 没有 不能 不会 可以 可能 应该 需要 能够 已经 正在 非常 特别 为什么 怎么",
    "什么 我们 你们 他们 她们 它们 咱们 我 你 他 她 它 这个 那个 这些 那些 这样 那样 这 那 每",
    "喺 唔係 唔 係 啲 佢哋 佢 我哋 你哋 呢個 嗰個 呢啲 嗰啲 但係 同埋 仲 點解 冇",
    "並且 因為 雖然 為了 我們 你們 他們 這個 那個 這些 這樣 什麼 怎麼 沒有 不會 應該 已經 還是 還 對於 對 從 與 讓",
)
"""Conjunctions, prepositions, adverbs, auxiliaries and pronouns: a line may well begin with them and must not end."""

_LEANING_LEFT = frozenset("的地得了着著过過们們吗嗎呢吧啊呀嘛啦么麼嘅咗緊哋喎喇咩㗎啩")
"""Particles: no line begins with them."""

_TRAILING = re.compile("一下|起来|起來|下来|下來|出来|出來|下去|过来|過來|之一|而已|左右")
"""Words that follow a verb or a number: no line begins with them."""

_POSTPOSITIONS = frozenset("上里裡中下内內外前后後")
"""Words of place that follow a noun. Many words begin with them too, so they are certain only after a Latin word."""

_COMMON_WORDS = word_set(
    "现在 今天 明天 昨天 大家 自己 一个 一些 一样 这里 那里 哪里 开始 时候 的时候 时间 之间 之后 之前 以后 以前 的话",
    "存在 所在 面对 绝对 相对 针对 反对 方向 倾向 自由 理由 人才 刚才 首都 成都 温和 缓和 和平 参与 成就 应当 相当",
    "当时 当然 适当 不同 不断 最后 最近 更加 太阳 还有 每个 都市 首先 也许 地方 地区 得到 觉得 了解 过去 过程 经过",
    "而家 琴日 聽日 今日 幾多",
    "目的 現在 時候 時間 開始 過去 過程 經過 覺得 當然 還有 每個",
)
"""Common words that contain one of the words above."""

_LONG_WORDS = sorted((word for word in _LEANING_RIGHT | _COMMON_WORDS if len(word) > 1), key=len, reverse=True)
_WORD = re.compile("|".join(_LONG_WORDS))
_BEGINS_WORD = tuple(_LEANING_RIGHT | _COMMON_WORDS)

_COUNTED = re.compile(
    r"(?:[\d〇零一二三四五六七八九十百千万亿萬億兩两几幾这這那哪每某各上下]|第.+)[个個位条條张張只隻本次件种種家辆輛台座块塊份名]$"
)
"""A number and its measure word, which lean on the word they count: 三百五十个|字."""

_THAI = regex.compile(r"\p{Thai}")
_THAI_WORDS = re.compile("และ|หรือ|แต่|เพราะ|เพื่อ|ซึ่ง|โดย|ดังนั้น|ถ้า|เมื่อ")
"""Conjunctions that are part of no other common word."""

_THAI_PREFIXES = ("การ", "ความ")
"""Prefixes that make a noun of the next word."""

_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}ー]")
_PARTICLES = frozenset("はがをにへもでとやの")
_SURE_PARTICLES = frozenset("はがを")
_PREFIXES = frozenset("おご御約")


def unbreakable_places(chunk: str) -> frozenset[int]:
    """Return the places inside `chunk` where no line may break: inside words, before words that lean to the left.

    A place is the number of characters before it.
    """
    every = frozenset(range(1, len(chunk)))
    if _KANA.search(chunk):
        if phrases := segmenters.japanese():
            return every - segmenters.word_edges(phrases, chunk)
        return frozenset(edge for edge in every if _joins(chunk[edge - 1], chunk[edge]))
    if _THAI.search(chunk):
        return frozenset(edge for edge in every if not _begins_thai(chunk, edge))
    inside = frozenset(edge for match in _WORD.finditer(chunk) for edge in range(match.start() + 1, match.end()))
    if words_of := segmenters.chinese():
        # The segmenter may take a function word for part of another word; its edges still allow a break.
        inside |= every - segmenters.word_edges(words_of, chunk) - _function_edges(chunk)
    return inside | {edge for edge in every if _leans_left(chunk, edge)}


def unspaced_cost(before: str, after: str) -> float:
    """Return the cost of a break between two units without a space between them."""
    if _KANA.search(before + after):
        return _japanese_cost(before, after)
    if _THAI.search(before + after):
        if before.endswith(_THAI_PREFIXES):
            return BOUND
        return EDGE if _THAI_WORDS.match(after) else UNKNOWN
    if before in _LEANING_RIGHT or _COUNTED.search(before):
        return BOUND
    if after.startswith(_BEGINS_WORD):
        return EDGE
    if before[-1] in _LEANING_LEFT or is_han(before[-1]) != is_han(after[0]):
        return EDGE + 1
    return UNKNOWN if segmenters.chinese() is None else WORD


def _function_edges(chunk: str) -> frozenset[int]:
    return frozenset(edge for match in _WORD.finditer(chunk) for edge in match.span())


def _begins_thai(chunk: str, edge: int) -> bool:
    """Return whether a syllable surely begins at `edge`: with a leading vowel or a conjunction, or after a mark."""
    if not (_THAI.match(chunk[edge]) and _THAI.match(chunk[edge - 1])):
        return True
    if chunk[edge] in VOWELS_BEFORE_CONSONANT or chunk[edge - 1] in "ๆฯ":
        return True
    return _THAI_WORDS.match(chunk, edge) is not None


def _leans_left(chunk: str, edge: int) -> bool:
    """Return whether the word at `edge` belongs to the word before: a particle, but not 地 in 地方."""
    if chunk[edge - 1].isascii() and (chunk[edge] in _POSTPOSITIONS or chunk[edge] in _LEANING_LEFT):
        return True
    match = _WORD.match(chunk, edge)
    if _TRAILING.match(chunk, edge):
        return True
    return chunk[edge] in _LEANING_LEFT and (match is None or match.group() not in _COMMON_WORDS)


def _joins(before: str, after: str) -> bool:
    """Return whether two characters stay together: a kanji and its ending or particle, or a prefix and its word."""
    if not is_hiragana(after):
        return before in _PREFIXES
    if not is_hiragana(before):
        return before.isalnum()
    return after in _PARTICLES and before not in _SURE_PARTICLES


def _japanese_cost(before: str, after: str) -> float:
    if before[-1] in _SURE_PARTICLES:
        return EDGE
    if not is_hiragana(before[-1]):
        return EDGE + 1 if is_katakana(before[-1]) != is_katakana(after[0]) else UNKNOWN
    return UNKNOWN if is_hiragana(after[0]) else EDGE + 1
