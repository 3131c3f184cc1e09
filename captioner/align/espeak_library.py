"""espeak-ng as a function: text in, its sound out, and when each part of the text is said in it.

The library keeps one voice, one callback and one state for a whole process, so everything here happens under one lock
and sets everything that it depends on anew: the same text is the same sound, whatever was said before it.
"""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from functools import cache

import numpy as np

from captioner.values import Samples

_SYNCHRONOUS, _UTF8 = 2, 1
_PACE, _VOLUME, _PITCH, _RANGE, _PUNCTUATION, _CAPITALS, _WORD_GAP = range(1, 8)
_PARAMETERS = {_PACE: 175, _VOLUME: 100, _PITCH: 50, _RANGE: 50, _PUNCTUATION: 0, _CAPITALS: 0, _WORD_GAP: 0}
_END_OF_LIST, _WORD = 0, 1

_TONE = 120
"""Hz, of every voice. The pitch of espeak-ng's own flutters along a table in which each text goes on where the one
before it stopped.
"""

_TRILL = ("re", "fi")
"""A text and its voice of an odd number of cycles, with a trill. Creaks and trills weaken every second or fourth cycle,
counted since the process began; how this one sounds tells where the count, modulo 4, stands.
"""

_lock = threading.Lock()


@dataclass(frozen=True)
class Speech:
    """`samples` at `sample_rate` Hz; `marks` are (place in the text, second) of every part said, in order."""

    samples: Samples
    sample_rate: int
    marks: tuple[tuple[int, float], ...]


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # in characters, from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # ms
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def speak(text: str, voice: str) -> Speech | None:
    """`text` as `voice` says it; None where espeak-ng does not know the voice, or has nothing to say."""
    with _lock:
        library, sample_rate = _library()
        for _ in range(4):
            if _sound(_say(library, *_TRILL)) == _first_trill():
                break
        pieces, marks = _say(library, text, voice)
    if not pieces or not marks:
        return None
    return Speech(np.concatenate(pieces), sample_rate, tuple(marks))


_Said = tuple[list[Samples], list[tuple[int, float]]]


def _say(library: ctypes.CDLL, text: str, voice: str) -> _Said:
    """The pieces of the sound, and the marks."""
    pieces: list[Samples] = []
    marks: list[tuple[int, float]] = []

    def take(samples: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if samples and count > 0:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).astype(np.float32) / np.float32(32768))
        index = 0
        while events[index].type != _END_OF_LIST:
            if events[index].type == _WORD:
                marks.append((events[index].text_position - 1, events[index].audio_position / 1000))
            index += 1
        return 0

    callback = _Callback(take)
    said = text.replace("\0", " ").encode("utf-8", "replace") + b"\0"
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        return pieces, marks
    for parameter, value in _PARAMETERS.items():
        library.espeak_SetParameter(parameter, value, 0)
    library.espeak_SetSynthCallback(callback)
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    library.espeak_ng_SetConstF0(_TONE)
    library.espeak_Synth(said, ctypes.c_size_t(len(said)), 0, 1, 0, _UTF8, None, None)
    library.espeak_ng_SetConstF0(0)
    return pieces, marks


def _sound(said: _Said) -> bytes:
    return b"".join(piece.tobytes() for piece in said[0])


@cache
def _first_trill() -> bytes:
    """One and the same of the trill's four sounds, wherever the count stood when it was asked for."""
    library, _ = _library()
    return min(_sound(_say(library, *_TRILL)) for _ in range(4))


def load() -> None:
    """Make sure that there is an espeak-ng. Raises `ImportError`, `OSError`."""
    with _lock:
        _library()


@cache
def _library() -> tuple[ctypes.CDLL, int]:
    """The library that the wheel of espeakng-loader carries, and the sample rate in Hz that it speaks at."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    sample_rate = library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    if sample_rate <= 0:
        raise OSError("espeak-ng does not find its voices")
    return library, sample_rate
