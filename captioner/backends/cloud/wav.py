"""A clip as the bytes of a WAV file, made in memory.

16-bit mono PCM: every service reads it, and it keeps all that a recogniser uses. 30 s at 16 kHz are 0.96 MB.
"""

from __future__ import annotations

import io
import wave

import numpy as np

from captioner.values import Audio

FULL_SCALE = 32767
"""The 16-bit sample for 1.0."""


def wav_bytes(clip: Audio, *, shortest: float = 0.0) -> bytes:
    """Return `clip` as a WAV file, padded with silence at its end to `shortest` seconds."""
    padding = max(0, round(shortest * clip.sample_rate) - len(clip.samples))
    samples = np.pad(clip.samples, (0, padding))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(clip.sample_rate)
        writer.writeframes(np.rint(np.clip(samples, -1, 1) * FULL_SCALE).astype("<i2").tobytes())
    return file.getvalue()
