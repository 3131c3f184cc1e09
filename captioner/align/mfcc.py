"""Acoustic features: the level and the mel-frequency cepstral coefficients (MFCC) of each frame of audio.

Frames start at fixed times, not at fixed samples, so audio of any sample rate needs no resampling.
"""

from __future__ import annotations

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


def mfcc(frames: Floats, sample_rate: int, voiced: NDArray[np.bool_], formant_scale: float = 1.0) -> Floats:
    """Return mel-frequency cepstra and their slopes, shape (frames, 26).

    The resonances of the voice are moved up by the factor `formant_scale`. The coefficients have mean 0 and deviation 1
    over the `voiced` frames, which removes the effect of room and microphone.
    """
    emphasised = frames.copy()
    emphasised[:, 1:] -= np.float32(_EMPHASIS) * frames[:, :-1]
    window, filters, cosines = _analysis(frames.shape[1], sample_rate, formant_scale)
    spectrum = np.fft.rfft(emphasised * window, 2 * (filters.shape[0] - 1))
    power = spectrum.real**2 + spectrum.imag**2
    cepstra = one_core_matmul(np.log(one_core_matmul(power, filters) + _FAINT), cosines)
    own = cepstra[voiced] if voiced.sum() > 2 else cepstra
    cepstra = (cepstra - own.mean(axis=0)) / (own.std(axis=0) + _FAINT)
    return np.hstack((cepstra, np.gradient(cepstra, axis=0))).astype(np.float32)


def one_core_matmul(one: NDArray[np.floating[Any]], other: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return `one @ other`, in blocks of rows small enough for one core.

    OpenBLAS shares larger products among threads, which then keep the other cores busy while they wait for work.
    """
    step = max(1, _ONE_CORE // other.size)
    blocks = [one[first : first + step] @ other for first in range(0, len(one), step)]
    return np.concatenate(blocks) if len(blocks) > 1 else blocks[0]


@cache
def _analysis(window: int, sample_rate: int, formant_scale: float) -> tuple[Floats, Floats, Floats]:
    """Return Hamming window; mel filters, shape (bins, bands); DCT-II, shape (bands, coefficients)."""
    size = 1 << (window - 1).bit_length()
    edges = _hertz(np.linspace(_mel(LOWEST), _mel(HIGHEST), _BANDS + 2)) / formant_scale
    bins = np.arange(size // 2 + 1)[:, None] * sample_rate / size
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    filters = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    cosines = np.cos(np.pi / _BANDS * (np.arange(_BANDS) + 0.5)[:, None] * np.arange(_COEFFICIENTS))
    return np.hamming(window).astype(np.float32), filters.astype(np.float32), cosines.astype(np.float32)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(700 * (10 ** (mel / 2595) - 1))
