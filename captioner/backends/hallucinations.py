"""What a recogniser says that nobody can have said: text in loops, at an impossible speed, or not from the sound.

Models that write text invent it when they do not understand the sound. None of these signs is a proof, so a clip
that shows one is asked again in two halves, and what is still suspicious then is kept and flagged, never hidden.
"""

from __future__ import annotations

import re

from captioner.backends import Hints

LONGEST_PHRASE = 8
"""Words; Chinese and Japanese words have about two characters."""

FEWEST_REPEATS = 4
LEAST_REPEATED = 10
"""A phrase said this often, and these many words of it, are a loop: "no no no no" and a refrain are speech."""

FASTEST = 40.0
"""Characters a second. The fastest talkers reach some 30; a short clip has half a second's grace."""

GRACE = 0.5
"""Seconds."""

WIDE = 2.5
"""A Chinese or Japanese character, or a Korean syllable, takes as long to say as this many letters."""

ECHOED_WORDS = 5
"""So many words in a row of the prompt are an echo; fewer are said by chance."""

ECHOED_HOTWORDS = 3

_WIDE = r"\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_CHARACTERS = _WIDE.replace(r"\u1100-\u11ff", "").replace(r"\uac00-\ud7af", "")  # Korean parts its words with spaces
_WORD = re.compile(rf"[{_CHARACTERS}]|[^\W{_CHARACTERS}]+(?:['’][^\W{_CHARACTERS}]+)*")
_WIDE_LETTER = re.compile(f"[{_WIDE}]")

_TALK = re.compile(
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
    """Why `text` can hardly be what was said in `duration` seconds, in a few words; None where it can."""
    words = words_of(text)
    if (phrase := looped(words)) is not None:
        return f"the text repeats {phrase!r} over and over"
    if (speed := characters_a_second(text, duration)) > FASTEST:
        return f"nobody says {speed:.0f} characters a second"
    if _echoes_prompt(words, words_of(hints.prompt or "")):
        return "the text is the prompt and not the speech"
    if _echoes_hotwords(words, hints.hotwords):
        return "the text is the list of hotwords and not the speech"
    if _TALK.search(text):
        return "the recogniser talks about the sound in place of writing down the speech"
    return None


def words_of(text: str) -> list[str]:
    """The words in lower case without punctuation; Chinese and Japanese character by character."""
    return _WORD.findall(text.lower())


def looped(words: list[str]) -> str | None:
    """The phrase that `words` repeat over and over, if they do."""
    spaced = not any(_WIDE_LETTER.match(word) for word in words)
    for length in range(1, (1 if spaced else 2) * LONGEST_PHRASE + 1):
        run = 0  # words in a row that stand there as they did one phrase before
        for place in range(length, len(words)):
            run = run + 1 if words[place] == words[place - length] else 0
            repeats = run // length + 1
            if repeats >= FEWEST_REPEATS and repeats * length >= LEAST_REPEATED:
                return (" " if spaced else "").join(words[place - length + 1 : place + 1])
    return None


def characters_a_second(text: str, duration: float) -> float:
    """Letters and digits a second, wide ones counted by the time they take to say."""
    letters = sum(character.isalnum() for character in text)
    return (letters + (WIDE - 1) * len(_WIDE_LETTER.findall(text))) / (duration + GRACE)


def _echoes_prompt(words: list[str], prompt: list[str]) -> bool:
    """Whether the words are a stretch of the prompt, or begin with the whole of it."""
    if min(len(words), len(prompt)) < ECHOED_WORDS:
        return False
    return _stands_in(words, prompt) or words[: len(prompt)] == prompt


def _echoes_hotwords(words: list[str], hotwords: tuple[str, ...]) -> bool:
    """Whether the words are nothing but hotwords, several and in the order of the list."""
    if not _stands_in(words, words_of(" ".join(hotwords))):
        return False
    return sum(_stands_in(words_of(hotword), words) for hotword in hotwords) >= ECHOED_HOTWORDS


def _stands_in(part: list[str], whole: list[str]) -> bool:
    starts = range(len(whole) - len(part) + 1)
    return bool(part) and any(whole[start : start + len(part)] == part for start in starts)
