"""Words in time without a model of speech: espeak-ng says the text, and the clip is followed through what it says.

espeak-ng knows when each word of its own sound begins. Its frames are laid onto the clip's by a hidden Markov model,
once as they are, then again fitted to the speaker by what the first time taught, and carry those times over.
"""

from __future__ import annotations

import numpy as np

from captioner.align import Warn
from captioner.align.espeak_library import load, speak
from captioner.align.espeak_voices import voice_for
from captioner.align.heard import Heard, hear
from captioner.align.pauses import Pauses
from captioner.align.sound import Floats
from captioner.align.synthetic import Synthetic, sayable, synthetic
from captioner.align.units import units
from captioner.align.warp import Band, Indices, Path, best_path
from captioner.align.words import followed
from captioner.values import Audio, Word

LONGEST = 40.0
"""Seconds of a clip that is compared as a whole; the memory that takes grows with the square."""

FASTEST = 25.0
"""Syllables a second that nobody says: a text so long is not the clip's, and is not said by espeak-ng either."""

DOUBTFUL, BETTER = 0.69, 0.04
"""Cost a frame of a path from which on text and clip may be strangers, and by how much the text must be cheaper than
the same backwards, which nobody said, to be none. A narrow band or noise raise the costs of both.
"""

INERTIA = 100.0
"""Frames that speak for the voice as it is when it is fitted to the speaker."""

REACH = 40
"""Frames by which the fine path may leave the rough one."""


class Espeak:
    """Times each word by espeak-ng's, in every language that it reads; the pauses time the rest.

    `warn` hears of a clip that does not sound like its text, and of one longer than `LONGEST`.
    """

    def __init__(self, warn: Warn = lambda doubt: None) -> None:
        self._warn = warn
        self._pauses = Pauses()
        load()

    def align(self, clip: Audio, text: str, language: str | None) -> tuple[Word, ...]:
        parts = units(text)
        voice = voice_for(language, text)
        said = sayable(text)
        if voice is None or not any(character.isalnum() for character in said):
            return self._pauses.align(clip, text, language)
        if clip.duration > LONGEST:
            return self._roughly(clip, text, language, f"is longer than {LONGEST:g} s")
        if sum(part.weight for part in parts) > FASTEST * (clip.duration + 0.2):
            return self._roughly(clip, text, language, "is too short for its text")
        heard = hear(clip)
        speech = speak(said, voice)
        if speech is None or heard is None:
            return self._pauses.align(clip, text, language)
        spoken = synthetic(speech, parts, heard.voiced)
        path = _fitted_path(heard, spoken)
        if path is None:
            return self._roughly(clip, text, language, "does not sound like its text")
        return followed(clip, text, parts, path, spoken.starts)

    def _roughly(self, clip: Audio, text: str, language: str | None, reason: str) -> tuple[Word, ...]:
        self._warn(f"the sound {reason}, so its words are timed by pauses")
        return self._pauses.align(clip, text, language)


def _fitted_path(clip: Heard, spoken: Synthetic) -> Path | None:
    """None where the clip does not sound like its text.

    A path of every second frame first; by it the voice is fitted to the speaker, and every frame is laid near it. What
    the second path costs says nothing: fitted, even a strange text sounds alike.
    """
    coarse, voice, gaps = clip.features[::2], spoken.features[::2], np.unique((spoken.gaps + 1) // 2)
    rough = _path(clip, coarse, voice, gaps)
    if rough.cost > DOUBTFUL:
        backwards = _path(clip, coarse, voice[::-1], np.unique(len(voice) - gaps))
        if rough.cost + BETTER > backwards.cost:
            return None
    fitted = _fitted(spoken.features, voice[rough.places[rough.spoken].astype(int)], coarse[rough.spoken])
    near = np.interp(np.arange(len(clip.features)), np.arange(0, len(clip.features), 2), 2 * rough.places)
    return _path(clip, clip.features, fitted, spoken.gaps, Band.around(near, len(fitted), REACH))


def _path(clip: Heard, heard: Floats, voice: Floats, gaps: Indices, band: Band | None = None) -> Path:
    """The path of the clip's frames, all or every second one as `heard` has them, through those of the voice."""
    step = -(-len(clip.features) // len(heard))
    return best_path(_distances(heard, voice) + clip.hushed[::step, None], clip.silent[::step], gaps, band)


def _distances(one: Floats, other: Floats) -> Floats:
    """1 - cosine between each frame of one and each of the other."""
    return np.asarray(1 - _unit(one) @ _unit(other).T, np.float32)


def _unit(features: Floats) -> Floats:
    return np.asarray(features / (np.linalg.norm(features, axis=1, keepdims=True) + np.float32(1e-6)))


def _fitted(voice: Floats, met: Floats, speaker: Floats) -> Floats:
    """The voice's frames through the affine map that brings those `met` nearest to the `speaker`'s."""
    prior = INERTIA * np.eye(met.shape[1] + 1)
    known = _extended(met)
    mapping = np.linalg.solve(known.T @ known + prior, known.T @ speaker + prior[:, :-1])
    return np.asarray(_extended(voice) @ mapping, np.float32)


def _extended(features: Floats) -> Floats:
    return np.hstack((features, np.ones((len(features), 1), np.float32)))
