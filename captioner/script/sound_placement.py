"""Finds where each unit of a script is said, by its sound, over all the speech of a recording.

The voice that reads the script is not the speaker's. So a first path through the script is only used to fit the
speech to the voice, minute by minute; a second path is then searched in the fitted speech.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from captioner.align.emission_cost import emission_costs
from captioner.align.mfcc import Floats, one_core_matmul
from captioner.align.text_units import TextUnit
from captioner.align.viterbi import Indices
from captioner.script.path_search import BLOCK, IN_FILLER, ScriptPath, SearchSpace, best_script_path
from captioner.script.recording_frames import FRAME, RecordingFrames
from captioner.script.script_frames import (
    LETTER_DEVIATION_COST,
    VOICE_COST,
    VOICE_DEVIATION_COST,
    ScriptFrames,
    script_frames,
)

SLOWEST, FASTEST = 3.5, 7.0
"""Limits of the pace, in syllables a second of speech, at which the script is read."""

FILLER_SHARES, LETTER_FILLER_SHARES = (0.2, 0.35, 0.5), (0.33, 0.5)
"""The share of the script's frames that a frame of speech may resemble more than its own: speech that resembles the
text at its place less than that is not in the script. Letters, of which many stand for the same sound, tell less. The
next share is taken where one leaves much out.
"""

MUCH = 0.3
"""The share of the script that is not spoken and of the speech that is not in the script from which, if both are more,
noise is the likelier reason."""

FILLER_SAMPLE = 400
"""Frames of the script by which that share is measured."""

ENTER_COST = ((0.8, 0.8, 0.8, 0.8), (4.0, 3.0, 2.0, 2.0))
"""Cost of a silence and of a filler after a unit, by `TextUnit.boundary`: speakers hesitate between clauses."""

PAUSE_COST = (3.0, 1.5, 0.3, 0.0)
"""Cost of the end of a region after a unit, by `TextUnit.boundary`."""

SKIPPED_SYLLABLE_COST = 0.1
"""Cost of each syllable that is not spoken."""

SKIP_EDGE_COST = (6.0, 4.0, 2.0, 1.5)
"""Cost of text that is not spoken to begin and to end after a unit, by `TextUnit.boundary`."""

FIT_OVER = 750
"""Frames on both sides over which the speech is fitted to the voice."""

PRIOR_FRAMES = 500.0
"""Weight, in frames, of the unchanged speech when it is fitted to the voice."""

ANCHOR_GAIN = np.float32(0.3)
"""Cost by which a frame is cheaper in a word that a backend recognised there."""

ANCHOR_MARGIN = 2
"""Frames before and after a recognised word in which it may be said."""


class UnitAnchor(NamedTuple):
    """A unit of the script that a backend recognised."""

    unit: int
    start: float
    end: float


class SaidUnit(NamedTuple):
    """Where a unit of the script is said, to a few hundredths of a second."""

    region: int
    """The number of the region."""
    start: float
    end: float


@dataclass(frozen=True)
class UnitTimes:
    """Where each unit of a script is said, and how much speech is not in it."""

    said: dict[int, SaidUnit]
    """The units that are said, by number."""
    skipped: list[tuple[int, int]]
    """(first unit, unit after the last) of the parts that are not said."""
    filler_seconds: dict[int, float]
    """By region: the seconds of speech that are not in the script."""


def unit_times(
    script: str,
    units: Sequence[TextUnit],
    language: str | None,
    recording: RecordingFrames,
    anchors: Iterable[UnitAnchor] = (),
) -> UnitTimes:
    """Return where each of `units`, the units of `script`, is said; there is at least one.

    `language` is a BCP 47 tag, or None if it is unknown.
    """
    syllables = sum(unit.weight for unit in units)
    pace = float(np.clip(syllables / max(recording.voiced_seconds, FRAME), SLOWEST, FASTEST))
    frames = script_frames(script, units, language, pace, recording.noise)
    match = _Match(units, frames, recording, _anchored_frames(frames, recording, anchors))
    return _times(units, frames, recording, match.path())


def _anchored_frames(
    frames: ScriptFrames, recording: RecordingFrames, anchors: Iterable[UnitAnchor]
) -> list[tuple[int, int, int, int]]:
    """Return (first frame of speech, frame after the last, first script frame, script frame after the last)."""
    found = []
    for anchor in anchors:
        first, last = np.searchsorted(recording.times, [anchor.start - FRAME, anchor.end])
        begin, end = frames.unit_frames[anchor.unit : anchor.unit + 2].tolist()
        found.append((max(0, int(first) - ANCHOR_MARGIN), int(last) + ANCHOR_MARGIN, begin, end))
    return found


@dataclass(frozen=True)
class _Match:
    """A script and a recording that are being matched."""

    units: Sequence[TextUnit]
    frames: ScriptFrames
    recording: RecordingFrames
    anchored: Sequence[tuple[int, int, int, int]]

    def path(self) -> ScriptPath:
        """Return the path through the speech as it is fitted to the voice by an earlier path."""
        has_voice = self.frames.has_voice.mean() >= 0.5
        for share in FILLER_SHARES if has_voice else LETTER_FILLER_SHARES:
            first = best_script_path(self._space(self.recording.features, share))
            fitted = _fitted(self.recording.features, self.frames, first.frames)
            path = best_script_path(self._space(fitted, share))
            if not self._leaves_much_out(path):
                break
        return path

    def _leaves_much_out(self, path: ScriptPath) -> bool:
        weights = np.cumsum([0.0, *(unit.weight for unit in self.units)])
        skipped = sum(weights[last] - weights[first] for first, last in path.skipped)
        is_filler = path.frames[self.recording.is_voiced] == IN_FILLER
        return bool(skipped > MUCH * weights[-1] and is_filler.mean() > MUCH)

    def _space(self, features: Floats, filler_share: float) -> SearchSpace:
        recording, units, rows = self.recording, self.units, len(features)
        costs = _SoundCosts(self.frames, features, recording.quiet_cost, self.anchored)
        boundaries = [3, *(unit.boundary for unit in units)]
        reach = np.zeros(rows, int)
        for first, last, _, end in self.anchored:
            reach[first:last] = np.maximum(reach[first:last], end)
        filler_cost = np.minimum(recording.silence_cost, costs.quantiles(filler_share))
        return SearchSpace(
            cost=costs.block,
            between_cost=np.stack((recording.silence_cost, filler_cost), axis=1).astype(np.float32),
            ends_region=recording.ends_region,
            unit_frames=self.frames.unit_frames,
            enter_cost=np.array([[kind[boundary] for boundary in boundaries] for kind in ENTER_COST], np.float32),
            pause_cost=np.array([PAUSE_COST[boundary] for boundary in boundaries], np.float32),
            skip_cost=np.cumsum([0.0, *(SKIPPED_SYLLABLE_COST * unit.weight for unit in units)]).astype(np.float32),
            skip_edge_cost=np.array([SKIP_EDGE_COST[boundary] for boundary in boundaries], np.float32),
            reach=reach,
        )


class _SoundCosts:
    """The cost of matching frames of speech with frames of a script."""

    def __init__(
        self,
        frames: ScriptFrames,
        features: Floats,
        quiet_cost: Floats,
        anchored: Sequence[tuple[int, int, int, int]],
    ) -> None:
        self._frames, self._features, self._quiet_cost, self._anchored = frames, features, quiet_cost, anchored
        self._speech, self._voice = _unit_length(features), _unit_length(frames.features)
        deviation_cost = np.where(frames.has_voice, VOICE_DEVIATION_COST, LETTER_DEVIATION_COST)
        self._deviation_cost = deviation_cost.astype(np.float32)

    def block(self, rows: slice, columns: slice) -> Floats:
        """Return the costs, less where a backend recognised the words, shape (frames, script frames)."""
        costs = self._by_sound(rows, columns)
        for first, last, begin, end in self._anchored:
            if first < rows.stop and rows.start < last and begin < columns.stop and columns.start < end:
                inside = slice(max(0, first - rows.start), last - rows.start)
                costs[inside, max(0, begin - columns.start) : end - columns.start] -= ANCHOR_GAIN
        return costs

    def quantiles(self, share: float) -> Floats:
        """Return the cost below which each frame of speech matches a share of the script's frames, shape (frames,)."""
        sample = np.unique(np.linspace(0, len(self._frames.states) - 1, FILLER_SAMPLE).astype(int))
        blocks = (slice(first, first + BLOCK) for first in range(0, len(self._features), BLOCK))
        return np.concatenate([np.quantile(self._by_sound(rows, sample), share, axis=1) for rows in blocks])

    def _by_sound(self, rows: slice, columns: slice | Indices) -> Floats:
        frames = self._frames
        cost = VOICE_COST * (frames.has_voice[columns] - one_core_matmul(self._speech[rows], self._voice[columns].T))
        cost += emission_costs(self._features[rows])[:, frames.states[columns]] * self._deviation_cost[columns]
        return np.asarray(cost + self._quiet_cost[rows, None], np.float32)


