"""Models of the phones of one recording: Gaussians of each third of each phone, and a mixture for silence.

They learn from clips whose frames were already matched with a synthetic voice. The mean of a phone that the recording
has hardly shown is that of the voice, fitted to the speaker. All phones share one diagonal covariance. What was learned
fades, so that the models follow another speaker or place, and memory stays bounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import Floats, one_core_matmul
from captioner.align.phones import THIRDS, Indices, PhoneFrames, phone_thirds

Numbers = NDArray[np.float64]

SILENCE = 0
"""The number of silence among the models; the thirds of phone p, from 0, have the numbers `1 + 3 * p` and the next."""

VOICE_FRAMES = 20.0
"""Weight, in frames, of the synthetic voice in the mean of each third of a phone."""

SPEAKER_FRAMES = 2.0
"""Weight, in frames, of the speaker's mean in that of the voice."""

HALF_LIFE = 18_000.0
"""Frames of speech (3 minutes) after which what was learned counts half."""

LEAST_VARIANCE = 0.02
"""Added to the variance of each dimension, relative to the mean of all variances."""

SILENCES, SILENCE_VARIANCE, ROUNDS = 3, 0.05, 8
"""Gaussians of silence, what is added to their variances, and the number of rounds in which they are fitted."""

QUIET_FRAMES = 1000
"""The last frames of silence, from which its model is learned."""

FEWEST_QUIET = 20
"""Frames for each Gaussian of silence. With less silence than for one, the level of a frame decides alone."""

MOST_COST = 2.0
"""The most that one model may cost more than the best one, so that a single odd frame does not move a word."""

ROWS = 512
"""Frames whose costs are computed at a time."""


