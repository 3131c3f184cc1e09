"""Matches a clip with a synthetic voice that says its text, in two paths.

The first path takes every second frame. It decides roughly where each word is, whether clip and text match, and it fits
the voice to the speaker. The second path, near the first, takes all frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from captioner.align.clip_features import ClipFeatures
from captioner.align.emission_cost import emission_costs, states_of_frames
from captioner.align.mfcc import HOP, Floats, one_core_matmul
from captioner.align.text_guide import TextGuide
from captioner.align.text_units import TextUnit
from captioner.align.viterbi import Band, Fillers, Indices, ViterbiPath, best_path, filler_sample
from captioner.align.voice_features import VoiceFeatures

DISTANCE_COST, PACE_COST = {2: np.float32(0.4), 1: np.float32(0.6)}, {2: 0.2, 1: 0.3}
"""Cost of a frame that has nothing in common with the voice's frame, and of a frame held or skipped.

The first path takes every second frame (2) and is less sensitive to noise; the second takes all (1).
"""

DEVIATION_COST = np.float32(0.075)
"""Cost of a frame for each squared deviation from the mean of its letter's sound. Music disturbs this less."""

DOUBTFUL, BETTER = 0.38, 0.03
"""Average cost of a path above which the text may not be that of the clip. The text must then cost less, by at least
the second number, than the same text backwards, which is certainly wrong. Noise and a narrow band raise both costs.
Chosen on three speakers whose clips got each other's texts: of 168 right texts 4 are doubted, of 70 wrong ones 3 pass.
"""

STRANGER = 0.18
"""Average cost of a frame of speech by the phone models above which the text may not be that of the clip. The text must
then cost less than backwards by at least half of what is above this number. Chosen on the same clips: of 168 right
texts 3 are doubted, and no wrong one passes.
"""

GUIDE_COST, GUIDE_TOLERANCE = 0.1, 0.5
"""Cost of a frame on the first path for each second, up to one, by which it is farther than the tolerance, in seconds,
from where the times of a backend put it. These are off by more than half a second now and then.
"""

PRIOR_FRAMES = 100.0
"""Weight, in frames, of the unchanged voice when it is fitted to the speaker."""

REACH = 40
"""Frames by which the second path may leave the first."""

MODEL_SHARE, MODEL_COST, MODEL_PACE_COST = np.float32(0.3), np.float32(1.2), 0.35
"""With phone models: the share of the voice's own cost that stays, the weight of the models' cost, and the cost of a
frame held or skipped.
"""


@dataclass(frozen=True)
class VoiceMatch:
    """A clip, its voice, and the first path of the clip's frames through the voice's."""

    clip: ClipFeatures
    voice: VoiceFeatures
    states: Indices
    """The state of each frame of the voice by the letters of the text, shape (frames of the voice,)."""
    boundaries: Sequence[int]
    """The `TextUnit.boundary` of each unit of the text."""
    near: NDArray[np.float64]
    """The frame of the voice near which each frame of the clip lies by the first path, shape (frames of the clip,)."""
    near_speech: NDArray[np.bool_]
    """Whether each frame of the clip says the text by the first path, shape (frames of the clip,)."""
    fitted: Floats
    """The features of the voice, fitted to the speaker by the first path."""
    cost: float
    """Average cost of a frame on the first path, without fillers. The cost of the second path cannot tell whether text
    and clip belong together, since a fitted voice matches even the wrong text."""

    @cached_property
    def advantage(self) -> float:
        """How much less a frame costs on the first path than on that of the text backwards."""
        voice, states = self.voice.features[::2][::-1], self.states[::2][::-1]
        gaps = np.unique(len(voice) - _every_second(self.voice.gaps))
        return _first_path(_first_cost(self.clip, voice, states), self.clip, gaps).cost - self.cost

    def matches(self, model_cost: float | None = None) -> bool:
        """Return whether text and clip belong together.

        `model_cost` is the average cost of a frame of speech by phone models, None before they know the recording.
        """
        if model_cost is None:
            return self.cost <= DOUBTFUL or self.advantage >= BETTER
        return model_cost <= STRANGER or model_cost - 2 * self.advantage <= STRANGER

    @property
    def rough_path(self) -> ViterbiPath:
        """The first path, for all frames of the clip."""
        frames = np.where(self.near_speech, np.rint(self.near), np.floor(self.near) + 0.5)
        return ViterbiPath(frames, self.cost)

    @cached_property
    def own_path(self) -> ViterbiPath:
        """The second path, by the voice alone."""
        return self._path(_SecondCosts(self.clip, self.fitted, self.states), self.clip.silence_cost, PACE_COST[1])

    def model_path(self, costs: Floats, columns: Indices, silence: int) -> ViterbiPath:
        """Return the second path by the costs of phone models as well, shape (frames of the clip, models).

        `columns` are the models of the frames of the voice, and `silence` is the model of silence.
        """
        costs = MODEL_COST * costs
        second = _SecondCosts(self.clip, self.fitted, self.states, costs, columns)
        return self._path(second, self.clip.silence_cost + costs[:, silence], MODEL_PACE_COST)

    def _path(self, costs: _SecondCosts, silence_cost: Floats, pace_cost: float) -> ViterbiPath:
        voice, band = self.voice, Band.around(self.near, len(self.fitted), REACH)
        sampled = costs.of(slice(None), filler_sample(len(self.fitted)))
        fillers = Fillers.of(sampled, voice.gaps, voice.unit_frames, self.boundaries)
        return best_path(band.costs(costs.of), silence_cost, voice.gaps, band, pace_cost=pace_cost, fillers=fillers)


