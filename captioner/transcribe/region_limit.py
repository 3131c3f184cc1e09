"""How long a speech region may be for a backend."""

from __future__ import annotations

import math
from dataclasses import replace

from captioner.backends import Traits
from captioner.errors import BackendError
from captioner.speech import SAMPLE_RATE, SpeechOptions


def limit_regions(speech: SpeechOptions, traits: Traits, longest: float = math.inf) -> SpeechOptions:
    """Return the options with no region longer than the backend takes, nor than `longest` seconds.

    Raises `BackendError` if that is too short, or if the backend asks for another sample rate.
    """
    if traits.sample_rate != SAMPLE_RATE:
        raise BackendError(traits.name, f"asks for audio of {traits.sample_rate} Hz; captioner gives {SAMPLE_RATE} Hz")
    try:
        return replace(speech, longest_region=min(speech.longest_region, traits.longest_clip, longest))
    except ValueError as error:
        reason = f"takes no clip above {traits.longest_clip:g} s, which is too short: {error}"
        raise BackendError(traits.name, reason) from error
