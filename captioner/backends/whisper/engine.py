"""Whisper on one device, by faster-whisper: a clip to its text, words, language and confidence."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel

from captioner.backends.clip_transcription import Transcription
from captioner.backends.contract import Hints
from captioner.backends.whisper.segment_joining import confidence_of, joined
from captioner.backends.whisper.whisper_languages import tag_of
from captioner.errors import BackendError
from captioner.values import Audio

NAME = "whisper"

SPARE_TOKENS = 24
TOKENS_A_SECOND = 14
"""The most tokens that the text of a clip may have: a start, and some for each second. Fast speech takes 5 to 8 a
second, in scripts with several tokens for each letter 12. On noise, Whisper writes until this is used up."""

CONTEXT = 448
"""Tokens that Whisper holds: earlier text, marks and the text of the clip."""

PROMPT_TOKENS = 120
HOTWORD_TOKENS = 80
"""The most tokens of the prompt (its last ones) and of the hotwords (the first ones): together with the text of a clip
of 16 s they fill the context. A longer clip gets a lower limit of tokens."""

MARKS = 8
"""Tokens around the text: start, language, task, and what begins earlier text."""

TEMPERATURE = 0.0
"""Nothing is sampled: CTranslate2 cannot repeat what it sampled, and a result must depend on its clip alone. Whisper's
usual fallback, up to five samplings of a text that is repetitive or improbable, changed no word of 41 clips of real
speech (with tiny.en, 444 words). Here such a clip is recognised again in two parts."""

MOST_THREADS = 8
"""More threads do not make a model of this size faster. Without a limit CTranslate2 takes 4, also on two cores."""

_warn = logging.getLogger("captioner.whisper").warning


@dataclass(frozen=True)
class Decoding:
    """How clips are decoded."""

    task: str
    """`transcribe` or `translate`."""

    beam: int
    """Beams of the search."""


class Engine:
    """A Whisper model on one device."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def recognise(self, clip: Audio, code: str | None, hints: Hints, decoding: Decoding) -> Transcription:
        """Return the text of a clip; `code` is Whisper's code of its language, None to detect it."""
        prompt = self._last_tokens(hints.prompt)
        hotwords = self._hotwords(hints.hotwords)
        used = len(prompt) + self._count(hotwords) + MARKS
        segments, info = self._model.transcribe(
            clip.samples,
            language=code,
            task=decoding.task,
            beam_size=decoding.beam,
            temperature=TEMPERATURE,
            condition_on_previous_text=False,  # with it, base repeats a sentence at the end of a clip
            initial_prompt=prompt or None,
            hotwords=hotwords,
            word_timestamps=True,
            max_new_tokens=min(token_limit(clip.duration), CONTEXT - used),
        )
        segments = [segment for segment in segments if segment.text.strip()]
        language = "en" if decoding.task == "translate" else tag_of(info.language)
        probability = None if code else float(info.language_probability)
        if not segments:
            return Transcription("", language=language, language_probability=probability)
        text, words = joined(segments, clip)
        return Transcription(text, words, language, confidence_of(segments), probability)

    def _last_tokens(self, prompt: str | None) -> list[int]:
        return self._tokens(prompt)[-PROMPT_TOKENS:] if prompt else []

    def _hotwords(self, hotwords: Sequence[str]) -> str | None:
        """Return as many of the first hotwords as fit."""
        fitting: list[str] = []
        for word in hotwords:
            if self._count(", ".join([*fitting, word])) > HOTWORD_TOKENS:
                break
            fitting.append(word)
        return ", ".join(fitting) or None

    def _count(self, text: str | None) -> int:
        return len(self._tokens(text)) if text else 0

    def _tokens(self, text: str) -> list[int]:
        return list(self._model.hf_tokenizer.encode(f" {text.strip()}", add_special_tokens=False).ids)


def token_limit(duration: float) -> int:
    """Return the most tokens that the text of `duration` seconds of speech may have."""
    return SPARE_TOKENS + math.ceil(TOKENS_A_SECOND * duration)


def load_engine(folder: Path, device: str, compute_type: str, threads: int) -> Engine:
    """Return the model in `folder`; "auto" chooses the device and the compute type. Raises `BackendError`.

    On a GPU the model is tried at once, since CTranslate2 loads CUDA's libraries only when it computes. Where they are
    missing, "auto" falls back to the CPU with a warning.
    """
    if device == "auto" and ctranslate2.get_cuda_device_count() > 0:
        try:
            return _loaded(folder, "cuda", compute_type, threads)
        except BackendError as error:
            _warn("whisper runs on the CPU: %s", error.reason)
    try:
        return _loaded(folder, "cpu" if device == "auto" else device, compute_type, threads)
    except BackendError as error:
        if device in ("auto", "cpu"):
            raise
        raise BackendError(NAME, f"{error.reason}; use device=cpu, or device=auto") from error


def _loaded(folder: Path, device: str, compute_type: str, threads: int) -> Engine:
    name, _, index = device.partition(":")
    try:
        model = WhisperModel(
            str(folder),
            device=name,
            device_index=int(index or 0),
            compute_type=_compute_type(compute_type, name),
            cpu_threads=threads or _usual_threads(),
            local_files_only=True,
        )
        if name == "cuda":
            model.encode(np.zeros((model.model.n_mels, 3000), np.float32))
    except Exception as error:  # CTranslate2 raises RuntimeError and ValueError, tokenizers a bare Exception
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise BackendError(NAME, f"cannot load the model in {folder} on {device}: {reason}") from error
    return Engine(model)


def _usual_threads() -> int:
    """Return the number of CPU threads: all cores that this process may use; 0 leaves it to OMP_NUM_THREADS."""
    if "OMP_NUM_THREADS" in os.environ:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_THREADS)


def _compute_type(name: str, device: str) -> str:
    """Return the compute type called `name`; for "auto" the fastest whose text is as good."""
    if name != "auto":
        return name
    fastest = "float16" if device == "cuda" else "int8"
    return fastest if fastest in ctranslate2.get_supported_compute_types(device) else "default"
