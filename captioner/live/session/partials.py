"""What of a draft may be shown as settled: local agreement. Pure.

A region that is still being spoken is heard again and again. Words that two hearings in a row begin with are taken to
be right, and later drafts keep them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff"

_WORD = re.compile(rf"\s*(?:[{_UNSPACED}]|[^\s{_UNSPACED}]+)")
"""A word with the space before it, or a single letter of a script that writes none between words."""


@dataclass(frozen=True)
class Partial:
    """A text of which the first `stable` characters stay as they are in every later draft. `heard` is the last hearing
    as it was."""

    text: str = ""
    stable_chars: int = 0
    last_result: str = ""


def next_partial(previous: Partial, result: str) -> Partial:
    """The next draft, after `heard` was heard.

    >>> agree(agree(Partial(), "we can see"), "We can sea the")
    Partial(text='We can sea the', stable=6, heard='We can sea the')

    Words count as the same in capitals or not, with punctuation or without.
    """
    kept = previous.text[: previous.stable_chars]
    words, settled = _words(result), _words(kept)
    common = _common(_words(previous.last_result), words) if previous.last_result else 0
    rest = words[len(settled) :]
    stable = kept + "".join(rest[: max(0, common - len(settled))])
    text = kept + "".join(rest)
    return Partial(text, len(stable), result)


def _common(one: list[str], other: list[str]) -> int:
    """How many words two texts begin with alike."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if _bare(first) != _bare(second):
            break
        count += 1
    return count


def _words(text: str) -> list[str]:
    return _WORD.findall(text.rstrip())


def _bare(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold()
    return "".join(character for character in folded if character.isalnum()) or folded.strip()
