"""Phone models that learn one recording clip by clip, and the paths by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy, deepcopy

import numpy as np

from captioner.align.mfcc import HOP, Floats, Scale, normalised_mfcc
from captioner.align.phone_models import MOST_COST, SILENCE, FittedModels, PhoneModels
from captioner.align.viterbi import ViterbiPath
from captioner.align.voice_match import VoiceMatch

LEAST_SECONDS = 5.0
"""Seconds of speech from which models are used: less does not tell the phones of a speaker."""


class RecordingModels:
    """The phone models of a recording. It learns from clips whose text matches, and waits for `LEAST_SECONDS`."""

    def __init__(self) -> None:
        self._waiting: list[tuple[VoiceMatch, ViterbiPath]] = []
        self._scale: Scale | None = None
        self._models: PhoneModels | None = None
        self._fitted: FittedModels | None = None

    def adapted_to(self, matches: Sequence[VoiceMatch]) -> RecordingModels:
        """Return models that know the clips of `matches` as well, by the paths that are found for them.

        Models that know the recording learn from rough paths. Those that know too little learn twice: from the second
        paths by the voice alone, then from their own.
        """
        if self._fitted is not None:
            return self._learned([(match, match.rough_path) for match in matches])
        adapted = self._learned([(match, match.own_path) for match in matches])
        if adapted._fitted is not None:
            adapted = self._learned([(match, adapted.path(match)[0]) for match in matches])
        return adapted

    def _learned(self, paths: Sequence[tuple[VoiceMatch, ViterbiPath]]) -> RecordingModels:
        learned = copy(self)
        learned._waiting, learned._models = [*self._waiting], deepcopy(self._models)
        learned.learn(paths)
        return learned

    def learn(self, paths: Iterable[tuple[VoiceMatch, ViterbiPath]]) -> None:
        """Learn from clips and the paths of their frames."""
        self._waiting += ((match, path) for match, path in paths if match.voice.phones.names)
        if self._models is None or self._scale is None:
            voiced = [match.clip.cepstra[match.clip.is_voiced] for match, _ in self._waiting]
            if HOP * sum(map(len, voiced)) < LEAST_SECONDS:
                return
            self._scale = Scale.of(np.concatenate(voiced))
            self._models = PhoneModels(2 * len(self._scale.mean))
        for match, path in self._waiting:
            self._learn(self._models, match, path)
        self._waiting.clear()
        self._fitted = self._models.fit()

    def _learn(self, models: PhoneModels, match: VoiceMatch, path: ViterbiPath) -> None:
        frames, is_speech = self._frames(match), path.is_speech
        columns = models.columns(match.voice.phones, len(match.fitted))
        models.learn_voice(_voice_in_scale(match, frames), columns)
        labels = np.full(len(frames), SILENCE)
        labels[is_speech] = columns[path.model_frames[is_speech].astype(int)]
        models.learn(frames, labels)

    def path(self, match: VoiceMatch) -> tuple[ViterbiPath, float | None]:
        """Return the path of a clip by the models, and what a frame of its speech costs by them on average.

        While too little is learned, it is the path by the voice alone, and no cost.
        """
        if self._models is None or self._fitted is None or not match.voice.phones.names:
            return match.own_path, None
        frames = self._frames(match)
        columns = self._models.columns(match.voice.phones, len(match.fitted))
        is_new = columns >= len(self._fitted.means)
        if is_new.any():
            self._models.learn_voice(_voice_in_scale(match, frames)[is_new], columns[is_new])
            self._fitted = self._models.fit()
        costs = self._fitted.costs(frames)
        path = match.model_path(costs, columns, SILENCE)
        is_speech = path.is_speech
        spoken = costs[is_speech, columns[path.model_frames[is_speech].astype(int)]]
        return path, float(spoken.mean()) if len(spoken) else MOST_COST

    def _frames(self, match: VoiceMatch) -> Floats:
        assert self._scale is not None
        return normalised_mfcc(match.clip.cepstra, self._scale)


def _voice_in_scale(match: VoiceMatch, frames: Floats) -> Floats:
    """Return the frames of the fitted voice in the scale of `frames`, the clip's in the scale of the recording."""
    voiced = frames[match.clip.is_voiced]
    return np.asarray(match.fitted * voiced.std(axis=0) + voiced.mean(axis=0), np.float32)
