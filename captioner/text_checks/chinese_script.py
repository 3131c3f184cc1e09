"""Writes all Chinese of a recording in one script, simplified or traditional, since recognisers mix the two.

The characters of a text show its script: those of GB 2312 that Big5 lacks are simplified, those of Big5 that
GB 2312 lacks are traditional. OpenCC then converts whole segments, since one simplified character may stand for several
traditional ones: 发 is 髮 in 头发 and 發 in 发展. Text in other scripts stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Literal

from captioner.languages import is_chinese, script_of, with_script
from captioner.values import Segment

ChineseScript = Literal["auto", "hans", "hant", "keep"]
"""The script of Chinese captions: that of the language tag, or else of most of the text; simplified; traditional; as
recognised."""

_CODES = {"hans": "Hans", "hant": "Hant"}
_ENCODINGS = {"Hans": "gb2312", "Hant": "big5"}
_OTHER = {"Hans": "Hant", "Hant": "Hans"}


def in_one_script(
    segments: Iterable[Segment], choice: ChineseScript = "auto", language: str | None = None
) -> tuple[Segment, ...]:
    """Return the segments with their Chinese in one script; times, words and other languages stay as they are.

    `language` is the BCP 47 tag that the user gave; if it names a script, "auto" takes that.
    """
    vote = ChineseScriptVote(choice, language)
    segments = tuple(segments)
    for segment in segments:
        vote.count(segment)
    return tuple(map(vote.converted, segments))


class ChineseScriptVote:
    """The vote for the script of a recording, over the text that was counted so far."""

    def __init__(self, choice: ChineseScript = "auto", language: str | None = None) -> None:
        self._choice = choice
        asked = script_of(language) if is_chinese(language) else None
        self._target = _CODES.get(choice) or (asked if asked in _OTHER else None)
        self._characters = dict.fromkeys(_OTHER, 0)

    def count(self, segment: Segment) -> None:
        """Count the characters of a segment."""
        if self._choice != "keep" and is_chinese(segment.language):
            for script in self._characters:
                self._characters[script] += _characters_only_in(script, segment.text)

    def converted(self, segment: Segment) -> Segment:
        """Return the segment in the script of the recording."""
        if self._choice == "keep" or not is_chinese(segment.language):
            return segment
        majority = max(self._characters, key=self._characters.__getitem__)
        target = self._target or majority
        if self._choice != "auto" and segment.language:
            segment = replace(segment, language=with_script(segment.language, target))
        if _is_written_in(target, segment.text, otherwise=majority == target):
            return segment
        return _rewritten(segment, _converter(_configuration(target, segment.language)))


def _characters_only_in(script: str, text: str) -> int:
    return sum(_only_script(character) == script for character in text)


def _is_written_in(script: str, text: str, *, otherwise: bool) -> bool:
    """Return whether a text is written in a script alone; `otherwise` for one that both scripts write alike."""
    if _characters_only_in(_OTHER[script], text):
        return False
    return _characters_only_in(script, text) > 0 or otherwise


@lru_cache(maxsize=8192)
def _only_script(character: str) -> str | None:
    """Return the script to which a character belongs; None if it belongs to both or to neither."""
    scripts = [script for script, encoding in _ENCODINGS.items() if _has(encoding, character)]
    return scripts[0] if len(scripts) == 1 and character > "\u2fff" else None


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _configuration(target: str, language: str | None) -> str:
    """Return the name of OpenCC's conversion: traditional as in Hong Kong for its languages, else as in Taiwan."""
    if target == "Hans":
        return "tw2s"
    is_of_hong_kong = language is not None and {"yue", "HK", "MO"} & set(language.split("-"))
    return "s2hk" if is_of_hong_kong else "s2tw"


@lru_cache(maxsize=4)
def _converter(configuration: str) -> Callable[[str], str]:
    from opencc import OpenCC

    return OpenCC(configuration).convert


def _rewritten(segment: Segment, convert: Callable[[str], str]) -> Segment:
    """Return the segment with its text converted and divided into the same words.

    Phrases are converted across words. If that changes the number of characters, each word is converted by itself.
    """
    text = convert(segment.text)
    if len(text) != len(segment.text):
        words = tuple(replace(word, text=convert(word.text)) for word in segment.words)
        return replace(segment, text="".join(word.text for word in words) if words else text, words=words)
    edges = pairwise(accumulate((len(word.text) for word in segment.words), initial=0))
    words = tuple(
        replace(word, text=text[first:last]) for word, (first, last) in zip(segment.words, edges, strict=True)
    )
    return replace(segment, text=text, words=words)
