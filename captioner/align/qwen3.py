"""The `qwen3` aligner: Qwen3-ForcedAligner, a model of 0.6 billion parameters that marks the start and end of words.

It knows eleven languages, and its times are multiples of 80 ms. It never uses the network: its weights must be on this
machine, in a folder or in the Hugging Face cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from captioner.align import Alignment
from captioner.align.pause_aligner import align_by_pauses
from captioner.align.text_units import TextUnit, text_units
from captioner.align.timed_words import words_from_times
from captioner.errors import BackendError
from captioner.languages import language_tag
from captioner.models.catalogue import QWEN3_ALIGNER, pull_command
from captioner.sole_import import import_alone
from captioner.values import Audio, Samples, Word

MODEL = QWEN3_ALIGNER

KIND = "Qwen3ASRForTokenClassification"
"""The architecture of the model. Qwen3-ASR has most of its weights, but its marks would be random."""

SAMPLE_RATE = 16_000
SHORTEST, LONGEST = 0.1, 300.0
"""Seconds of a clip: the model was trained on up to five minutes."""

_LANGUAGES = frozenset(("zh", "en", "yue", "fr", "de", "it", "ja", "ko", "pt", "ru", "es"))
_SPLIT_BY_OTHERS = frozenset(("ja", "ko"))
"""Languages for which the model's processor needs packages that captioner does not install. Without a language, it
splits text at spaces and at Han characters, which is enough."""

ModelWord = tuple[str, float, float]
"""A word as the model returns it, with its start and end in seconds since the clip began."""


class Qwen3:
    """Times words by the model's marks, and by pauses where the model cannot.

    `model` is a folder or a name on the Hugging Face hub. It doubts a language that the model does not know, and a clip
    longer than `LONGEST`. Raises `BackendError` if the model is not on this machine, or is of another kind. The weights
    are read at the first clip, when a backend has loaded its own.
    """

    def __init__(self, *, model: str = MODEL) -> None:
        self.name = "qwen3" if model == MODEL else f"qwen3:{model}"
        self._processor = _processor(model)
        self._load = partial(_load, model)

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        """Return the words of `text`, each at the time at which it is said in `clip`."""
        known = _model_language(language)
        if clip.duration < SHORTEST or not any(character.isalnum() for character in text):
            return align_by_pauses(clip, text)
        if known is None and language_tag(language) is not None:
            return align_by_pauses(clip, text, f"qwen3 does not know the language {language}")
        if clip.duration > LONGEST:
            return align_by_pauses(clip, text, f"the audio is longer than {LONGEST:g} s")
        model_words = self._model_words(clip, text, None if known in _SPLIT_BY_OTHERS else known)
        if not model_words:
            return align_by_pauses(clip, text)
        return Alignment(words_from_marks(clip, text, text_units(text), model_words))

    @cached_property
    def _model(self) -> Any:
        return self._load()

    def _model_words(self, clip: Audio, text: str, language: str | None) -> list[ModelWord]:
        import torch

        model = self._model
        readable = text.encode("utf-8", "replace").decode()
        inputs, words = self._processor.prepare_forced_aligner_inputs(_resampled(clip), readable, language)
        if not words[0]:
            return []
        inputs = inputs.to(model.device, model.dtype)
        with torch.inference_mode():
            logits = model(**inputs).logits
        marker = model.config.timestamp_token_id
        (decoded,) = self._processor.decode_forced_alignment(logits, inputs["input_ids"], words, marker)
        return [(word["text"], word["start_time"], word["end_time"]) for word in decoded]


def _processor(name: str) -> Any:
    """Return the processor that prepares a model's inputs.

    It checks the kind of the model without reading its weights.
    """
    library: Any = import_alone("transformers")
    try:
        config = library.AutoConfig.from_pretrained(name, local_files_only=True)
        processor = library.AutoProcessor.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        remedy = "its files are incomplete" if Path(name).is_dir() else f"run: {pull_command(name)}"
        raise BackendError("qwen3", f"the model {name} is not on this machine; {remedy}") from error
    if KIND not in (config.architectures or ()):
        raise BackendError("qwen3", f"{name} is another kind of model ({config.model_type}), not {KIND}")
    return processor


def _load(name: str) -> Any:
    """Return the model, on the best device of this machine."""
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


def _model_language(language: str | None) -> str | None:
    """Return the model's name for a language, or None if the model does not know the language."""
    tag = language_tag(language) or ""
    name = "yue" if tag in ("zh-HK", "zh-yue") else "zh" if tag.startswith("cmn") else tag.split("-")[0]
    return name if name in _LANGUAGES else None


def _resampled(clip: Audio) -> Samples:
    """Return the clip's samples at `SAMPLE_RATE`."""
    if clip.sample_rate == SAMPLE_RATE:
        return clip.samples
    seconds = np.arange(round(clip.duration * SAMPLE_RATE)) / SAMPLE_RATE
    return np.interp(seconds * clip.sample_rate, np.arange(len(clip.samples)), clip.samples).astype(np.float32)


def words_from_marks(
    clip: Audio, text: str, units: Sequence[TextUnit], model_words: Sequence[ModelWord]
) -> tuple[Word, ...]:
    """Return the words of `text`, each from its first character that the model marks to its last.

    A word without such a character starts and ends where the previous one ends.
    """
    marks = list(_marks(text, model_words))
    positions = np.array([position for position, _, _ in marks])
    begins = np.array([start for _, start, _ in marks])
    ends = np.maximum.accumulate([0.0, *(end for _, _, end in marks)])
    first = np.searchsorted(positions, [unit.first for unit in units])
    last = np.searchsorted(positions, [unit.last for unit in units])
    starts = np.where(first < last, begins[np.minimum(first, len(begins) - 1)], ends[first])
    return words_from_times(clip, text, units, starts, ends[last])


def _marks(text: str, model_words: Sequence[ModelWord]) -> Iterator[tuple[int, float, float]]:
    """Yield (position, start, end) of each character of `text` that is in the model's words. They lack punctuation."""
    after = 0
    for word, start, end in model_words:
        step = (end - start) / len(word)
        for number, character in enumerate(word):
            position = text.find(character, after)
            if position >= 0:
                yield position, start + number * step, start + (number + 1) * step
                after = position + 1