def _unit_length(features: Floats) -> Floats:
    return np.asarray(features / (np.linalg.norm(features, axis=1, keepdims=True) + np.float32(1e-6)))


def _fitted(features: Floats, frames: ScriptFrames, path: Indices) -> Floats:
    """Return the speech through affine maps that bring it near to the voice of the script along a path.

    Each `BLOCK` of frames has a map of its own, from the frames within `FIT_OVER`.
    """
    fitted = features.copy()
    is_matched = (path >= 0) & (frames.has_voice[np.maximum(path, 0)] > 0)
    prior = PRIOR_FRAMES * np.eye(features.shape[1] + 1)
    for first in range(0, len(features), BLOCK):
        near = slice(max(0, first - FIT_OVER), first + BLOCK + FIT_OVER)
        matched = np.flatnonzero(is_matched[near]) + near.start
        known = _with_ones(features[matched]).astype(float)
        target = frames.features[path[matched]]
        mapping = np.linalg.solve(known.T @ known + prior, known.T @ target + prior[:, :-1])
        fitted[first : first + BLOCK] = _with_ones(features[first : first + BLOCK]) @ mapping
    return fitted


def _with_ones(features: Floats) -> Floats:
    return np.hstack((features, np.ones((len(features), 1), np.float32)))


def _times(units: Sequence[TextUnit], frames: ScriptFrames, recording: RecordingFrames, path: ScriptPath) -> UnitTimes:
    rows = np.flatnonzero(path.frames >= 0)
    numbers = np.searchsorted(frames.unit_frames, path.frames[rows], side="right") - 1
    said, firsts, counts = np.unique(numbers, return_index=True, return_counts=True)
    first_rows, last_rows = rows[firsts], rows[firsts + counts - 1]
    columns = (recording.regions[first_rows], recording.times[first_rows], recording.times[last_rows] + FRAME)
    places = (SaidUnit(*place) for place in zip(*(column.tolist() for column in columns), strict=True))
    in_filler = (path.frames == IN_FILLER) & recording.is_voiced
    seconds = np.bincount(recording.regions[in_filler]) * FRAME
    fillers = {number: float(length) for number, length in enumerate(seconds) if length}
    return UnitTimes(dict(zip(said.tolist(), places, strict=True)), path.skipped, fillers)
