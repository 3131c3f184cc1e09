"""The acoustic features of espeak-ng's speech, without its pauses, and the frames at which units and phones begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.espeak_library import SynthesizedSpeech
from captioner.align.mfcc import HOP, Floats, Scale, cepstra_of, levels, mel_power, normalised_mfcc, split_frames
from captioner.align.noise_mask import masked
from captioner.align.phones import PhoneFrames, phone_frames
from captioner.align.text_units import TextUnit

FORMANT_SCALE = 1.08
"""Factor by which the resonances are moved up: the voice is a man's, this lies between a man's and a woman's."""

_SILENCE = -60.0  # dB; espeak-ng's pauses are digital silence
_KEPT = 1  # frames of each pause that are kept, so that the closure of a consonant is not lost
_OVERLAP = 2  # frames before a unit whose window reaches into it
_DYNAMIC_RANGE = 40.0  # dB below the loudest frames; quieter frames are not speech
_SLOWEST, _FASTEST = 0.5, 2.0  # pace relative to the voice's own


@dataclass(frozen=True)
class VoiceFeatures:
    """The features of a synthesized text."""

    features: Floats
    """Mel-frequency cepstra and their slopes, shape (frames, 26)."""
    unit_frames: NDArray[np.intp]
    """The frame at which each unit begins, then the number of frames, shape (units + 1,)."""
    gaps: NDArray[np.intp]
    """The frames before which the speaker may pause: where a part of the text begins, and the end."""
    phones: PhoneFrames


def voice_features(
    speech: SynthesizedSpeech, units: Sequence[TextUnit], duration: float, noise: Floats
) -> VoiceFeatures:
    """Return the features of `speech` at the pace at which it lasts `duration` seconds without its pauses.

    `noise` is the power of the noise to add, relative to that of the speech, in each mel band.
    """
    marked_units, times = _marked_units(speech, units)
    speaking, _ = _speaking(speech, times, HOP)
    hop = HOP * float(np.clip(speaking.sum() * HOP / max(duration, HOP), _SLOWEST, _FASTEST))
    speaking, loud = _speaking(speech, times, hop)
    passed = np.concatenate(([0], np.cumsum(speaking)))
    marked_frames = passed[np.minimum(np.rint(times / hop).astype(int), len(speaking))]
    features = _features(split_frames(speech.samples, speech.sample_rate, hop)[speaking], speech.sample_rate, noise)
    count = len(features)
    weights = np.cumsum([0.0, *(unit.weight for unit in units)])
    unit_frames = np.interp(weights, [*weights[marked_units], weights[-1]], [*marked_frames, count])
    gaps = np.unique(np.append(np.minimum(marked_frames, count - 1), count))
    phones = phone_frames(speech, hop, passed, loud)
    return VoiceFeatures(features, np.rint(unit_frames).astype(int), gaps, phones)


def _features(frames: Floats, sample_rate: int, noise: Floats) -> Floats:
    level = levels(frames)
    is_voiced = level > np.percentile(level, 95) - _DYNAMIC_RANGE
    if is_voiced.sum() <= 2:
        is_voiced = np.ones(len(level), bool)
    cepstra = cepstra_of(masked(mel_power(frames, sample_rate, FORMANT_SCALE), is_voiced, noise))
    return normalised_mfcc(cepstra, Scale.of(cepstra[is_voiced]))


def _marked_units(speech: SynthesizedSpeech, units: Sequence[TextUnit]) -> tuple[list[int], NDArray[np.float64]]:
    """Return the numbers of the units at which a mark lies, and their times in seconds; the first unit is at 0."""
    firsts = np.array([unit.first for unit in units])
    time_of_unit: dict[int, float] = {0: 0.0}
    for position, time in speech.marks:
        time_of_unit.setdefault(max(0, int(np.searchsorted(firsts, position, side="right")) - 1), time)
    numbers = sorted(time_of_unit)
    return numbers, np.maximum.accumulate([time_of_unit[number] for number in numbers])


def _speaking(
    speech: SynthesizedSpeech, times: NDArray[np.float64], hop: float
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return whether each frame is speech, not the silence before the units at `times` or at the end, shape (frames,).

    `_KEPT` frames of each silence count as speech. The second value holds the numbers of the frames that are no
    digital silence.
    """
    level = levels(split_frames(speech.samples, speech.sample_rate, hop))
    speaking = np.ones(len(level), bool)
    loud = np.flatnonzero(level >= _SILENCE)
    for end in [*(np.rint(times[1:] / hop).astype(int) - _OVERLAP), len(level)]:
        last = int(np.searchsorted(loud, end)) - 1
        begin = int(loud[last]) + 1 if last >= 0 else 0
        speaking[begin + _KEPT : max(end, 0)] = False
    return speaking, loud
