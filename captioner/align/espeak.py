"""Words in time without a model of speech: espeak-ng says the text, and the clip is followed through what it says.

espeak-ng knows when each word of its own sound begins. Its frames are laid onto the clip's by a hidden Markov model,
once as they are, then again fitted to the speaker by what the first time taught, and carry those times over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from captioner.align import Warn
from captioner.align.emission_cost import emission_costs, kinds_of_frames
from captioner.align.espeak_library import load, speak
from captioner.align.espeak_voices import voice_for
from captioner.align.features import ClipFeatures, clip_features
from captioner.align.mfcc import Floats, product
from captioner.align.pause_anchors import sections
from captioner.align.pauses import Pauses
from captioner.align.readings import reading
from captioner.align.synthetic import Synthetic, synthetic
from captioner.align.text_units import TextUnit, text_units
from captioner.align.viterbi import Band, Indices, Path, best_path
from captioner.align.words import followed
from captioner.values import Audio, Word

LONGEST = 40.0
"""Seconds of a clip that is compared as a whole; the memory that takes grows with the square."""

FASTEST = 25.0
"""Syllables a second that nobody says: a text so long is not the clip's, and is not said by espeak-ng either."""

UNLIKE, PACES = {2: np.float32(0.4), 1: np.float32(0.6)}, {2: 0.2, 1: 0.3}
"""Cost of a frame that has nothing in common with the voice's, and of one held or passed over: on the rough path of
every second frame, which minds noise less, and on the fine one of them all, which lies near it.
"""

STRANGE = np.float32(0.075)
"""Cost of a frame for each square deviation that it lies off what its letter has on average; music hides that less."""

DOUBTFUL, BETTER = 0.42, 0.025
"""Cost a frame of a path from which on text and clip may be strangers, and by how much the text must be cheaper than
the same backwards, which nobody said, to be none. A narrow band or noise raise the costs of both.
"""

INERTIA = 100.0
"""Frames that speak for the voice as it is when it is fitted to the speaker."""

REACH = 40
"""Frames by which the fine path may leave the rough one."""


class Espeak:
    """Times each word by espeak-ng's, in every language that it reads; the pauses time the rest.

    `warn` hears of a clip that does not sound like its text, and of one longer than `LONGEST` without a pause.
    """

    def __init__(self, warn: Warn = lambda doubt: None) -> None:
        self._warn = warn
        self._pauses = Pauses()
        load()

    def align(self, clip: Audio, text: str, language: str | None) -> tuple[Word, ...]:
        parts = text_units(text)
        voice = voice_for(language, text)
        read = reading(text, voice) if voice else None
        if voice is None or read is None or not any(character.isalnum() for character in read.said):
            return self._pauses.align(clip, text, language)
        if clip.duration > LONGEST:
            return self._in_sections(clip, text, parts, language)
        if sum(part.weight for part in parts) > FASTEST * (clip.duration + 0.2):
            return self._roughly(clip, text, language, "is too short for its text")
        heard = clip_features(clip)
        speech = speak(read.said, voice)
        if speech is None or heard is None:
            return self._pauses.align(clip, text, language)
        spoken = synthetic(read.placed(speech), parts, heard.voiced)
        path = _fitted_path(heard, spoken, kinds_of_frames(text, parts, spoken.starts))
        if path is None:
            return self._roughly(clip, text, language, "does not sound like its text")
        return followed(clip, text, parts, path, spoken.starts)

    def _in_sections(self, clip: Audio, text: str, parts: Sequence[TextUnit], language: str | None) -> tuple[Word, ...]:
        pieces = sections(clip, parts, LONGEST)
        if len(pieces) == 1 and pieces[0][0].duration > LONGEST:
            return self._roughly(clip, text, language, f"is longer than {LONGEST:g} s without a pause")
        return tuple(word for piece, said in pieces for word in self.align(piece, text[said], language))

    def _roughly(self, clip: Audio, text: str, language: str | None, reason: str) -> tuple[Word, ...]:
        self._warn(f"the sound {reason}, so its words are timed by pauses")
        return self._pauses.align(clip, text, language)


def _fitted_path(clip: ClipFeatures, spoken: Synthetic, kinds: Indices) -> Path | None:
    """None where the clip does not sound like its text; `kinds` are what letters say about the voice's frames.

    A path of every second frame first; by it the voice is fitted to the speaker, and every frame is laid near it. What
    the second path costs says nothing: fitted, even a strange text sounds alike.
    """
    coarse, voice, gaps = _Cost(clip, 2), spoken.features[::2], np.unique((spoken.gaps + 1) // 2)
    rough = coarse.path(voice, kinds[::2], gaps)
    if rough.cost > DOUBTFUL:
        backwards = coarse.path(voice[::-1], kinds[::2][::-1], np.unique(len(voice) - gaps))
        if rough.cost + BETTER > backwards.cost:
            return None
    met = rough.spoken
    fitted = _fitted(spoken.features, voice[rough.places[met].astype(int)], clip.features[::2][met])
    near = np.interp(np.arange(len(clip.features)), np.arange(0, len(clip.features), 2), 2 * rough.places)
    return _Cost(clip, 1).path(fitted, kinds, spoken.gaps, Band.around(near, len(fitted), REACH))


@dataclass(frozen=True)
class _Cost:
    """What every `step`th frame of a clip costs as a frame of a voice."""

    clip: ClipFeatures
    step: int

    def path(self, voice: Floats, kinds: Indices, gaps: Indices, band: Band | None = None) -> Path:
        heard, clip = self.clip.features[:: self.step], self.clip
        cost = UNLIKE[self.step] * _distances(heard, voice) + (STRANGE * emission_costs(heard))[:, kinds]
        cost += clip.hushed[:: self.step, None]
        return best_path(cost, clip.silent[:: self.step], gaps, band, pace=PACES[self.step])


def _distances(one: Floats, other: Floats) -> Floats:
    """1 - cosine between each frame of one and each of the other."""
    return np.asarray(1 - product(_unit(one), _unit(other).T), np.float32)


def _unit(features: Floats) -> Floats:
    return np.asarray(features / (np.linalg.norm(features, axis=1, keepdims=True) + np.float32(1e-6)))


def _fitted(voice: Floats, met: Floats, speaker: Floats) -> Floats:
    """The voice's frames through the affine map that brings those `met` nearest to the `speaker`'s."""
    prior = INERTIA * np.eye(met.shape[1] + 1)
    known = _extended(met)
    mapping = np.linalg.solve(known.T @ known + prior, known.T @ speaker + prior[:, :-1])
    return np.asarray(product(_extended(voice), mapping), np.float32)


def _extended(features: Floats) -> Floats:
    return np.hstack((features, np.ones((len(features), 1), np.float32)))
