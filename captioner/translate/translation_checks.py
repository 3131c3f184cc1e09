"""Whether a translation belongs to its line: what is certainly wrong (a fault) and what may be (a doubt)."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher

from captioner.languages import writes
from captioner.text.punctuation import is_punctuation
from captioner.text.speaking_time import syllables
from captioner.translate.contract import SourceLine, TranslatedLine

LEAST_LIKENESS = 0.75
"""Of an echo and its line. Lines that were merged or shifted are below it; a typing error in the echo is above."""

MOST_STRETCH = 4.0
"""A translation takes at most so many times as long to say as its line, or its line as the translation: languages
differ by less than half of that."""

SHORT_TEXT = 8.0
"""Syllables below which lengths say nothing: "OK" may become a sentence."""

WORDS_OF_A_NAME = 3
"""Words that may stay as they are: names and titles do."""

_PLACEHOLDER = re.compile(r"\{[^{}\s]+\}|%[sd]|</?[a-zA-Z][^<>]*>|https?://\S+|[\w.+-]+@[\w-]+\.\w+")
_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*")


def fault_of(line: SourceLine, translated: TranslatedLine | None, target: str) -> str | None:
    """Return why a translation cannot be that of the line, in a few words; None if it can."""
    if translated is None:
        return "the translation is missing"
    text = translated.text.strip()
    if not text:
        return "the translation is empty"
    if is_punctuation(text) and not is_punctuation(line.text):
        return "the translation is punctuation alone"
    if translated.echo is not None and likeness(line.text, translated.echo) < LEAST_LIKENESS:
        return "the translation belongs to another line"
    if _is_untranslated(line.text, text, target):
        return "the text is not translated"
    stretch = syllables(text) / syllables(line.text)
    longer = max(syllables(text), syllables(line.text))
    if longer > SHORT_TEXT and not 1 / MOST_STRETCH <= stretch <= MOST_STRETCH:
        return "the translation is much longer" if stretch > 1 else "the translation is much shorter"
    return None


def doubt_of(line: SourceLine, text: str) -> str | None:
    """Return what of the line its translation may lack: placeholders, then numbers; None if it lacks nothing.

    A number may be spelled out, or counted in another unit (150万), so its absence is no fault.
    """
    missing = Counter(_PLACEHOLDER.findall(line.text)) - Counter(_PLACEHOLDER.findall(text))
    if missing:
        return f"{next(iter(missing))} is missing in the translation"
    kept = {_digits(number) for number in _NUMBER.findall(text)}
    for number in _NUMBER.findall(line.text):
        if len(_digits(number)) > 1 and _digits(number) not in kept:
            return f"the number {number} is missing in the translation"
    return None


def likeness(first: str, second: str) -> float:
    """Return how alike two texts are, from 0 to 1; case, spaces and punctuation do not count."""
    one, other = ("".join(filter(str.isalnum, text.casefold())) for text in (first, second))
    if not one or not other:
        return float(one == other)
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _is_untranslated(source: str, text: str, target: str) -> bool:
    if len(source.split()) < WORDS_OF_A_NAME and len(source) < 4 * WORDS_OF_A_NAME:
        return False
    return likeness(source, text) == 1.0 or writes(target, text) is False


def _digits(number: str) -> str:
    """Return a number without separators and in ASCII digits: every script with digits may write it.

    >>> _digits("1,500"), _digits("١٢")
    ('1500', '12')
    """
    return "".join(str(int(character)) for character in number if character.isdecimal())
