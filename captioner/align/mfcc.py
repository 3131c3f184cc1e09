"""What of a sound tells words apart: its level, and the shape of its spectrum, every few milliseconds.

Frames are laid at times and not at samples, so a sound of any sample rate needs no resampling.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from captioner.values import Samples

Floats = NDArray[np.float32]

HOP = 0.010
"""Seconds from frame to frame."""

WINDOW = 0.025  # seconds
LOWEST, HIGHEST = 60.0, 7600.0  # Hz
_BANDS, _COEFFICIENTS = 40, 13
_EMPHASIS = 0.97  # at 16 kHz
_SILENCE = 1e-10  # power
_FAINT = np.float32(1e-7)
_RANGE = 50.0  # dB below the voice; what is quieter is all the same
_NEAR = 8.0  # dB
_SHARE = 0.3
_ONE_CORE = 500_000  # multiplications that OpenBLAS does not share out


def frames(samples: Samples, sample_rate: int, hop: float = HOP) -> Floats:
    """Shape (frames, window): `WINDOW` seconds around 0, `hop`, `2 * hop` ... until the sound ends."""
    window = round(WINDOW * sample_rate)
    count = max(1, int(len(samples) / sample_rate / hop))
    padded = np.pad(samples, (window // 2, window))
    first = np.rint(np.arange(count) * hop * sample_rate).astype(int)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, window)[first], np.float32)


def levels(framed: Floats) -> Floats:
    """dB of each frame."""
    return np.asarray(10 * np.log10(np.einsum("ij,ij->i", framed, framed) / framed.shape[1] + _SILENCE), np.float32)


def loud(level: Floats) -> NDArray[np.bool_]:
    """The frames in which somebody speaks: 8 dB, or three tenths of the way up to the voice, above the background."""
    return np.asarray(level > threshold(level))


def threshold(level: Floats) -> float:
    """dB above which a frame is loud; the background and the voice are the 5th and the 95th percentile."""
    background, voice = np.percentile(level, [5, 95])
    background = max(background, voice - _RANGE)
    return float(background + max(_NEAR, _SHARE * (voice - background)))


def mfcc(framed: Floats, sample_rate: int, voiced: NDArray[np.bool_], tract: float = 1.0) -> Floats:
    """Shape (frames, 26): mel-frequency cepstra as they would be with resonances `tract` times as high, and their
    slopes; mean 0 and deviation 1 over the `voiced` frames, so that neither room nor microphone matters.
    """
    emphasised = framed.copy()
    emphasised[:, 1:] -= np.float32(_EMPHASIS) * framed[:, :-1]
    window, filters, cosines = _analysis(framed.shape[1], sample_rate, tract)
    spectrum = np.fft.rfft(emphasised * window, 2 * (filters.shape[0] - 1))
    power = spectrum.real**2 + spectrum.imag**2
    cepstra = product(np.log(product(power, filters) + _FAINT), cosines)
    own = cepstra[voiced] if voiced.sum() > 2 else cepstra
    cepstra = (cepstra - own.mean(axis=0)) / (own.std(axis=0) + _FAINT)
    return np.hstack((cepstra, np.gradient(cepstra, axis=0))).astype(np.float32)


def product(one: NDArray[np.floating[Any]], other: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """`one @ other`, in pieces that are no work for a second core: its threads wait for more at full load."""
    step = max(1, _ONE_CORE // other.size)
    pieces = [one[first : first + step] @ other for first in range(0, len(one), step)]
    return np.concatenate(pieces) if len(pieces) > 1 else pieces[0]


@cache
def _analysis(window: int, sample_rate: int, tract: float) -> tuple[Floats, Floats, Floats]:
    """Hamming window; mel filters, shape (bins, bands); DCT-II, shape (bands, coefficients)."""
    size = 1 << (window - 1).bit_length()
    edges = _hertz(np.linspace(_mel(LOWEST), _mel(HIGHEST), _BANDS + 2)) / tract
    bins = np.arange(size // 2 + 1)[:, None] * sample_rate / size
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    filters = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    cosines = np.cos(np.pi / _BANDS * (np.arange(_BANDS) + 0.5)[:, None] * np.arange(_COEFFICIENTS))
    return np.hamming(window).astype(np.float32), filters.astype(np.float32), cosines.astype(np.float32)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(700 * (10 ** (mel / 2595) - 1))