class _SecondCosts:
    """The costs of the second path: of matching frames of a clip with those of its fitted voice."""

    def __init__(
        self,
        clip: ClipFeatures,
        fitted: Floats,
        states: Indices,
        model_costs: Floats | None = None,
        models: Indices | None = None,
    ) -> None:
        self._states, self._models = states, models
        weight = np.float32(1) if models is None else MODEL_SHARE
        self._quiet_cost = clip.quiet_cost[:, None]
        self._by_voice = weight * DISTANCE_COST[1] * _normalised(clip.features), _normalised(fitted).T
        self._by_state = weight * DEVIATION_COST * emission_costs(clip.features) + weight * DISTANCE_COST[1]
        self._by_model = model_costs

    def of(self, rows: slice, columns: slice | Indices) -> Floats:
        """Return the costs of some frames of the clip for some frames of the voice, shape (frames, frames)."""
        clip, voice = self._by_voice
        cost = self._by_state[rows][:, self._states[columns]] - one_core_matmul(clip[rows], voice[:, columns])
        if self._by_model is not None and self._models is not None:
            cost += self._by_model[rows][:, self._models[columns]]
        return np.asarray(cost + self._quiet_cost[rows], np.float32)


def match_voice(
    clip: ClipFeatures, voice: VoiceFeatures, text: str, units: Sequence[TextUnit], guide: TextGuide | None = None
) -> VoiceMatch:
    """Return the match of `clip` with `voice`, which says `text`; the first path keeps near the `guide`."""
    states = states_of_frames(text, units, voice.unit_frames)
    frames, voice_frames = clip.features[::2], voice.features[::2]
    expected = guide.model_frames(len(clip.features), units, voice.unit_frames)[::2] / 2 if guide else None
    gaps, boundaries = _every_second(voice.gaps), [unit.boundary for unit in units]
    cost = _first_cost(clip, voice_frames, states[::2], expected)
    fillers = Fillers.of(cost[:, filler_sample(cost.shape[1])], gaps, (voice.unit_frames + 1) // 2, boundaries)
    first = _first_path(cost, clip, gaps, fillers)
    whole = _first_path(cost, clip, gaps) if first.has_fillers else first
    speech = first.is_speech
    matched = voice_frames[first.model_frames[speech].astype(int)]
    fitted = _fitted_to_speaker(voice.features, matched, frames[speech])
    count = len(clip.features)
    near = np.interp(np.arange(count), np.arange(0, count, 2), 2 * first.model_frames)
    return VoiceMatch(clip, voice, states, boundaries, near, np.repeat(speech, 2)[:count], fitted, whole.cost)


def _every_second(gaps: Indices) -> Indices:
    """Return the gaps of a voice of which every second frame is taken."""
    return np.unique((gaps + 1) // 2)


def _first_cost(
    clip: ClipFeatures, voice: Floats, states: Indices, expected: NDArray[np.float64] | None = None
) -> Floats:
    """Return the cost of every second frame of a clip for each frame of a voice, which are `expected` near some."""
    frames = clip.features[::2]
    distances = 1 - one_core_matmul(_normalised(frames), _normalised(voice).T)
    cost = DISTANCE_COST[2] * distances + (DEVIATION_COST * emission_costs(frames))[:, states]
    cost = np.asarray(cost + clip.quiet_cost[::2, None], np.float32)
    if expected is not None:
        seconds = 2 * HOP * np.abs(np.arange(len(voice)) - expected[:, None])
        cost += (GUIDE_COST * np.clip(seconds - GUIDE_TOLERANCE, 0, 1)).astype(np.float32)
    return cost


def _first_path(cost: Floats, clip: ClipFeatures, gaps: Indices, fillers: Fillers | None = None) -> ViterbiPath:
    """Return the path of every second frame of a clip through the frames of a voice."""
    return best_path(cost, clip.silence_cost[::2], gaps, pace_cost=PACE_COST[2], fillers=fillers)


def _normalised(features: Floats) -> Floats:
    """Return the frames as vectors of length 1."""
    return np.asarray(features / (np.linalg.norm(features, axis=1, keepdims=True) + np.float32(1e-6)))


def _fitted_to_speaker(voice: Floats, matched: Floats, speaker: Floats) -> Floats:
    """Return the voice's frames through the affine map that brings the `matched` ones nearest to the `speaker`'s."""
    prior = PRIOR_FRAMES * np.eye(matched.shape[1] + 1)
    known = _with_ones(matched)
    mapping = np.linalg.solve(known.T @ known + prior, known.T @ speaker + prior[:, :-1])
    return np.asarray(one_core_matmul(_with_ones(voice), mapping), np.float32)


def _with_ones(features: Floats) -> Floats:
    return np.hstack((features, np.ones((len(features), 1), np.float32)))
