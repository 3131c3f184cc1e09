"""Text changed in many cues: search and replace, tags removed, letter case. Words that stay keep their times."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import regex

from captioner.text.punctuation import SENTENCE_ENDS
from captioner.text.width import is_visible
from captioner.transform.cue_wording import with_text
from captioner.transform.rebreaking import NoOptions
from captioner.transform.transformation import CaptionStyle
from captioner.values import Cue

TIMEOUT = 1.0
"""Seconds that a regular expression may take for one cue: some take for ever."""

TIMEOUT_OF_ALL = 30.0
"""Seconds that all replacements may take."""


@dataclass(frozen=True)
class Replacement:
    """One search and its replacement. Raises `ValueError` for a regular expression that is wrong."""

    find: str

    replace: str = ""
    """The new text; in a regular expression, `\\1` is its first group."""

    regex: bool = False
    """Whether `find` is a regular expression; else it is a text."""

    ignore_case: bool = False

    whole_word: bool = False
    """Whether only whole words are replaced."""

    def __post_init__(self) -> None:
        if not self.find:
            raise ValueError("there is nothing to find")
        try:
            groups = self.pattern.groups
        except regex.error as error:
            raise ValueError(f"{self.find!r} is no regular expression: {error}") from error
        asked = max(map(int, re.findall(r"\\([1-9]\d?)", self.replace)), default=0)
        if self.regex and asked > groups:
            raise ValueError(f"{self.replace!r} names group {asked}, and {self.find!r} has {groups}")

    @property
    def pattern(self) -> Any:
        """What is searched for."""
        text = self.find if self.regex else regex.escape(self.find)
        text = rf"(?<!\w)(?:{text})(?!\w)" if self.whole_word else text
        return regex.compile(text, regex.IGNORECASE if self.ignore_case else 0)

    @property
    def template(self) -> str:
        """What replaces it, as the library takes it."""
        return self.replace if self.regex else self.replace.replace("\\", r"\\")


@dataclass(frozen=True)
class ReplaceOptions:
    """Options of `replace`."""

    replacements: tuple[Replacement, ...]
    """In the order in which they are applied."""


@dataclass(frozen=True)
class CasingOptions:
    """Options of `casing`. Raises `ValueError` for an unknown case."""

    case: Literal["sentence", "upper", "lower"] = "sentence"
    """`sentence`: capitals begin sentences, and words that this file writes with a capital inside of sentences."""

    def __post_init__(self) -> None:
        if self.case not in ("sentence", "upper", "lower"):
            raise ValueError(f"case must be sentence, upper or lower, not {self.case!r}")


def replace_text(cues: Sequence[Cue], options: ReplaceOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues after all replacements. A cue of which nothing is left goes. Raises `ValueError` for a search
    that takes too long."""
    deadline = time.monotonic() + TIMEOUT_OF_ALL

    def replaced(text: str) -> str:
        for one in options.replacements:
            if time.monotonic() > deadline:
                raise ValueError(f"the replacements take longer than {TIMEOUT_OF_ALL:g} s")
            try:
                text = one.pattern.sub(one.template, text, timeout=TIMEOUT)
            except TimeoutError:
                raise ValueError(f"{one.find!r} takes longer than {TIMEOUT:g} s for one cue") from None
            except (regex.error, IndexError) as error:
                raise ValueError(f"{one.replace!r} cannot replace {one.find!r}: {error}") from error
        return text

    return with_texts(cues, replaced)


def remove_tags(cues: Sequence[Cue], options: NoOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues without styles, and without tags such as <i> and {\\an8} that are written in the text."""
    plain = [replace(cue, styles=()) for cue in cues]
    return with_texts(plain, lambda text: _TAG.sub("", text))


def change_case(cues: Sequence[Cue], options: CasingOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues in another letter case."""
    if options.case == "upper":
        return with_texts(cues, str.upper)
    if options.case == "lower":
        return with_texts(cues, str.lower)
    names = _names(cue.text for cue in cues)
    changed, starts = [], True
    for cue in cues:
        changed.append(with_text(cue, _in_sentence_case(cue.text, names, starts=starts)))
        starts = cue.text.rstrip(_CLOSING).endswith(tuple(SENTENCE_ENDS))
    return changed


def with_texts(cues: Iterable[Cue], change: Callable[[str], str]) -> list[Cue]:
    """Return the cues with texts changed; blank lines go, and cues of which nothing is left."""
    changed = []
    for cue in cues:
        text = change(cue.text)
        if text != cue.text:
            text = "\n".join(line.strip() for line in text.split("\n") if is_visible(line))
        if text:
            changed.append(with_text(cue, text))
    return changed


_TAG = re.compile(r"</?(?:[biu]|font|c|v|ruby|rt|lang)(?:[\s.][^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_WORD = re.compile(r"(?<![</\\])[^\W\d_]+(?:['’][^\W\d_]+)*")
_LINE_START = re.compile(r"(?:^|\n)[ \t]*[-–—‐][ \t]*$")
_CLOSING = " \n\"'”’»)]}"


def _names(texts: Iterable[str]) -> dict[str, str]:
    """Return the words that have capitals inside of sentences and are never small there, by their lower case."""
    found: dict[str, str] = {"i": "I"}
    small: set[str] = set()
    for text in texts:
        if text.upper() == text:  # nothing is known of a text in capitals
            continue
        for match in _WORD.finditer(text):
            word, before = match.group(), text[: match.start()].rstrip()
            if word.islower():
                small.add(word)
            elif before and (before[-1].isalnum() or before[-1] == ","):
                found.setdefault(word.lower(), word)
    return {lower: word for lower, word in found.items() if lower == "i" or lower not in small}


def _in_sentence_case(text: str, names: dict[str, str], *, starts: bool) -> str:
    parts, done = [], 0
    for match in _WORD.finditer(text):
        between, word = text[done : match.start()], match.group()
        new_speaker = bool(_LINE_START.search(text[: match.start()]))
        starts = starts or new_speaker or any(end in between for end in SENTENCE_ENDS)
        # A cue that begins with one capital begins a sentence, even if the cue before has no full stop.
        starts = starts or (not done and word[:1].isupper() and word[1:].islower())
        lower = names.get(word.lower(), word.lower())
        if lower.startswith(("i'", "i’")):
            lower = "I" + lower[1:]
        parts += [between, lower[:1].upper() + lower[1:] if starts else lower]
        done = match.end()
        starts = starts and text[done : done + 1] == ":"  # the name of a speaker
    return "".join([*parts, text[done:]])