class PhoneModels:
    """The phones that a recording has shown so far."""

    def __init__(self, dimensions: int) -> None:
        self._numbers: dict[str, int] = {}
        self._speech = _Sums.of_nothing(dimensions)
        self._voice = _Sums.of_nothing(dimensions)
        self._squares = np.zeros(dimensions)
        self._quiet = np.zeros((0, dimensions), np.float32)

    def columns(self, phones: PhoneFrames, count: int) -> Indices:
        """Return the number of the model of each of the `count` frames of a voice; a new phone gets a new model."""
        ends = np.append(phones.frames[1:], count)
        thirds = [
            1 + THIRDS * self._numbers.setdefault(name, len(self._numbers)) + phone_thirds(end - begin)
            for name, begin, end in zip(phones.names, phones.frames, ends, strict=True)
        ]
        return np.concatenate(thirds)

    def learn_voice(self, voice: Floats, columns: Indices) -> None:
        """Learn the frames of a synthetic voice, fitted to the speaker and in the features of the recording."""
        self._voice.add(voice, columns)

    def learn(self, frames: Floats, models: Indices) -> None:
        """Learn the frames of a clip, each of the model in `models`, shape (frames,)."""
        is_speech = models != SILENCE
        self._fade(0.5 ** (is_speech.sum() / HALF_LIFE))
        self._speech.add(frames[is_speech], models[is_speech])
        self._squares += np.square(frames[is_speech], dtype=np.float64).sum(axis=0)
        self._quiet = np.concatenate((self._quiet, frames[~is_speech]))[-QUIET_FRAMES:]

    def _fade(self, share: float) -> None:
        self._speech.scale(share)
        self._voice.scale(share)
        self._squares *= share

    def fit(self) -> FittedModels:
        """Return the models as they are learned so far. At least one frame of speech must be learned."""
        count = 1 + THIRDS * len(self._numbers)
        speech, voice = self._speech.resized(count), self._voice.resized(count)
        total = speech.counts.sum()
        speaker = speech.sums.sum(axis=0) / total
        prior = (voice.sums + SPEAKER_FRAMES * speaker) / (voice.counts + SPEAKER_FRAMES)[:, None]
        means = (speech.sums + VOICE_FRAMES * prior) / (speech.counts + VOICE_FRAMES)[:, None]
        spread = self._squares - 2 * (speech.sums * means).sum(axis=0) + (speech.counts @ np.square(means))
        variances = np.maximum(spread / total, 0)
        count = min(SILENCES, len(self._quiet) // FEWEST_QUIET)
        silence = _mixture(self._quiet.astype(np.float64), count) if count else None
        return FittedModels(means, variances + LEAST_VARIANCE * variances.mean(), silence)


@dataclass(frozen=True)
class FittedModels:
    """The models of a recording at one moment."""

    means: Numbers
    """Shape (models, dimensions); that of silence is not used."""
    variances: Numbers
    """Shape (dimensions,)."""
    silence: Mixture | None
    """None if too little silence is known."""

    def costs(self, frames: Floats) -> Floats:
        """Return how much worse each model fits each frame than the best one does, shape (frames, models).

        In log likelihoods for each dimension, doubled, and `MOST_COST` at most.
        """
        return np.concatenate([self._costs(frames[first : first + ROWS]) for first in range(0, len(frames), ROWS)])

    def _costs(self, frames: Floats) -> Floats:
        deviations = np.sqrt(self.variances)
        scaled, means = frames / deviations, self.means / deviations
        cost = np.square(scaled).sum(axis=1)[:, None] - 2 * one_core_matmul(scaled, means.T)
        cost += np.square(means).sum(axis=1) + np.log(self.variances).sum()
        if self.silence is None:
            cost[:, SILENCE] = cost[:, 1:].min(axis=1)
        else:
            cost[:, SILENCE] = -2 * self.silence.log_likelihoods(frames).max(axis=1)
        cost -= cost.min(axis=1, keepdims=True)
        return np.asarray(np.minimum(cost / frames.shape[1], MOST_COST), np.float32)


@dataclass
class _Sums:
    """Sums of frames by model."""

    sums: Numbers
    """Shape (models, dimensions)."""
    counts: Numbers
    """Shape (models,)."""

    @classmethod
    def of_nothing(cls, dimensions: int) -> _Sums:
        return cls(np.zeros((0, dimensions)), np.zeros(0))

    def resized(self, count: int) -> _Sums:
        """Return the sums of `count` models, those that are new with nothing."""
        more = count - len(self.counts)
        return _Sums(np.pad(self.sums, ((0, more), (0, 0))), np.pad(self.counts, (0, more)))

    def add(self, frames: Floats, models: Indices) -> None:
        grown = self.resized(max(len(self.counts), 1 + int(models.max(initial=0))))
        columns = [np.bincount(models, column, len(grown.counts)) for column in frames.T]
        self.sums = grown.sums + np.stack(columns, axis=1)
        self.counts = grown.counts + np.bincount(models, minlength=len(grown.counts))

    def scale(self, share: float) -> None:
        self.sums *= share
        self.counts *= share


@dataclass(frozen=True)
class Mixture:
    """A mixture of Gaussians with diagonal covariances."""

    weights: Numbers
    """Shape (Gaussians,)."""
    means: Numbers
    """Shape (Gaussians, dimensions)."""
    variances: Numbers
    """Shape (Gaussians, dimensions)."""

    def log_likelihoods(self, frames: Floats | Numbers) -> Numbers:
        """Return that of each frame in each Gaussian, with its weight, shape (frames, Gaussians), without constants."""
        distances = np.square(frames[:, None] - self.means) / self.variances
        return np.asarray(np.log(self.weights) - 0.5 * (distances + np.log(self.variances)).sum(axis=2))


def _mixture(frames: Numbers, count: int) -> Mixture:
    """Return `count` Gaussians fitted to `frames` by expectation maximisation, begun with shares of equal level."""
    order = np.argsort(frames[:, 0], kind="stable")
    shares = np.zeros((len(frames), count))
    shares[order, np.arange(len(frames)) * count // len(frames)] = 1.0
    for _ in range(ROUNDS):
        mixture = _maximised(frames, shares)
        log = mixture.log_likelihoods(frames)
        shares = np.exp(log - np.logaddexp.reduce(log, axis=1)[:, None])
    return mixture


def _maximised(frames: Numbers, shares: Numbers) -> Mixture:
    """Return the Gaussians of frames that belong to them by `shares`, shape (frames, Gaussians)."""
    counts = shares.sum(axis=0) + 1e-3
    means = shares.T @ frames / counts[:, None]
    variances = shares.T @ np.square(frames) / counts[:, None] - np.square(means)
    return Mixture(counts / counts.sum(), means, np.maximum(variances, 0) + SILENCE_VARIANCE)
