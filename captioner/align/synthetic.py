"""A text as espeak-ng says it, ready to be compared: frames without its pauses, and where each unit begins in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.espeak_library import Speech
from captioner.align.mfcc import HOP, Floats, frames, levels, mfcc
from captioner.align.text_units import TextUnit

TRACT = 1.08
"""How much higher than the voice's the resonances are laid: between a man's, which it has, and a woman's."""

_QUIET = -60.0  # dB; espeak-ng's pauses are digital silence
_KEPT = 1  # frame of each, so that the closure of a consonant is not lost
_AHEAD = 2  # frames whose window reaches into the unit that begins
_RANGE = 40.0  # dB below the loudest frames; what is quieter is no sound of speech
_SLOWEST, _FASTEST = 0.5, 2.0  # paces, the voice's own being 1


@dataclass(frozen=True)
class Synthetic:
    """`features` of shape (frames, 26); `starts`: the frame at which each unit begins, then the number of frames.

    `gaps` are the frames before which the speaker may be silent: where a part of the text begins, and the end.
    """

    features: Floats
    starts: NDArray[np.intp]
    gaps: NDArray[np.intp]


def sayable(text: str) -> str:
    """`text` with a space in place of every character that nobody says: emoji, line breaks, controls.

    >>> sayable("5 °C\\n😀 ok")
    '5 °C   ok'
    """
    return "".join(character if _is_sayable(character) else " " for character in text)


def _is_sayable(character: str) -> bool:
    return character == "°" or unicodedata.category(character)[0] in "LMNP" or unicodedata.category(character) in _SIGNS


_SIGNS = ("Sc", "Sm")


def synthetic(speech: Speech, parts: Sequence[TextUnit], duration: float) -> Synthetic:
    """`speech` at the pace at which it takes `duration` seconds without its pauses."""
    places, times = _marks(speech, parts)
    kept = _kept(speech, times, HOP)
    hop = HOP * float(np.clip(kept.sum() * HOP / max(duration, HOP), _SLOWEST, _FASTEST))
    kept = _kept(speech, times, hop)
    framed = frames(speech.samples, speech.sample_rate, hop)[kept]
    level = levels(framed)
    features = mfcc(framed, speech.sample_rate, level > np.percentile(level, 95) - _RANGE, TRACT)
    count = len(framed)
    passed = np.concatenate(([0], np.cumsum(kept)))
    marked = passed[np.minimum(np.rint(times / hop).astype(int), len(kept))]
    weights = np.cumsum([0.0, *(part.weight for part in parts)])
    starts = np.interp(weights, [*weights[places], weights[-1]], [*marked, count])
    gaps = np.unique(np.append(np.minimum(marked, count - 1), count))
    return Synthetic(features, np.rint(starts).astype(int), gaps)


def _marks(speech: Speech, parts: Sequence[TextUnit]) -> tuple[list[int], NDArray[np.float64]]:
    """The units that are known to begin at some second of the speech, the first at 0, and those seconds."""
    firsts = np.array([part.first for part in parts])
    known: dict[int, float] = {0: 0.0}
    for place, time in speech.marks:
        known.setdefault(max(0, int(np.searchsorted(firsts, place, side="right")) - 1), time)
    places = sorted(known)
    return places, np.maximum.accumulate([known[place] for place in places])


def _kept(speech: Speech, times: NDArray[np.float64], hop: float) -> NDArray[np.bool_]:
    """The frames that are no silence before a unit or at the end, but for `_KEPT` of each."""
    level = levels(frames(speech.samples, speech.sample_rate, hop))
    kept = np.ones(len(level), bool)
    loud = np.flatnonzero(level >= _QUIET)
    for end in [*(np.rint(times[1:] / hop).astype(int) - _AHEAD), len(level)]:
        last = int(np.searchsorted(loud, end)) - 1
        begin = int(loud[last]) + 1 if last >= 0 else 0
        kept[begin + _KEPT : max(end, 0)] = False
    return kept
