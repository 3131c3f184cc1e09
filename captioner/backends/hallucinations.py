"""Checks for text that a model invented: loops, an impossible speed, or text that is not from the audio.

Models that write text invent it when they cannot recognise the speech. No check is a proof, so the clip is requested
again in two parts (see `clip_transcription`), and text that still fails a check is kept and flagged, never dropped.
"""

from __future__ import annotations

import re

from captioner.backends.contract import Hints

LONGEST_PHRASE = 8
"""Words of a repeated phrase. In Chinese and Japanese each character counts as half a word."""

FEWEST_REPEATS = 4
LEAST_REPEATED = 10
"""Repeats of a phrase, and words in all of them, that make a loop. "No no no no" and a refrain are below: speech."""

FASTEST = 40.0
"""Characters a second. The fastest speakers reach some 30."""

GRACE = 0.5
"""Seconds added to the duration of a clip, since a short one may cut off the pauses around its words."""

WIDE = 2.5
"""A Chinese or Japanese character, or a Korean syllable, takes as long to say as this many letters."""

ECHOED_WORDS = 5
"""Words in a row from the prompt that make an echo; fewer are said by chance."""

ECHOED_HOTWORDS = 3
"""Hotwords in the order of their list, and nothing else, that make an echo."""

_WIDE = r"\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_CHARACTERS = _WIDE.replace(r"\u1100-\u11ff", "").replace(r"\uac00-\ud7af", "")  # Korean parts its words with spaces
_WORD = re.compile(rf"[{_CHARACTERS}]|[^\W{_CHARACTERS}]+(?:['’][^\W{_CHARACTERS}]+)*")
_WIDE_LETTER = re.compile(f"[{_WIDE}]")

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
    if (speed := characters_per_second(text, duration)) > FASTEST:
        return f"{speed:.0f} characters a second are too fast for speech"
    if _echoes_prompt(words, words_in(hints.prompt or "")):
        return "the text is the prompt, not the speech"
    if _echoes_hotwords(words, hints.hotwords):
        return "the text is the list of hotwords, not the speech"
    if _ABOUT_THE_AUDIO.search(text):
        return "the text talks about the audio instead of transcribing it"
    return None


def words_in(text: str) -> list[str]:
    """The words of `text` in lower case without punctuation; Chinese and Japanese characters one by one."""
    return _WORD.findall(text.lower())


def looped_phrase(words: list[str]) -> str | None:
    """The phrase that `words` repeat over and over; None if there is none."""
    spaced = not any(_WIDE_LETTER.match(word) for word in words)
    for length in range(1, (1 if spaced else 2) * LONGEST_PHRASE + 1):
        run = 0  # words in a row that equal the word one phrase earlier
        for index in range(length, len(words)):
            run = run + 1 if words[index] == words[index - length] else 0
            repeats = run // length + 1
            if repeats >= FEWEST_REPEATS and repeats * length >= LEAST_REPEATED:
                return (" " if spaced else "").join(words[index - length + 1 : index + 1])
    return None


def characters_per_second(text: str, duration: float) -> float:
    """Letters and digits a second; a wide one counts as `WIDE` letters."""
    letters = sum(character.isalnum() for character in text)
    return (letters + (WIDE - 1) * len(_WIDE_LETTER.findall(text))) / (duration + GRACE)


def _echoes_prompt(words: list[str], prompt: list[str]) -> bool:
    """Whether the words are a part of the prompt, or begin with all of it."""
    if min(len(words), len(prompt)) < ECHOED_WORDS:
        return False
    return _contains(prompt, words) or words[: len(prompt)] == prompt


def _echoes_hotwords(words: list[str], hotwords: tuple[str, ...]) -> bool:
    """Whether the words are hotwords only, at least `ECHOED_HOTWORDS` of them, in the order of their list."""
    if not _contains(words_in(" ".join(hotwords)), words):
        return False
    return sum(_contains(words, words_in(hotword)) for hotword in hotwords) >= ECHOED_HOTWORDS


def _contains(words: list[str], part: list[str]) -> bool:
    starts = range(len(words) - len(part) + 1)
    return bool(part) and any(words[start : start + len(part)] == part for start in starts)
