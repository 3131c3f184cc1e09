"""A GLM-ASR service on this machine, for tests: as strict as the real one, and with the faults that a test sets.

with GlmService({audio_key(clip): "Hello."}, faults={0: error("1302")}) as service:
    backend = load_backend("glm", key=service.key, base_url=service.base_url)
    (recognition,) = backend.transcribe([clip], Hints())
assert recognition.text == "Hello." and len(service.requests) == 2
"""

from __future__ import annotations

from captioner.testing.audio_file import AudioFile, audio_key
from captioner.testing.faults import (
    Fault,
    cut_stream,
    drip,
    echo_key,
    empty,
    error,
    error_in_stream,
    html,
    looped,
    malformed,
    reset,
    silence,
)
from captioner.testing.requests import ServiceRequest
from captioner.testing.scenario import Faults, Texts
from captioner.testing.service import GlmService

__all__ = [
    "AudioFile",
    "Fault",
    "Faults",
    "GlmService",
    "ServiceRequest",
    "Texts",
    "audio_key",
    "cut_stream",
    "drip",
    "echo_key",
    "empty",
    "error",
    "error_in_stream",
    "html",
    "looped",
    "malformed",
    "reset",
    "silence",
]
