"""Words in time by Qwen3-ForcedAligner, a model of 0.6 billion parameters that marks where each word begins and ends.

It knows eleven languages and counts in steps of 80 ms. It never touches the network: its weights must be on this
machine, in a folder or in the hub's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from captioner.align import Warn
from captioner.align.pauses import Pauses
from captioner.align.text_units import TextUnit, text_units
from captioner.align.words import timed
from captioner.errors import BackendError
from captioner.languages import language_tag
from captioner.values import Audio, Samples, Word

MODEL = "Qwen/Qwen3-ForcedAligner-0.6B-hf"

KIND = "Qwen3ASRForTokenClassification"
"""The model's architecture; Qwen3-ASR, which has most of its weights, would mark anything."""

SAMPLE_RATE = 16_000
SHORTEST, LONGEST = 0.1, 300.0
"""Seconds of a clip: the model was trained on up to five minutes."""

_LANGUAGES = frozenset(("zh", "en", "yue", "fr", "de", "it", "ja", "ko", "pt", "ru", "es"))
_SPLIT_BY_OTHERS = frozenset(("ja", "ko"))
"""Their words would be told by packages that captioner does not need: without a language, spaces and Han are enough."""

Said = tuple[str, float, float]
"""A word as the model knows it, and from when to when it is said, in seconds since the clip began."""


class Qwen3:
    """Times each word by the model's marks; the pauses time what it cannot.

    `model` is a folder or a name on the hub. `warn` hears of a language that the model does not know, and of a clip
    longer than `LONGEST`. Raises `BackendError` where the model is not on this machine, or is of another kind. The
    weights are read when the first clip comes: a recogniser that loads its own is done by then.
    """

    def __init__(self, warn: Warn = lambda doubt: None, *, model: str = MODEL) -> None:
        self._warn = warn
        self._pauses = Pauses()
        self._processor = _processor(model)
        self._load = partial(_load, model)

    def align(self, clip: Audio, text: str, language: str | None) -> tuple[Word, ...]:
        parts = text_units(text)
        known = _known(language)
        if clip.duration < SHORTEST or not any(character.isalnum() for character in text):
            return self._pauses.align(clip, text, language)
        if known is None and language_tag(language) is not None:
            return self._roughly(clip, text, language, f"is in a language that qwen3 does not know ({language})")
        if clip.duration > LONGEST:
            return self._roughly(clip, text, language, f"is longer than {LONGEST:g} s")
        said = self._said(clip, text, None if known in _SPLIT_BY_OTHERS else known)
        return placed(clip, text, parts, said) if said else self._pauses.align(clip, text, language)

    @cached_property
    def _model(self) -> Any:
        return self._load()

    def _roughly(self, clip: Audio, text: str, language: str | None, reason: str) -> tuple[Word, ...]:
        self._warn(f"the sound {reason}, so its words are timed by pauses")
        return self._pauses.align(clip, text, language)

    def _said(self, clip: Audio, text: str, language: str | None) -> list[Said]:
        import torch

        model = self._model
        readable = text.encode("utf-8", "replace").decode()
        inputs, words = self._processor.prepare_forced_aligner_inputs(_at_rate(clip), readable, language)
        if not words[0]:
            return []
        inputs = inputs.to(model.device, model.dtype)
        with torch.inference_mode():
            logits = model(**inputs).logits
        marker = model.config.timestamp_token_id
        (found,) = self._processor.decode_forced_alignment(logits, inputs["input_ids"], words, marker)
        return [(one["text"], one["start_time"], one["end_time"]) for one in found]


def _processor(name: str) -> Any:
    """What makes a model's inputs; the model's kind is looked at, but not its weights."""
    from transformers import AutoConfig, AutoProcessor

    try:
        config = AutoConfig.from_pretrained(name, local_files_only=True)
        processor = AutoProcessor.from_pretrained(name, local_files_only=True)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, KeyError) as error:
        remedy = "its files are incomplete" if Path(name).is_dir() else f"run: hf download {name}"
        raise BackendError("qwen3", f"there is no model {name} on this machine; {remedy}") from error
    if KIND not in (config.architectures or ()):
        raise BackendError("qwen3", f"{name} is a model of another kind ({config.model_type}), not a {KIND}")
    return processor


def _load(name: str) -> Any:
    """The model, on the best device there is."""
    import torch
    from transformers import Qwen3ASRForTokenClassification as Model
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    dtype = torch.float32 if device == "cpu" else torch.bfloat16
    try:
        model: Any = Model.from_pretrained(name, local_files_only=True, dtype=dtype)
        return model.to(device).eval()
    except (OSError, ValueError, RuntimeError) as error:
        raise BackendError("qwen3", f"the model {name} cannot be loaded: {str(error).splitlines()[0]}") from error


def _known(language: str | None) -> str | None:
    """The model's name for a language; None for one that it does not know."""
    tag = language_tag(language) or ""
    named = "yue" if tag in ("zh-HK", "zh-yue") else "zh" if tag.startswith("cmn") else tag.split("-")[0]
    return named if named in _LANGUAGES else None


def _at_rate(clip: Audio) -> Samples:
    if clip.sample_rate == SAMPLE_RATE:
        return clip.samples
    seconds = np.arange(round(clip.duration * SAMPLE_RATE)) / SAMPLE_RATE
    return np.interp(seconds * clip.sample_rate, np.arange(len(clip.samples)), clip.samples).astype(np.float32)


def placed(clip: Audio, text: str, parts: Sequence[TextUnit], said: Sequence[Said]) -> tuple[Word, ...]:
    """Each unit from its first character to its last; one that the model does not know stands where the last ended."""
    marks = list(_marks(text, said))
    places = np.array([place for place, _, _ in marks])
    begins = np.array([start for _, start, _ in marks])
    ends = np.maximum.accumulate([0.0, *(end for _, _, end in marks)])
    first = np.searchsorted(places, [part.first for part in parts])
    last = np.searchsorted(places, [part.last for part in parts])
    starts = np.where(first < last, begins[np.minimum(first, len(begins) - 1)], ends[first])
    return timed(clip, text, parts, starts, ends[last])


def _marks(text: str, said: Sequence[Said]) -> Iterator[tuple[int, float, float]]:
    """Characters of `text` that are in the model's words, which have lost their punctuation, and when each is said."""
    at = 0
    for word, start, end in said:
        step = (end - start) / len(word)
        for number, character in enumerate(word):
            place = text.find(character, at)
            if place >= 0:
                yield place, start + number * step, start + (number + 1) * step
                at = place + 1
