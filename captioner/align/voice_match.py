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
from captioner.align.viterbi import Band, Fillers, Indices, ViterbiPath, best_path
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

    @cached_property
    def own_path(self) -> ViterbiPath:
        """The second path, by the voice alone."""
        cost = self._voice_cost() + self.clip.quiet_cost[:, None]
        return self._path(cost, self.clip.silence_cost, PACE_COST[1])

    def model_path(self, costs: Floats, columns: Indices, silence: int) -> ViterbiPath:
        """Return the second path by the costs of phone models as well, shape (frames of the clip, models).

        `columns` are the models of the frames of the voice, and `silence` is the model of silence.
        """
        cost = MODEL_SHARE * self._voice_cost() + self.clip.quiet_cost[:, None] + (MODEL_COST * costs)[:, columns]
        silence_cost = self.clip.silence_cost + MODEL_COST * costs[:, silence]
        return self._path(cost, silence_cost, MODEL_PACE_COST)

    def _voice_cost(self) -> Floats:
        return _voice_cost(self.clip.features, self.fitted, self.states, 1)

    def _path(self, cost: Floats, silence_cost: Floats, pace_cost: float) -> ViterbiPath:
        voice, band = self.voice, Band.around(self.near, len(self.fitted), REACH)
        fillers = Fillers.of(cost, voice.gaps, voice.unit_frames, self.boundaries)
        return best_path(cost, silence_cost, voice.gaps, band, pace_cost=pace_cost, fillers=fillers)


def match_voice(
    clip: ClipFeatures, voice: VoiceFeatures, text: str, units: Sequence[TextUnit], guide: TextGuide | None = None
) -> VoiceMatch:
    """Return the match of `clip` with `voice`, which says `text`; the first path keeps near the `guide`."""
    states = states_of_frames(text, units, voice.unit_frames)
    frames, voice_frames = clip.features[::2], voice.features[::2]
    expected = guide.model_frames(len(clip.features), units, voice.unit_frames)[::2] / 2 if guide else None
    gaps, boundaries = _every_second(voice.gaps), [unit.boundary for unit in units]
    cost = _first_cost(clip, voice_frames, states[::2], expected)
    fillers = Fillers.of(cost, gaps, (voice.unit_frames + 1) // 2, boundaries)
    first = _first_path(cost, clip, gaps, fillers)
    whole = _first_path(cost, clip, gaps) if first.has_fillers else first
    speech = first.is_speech
    matched = voice_frames[first.model_frames[speech].astype(int)]
    fitted = _fitted_to_speaker(voice.features, matched, frames[speech])
    near = np.interp(np.arange(len(clip.features)), np.arange(0, len(clip.features), 2), 2 * first.model_frames)
    return VoiceMatch(clip, voice, states, boundaries, near, fitted, whole.cost)


def _every_second(gaps: Indices) -> Indices:
    """Return the gaps of a voice of which every second frame is taken."""
    return np.unique((gaps + 1) // 2)


def _first_cost(
    clip: ClipFeatures, voice: Floats, states: Indices, expected: NDArray[np.float64] | None = None
) -> Floats:
    """Return the cost of every second frame of a clip for each frame of a voice, which are `expected` near some."""
    cost = _voice_cost(clip.features[::2], voice, states, 2) + clip.quiet_cost[::2, None]
    if expected is not None:
        seconds = 2 * HOP * np.abs(np.arange(len(voice)) - expected[:, None])
        cost += (GUIDE_COST * np.clip(seconds - GUIDE_TOLERANCE, 0, 1)).astype(np.float32)
    return cost


def _first_path(cost: Floats, clip: ClipFeatures, gaps: Indices, fillers: Fillers | None = None) -> ViterbiPath:
    """Return the path of every second frame of a clip through the frames of a voice."""
    return best_path(cost, clip.silence_cost[::2], gaps, pace_cost=PACE_COST[2], fillers=fillers)


def _voice_cost(frames: Floats, voice: Floats, states: Indices, step: int) -> Floats:
    """Return the cost of each frame for each frame of the voice, of which every `step`th is taken."""
    return np.asarray(
        DISTANCE_COST[step] * _distances(frames, voice) + (DEVIATION_COST * emission_costs(frames))[:, states],
        np.float32,
    )


def _distances(one: Floats, other: Floats) -> Floats:
    """Return 1 minus the cosine between each frame of one and of the other, shape (frames of one, frames of other)."""
    return np.asarray(1 - one_core_matmul(_normalised(one), _normalised(other).T), np.float32)


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
