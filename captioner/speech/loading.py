"""Loading the installed silero-vad: in numpy where its weights are known, else through the package's own code."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from captioner.errors import CaptionerError
from captioner.speech.silero import KNOWN_WEIGHTS, Silero, read_weights
from captioner.speech.silero_torch import TorchSilero
from captioner.speech.speech_model import SpeechModel


def load_speech_model() -> SpeechModel:
    """Return the installed silero-vad at the beginning of a stream. Raises `CaptionerError` if it is not installed."""
    spec = find_spec("silero_vad")
    if spec is None or not spec.submodule_search_locations:
        raise CaptionerError(
            "silero-vad is not installed, and captioner finds speech with it; run: pip install silero-vad"
        )
    model = Path(spec.submodule_search_locations[0], "data", "silero_vad.jit")
    if model.is_file() and _fingerprint(model) in KNOWN_WEIGHTS:
        return Silero(read_weights(model.read_bytes()))
    return TorchSilero()


@cache
def _fingerprint(model: Path) -> str:
    return hashlib.sha256(model.read_bytes()).hexdigest()
