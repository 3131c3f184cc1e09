"""The reading of a text for espeak-ng: the text itself, or kana for Japanese, since espeak-ng reads no kanji.

`pip install captioner[cjk]` installs pykakasi, which converts kanji to kana.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from captioner.align.espeak_library import SynthesizedSpeech

JAPANESE = "ja"

_lock = threading.Lock()  # pykakasi caches its conversions, unlocked

_SIGNS = ("Sc", "Sm")  # Unicode categories: currency and mathematical signs

_Convert = Callable[[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class TextReading:
    """A text as espeak-ng can read it."""

    text: str
    positions: dict[int, int] | None = None
    """The position in the original text of each part of `text`, by its position there; None if they are the same."""

    def with_text_positions(self, speech: SynthesizedSpeech) -> SynthesizedSpeech:
        """Return `speech` with the positions of its marks in the original text."""
        positions = self.positions
        if positions is None:
            return speech
        marks = tuple((positions[position], time) for position, time in speech.marks if position in positions)
        return replace(speech, marks=marks)


def reading_of(text: str, voice: str) -> TextReading | None:
    """Return the reading of `text` for the voice called `voice`; None for Japanese if pykakasi is not installed."""
    if voice != JAPANESE:
        return TextReading(pronounceable(text))
    convert = _converter()
    if convert is None:
        return None
    clean = pronounceable(text)  # by characters: pykakasi repeats or drops those that it does not know
    with _lock:
        parts = convert(clean)
    kana, positions, position = "", {}, 0
    for part in parts:
        position = max(position, clean.find(part["orig"], position))
        positions[len(kana)] = position
        kana += part["hira"] + " "
        position += len(part["orig"])
    return TextReading(kana, positions)


def pronounceable(text: str) -> str:
    """Return `text` with a space for every character that is not spoken: emoji, line breaks, controls.

    >>> pronounceable("5 °C\\n😀 ok")
    '5 °C   ok'
    """
    return "".join(character if _is_pronounceable(character) else " " for character in text)


def _is_pronounceable(character: str) -> bool:
    category = unicodedata.category(character)
    return character == "°" or category[0] in "LMNP" or category in _SIGNS


@cache
def _converter() -> _Convert | None:
    try:
        import pykakasi
    except ImportError:
        return None
    convert: _Convert = pykakasi.kakasi().convert  # type: ignore[no-untyped-call]
    return convert
