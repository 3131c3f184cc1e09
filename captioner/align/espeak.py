"""The `espeak` aligner: espeak-ng speaks the text, and a hidden Markov model matches the clip with that speech.

espeak-ng reports when each word of its own speech begins. A first path matches its frames with the clip's; it is used
to fit the voice to the speaker. A second path, near the first, gives the word times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from captioner.align import Alignment
from captioner.align.clip_features import ClipFeatures, clip_features
from captioner.align.emission_cost import emission_costs, states_of_frames
from captioner.align.espeak_library import load_library, synthesize
from captioner.align.espeak_voices import voice_for
from captioner.align.mfcc import Floats, one_core_matmul
from captioner.align.pause_aligner import align_by_pauses
from captioner.align.pause_anchors import sections
from captioner.align.readings import reading_of
from captioner.align.text_units import TextUnit, text_units
from captioner.align.timed_words import words_from_path
from captioner.align.viterbi import Band, Indices, ViterbiPath, best_path
from captioner.align.voice_features import VoiceFeatures, voice_features
from captioner.values import Audio

LONGEST = 40.0
"""Seconds of a clip that is compared at once; memory grows with the square of the length."""

FASTEST = 25.0
"""Syllables a second, more than any speaker says: a longer text cannot be the clip's and is not synthesized."""

DISTANCE_COST, PACE_COST = {2: np.float32(0.4), 1: np.float32(0.6)}, {2: 0.2, 1: 0.3}
"""Cost of a frame that has nothing in common with the voice's frame, and of a frame held or skipped.

The first path takes every second frame (2) and is less sensitive to noise; the second takes all (1).
"""

DEVIATION_COST = np.float32(0.075)
"""Cost of a frame for each squared deviation from the mean of its letter's sound. Music disturbs this less."""

DOUBTFUL, BETTER = 0.42, 0.025
"""Average cost of a path above which the text may not be that of the clip. The text must then cost less, by at least
the second number, than the same text backwards, which is certainly wrong. Noise and a narrow band raise both costs.
"""

PRIOR_FRAMES = 100.0
"""Weight, in frames, of the unchanged voice when it is fitted to the speaker."""

REACH = 40
"""Frames by which the second path may leave the first."""


class Espeak:
    """Times words by espeak-ng's speech in every language that espeak-ng reads, and by pauses in the others.

    It doubts a clip that does not match its text, and one longer than `LONGEST` without a pause. Raises `ImportError`
    or `OSError` if espeak-ng cannot be loaded.
    """

    name = "espeak"

    def __init__(self) -> None:
        load_library()

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        """Return the words of `text`, each at the time at which it is said in `clip`."""
        units = text_units(text)
        voice = voice_for(language, text)
        reading = reading_of(text, voice) if voice else None
        if voice is None or reading is None or not any(character.isalnum() for character in reading.text):
            return align_by_pauses(clip, text)
        if clip.duration > LONGEST:
            return self._align_sections(clip, text, units, language)
        if sum(unit.weight for unit in units) > FASTEST * (clip.duration + 0.2):
            return align_by_pauses(clip, text, "the text is too long for the audio", matches=False)
        features = clip_features(clip)
        speech = synthesize(reading.text, voice)
        if speech is None or features is None:
            return align_by_pauses(clip, text)
        model = voice_features(reading.with_text_positions(speech), units, features.voiced_seconds)
        path = _fitted_path(features, model, states_of_frames(text, units, model.unit_frames))
        if path is None:
            return align_by_pauses(clip, text, "the text does not match the audio", matches=False)
        return Alignment(words_from_path(clip, text, units, path, model.unit_frames), matches=True)

    def _align_sections(self, clip: Audio, text: str, units: Sequence[TextUnit], language: str | None) -> Alignment:
        parts = sections(clip, units, LONGEST)
        if len(parts) == 1 and parts[0][0].duration > LONGEST:
            return align_by_pauses(clip, text, f"the audio is longer than {LONGEST:g} s without a pause")
        alignments = [self.align(part, text[characters], language) for part, characters in parts]
        doubts = dict.fromkeys(alignment.doubt for alignment in alignments if alignment.doubt)
        words = tuple(word for alignment in alignments for word in alignment.words)
        timed_by = next((alignment.timed_by for alignment in alignments if alignment.timed_by), None)
        return Alignment(words, "; ".join(doubts) or None, all_match(alignments), timed_by)


def all_match(alignments: Sequence[Alignment]) -> bool | None:
    """Return whether all parts of a text match their audio; None if a part was not judged and none differs."""
    verdicts = [alignment.matches for alignment in alignments]
    return False if False in verdicts else None if None in verdicts else True


def _fitted_path(clip: ClipFeatures, voice: VoiceFeatures, states: Indices) -> ViterbiPath | None:
    """Return the path of the clip's frames through the voice's, or None if the clip does not match its text.

    `states` are the states of the voice's frames by the letters of the text. The first path takes every second frame;
    it decides whether clip and text match, and it is used to fit the voice to the speaker. The cost of the second path
    cannot decide that, since a fitted voice matches even the wrong text.
    """
    coarse, coarse_voice, gaps = _FrameCost(clip, 2), voice.features[::2], np.unique((voice.gaps + 1) // 2)
    first = coarse.path(coarse_voice, states[::2], gaps)
    if first.cost > DOUBTFUL:
        backwards = coarse.path(coarse_voice[::-1], states[::2][::-1], np.unique(len(coarse_voice) - gaps))
        if first.cost + BETTER > backwards.cost:
            return None
    speech = first.is_speech
    matched = coarse_voice[first.model_frames[speech].astype(int)]
    fitted = _fitted_to_speaker(voice.features, matched, clip.features[::2][speech])
    near = np.interp(np.arange(len(clip.features)), np.arange(0, len(clip.features), 2), 2 * first.model_frames)
    return _FrameCost(clip, 1).path(fitted, states, voice.gaps, Band.around(near, len(fitted), REACH))


@dataclass(frozen=True)
class _FrameCost:
    """The cost of matching every `step`th frame of a clip with the frames of a voice."""

    clip: ClipFeatures
    step: int

    def path(self, voice: Floats, states: Indices, gaps: Indices, band: Band | None = None) -> ViterbiPath:
        clip, frames = self.clip, self.clip.features[:: self.step]
        deviation = (DEVIATION_COST * emission_costs(frames))[:, states]
        cost = DISTANCE_COST[self.step] * _distances(frames, voice) + deviation
        cost += clip.quiet_cost[:: self.step, None]
        return best_path(cost, clip.silence_cost[:: self.step], gaps, band, pace_cost=PACE_COST[self.step])


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
