"""Checks for text that a model invented: loops, an impossible speed, or text that is not from the audio.

Models that write text invent it when they cannot recognise the speech. No check is a proof, so the clip is requested
again in two parts (see `clip_transcription`), and text that still fails a check is kept and flagged, never dropped.
"""

from __future__ import annotations

import re

import regex

from captioner.backends.contract import Hints
from captioner.text.scripts import is_unspaced, is_unspaced_alphabet
from captioner.text.speaking_time import letters_to_say
from captioner.text.word_split import split_words

LONGEST_PHRASE = 8
"""Words of a repeated phrase."""

FEWEST_REPEATS = 4
LEAST_REPEATED = 10
"""Repeats of a phrase, and words in all of them, that make a loop. "No no no no" and a refrain are below: speech."""

CHARACTERS_PER_WORD = 2
"""Of Chinese and Japanese, which have no spaces."""

LETTERS_PER_WORD = 4
"""The same of Thai, Lao, Khmer and Burmese, with their marks as parts of letters."""

FASTEST = 40.0
"""Letters a second. The fastest speakers reach some 30."""

GRACE = 0.5
"""Seconds added to the duration of a clip, so that a short one may hold a word or two."""

ECHOED_WORDS = 5
"""Words in a row from the prompt that make an echo; fewer are said by chance."""

ECHOED_HOTWORDS = 3
"""Hotwords in the order of their list, and nothing else, that make an echo."""

_WORD = regex.compile(r"\w+(?:['’]\w+)*")

_ABOUT_THE_AUDIO = re.compile(
    r"""
      ^ (?:(?:sure|certainly|okay|ok|of\ course|yes)\W+)? here(?:\ is|['’]s|\ are)\ (?:the|a|your)\ transcri
    | ^ (?:the\ )? transcri (?:pt|ption) (?:\ of\ the\ (?:audio|speech|recording|clip))? \s* (?::|\ is\b|\ reads\b)
    | ^ as\ an\ ai\b
    | \bplease\ (?:provide|upload|share)\ (?:the|an|your|a)\ (?:audio|recording|file)
    | \b(?:can['’]?t|cannot|unable\ to|not\ able\ to)\ (?:transcribe|process|hear|listen\ to)
      \ (?:the|this|any)\ (?:audio|recording|file)
    | ^ (?:please\ )? transcribe\ (?:this|the)\ audio
    | ^ (?:(?:好的|当然|没问题)\W*)? (?:以下|这|下面)是 .{0,12} (?:转写|转录|文字|文本|内容)
    | 作为 (?:一个|一名)? \s? (?:人工智能|ai\b|语言模型)
    | 请 (?:提供|上传|发送) .{0,6} (?:音频|录音|文件)
    | 无法 (?:识别|转写|转录|处理|听取) .{0,6} (?:音频|录音)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def hallucination_reason(text: str, duration: float, hints: Hints) -> str | None:
    """Why `text` is probably not the speech of a clip of `duration` seconds; None if it may be."""
    words = words_in(text)
    if (phrase := looped_phrase(words)) is not None:
        return f"the text repeats {phrase!r} over and over"
    if (speed := letters_to_say(text) / (duration + GRACE)) > FASTEST:
        return f"{speed:.0f} letters a second are too fast for speech"
    if _echoes_prompt(words, words_in(hints.prompt or "")):
        return "the text is the prompt, not the speech"
    if _echoes_hotwords(words, hints.hotwords):
        return "the text is the list of hotwords, not the speech"
    if _ABOUT_THE_AUDIO.search(text):
        return "the text talks about the audio instead of transcribing it"
    return None


def words_in(text: str) -> list[str]:
    """Return the words of `text` in lower case without punctuation; single characters in a script without spaces."""
    return [word for part in split_words(text.lower()) for word in _WORD.findall(part)]


def looped_phrase(words: list[str]) -> str | None:
    """Return the phrase that `words` repeat over and over; None if there is none."""
    size = _words_per_spaced_word(words)
    least = LEAST_REPEATED * max(1, size // 2)  # without spaces, the characters of five words
    for length in range(1, size * LONGEST_PHRASE + 1):
        run = 0  # words in a row that equal the word one phrase earlier
        for index in range(length, len(words)):
            run = run + 1 if words[index] == words[index - length] else 0
            repeats = run // length + 1
            if repeats >= FEWEST_REPEATS and repeats * length >= least:
                return (" " if size == 1 else "").join(words[index - length + 1 : index + 1])
    return None


def _words_per_spaced_word(words: list[str]) -> int:
    """Return the number of `words` that make one word of a language that is written with spaces."""
    if any(is_unspaced_alphabet(word[0]) for word in words):
        return LETTERS_PER_WORD
    return CHARACTERS_PER_WORD if any(is_unspaced(word[0]) for word in words) else 1


def _echoes_prompt(words: list[str], prompt: list[str]) -> bool:
    """Return whether the words are a part of the prompt, or begin with all of it."""
    if min(len(words), len(prompt)) < ECHOED_WORDS:
        return False
    return _contains(prompt, words) or words[: len(prompt)] == prompt


def _echoes_hotwords(words: list[str], hotwords: tuple[str, ...]) -> bool:
    """Return whether the words are hotwords only, at least `ECHOED_HOTWORDS` of them, in the order of their list."""
    if not _contains(words_in(" ".join(hotwords)), words):
        return False
    return sum(_contains(words, words_in(hotword)) for hotword in hotwords) >= ECHOED_HOTWORDS


def _contains(words: list[str], part: list[str]) -> bool:
    starts = range(len(words) - len(part) + 1)
    return bool(part) and any(words[start : start + len(part)] == part for start in starts)
