"""espeak-ng as a function: text to synthetic speech, with the time of each part of the text and of each phone.

The library has one voice, one callback and one state for the whole process. So every call here holds one lock and sets
all that it depends on: the same text gives the same speech, whatever was synthesized before.
"""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from captioner.values import Samples

_SYNCHRONOUS, _UTF8 = 2, 1
_PACE, _VOLUME, _PITCH, _RANGE, _PUNCTUATION, _CAPITALS, _WORD_GAP = range(1, 8)
_PARAMETERS = {_PACE: 175, _VOLUME: 100, _PITCH: 50, _RANGE: 50, _PUNCTUATION: 0, _CAPITALS: 0, _WORD_GAP: 0}
_END_OF_LIST, _WORD, _PHONEME = 0, 1, 7

_REPORT_PHONES = 1
"""Option of `espeak_Initialize`. Initializing the library again without it turns the phones off."""

_TONE = 120
"""Hz: the constant pitch of every voice. espeak-ng's own pitch follows a table, in which each text continues where the
previous text stopped.
"""

LONGEST_WORD = 3000
"""Characters without a space. More than this is no word, nor a sentence of a language without spaces."""

_TRILL = ("re", "fi")
"""A text with a trill and an odd number of cycles, and its voice. espeak-ng weakens every second or fourth cycle of
creaks and trills and counts the cycles from the start of the process; the samples of this text show the count modulo 4.
"""

_lock = threading.Lock()


@dataclass(frozen=True)
class SynthesizedSpeech:
    """A text as espeak-ng says it."""

    samples: Samples
    sample_rate: int
    """Hz."""
    marks: tuple[tuple[int, float], ...]
    """(position in the text, second at which it is said) of every part, in order."""
    phones: tuple[tuple[str, float], ...] = ()
    """(espeak-ng's name, second at which it begins) of every phone, in order. Pauses have names with `_`."""


class _EspeakEvent(ctypes.Structure):
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


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_EspeakEvent))


def synthesize(text: str, voice: str) -> SynthesizedSpeech | None:
    """Return `text` in the voice called `voice`.

    None if espeak-ng does not know the voice, or the text has no speech, or a word above `LONGEST_WORD`.
    """
    if max(map(len, text.split()), default=0) > LONGEST_WORD:
        return None
    with _lock:
        library, sample_rate = _library()
        output = _run_reproducibly(library, text, voice)
        if output.marks and not output.phones:
            _initialize(library)
            output = _run_reproducibly(library, text, voice)
    if not output.blocks or not output.marks:
        return None
    phones = tuple((name, sample / sample_rate) for name, sample in output.phones)
    return SynthesizedSpeech(np.concatenate(output.blocks), sample_rate, tuple(output.marks), phones)


@dataclass(frozen=True)
class _Output:
    """What espeak-ng returns for one text."""

    blocks: list[Samples] = field(default_factory=list)
    marks: list[tuple[int, float]] = field(default_factory=list)
    phones: list[tuple[str, int]] = field(default_factory=list)  # name, first sample

    @property
    def pcm(self) -> bytes:
        return b"".join(block.tobytes() for block in self.blocks)


def _run_reproducibly(library: ctypes.CDLL, text: str, voice: str) -> _Output:
    """Return what `_run` returns at the same count of cycles as every other time."""
    for _ in range(4):
        if _run(library, *_TRILL).pcm == _first_trill():
            break
    return _run(library, text, voice)


def _run(library: ctypes.CDLL, text: str, voice: str) -> _Output:
    output = _Output()

    def receive(samples: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_EspeakEvent]) -> int:
        if samples and count > 0:
            block = np.ctypeslib.as_array(samples, (count,)).astype(np.float32) / np.float32(32768)
            output.blocks.append(block)
        index = 0
        while (event := events[index]).type != _END_OF_LIST:
            if event.type == _WORD:
                output.marks.append((event.text_position - 1, event.audio_position / 1000))
            elif event.type == _PHONEME:
                output.phones.append((event.id.decode("utf-8", "replace"), event.sample))
            index += 1
        return 0

    callback = _Callback(receive)
    encoded = text.replace("\0", " ").encode("utf-8", "replace") + b"\0"
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        return output
    for parameter, value in _PARAMETERS.items():
        library.espeak_SetParameter(parameter, value, 0)
    library.espeak_SetSynthCallback(callback)
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    library.espeak_ng_SetConstF0(_TONE)
    library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded)), 0, 1, 0, _UTF8, None, None)
    library.espeak_ng_SetConstF0(0)
    return output


@cache
def _first_trill() -> bytes:
    """Return the one of the trill's four forms that serves as reference, independent of the count at the first call."""
    library, _ = _library()
    return min(_run(library, *_TRILL).pcm for _ in range(4))


def load_library() -> None:
    """Load espeak-ng. Raises `ImportError` or `OSError` if that is not possible."""
    with _lock:
        _library()


@cache
def _library() -> tuple[ctypes.CDLL, int]:
    """Return the library from the wheel of espeakng-loader, and the sample rate of its speech in Hz."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    return library, _initialize(library)


def _initialize(library: ctypes.CDLL) -> int:
    """Return the sample rate of espeak-ng's speech in Hz. Raises `OSError` if it has no voices."""
    import espeakng_loader

    data = espeakng_loader.get_data_path().encode()
    sample_rate: int = library.espeak_Initialize(_SYNCHRONOUS, 0, data, _REPORT_PHONES)
    if sample_rate <= 0:
        raise OSError("espeak-ng cannot find its voices")
    return sample_rate
