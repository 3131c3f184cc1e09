"""Synthetic speech for tests by espeak-ng, from the wheel of espeakng-loader: any text, voice and pace."""

from __future__ import annotations

import ctypes
from functools import cache

import espeakng_loader
import numpy as np

from captioner.values import Samples

RATE = 16_000
_SYNCHRONOUS, _UTF8 = 2, 1
_PACE, _PITCH = 1, 3
_WORD = 1


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def spoken(text: str, voice: str = "en-us", *, pace: int = 160, pitch: int = 50) -> Samples:
    """`text` at 16 kHz; `pace` in words a minute, `pitch` from 0 to 99."""
    return spoken_with_marks(text, voice, pace=pace, pitch=pitch)[0]


def spoken_with_marks(
    text: str, voice: str, *, pace: int = 160, pitch: int = 50
) -> tuple[Samples, list[tuple[int, float]]]:
    """`text` at 16 kHz, and (position in the text, second at which it is said) of its words."""
    library, rate = _espeak()
    blocks: list[Samples] = []
    marks: list[tuple[int, float]] = []

    def receive(samples: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if samples and count > 0:
            blocks.append(np.ctypeslib.as_array(samples, (count,)).astype(np.float32) / np.float32(32768))
        index = 0
        while events[index].type:
            if events[index].type == _WORD:
                marks.append((events[index].text_position - 1, events[index].audio_position / 1000))
            index += 1
        return 0

    callback = _Callback(receive)
    library.espeak_SetSynthCallback(callback)
    assert library.espeak_SetVoiceByName(voice.encode()) == 0, voice
    library.espeak_SetParameter(_PACE, pace, 0)
    library.espeak_SetParameter(_PITCH, pitch, 0)
    encoded = text.encode() + b"\0"
    assert library.espeak_Synth(encoded, len(encoded), 0, 1, 0, _UTF8, None, None) == 0
    return _resampled(np.concatenate(blocks), rate), marks


@cache
def _espeak() -> tuple[ctypes.CDLL, int]:
    """The library, and the sample rate of its speech in Hz."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    assert rate > 0
    return library, rate


def _resampled(samples: Samples, rate: int) -> Samples:
    """`samples` at 16 kHz, by cutting the spectrum at the new rate."""
    count = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)[: count // 2 + 1]
    return np.asarray(np.fft.irfft(spectrum, count) * (count / len(samples)), np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def noisy(samples: Samples, decibels: float, seed: int = 0) -> Samples:
    """`samples` with white noise `decibels` below the speech."""
    noise = np.random.default_rng(seed).normal(0, 1, len(samples))
    level = np.sqrt(np.mean(np.square(samples)) / 10 ** (decibels / 10))
    return np.asarray(samples + level * noise, np.float32)
