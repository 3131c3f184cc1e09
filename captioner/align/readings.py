"""What of a text espeak-ng is to say: the text itself, or, since it reads no kanji, Japanese in kana.

`pip install captioner[cjk]` brings pykakasi, which knows how kanji are read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from captioner.align.espeak_library import Speech
from captioner.align.synthetic import sayable

JAPANESE = "ja"

_lock = threading.Lock()  # pykakasi remembers what it has read

_Convert = Callable[[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Reading:
    """`said` is what to say; `places` are where in the text its parts begin, by where they begin in `said`, None where
    it is the text, character by character.
    """

    said: str
    places: dict[int, int] | None = None

    def placed(self, speech: Speech) -> Speech:
        """`speech` with its marks in the text."""
        places = self.places
        if places is None:
            return speech
        return replace(speech, marks=tuple((places[at], time) for at, time in speech.marks if at in places))


def reading(text: str, voice: str) -> Reading | None:
    """None for Japanese where pykakasi is not installed."""
    if voice != JAPANESE:
        return Reading(sayable(text))
    convert = _converter()
    if convert is None:
        return None
    clean = sayable(text)  # character by character: what pykakasi does not know it would say twice, or not at all
    with _lock:
        parts = convert(clean)
    said, places, at = "", {}, 0
    for part in parts:
        at = max(at, clean.find(part["orig"], at))
        places[len(said)] = at
        said += part["hira"] + " "
        at += len(part["orig"])
    return Reading(said, places)


@cache
def _converter() -> _Convert | None:
    try:
        import pykakasi
    except ImportError:
        return None
    convert: _Convert = pykakasi.kakasi().convert  # type: ignore[no-untyped-call]
    return convert
