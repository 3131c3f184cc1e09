"""The path of a clip's frames through those of a synthetic voice: a hidden Markov model with a silence at each gap.

The synthetic frames follow one another; each is held for some frames of the clip, or up to two are passed over. At each
gap between units lies a silence of any length, or of none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import Floats

Indices = NDArray[np.intp]

PACE = 0.3
"""Cost of a synthetic frame held for one more frame, and of each one passed over, unless said otherwise: what keeps the
pace even.
"""

ENTER = 0.8
"""Cost of a silence begun."""

_FAR = np.float32(1e9)
_MARGIN = 3  # columns before a band that are never reached, so that its first ones need no care


@dataclass(frozen=True)
class Path:
    """The best path: `places` holds for each frame of the clip the synthetic frame that it is, or, in a silence, half
    a frame less than the one behind it. `cost` is what a frame costs on average.
    """

    places: NDArray[np.float64]
    cost: float

    @property
    def spoken(self) -> NDArray[np.bool_]:
        """The frames that are in no silence."""
        return np.asarray(self.places % 1 == 0)


@dataclass(frozen=True)
class Band:
    """Where a path is looked for: in each row, `width` columns from `first[row]`, which never falls."""

    first: Indices
    width: int

    @classmethod
    def around(cls, places: NDArray[np.float64], columns: int, reach: int) -> Band:
        """`reach` columns to both sides of a path."""
        width = min(columns, 2 * reach + 1)
        return cls(np.clip(np.maximum.accumulate(places).astype(int) - reach, 0, columns - width), width)


def best_path(
    cost: Floats,
    silent: Floats,
    gaps: Indices,
    band: Band | None = None,
    enter: Floats | None = None,
    pace: float = PACE,
) -> Path:
    """The cheapest path through `cost`, of shape (frames of the clip, synthetic frames).

    `silent` is what each frame of the clip costs in a silence; `gaps` are the rising places of the silences among the
    synthetic frames, the first 0 and the last behind them all; `enter` is what it costs to begin each, `ENTER` if None.
    """
    rows, columns = cost.shape
    band = band or Band(np.zeros(rows, int), columns)
    enter = np.full(len(gaps), ENTER, np.float32) if enter is None else enter
    speech, pauses = _forward(cost, silent, gaps, band, enter, pace)
    return _traced(speech, pauses, gaps, band, enter, pace)


def _forward(
    cost: Floats, silent: Floats, gaps: Indices, band: Band, enter: Floats, pace: float
) -> tuple[Floats, Floats]:
    """The least cost of being in each column of the band, and in each silence, after each row."""
    rows, width = len(cost), band.width
    shifts = np.diff(band.first)
    speech = np.full((rows, _MARGIN + width + int(shifts.max(initial=0))), _FAR, np.float32)
    pauses = np.full((rows, len(gaps)), _FAR, np.float32)
    speech[0, _MARGIN], pauses[0, 0] = cost[0, 0], silent[0]
    opened = np.searchsorted(gaps, [band.first, band.first + width]).T.tolist()  # silences that end in a row's band
    closed = np.searchsorted(gaps - 1, [band.first, band.first + width]).T.tolist()  # and those that begin there
    firsts, moved, still = band.first.tolist(), [0, *shifts.tolist()], silent.tolist()
    way = np.empty(width, np.float32)
    for row in range(1, rows):
        before, now = speech[row - 1, moved[row] :], speech[row, _MARGIN : _MARGIN + width]
        np.add(before[3 : 3 + width], pace, out=now)
        np.minimum(now, before[2 : 2 + width], out=now)
        np.add(before[1 : 1 + width], pace, out=way)
        np.minimum(now, way, out=now)
        np.add(before[:width], 2 * pace, out=way)
        np.minimum(now, way, out=now)
        low, high = opened[row]
        if low < high:
            places = gaps[low:high] - firsts[row]
            now[places] = np.minimum(now[places], pauses[row - 1, low:high])
        now += cost[row, firsts[row] : firsts[row] + width]
        silence = pauses[row]
        silence[:] = pauses[row - 1]
        low, high = closed[row - 1]
        if low < high:
            entered = speech[row - 1, gaps[low:high] + (_MARGIN - 1 - firsts[row - 1])] + enter[low:high]
            silence[low:high] = np.minimum(silence[low:high], entered)
        silence += still[row]
    return speech, pauses


def _traced(speech: Floats, pauses: Floats, gaps: Indices, band: Band, enter: Floats, pace: float) -> Path:
    """The way back from the end: the last column, or the silence behind it."""
    offsets = (_MARGIN - band.first).tolist()
    silences = {int(gap): index for index, gap in enumerate(gaps)}
    state, silence = int(gaps[-1]) - 1, -1
    least = float(speech[-1, state + offsets[-1]])
    if pauses[-1, -1] < least:
        least, silence = float(pauses[-1, -1]), len(gaps) - 1
    places = np.zeros(len(speech))
    for row in range(len(speech) - 1, -1, -1):
        places[row] = state if silence < 0 else gaps[silence] - 0.5
        if row == 0:
            break
        before, offset = speech[row - 1], offsets[row - 1]
        if silence >= 0:
            last = int(gaps[silence]) - 1
            column = last + offset
            if (
                silence
                and _MARGIN <= column < len(before)
                and before[column] + enter[silence] < pauses[row - 1, silence]
            ):
                state, silence = last, -1
            continue
        held, next_to, over_one, over_two = before[state + offset - 3 : state + offset + 1][::-1].tolist()
        ways = (held + pace, next_to, over_one + pace, over_two + 2 * pace)
        cheapest = min(ways)
        gap = silences.get(state, -1)
        if gap >= 0 and pauses[row - 1, gap] < cheapest:
            silence = gap
        else:
            state -= ways.index(cheapest)
    return Path(places, least / len(speech))
