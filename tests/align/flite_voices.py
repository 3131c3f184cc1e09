"""Synthetic speech by flite's voices, which are models of human speakers: any English text, with exact word times.

Needs the shared libraries of flite (`apt install flite`); `flite_installed` says whether they are there.
"""

from __future__ import annotations

import ctypes
from ctypes.util import find_library
from functools import cache

import numpy as np

from captioner.values import Audio, Word

VOICES = ("rms", "slt", "awb")
"""A man and a woman of the USA, and a man from Scotland."""

SENTENCES = (
    "Every winter the river behind our house freezes over, and the children run out with their skates.",
    "My brother, who is afraid of thin ice, throws three large stones at it first.",
    "Nobody has ever fallen in, but he still keeps a long rope beside the kitchen door.",
    "The ferry left an hour late because the captain could not find his glasses.",
    "They were on his nose, of course, and the whole crew had known it since the morning.",
    "A good loaf needs flour, water, salt and a very quiet afternoon.",
    "She measured the field twice, wrote down both numbers, and then chose the one she liked better.",
    "Above the village stands a chapel that was never finished.",
    "Its roof is the sky, its floor is grass, and sheep walk in and out during the service.",
    "When the storm took the bridge away, the two halves of the town learned to shout.",
    "The museum bought a clock that runs backwards, and visitors keep arriving before they leave.",
    "Please put the yellow boxes under the table, and leave the small ones near the window.",
    "We waited for the doctor in a green room, where an old radio played the same song again and again.",
    "In spring, the market smells of fish, fresh paint and oranges.",
    "He said he would write a letter each week, yet the postman has brought us nothing but bills.",
    "Teachers know that the last hour before a holiday belongs to the pupils.",
    "If you turn left at the burned oak, you will see our gate, a blue mailbox and probably the dog.",
    "Machines have measured the noise of growing corn, and farmers always claimed that it was loud.",
)
"""Made for captioner. flite reads each of their words as one word."""

_FIRST, _LAST = "R:SylStructure.daughter1.daughter1", "R:SylStructure.daughtern.daughtern"


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


@cache
def flite_installed() -> bool:
    """Return whether flite and all of `VOICES` can be loaded."""
    try:
        return all(_voice(name) for name in VOICES)
    except OSError:
        return False


@cache
def flite_speech(text: str, voice: str = "slt", start: float = 0.0) -> tuple[Audio, tuple[Word, ...]]:
    """Return `text` as `voice` says it from the second `start` on, and each word with its times.

    Each word of `text`, between spaces, must be read as one word: no numbers, and no abbreviations.
    """
    flite = _flite()
    utterance = flite.flite_synth_text(text.encode(), _voice(voice))
    try:
        wave = flite.utt_wave(utterance).contents
        samples = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)).astype(np.float32) / np.float32(32768)
        audio = Audio(samples, wave.sample_rate, start)
        times = []
        item = flite.relation_head(flite.utt_relation(utterance, b"Word"))
        while item:
            first = flite.ffeature_float(item, f"{_FIRST}.R:Segment.p.end".encode())
            times.append((first, flite.ffeature_float(item, f"{_LAST}.R:Segment.end".encode())))
            item = flite.item_next(item)
    finally:
        flite.delete_utterance(utterance)
    words = text.split()
    assert len(words) == len(times), f"flite reads {len(words)} words as {len(times)}: {text!r}"
    spaced = [words[0], *(f" {word}" for word in words[1:])]
    return audio, tuple(
        Word(start + first, min(start + last, audio.end), word)
        for (first, last), word in zip(times, spaced, strict=True)
    )


@cache
def _flite() -> ctypes.CDLL:
    library = _load("flite")
    library.flite_init()
    for function in ("flite_synth_text", "utt_relation", "relation_head", "item_next"):
        getattr(library, function).restype = ctypes.c_void_p
    library.flite_synth_text.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    library.utt_relation.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
    library.utt_wave.argtypes, library.utt_wave.restype = (ctypes.c_void_p,), ctypes.POINTER(_Wave)
    for function in ("relation_head", "item_next", "delete_utterance"):
        getattr(library, function).argtypes = (ctypes.c_void_p,)
    library.ffeature_float.argtypes, library.ffeature_float.restype = (ctypes.c_void_p, ctypes.c_char_p), ctypes.c_float
    return library


@cache
def _voice(name: str) -> ctypes.c_void_p:
    _flite()
    register = getattr(_load(f"flite_cmu_us_{name}"), f"register_cmu_us_{name}")
    register.restype = ctypes.c_void_p
    return ctypes.c_void_p(register(None))


def _load(name: str) -> ctypes.CDLL:
    """Load a library of flite. Raises `OSError` if it is not installed."""
    found = find_library(name)
    if found is None:
        raise OSError(f"{name} is not installed")
    return ctypes.CDLL(found, ctypes.RTLD_GLOBAL)
