"""Punctuation as a style shows it: Japanese spaces for 、 and 。, and no mark at the end of a line."""

from __future__ import annotations

from dataclasses import replace

from captioner.profiles import Profile
from captioner.text.punctuation import CLOSERS
from captioner.text.width import is_visible
from captioner.values import Cue, Word

_SPACES = {"、": " ", "。": "\u3000"}
_AT_LINE_END = "，、。"


def apply_punctuation_style(cue: Cue, profile: Profile) -> Cue:
    """Return the cue with its punctuation as the profile shows it; nothing else changes, and no line is left empty."""
    if not (profile.japanese_spaces or profile.bare_line_ends):
        return cue
    shown = [character for line in cue.text.split("\n") for character in ["\n", *_characters(line, profile)]][1:]
    if not cue.words:
        return replace(cue, text="".join(shown))
    words: list[Word] = []
    begin = 0
    for word in cue.words:
        text = "".join(shown[begin : begin + len(word.text)])
        begin += len(word.text)
        if text.strip() or not words:
            words.append(replace(word, text=text))
        else:
            words[-1] = replace(words[-1], end=word.end, text=words[-1].text + text)
    return replace(cue, text="".join(shown), words=tuple(words))


def _characters(line: str, profile: Profile) -> list[str]:
    """Return the text that is shown for each character of a line."""
    shown = list(line)
    if profile.japanese_spaces:
        for index, mark in enumerate(line):
            if mark in _SPACES:
                is_last = not line[index + 1 :].strip("、。") or line[index + 1] in CLOSERS
                shown[index] = "" if is_last else _SPACES[mark]
    if profile.bare_line_ends:
        for index in range(len(line.rstrip(_AT_LINE_END)), len(line)):
            shown[index] = ""
    return shown if is_visible("".join(shown)) else list(line)
