"""The cheapest path of hours of speech through a script: a Viterbi search in a window that moves along the script.

States are the frames of the script, and between two units a silence or a filler, which is speech that the script lacks.
From a silence or filler the path may skip any number of units. Only the states at the start of each block of frames
are stored; the way back computes each block a second time. So memory grows with the length of the speech by a few
bytes a frame, and the work with the length alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import Floats
from captioner.align.viterbi import Indices

PACE_COST = np.float32(0.2)
"""Cost of holding a frame of the script for one more frame, and of each one skipped: it keeps the pace even."""

BLOCK = 250
"""Frames of speech after which the window moves."""

BEHIND, AHEAD, FARTHEST = 750, 3000, 45_000
"""Frames of the script in the window before and after the cheapest state; the most after it, if the path stays in a
filler because a long part of the script is not spoken.
"""

STANDSTILL = 50
"""Frames of the script; a path that moves on by less in a block may have to reach farther ahead."""

IN_SILENCE, IN_FILLER = -1, -2
"""In place of a frame of the script."""

_UNREACHABLE = np.float32(1e9)
_MARGIN = 3  # unreachable frames before the window, so that its first frames need no special case


@dataclass(frozen=True)
class SearchSpace:
    """What each step of a path costs."""

    cost: Callable[[slice, slice], Floats]
    """Returns the cost of matching frames of the speech with frames of the script, shape (frames, script frames)."""
    between_cost: Floats
    """Cost of each frame in a silence and in a filler, shape (frames, 2)."""
    ends_region: NDArray[np.bool_]
    """Whether a pause follows each frame, in which no word can lie, shape (frames,)."""
    unit_frames: Indices
    """The script frame at which each unit begins, then their number, shape (units + 1,). Gap g lies before unit g."""
    enter_cost: Floats
    """Cost of entering silence and filler in each gap, shape (2, gaps)."""
    pause_cost: Floats
    """Cost of the end of a region in each gap, shape (gaps,)."""
    skip_cost: Floats
    """Cost of skipping all units before each gap, shape (gaps,); it never decreases."""
    skip_edge_cost: Floats
    """Cost of a part that is skipped to begin or to end in each gap, shape (gaps,)."""
    reach: Indices
    """The least script frame that the window must reach at each frame of speech, shape (frames,)."""


class ScriptPath(NamedTuple):
    """The cheapest path."""

    frames: Indices
    """The script frame of each frame of speech, or `IN_SILENCE` or `IN_FILLER`, shape (frames,)."""
    skipped: list[tuple[int, int]]
    """(first unit, unit after the last) of the parts of the script that are skipped, in order."""


class _Window(NamedTuple):
    """The part of the script that is searched: frames, and the gaps among them."""

    first: int
    last: int
    low: int
    high: int


class _State(NamedTuple):
    """The least cost of each state of a window after some frames."""

    speech: Floats
    """Shape (margin and frames of the window,)."""
    between: Floats
    """Shape (2, gaps of the window)."""


class _Place(NamedTuple):
    """One state of a path: a frame of the script, or the silence (0) or filler (1) in a gap."""

    frame: int
    gap: int = -1
    kind: int = 0


_Checkpoint = tuple[slice, _Window, _State]


def best_script_path(space: SearchSpace) -> ScriptPath:
    """Return the cheapest path from the start of the script to its end; there is at least one frame of speech."""
    checkpoints, state = _forward(space)
    window = checkpoints[-1][1]
    gaps = slice(window.low, window.high)
    left = space.skip_cost[-1] - space.skip_cost[gaps] + space.skip_edge_cost[gaps] + space.skip_edge_cost[-1]
    if window.high == len(space.skip_cost):
        left[-1] = 0.0
    kind, gap = np.unravel_index(int((state.between + left).argmin()), state.between.shape)
    place = _Place(-1, window.low + int(gap), int(kind))
    skipped = [(place.gap, len(space.skip_cost) - 1)]
    frames = np.empty(len(space.between_cost), np.intp)
    for rows, window, state in reversed(checkpoints):
        steps = _Steps(space, rows, window)
        states = [state]
        for step in steps.order:
            states.append(steps.after(states[-1], step))
        for (row, is_end), before in zip(reversed(steps.order), states[-2::-1], strict=True):
            if not is_end:
                frames[row] = place.frame if place.gap < 0 else (IN_SILENCE, IN_FILLER)[place.kind]
            previous = steps.before(place, before, is_end=is_end)
            if 0 <= previous.gap < place.gap:
                skipped.append((previous.gap, place.gap))
            place = previous
    skipped.append((0, place.gap))
    return ScriptPath(frames, [part for part in reversed(skipped) if part[0] < part[1]])


def _forward(space: SearchSpace) -> tuple[list[_Checkpoint], _State]:
    """Return the blocks of frames with the window and the state before each, and the last state."""
    checkpoints: list[_Checkpoint] = []
    window = _window(space, 0, AHEAD)
    state = _State(
        np.full(_MARGIN + window.last - window.first, _UNREACHABLE, np.float32),
        np.full((2, window.high - window.low), _UNREACHABLE, np.float32),
    )
    state.between[:, 0] = 0.0, space.enter_cost[1, 0]
    farthest, standstill = 0, 0
    for first in range(0, len(space.between_cost), BLOCK):
        rows = slice(first, min(first + BLOCK, len(space.between_cost)))
        best = _cheapest(space, window, state)
        standstill = 0 if best - farthest >= STANDSTILL or first == 0 else standstill + 1
        farthest = max(farthest, best)
        ahead = min(AHEAD << standstill // 2, FARTHEST)
        begin = max(window.first, best - BEHIND)
        end = max(best + ahead, int(space.reach[rows].max()), window.last if standstill else 0)
        moved = _window(space, begin, end)
        state = _moved(state, window, moved)
        window = moved
        checkpoints.append((rows, window, state))
        steps = _Steps(space, rows, window)
        for step in steps.order:
            state = steps.after(state, step)
    return checkpoints, state


def _window(space: SearchSpace, first: int, last: int) -> _Window:
    last = min(last, int(space.unit_frames[-1]))
    low, high = np.searchsorted(space.unit_frames, [first, last + 1])
    return _Window(first, last, int(low), int(high))


def _cheapest(space: SearchSpace, window: _Window, state: _State) -> int:
    """Return the script frame of the cheapest state."""
    between = state.between.min(axis=0)
    gap, frame = int(between.argmin()), int(state.speech.argmin())
    if between[gap] <= state.speech[frame]:
        return int(space.unit_frames[window.low + gap])
    return window.first + frame - _MARGIN


def _moved(state: _State, window: _Window, moved: _Window) -> _State:
    """Return the state in the window `moved`, which begins no earlier. The least cost becomes 0."""
    least = min(state.speech.min(), state.between.min())
    speech = np.full(_MARGIN + moved.last - moved.first, _UNREACHABLE, np.float32)
    between = np.full((2, moved.high - moved.low), _UNREACHABLE, np.float32)
    old_speech = state.speech[_MARGIN + moved.first - window.first :][: moved.last - moved.first]
    speech[_MARGIN : _MARGIN + len(old_speech)] = np.minimum(old_speech - least, _UNREACHABLE)
    old_between = state.between[:, moved.low - window.low :][:, : moved.high - moved.low]
    between[:, : old_between.shape[1]] = np.minimum(old_between - least, _UNREACHABLE)
    return _State(speech, between)


class _Steps:
    """The steps of a path through one block of frames of speech, in one window of the script.

    A step is (frame, False), or (frame, True) for the pause after a frame that ends a region.
    """

    def __init__(self, space: SearchSpace, rows: slice, window: _Window) -> None:
        self.order = list(_order(space.ends_region, rows))
        self._space, self._window, self._first_row = space, window, rows.start
        self._cost = space.cost(rows, slice(window.first, window.last))
        gaps = slice(window.low, window.high)
        self._edges = space.unit_frames[gaps] - window.first + _MARGIN  # places in a state's `speech`
        self._enter, self._pause = space.enter_cost[:, gaps], space.pause_cost[gaps]
        self._skip_from = space.skip_edge_cost[gaps] - space.skip_cost[gaps]
        self._skip_to = space.skip_edge_cost[gaps] + space.skip_cost[gaps]
        self._begun = self._edges[self._edges < _MARGIN + window.last - window.first]

    def after(self, state: _State, step: tuple[int, bool]) -> _State:
        """Return the state after a step."""
        row, is_end = step
        speech, between = state
        ended = speech[self._edges - 1]
        if is_end:
            between = np.stack((np.minimum(between[0], ended), between[1])) + self._pause
            return _State(np.full_like(speech, _UNREACHABLE), between)
        now = np.empty_like(speech)
        now[:_MARGIN] = _UNREACHABLE
        inner = now[_MARGIN:]
        np.add(speech[3:], PACE_COST, out=inner)
        np.minimum(inner, speech[2:-1], out=inner)
        np.minimum(inner, speech[1:-2] + PACE_COST, out=inner)
        np.minimum(inner, speech[:-3] + 2 * PACE_COST, out=inner)
        least = between.min(axis=0)
        now[self._begun] = np.minimum(now[self._begun], least[: len(self._begun)])
        inner += self._cost[row - self._first_row]
        between = np.minimum(between, ended + self._enter)
        skipping = np.minimum.accumulate(least + self._skip_from) + self._skip_to
        np.minimum(between[0], skipping, out=between[0])
        between += self._space.between_cost[row, :, None]
        return _State(now, between)

    def before(self, place: _Place, state: _State, *, is_end: bool) -> _Place:
        """Return the place before a step that leads to `place`; `state` is that before the step."""
        if place.gap < 0:
            return self._before_frame(place, state)
        number = place.gap - self._window.low
        edge = int(self._edges[number])
        stayed, ended = float(state.between[place.kind, number]), float(state.speech[edge - 1])
        if not is_end:
            ended += float(self._enter[place.kind, number])
        elif place.kind == 1:
            return place
        if place.kind == 0 and not is_end:
            costs = state.between[:, : number + 1] + self._skip_from[: number + 1]
            kind, gap = np.unravel_index(int(costs.argmin()), costs.shape)
            skipping = float(costs[kind, gap] + self._skip_to[number])
            if skipping < min(stayed, ended):
                return _Place(-1, self._window.low + int(gap), int(kind))
        return _Place(int(self._space.unit_frames[place.gap]) - 1) if ended < stayed else place

    def _before_frame(self, place: _Place, state: _State) -> _Place:
        at = place.frame - self._window.first + _MARGIN
        held, next_to, over_one, over_two = state.speech[at - 3 : at + 1][::-1].tolist()
        pace = float(PACE_COST)
        steps = (held + pace, next_to, over_one + pace, over_two + 2 * pace)
        cheapest = min(steps)
        gap = int(np.searchsorted(self._edges, at))
        if gap < len(self._edges) and self._edges[gap] == at:
            kind = int(state.between[:, gap].argmin())
            if state.between[kind, gap] < cheapest:
                return _Place(-1, self._window.low + gap, kind)
        return _Place(place.frame - steps.index(cheapest))


def _order(ends_region: NDArray[np.bool_], rows: slice) -> Iterator[tuple[int, bool]]:
    for row in range(rows.start, rows.stop):
        yield row, False
        if ends_region[row]:
            yield row, True
