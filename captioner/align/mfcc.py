"""Acoustic features: the level and the mel-frequency cepstral coefficients (MFCC) of each frame of audio.

Frames start at fixed times, not at fixed samples, so audio of any sample rate needs no resampling.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from captioner.values import Samples

Floats = NDArray[np.float32]

HOP = 0.010
"""Seconds from the middle of one frame to the middle of the next."""

WINDOW = 0.025
"""Seconds that a frame lasts."""

LOWEST, HIGHEST = 60.0, 7600.0
"""Hz: the range of the mel bands."""

_BANDS, _COEFFICIENTS = 40, 13
_EMPHASIS = 0.97  # at 16 kHz
_SILENCE = 1e-10  # power of digital silence
_FAINT = np.float32(1e-7)
_ONE_CORE = 500_000  # multiplications that OpenBLAS does on one core


def split_frames(samples: Samples, sample_rate: int, hop: float = HOP) -> Floats:
    """Return frames of `WINDOW` seconds around 0, `hop`, `2 * hop` ... seconds, shape (frames, samples of a window)."""
    window = round(WINDOW * sample_rate)
    count = max(1, int(len(samples) / sample_rate / hop))
    padded = np.pad(samples, (window // 2, window))
    first = np.rint(np.arange(count) * hop * sample_rate).astype(int)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, window)[first], np.float32)


def levels(frames: Floats) -> Floats:
    """Return the level of each frame in dB, shape (frames,)."""
    return np.asarray(10 * np.log10(np.einsum("ij,ij->i", frames, frames) / frames.shape[1] + _SILENCE), np.float32)


def mel_power(frames: Floats, sample_rate: int, formant_scale: float = 1.0) -> Floats:
    """Return the power of each frame in each mel band, shape (frames, bands).

    The resonances of the voice are moved up by the factor `formant_scale`.
    """
    emphasised = frames.copy()
    emphasised[:, 1:] -= np.float32(_EMPHASIS) * frames[:, :-1]
    window, filters = _analysis(frames.shape[1], sample_rate, formant_scale)
    spectrum = np.fft.rfft(emphasised * window, 2 * (filters.shape[0] - 1))
    return np.asarray(one_core_matmul(spectrum.real**2 + spectrum.imag**2, filters), np.float32)


def cepstra_of(power: Floats) -> Floats:
    """Return the mel-frequency cepstra of each frame, shape (frames, 13), given its `mel_power`."""
    return np.asarray(one_core_matmul(np.log(power + _FAINT), _cosines()), np.float32)


@dataclass(frozen=True)
class Scale:
    """The mean and the deviation of each coefficient over some frames of speech, shape (13,)."""

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, voiced: Floats) -> Scale:
        """Return the scale of the cepstra `voiced`, shape (frames, 13)."""
        return cls(voiced.mean(axis=0), voiced.std(axis=0) + _FAINT)


def normalised_mfcc(cepstra: Floats, scale: Scale) -> Floats:
    """Return cepstra and their slopes, shape (frames, 26).

    The frames of the scale then have mean 0 and deviation 1, which removes the effect of room and microphone.
    """
    scaled = (cepstra - scale.mean) / scale.deviation
    return np.hstack((scaled, np.gradient(scaled, axis=0))).astype(np.float32)


def one_core_matmul(one: NDArray[np.floating[Any]], other: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return `one @ other`, in blocks of rows small enough for one core.

    OpenBLAS shares larger products among threads, which then keep the other cores busy while they wait for work.
    """
    step = max(1, _ONE_CORE // other.size)
    blocks = [one[first : first + step] @ other for first in range(0, len(one), step)]
    return np.concatenate(blocks) if len(blocks) > 1 else blocks[0]


@cache
def _analysis(window: int, sample_rate: int, formant_scale: float) -> tuple[Floats, Floats]:
    """Return Hamming window; mel filters, shape (bins, bands)."""
    size = 1 << (window - 1).bit_length()
    edges = _hertz(np.linspace(_mel(LOWEST), _mel(HIGHEST), _BANDS + 2)) / formant_scale
    bins = np.arange(size // 2 + 1)[:, None] * sample_rate / size
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    filters = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return np.hamming(window).astype(np.float32), filters.astype(np.float32)


@cache
def _cosines() -> Floats:
    """Return the DCT-II, shape (bands, coefficients)."""
    angles = np.pi / _BANDS * (np.arange(_BANDS) + 0.5)[:, None] * np.arange(_COEFFICIENTS)
    return np.asarray(np.cos(angles), np.float32)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(700 * (10 ** (mel / 2595) - 1))
