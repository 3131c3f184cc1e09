"""Finds text that is probably not speech: what recognisers invent in noise, where the audio does not confirm it.

The text of a region is suspected if it is one that recognisers invent (`backends.invented_phrases`) or repeats a phrase
over and over (`backends.hallucinations`), and the audio does not confirm it. An aligner that found the text in the
audio confirms it. What is left to judge by is the voice: it confirms a phrase if it lasts about as long as the phrase
takes to say, and any voice keeps a loop, which then stands for speech. An aligner that did not find a phrase is
believed where the voice is clear of noise; in noise it misses one short phrase in four.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from captioner.backends.hallucinations import looped_phrase, words_in
from captioner.backends.invented_phrases import Invented, invented
from captioner.speech.frame_scorer import FrameScorer
from captioner.speech.gain import frame_levels
from captioner.speech.speech_model import FRAME, SAMPLE_RATE
from captioner.speech_level import background_and_voice
from captioner.text.speaking_time import syllables
from captioner.transcribe import RegionResult
from captioner.values import Audio

SYLLABLE = 0.2
"""Seconds that a syllable takes; see `speaking_time.syllables`."""

LEAST_VOICE, MOST_VOICE, GRACE = 0.4, 2.5, 0.6
"""How much voice confirms a text: shares of the time that it takes to say, and seconds that may be added to that.

Said in four voices, with noise 0 to 10 dB below the voice, `You`, `Bye` and `Thank you` have 0.9 to 2 times as much.
"""

NO_VOICE = 0.3
"""Seconds of voice below which a region holds no speech."""

CLEAR = 20.0
"""dB of the voice above the background from which an aligner is believed that the text is not in the audio."""

VOICED = 0.5
"""Probability of speech of a frame of voice. Noise, applause and breath stay below it, voice 0 dB above noise does not.
"""


@dataclass(frozen=True)
class Voice:
    """The voice in a region."""

    seconds: float

    contrast: float
    """dB above the background."""


def mark_suspected(results: Iterable[RegionResult], *, keep: bool = False) -> Iterator[RegionResult]:
    """Yield the same results in order, without their audio, and with the reason in the report of a suspected region.

    Its segment is left out unless `keep`; the report still has its text.
    """
    for result in results:
        reason = suspicion(result)
        if reason is None:
            yield replace(result, clip=None)
        else:
            report = replace(result.report, suspected=reason)
            yield replace(result, report=report, segment=result.segment if keep else None, clip=None)


def suspicion(result: RegionResult) -> str | None:
    """Return why the text of a region is probably not speech; None if it may be."""
    segment = result.segment
    if segment is None or result.report.status != "ok" or result.matches:
        return None
    kind, phrase = invented(segment.text), looped_phrase(words_in(segment.text))
    if (kind or phrase) is None or _is_confirmed(result, kind):
        return None
    if kind is None:
        return f"the text repeats {phrase!r} over and over, and does not match the audio"
    what = "a credit for captions" if kind == "credit" else "a phrase"
    return f"the text is {what} that recognisers invent in noise, and does not match the audio"


def _is_confirmed(result: RegionResult, kind: Invented | None) -> bool:
    """Return whether the audio confirms the text, which the aligner did not."""
    assert result.segment is not None
    if result.clip is None or (kind == "credit" and result.matches is False):
        return result.matches is None
    voice = voice_of(result.clip)
    if kind is None:
        return voice.seconds >= NO_VOICE
    expected = SYLLABLE * syllables(result.segment.text)
    if not LEAST_VOICE * expected <= voice.seconds <= MOST_VOICE * expected + GRACE:
        return False
    return result.matches is None or voice.contrast < CLEAR


def voice_of(clip: Audio) -> Voice:
    """Return the voice in a clip of 16 kHz."""
    samples = clip.samples[: len(clip.samples) // FRAME * FRAME]
    if not len(samples):
        return Voice(0.0, 0.0)
    scorer = FrameScorer()
    probabilities = np.concatenate((scorer.push(samples)[0], scorer.flush()[0]))
    background, voice = background_and_voice(frame_levels(samples))
    return Voice(float((probabilities >= VOICED).sum()) * FRAME / SAMPLE_RATE, float(voice - background))
