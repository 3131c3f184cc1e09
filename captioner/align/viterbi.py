"""The cheapest path of a clip's frames through the frames of a model: a hidden Markov model, decoded by Viterbi.

The model frames come from a synthetic voice or from the letters of the text. They follow one another; each is held for
some frames of the clip, or up to two are skipped. At each gap between units lies a silence of any length, or of none;
or speech that is not in the text: a filler such as "um", or a repetition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import Floats

Indices = NDArray[np.intp]

PACE_COST = 0.3
"""Default cost of holding a model frame for one more frame, and of each model frame skipped: it keeps the pace even."""

ENTER_COST = 0.8
"""Default cost of entering a silence."""

ENTER_FILLER_COST = (14.0, 14.0, 3.0, 3.0)
"""Cost of entering a filler after a unit, by `TextUnit.boundary`: speakers hesitate between clauses."""

FILLER_SHARE, FILLER_SAMPLE = 0.2, 200
"""Speech of the text resembles its own model frames more than this share of all frames, by a sample of them."""

_UNREACHABLE = np.float32(1e9)
_ROWS = 64  # of a band whose costs are computed at a time
_MARGIN = 3  # unreachable columns before a band, so that its first columns need no special case


@dataclass(frozen=True)
class ViterbiPath:
    """The cheapest path of one clip."""

    model_frames: NDArray[np.float64]
    """The model frame that each frame of the clip matches, shape (frames of the clip,). The value of a frame in a
    silence or a filler is half a frame less than the model frame after it."""
    cost: float
    """Average cost of a frame."""
    has_fillers: bool = False
    """Whether some of the frames outside the text are fillers."""

    @property
    def is_speech(self) -> NDArray[np.bool_]:
        """Whether each frame of the clip says the text, outside silences and fillers, shape (frames of the clip,)."""
        return np.asarray(self.model_frames % 1 == 0)


def filler_sample(columns: int) -> Indices:
    """Return the model frames, of `columns` ones, that fillers are compared with."""
    return np.linspace(0, columns - 1, min(columns, FILLER_SAMPLE)).astype(int)


@dataclass(frozen=True)
class Fillers:
    """Speech that the text lacks."""

    cost: Floats
    """Cost of each frame of the clip in a filler, shape (frames of the clip,)."""
    enter_cost: Floats
    """Cost of entering a filler in each gap, shape (gaps,)."""

    @classmethod
    def of(cls, cost: Floats, gaps: Indices, unit_frames: Indices, boundaries: Sequence[int]) -> Fillers:
        """Return the fillers of a clip.

        `cost` is that of matching its frames with the model frames of `filler_sample`. `unit_frames`, shape
        (units + 1,), are the model frames at which the units of the text begin, then their number; `boundaries` are
        those after the units.
        """
        before = np.array([ENTER_FILLER_COST[boundary] for boundary in (3, *boundaries)], np.float32)
        return cls(
            np.asarray(np.quantile(cost, FILLER_SHARE, axis=1), np.float32),
            before[np.searchsorted(unit_frames, gaps, side="right") - 1],
        )


@dataclass(frozen=True)
class Band:
    """The part of the cost matrix in which the path is searched."""

    first: Indices
    """The first column of each row; it never decreases. Shape (rows,)."""
    width: int
    """Columns in each row."""

    @classmethod
    def around(cls, model_frames: NDArray[np.float64], columns: int, reach: int) -> Band:
        """Return the band of `reach` columns on both sides of a path, in a matrix of `columns` columns."""
        width = min(columns, 2 * reach + 1)
        return cls(np.clip(np.maximum.accumulate(model_frames).astype(int) - reach, 0, columns - width), width)

    def costs(self, cost: Callable[[slice, slice], Floats]) -> Floats:
        """Return the cost of each row in its columns of the band, shape (rows, width).

        `cost` returns that of some rows and some columns, shape (rows, columns).
        """
        parts = []
        for start in range(0, len(self.first), _ROWS):
            rows = slice(start, min(start + _ROWS, len(self.first)))
            firsts = self.first[rows]
            block = cost(rows, slice(int(firsts[0]), int(firsts[-1]) + self.width))
            parts.append(np.take_along_axis(block, (firsts - firsts[0])[:, None] + np.arange(self.width), axis=1))
        return np.concatenate(parts)


def best_path(
    cost: Floats,
    silence_cost: Floats,
    gaps: Indices,
    band: Band | None = None,
    enter_cost: Floats | None = None,
    pace_cost: float = PACE_COST,
    fillers: Fillers | None = None,
) -> ViterbiPath:
    """Return the cheapest path through `cost`, shape (frames of the clip, model frames).

    `silence_cost`, shape (frames of the clip,), is the cost of each frame in a silence. `gaps` are the model frames
    before which silences lie, rising from 0 to the number of model frames. `enter_cost`, shape (gaps,), is the cost of
    entering each silence, `ENTER_COST` by default. With a `band` the path is searched in it alone, and `cost` has its
    columns, shape (frames of the clip, width). Without `fillers` all speech of the clip is in the text.
    """
    band = band or Band(np.zeros(len(cost), int), cost.shape[1])
    enter_cost = np.full(len(gaps), ENTER_COST, np.float32) if enter_cost is None else enter_cost
    between_cost, enter_costs = silence_cost[:, None], enter_cost[None]
    if fillers is not None:  # which may hold short silences
        between_cost = np.stack((silence_cost, np.minimum(silence_cost, fillers.cost)), axis=1)
        enter_costs = np.stack((enter_cost, fillers.enter_cost))
    speech, between = _forward(cost, between_cost, gaps, band, enter_costs, pace_cost)
    return _traced_back(speech, between, gaps, band, enter_costs, pace_cost)


def _forward(
    cost: Floats, between_cost: Floats, gaps: Indices, band: Band, enter_costs: Floats, pace_cost: float
) -> tuple[Floats, Floats]:
    """Return the least cost of being in each column of the band, and in each gap, after each row.

    `between_cost`, shape (rows, kinds), and `enter_costs`, shape (kinds, gaps), are those of silences and of fillers.
    Shapes (rows, margin and columns) and (rows, kinds, gaps).
    """
    rows, width = len(cost), band.width
    shifts = np.diff(band.first)
    speech = np.full((rows, _MARGIN + width + int(shifts.max(initial=0))), _UNREACHABLE, np.float32)
    between = np.full((rows, *enter_costs.shape), _UNREACHABLE, np.float32)
    speech[0, _MARGIN], between[0, :, 0] = cost[0, 0], between_cost[0]
    between[0, 1:, 0] += enter_costs[1:, 0]  # a silence before the text costs nothing
    left = np.searchsorted(gaps, [band.first, band.first + width]).T.tolist()  # gaps that end in a row's band
    entered = np.searchsorted(gaps - 1, [band.first, band.first + width]).T.tolist()  # gaps that begin in it
    firsts, moved = band.first.tolist(), [0, *shifts.tolist()]
    skipped = np.empty(width, np.float32)
    for row in range(1, rows):
        before, now = speech[row - 1, moved[row] :], speech[row, _MARGIN : _MARGIN + width]
        np.add(before[3 : 3 + width], pace_cost, out=now)
        np.minimum(now, before[2 : 2 + width], out=now)
        np.add(before[1 : 1 + width], pace_cost, out=skipped)
        np.minimum(now, skipped, out=now)
        np.add(before[:width], 2 * pace_cost, out=skipped)
        np.minimum(now, skipped, out=now)
        low, high = left[row]
        if low < high:
            columns = gaps[low:high] - firsts[row]
            now[columns] = np.minimum(now[columns], between[row - 1, :, low:high].min(axis=0))
        now += cost[row]
        gap = between[row]
        gap[:] = between[row - 1]
        low, high = entered[row - 1]
        if low < high:
            ended = speech[row - 1, gaps[low:high] + (_MARGIN - 1 - firsts[row - 1])]
            gap[:, low:high] = np.minimum(gap[:, low:high], ended + enter_costs[:, low:high])
        gap += between_cost[row, :, None]
    return speech, between


def _traced_back(
    speech: Floats, between: Floats, gaps: Indices, band: Band, enter_costs: Floats, pace_cost: float
) -> ViterbiPath:
    """Return the path back from the cheaper end: the last column, or the silence or filler after it."""
    offsets = (_MARGIN - band.first).tolist()
    number_of_gap = {int(gap): index for index, gap in enumerate(gaps)}
    column, gap, kind = int(gaps[-1]) - 1, -1, 0
    least = float(speech[-1, column + offsets[-1]])
    if between[-1, :, -1].min() < least:
        gap, kind = len(gaps) - 1, int(between[-1, :, -1].argmin())
        least = float(between[-1, kind, -1])
    model_frames = np.zeros(len(speech))
    has_fillers = False
    for row in range(len(speech) - 1, -1, -1):
        model_frames[row] = column if gap < 0 else gaps[gap] - 0.5
        has_fillers |= gap >= 0 and kind > 0
        if row == 0:
            break
        before, offset = speech[row - 1], offsets[row - 1]
        if gap >= 0:
            last = int(gaps[gap]) - 1
            place = last + offset
            if (
                gap
                and _MARGIN <= place < len(before)
                and before[place] + enter_costs[kind, gap] < between[row - 1, kind, gap]
            ):
                column, gap = last, -1
            continue
        held, next_to, over_one, over_two = before[column + offset - 3 : column + offset + 1][::-1].tolist()
        steps = (held + pace_cost, next_to, over_one + pace_cost, over_two + 2 * pace_cost)
        cheapest = min(steps)
        ended = number_of_gap.get(column, -1)
        if ended >= 0 and between[row - 1, :, ended].min() < cheapest:
            gap, kind = ended, int(between[row - 1, :, ended].argmin())
        else:
            column -= steps.index(cheapest)
    return ViterbiPath(model_frames, least / len(speech), has_fillers)
