"""Decodes the audio of a realtime client to mono samples at 16 kHz."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from captioner.speech import SAMPLE_RATE
from captioner.values import Samples

Encoding = Literal["pcm", "ulaw", "alaw"]


@dataclass(frozen=True)
class AudioEncoding:
    """How a client encodes its audio: one channel of 16-bit little-endian PCM, or of G.711."""

    encoding: Encoding = "pcm"

    rate: int = 24_000
    """Samples a second; 8000 for G.711."""


class AudioDecoder:
    """Decodes one stream of bytes, however it is cut into messages."""

    def __init__(self, encoding: AudioEncoding) -> None:
        from av.audio.resampler import AudioResampler

        self._encoding = encoding
        self._resampler = AudioResampler("flt", "mono", SAMPLE_RATE)
        self._odd = b""  # the first half of a sample

    def decode(self, data: bytes) -> Samples:
        """Return the samples of the next bytes."""
        from av.audio.frame import AudioFrame

        pcm = self._pcm(data)
        if not len(pcm):
            return np.zeros(0, np.float32)
        frame = AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = self._encoding.rate
        parts = [part.to_ndarray().reshape(-1) for part in self._resampler.resample(frame)]
        return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)

    def _pcm(self, data: bytes) -> NDArray[np.int16]:
        if self._encoding.encoding != "pcm":
            return _TABLES[self._encoding.encoding][np.frombuffer(data, np.uint8)]
        data = self._odd + data
        even = len(data) & ~1
        self._odd = data[even:]
        return np.frombuffer(data[:even], "<i2").astype(np.int16)


def _ulaw() -> NDArray[np.int16]:
    """Return the sample for each byte of G.711 µ-law (ITU-T G.711, table 2a)."""
    code = ~np.arange(256) & 0xFF
    exponent, mantissa = code >> 4 & 7, code & 15
    magnitude = ((2 * mantissa + 33) << exponent) - 33
    return np.where(code & 0x80, -4 * magnitude, 4 * magnitude).astype(np.int16)


def _alaw() -> NDArray[np.int16]:
    """Return the sample for each byte of G.711 A-law (ITU-T G.711, table 1a)."""
    code = np.arange(256) ^ 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    magnitude = np.where(exponent == 0, 2 * mantissa + 1, (2 * mantissa + 33) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, 8 * magnitude, -8 * magnitude).astype(np.int16)


_TABLES = {"ulaw": _ulaw(), "alaw": _alaw()}
