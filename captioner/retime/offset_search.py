"""Finds the offsets that may be right: those at which many cues in a row fit the speech."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from captioner.retime.cue_spans import CueSpans
from captioner.retime.speech_pattern import COVER_WEIGHT, END_WEIGHT, Feature, Ratings, SpeechPattern

FACTOR = 4
"""Steps of the pattern between two offsets of the search."""

MOST_CANDIDATES = 400
"""Offsets that may be right, at most."""

BLOCK = 8
"""Cues that are rated together; a window is two blocks."""

PEAKS = 6
"""Offsets that are kept of each window."""

APART = 0.32
"""Seconds between two offsets, at least."""

LEAST_INSIDE = 0.5
"""The share of the cues that lie within the recording at every offset."""


class OffsetSearch:
    """The ratings of cues in blocks, at all offsets that leave enough of the cues within the recording."""

    def __init__(self, pattern: SpeechPattern, cues: CueSpans) -> None:
        self._pattern = pattern.coarse(FACTOR)
        step = self._pattern.step
        middle = int((len(cues) - 1) * LEAST_INSIDE)
        lowest = int(np.floor((pattern.first - cues.ends[-1 - middle]) / step))
        highest = int(np.ceil((pattern.last - cues.starts[middle]) / step))
        self._cues, self._places = cues, (lowest, highest + 1)
        self.offsets = np.arange(*self._places) * step

    def total(self) -> Ratings:
        """Return the rating of all cues at each offset."""
        pattern, cues = self._pattern, self._cues
        starts, ends, pause_ends = self._edges()
        count = len(cues)
        base = int(starts.min())
        size = int(pause_ends.max()) - base + 1
        signals = [np.zeros(size) for _ in range(4)]
        np.add.at(signals[0], starts - base, 1.0)
        np.add.at(signals[1], ends - base, END_WEIGHT)
        signals[2] = _boxes(starts - base, ends - base, np.full(count, COVER_WEIGHT), size)
        signals[3] = _boxes(ends - base, pause_ends - base, cues.pause_weights, size)
        features = (pattern.start, pattern.end, pattern.cover, pattern.pause)
        length = 1 << (size + max(len(feature.table) for feature in features)).bit_length()
        spectrum = np.zeros(length // 2 + 1, np.complex128)
        constant = 0.0
        for signal, feature in zip(signals, features, strict=True):
            spectrum += np.fft.rfft(feature.table - feature.outside, length) * np.conj(np.fft.rfft(signal, length))
            constant += feature.outside * signal.sum()
        lags = np.arange(*self._places) + base
        return np.asarray(np.fft.irfft(spectrum, length)[lags % length] + constant, np.float32)

    def candidates(self) -> NDArray[np.float64]:
        """Return the offsets that are best for all cues or for a window of them, at least `APART` seconds apart."""
        blocks = list(self._blocks())
        windows = [self.total(), *blocks[:1], *(one + other for one, other in pairwise(blocks))]
        strength: dict[int, float] = {}
        for ratings in windows:
            for place in _peaks(ratings, PEAKS):
                strength[place] = max(strength.get(place, -np.inf), float(ratings[place]))
        reach = round(APART / self._pattern.step)
        taken = np.zeros(len(self.offsets), bool)
        chosen = []
        for place in sorted(strength, key=lambda place: -strength[place]):
            if not taken[place]:
                chosen.append(place)
                if len(chosen) == MOST_CANDIDATES:
                    break
                taken[max(0, place - reach + 1) : place + reach] = True
        return np.asarray(self.offsets[sorted(chosen)], np.float64)

    def _edges(self) -> list[NDArray[np.int64]]:
        edges = (self._cues.starts, self._cues.ends, self._cues.pause_ends)
        return [np.floor(edge / self._pattern.step).astype(np.int64) for edge in edges]

    def _blocks(self) -> Sequence[Ratings]:
        """Return the ratings of each block at each offset."""
        pattern, edges = self._pattern, self._edges()
        low = min(int(edge.min()) for edge in edges) + self._places[0]
        high = max(int(edge.max()) for edge in edges) + self._places[1]
        start, end = (_stretched(feature, low, high) for feature in (pattern.start, pattern.end))
        cover, pause = (np.cumsum(_stretched(each, low, high), dtype=float) for each in (pattern.cover, pattern.pause))
        count = len(self.offsets)
        blocks = np.zeros((-(-len(self._cues) // BLOCK), count), np.float32)
        firsts = zip(*(edge + self._places[0] - low for edge in edges), self._cues.pause_weights, strict=True)
        for number, (first, last, pause_last, weight) in enumerate(firsts):
            block = blocks[number // BLOCK]
            block += start[first : first + count]
            block += np.float32(END_WEIGHT) * end[last : last + count]
            share = COVER_WEIGHT / max(last - first, 1)
            block += share * (cover[last : last + count] - cover[first : first + count])
            if pause_last > last:
                share = weight / (pause_last - last)
                block += share * (pause[pause_last : pause_last + count] - pause[last : last + count])
        return list(blocks)


def _boxes(
    firsts: NDArray[np.int64], lasts: NDArray[np.int64], weights: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Return a signal that has each weight spread over its range."""
    heights = np.where(lasts > firsts, weights / np.maximum(lasts - firsts, 1), 0.0)
    signal = np.zeros(size + 1)
    np.add.at(signal, firsts, heights)
    np.add.at(signal, lasts, -heights)
    return np.cumsum(signal)[:size]


def _stretched(feature: Feature, low: int, high: int) -> Ratings:
    """Return the table from place `low` to place `high`."""
    table = np.full(high - low + 1, feature.outside, np.float32)
    first, last = max(low, 0), min(high + 1, len(feature.table))
    if first < last:
        table[first - low : last - low] = feature.table[first:last]
    return table


def _peaks(ratings: Ratings, count: int) -> list[int]:
    """Return the places of the `count` highest local maxima."""
    padded = np.pad(ratings, 1, constant_values=-np.inf)
    places = np.flatnonzero((ratings >= padded[:-2]) & (ratings > padded[2:]))
    if len(places) > count:
        places = places[np.argpartition(-ratings[places], count)[:count]]
    return [int(place) for place in places]
