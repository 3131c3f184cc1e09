"""A speech model of transformers, loaded on one device: a clip to its text.

Models write in three ways. A CTC model labels every frame, and equal labels in a row are one. A transducer goes through
the frames and writes any number of tokens at each. The others write one token after the other until they end the text.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoProcessor, LogitsProcessor, LogitsProcessorList
from transformers.models.auto import modeling_auto as auto

from captioner.backends.contract import Hints
from captioner.backends.torch_device import chosen_device, first_line, loading_model
from captioner.backends.transformers_asr.library_files import NAME
from captioner.backends.transformers_asr.model_inputs import model_inputs
from captioner.errors import BackendError, UsageError
from captioner.languages import language_tag, three_letters
from captioner.values import Audio

MOST_TOKENS = 448
SPARE_TOKENS = 40
TOKENS_A_SECOND = 15
"""Limits of a text: no speaker says more, and without a limit a model that repeats itself would never end."""

STEPS_A_SECOND = 100
"""The same for a transducer, which also goes from frame to frame, at most 25 times a second."""

FEWEST_TOKENS = 16
"""Tokens that must fit after the prompt, for the text."""

CTC, TRANSDUCER, WRITER = "ctc", "transducer", "writer"

_CLASSES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    (CTC, "AutoModelForCTC", auto.MODEL_FOR_CTC_MAPPING_NAMES),
    (TRANSDUCER, "AutoModelForRNNT", auto.MODEL_FOR_RNNT_MAPPING_NAMES),
    (TRANSDUCER, "AutoModelForTDT", auto.MODEL_FOR_TDT_MAPPING_NAMES),
    (WRITER, "AutoModelForSpeechSeq2Seq", auto.MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES),
    (WRITER, "AutoModelForMultimodalLM", auto.MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES),
)
"""How models write, the class of transformers that loads them, and the kinds of model that it knows."""

_NOT_RECOGNITION = ("dia", "pop2piano", "vibevoice")
"""Kinds that transformers lists beside speech recognition: two make speech, one makes notes of music."""

_UNTRAINED_IS_FINE = ("masked_spec_embed",)
"""Weights that only training uses: published models lack them."""


@dataclass(frozen=True)
class DecodedClip:
    """The text that a model wrote for one clip."""

    text: str

    ended: bool
    """Whether the model ended the text; False if the limit cut it off."""

    language: str | None
    """A BCP 47 tag; None if the model does not say."""

    confidence: float | None
    """The geometric mean of the probabilities of what was written; None without text."""


class LibraryModel:
    """A speech model with its processor. `name` is the name or folder that the user gave."""

    def __init__(self, name: str, processor: Any, model: Any, writes: str) -> None:
        self._name, self._processor, self._model, self._writes = name, processor, model.eval(), writes
        self._lower_case = writes == CTC and not _has_lower_case(_tokenizer(processor))

    @property
    def device(self) -> torch.device:
        """The device of the model."""
        return torch.device(self._model.device)

    @torch.inference_mode()
    def decode(self, clip: Audio, hints: Hints) -> DecodedClip:
        """Return the text of one clip. Raises `BackendError` or `UsageError` for hints that the model cannot follow."""
        try:
            inputs = model_inputs(self._processor, self._name, clip, hints)
        except ValueError as error:  # a language that the model does not know
            raise BackendError(NAME, f"{self._name} refuses the request: {first_line(error)}") from error
        except ImportError as error:  # of a package that only some models need
            raise BackendError(NAME, f"{self._name} cannot be used: {first_line(error)}") from error
        inputs = inputs.to(self.device, dtype=self._model.dtype)
        if self._writes == CTC:
            return self._labelled(inputs)
        return self._written(inputs, clip.duration, hints)

    def _labelled(self, inputs: Any) -> DecodedClip:
        """Return the text of a model that labels every frame."""
        best, labels = self._model(**inputs).logits.float().log_softmax(-1).max(-1)
        text, _ = self._text(labels)
        return DecodedClip(text, True, None, math.exp(best.mean()) if text else None)

    def _written(self, inputs: Any, duration: float, hints: Hints) -> DecodedClip:
        """Return the text of a model that writes token by token."""
        prompt = inputs.get("decoder_input_ids", inputs.get("input_ids"))
        size = 0 if prompt is None else prompt.shape[1]
        language = hints.language or self._detected_language(inputs)
        options = self._language_options(language) | self._prompt_options(hints)
        limit = self._token_limit(size + len(options.get("prompt_ids", ())), duration)
        chosen = TokenRecorder()
        output = self._model.generate(
            **inputs, **options, do_sample=False, num_beams=1, max_new_tokens=limit,
            logits_processor=LogitsProcessorList([chosen]),
        )  # fmt: skip
        tokens = getattr(output, "sequences", output)
        text, written_language = self._text(tokens if prompt is None else tokens[:, size:])
        ended = chosen.count < limit or chosen.last in _end_tokens(self._model)
        return DecodedClip(text, ended, written_language or language, chosen.confidence if text else None)

    def _text(self, tokens: Any) -> tuple[str, str | None]:
        """Return the text of the tokens of one clip, shape (1, tokens), and the language that is written with it."""
        if "return_format" not in signature(self._processor.decode).parameters:
            (text,) = self._processor.batch_decode(tokens, skip_special_tokens=True)
            return (text.lower() if self._lower_case else text).strip(), None
        (parsed,) = self._processor.decode(tokens, return_format="parsed")
        if isinstance(parsed, dict):
            return parsed["transcription"].strip(), language_tag(parsed["language"])
        if isinstance(parsed, list):  # an entry for each speaker
            parsed = " ".join(entry["Content"].strip() for entry in parsed)
        return parsed.strip(), None

    def _detected_language(self, inputs: Any) -> str | None:
        """Return the language that a model with a token for each language detects; None for others."""
        if not getattr(self._model.generation_config, "is_multilingual", False):
            return None
        token = self._model.detect_language(input_features=inputs["input_features"])
        return str(_tokenizer(self._processor).convert_ids_to_tokens(int(token[0]))).strip("<|>")

    def _language_options(self, language: str | None) -> dict[str, Any]:
        """Return the language in the way in which a model without a place for it in its inputs takes it."""
        config = self._model.generation_config
        if (targets := getattr(config, "text_decoder_lang_to_code_id", None)) is not None:  # SeamlessM4T
            if language is None:
                raise UsageError(f"{self._name} does not detect the language: name it with --language")
            return {"tgt_lang": self._known(_seamless_code(language), targets, language)}
        if not getattr(config, "is_multilingual", False) or language is None:  # of Whisper
            return {}
        code = self._known(f"<|{language.split('-')[0].lower()}|>", config.lang_to_id, language)
        return {"task": "transcribe", "language": code}

    def _known(self, code: str | None, codes: Container[str], language: str) -> str:
        if code is None or code not in codes:
            raise BackendError(NAME, f"{self._name} does not know the language {language}")
        return code

    def _prompt_options(self, hints: Hints) -> dict[str, Any]:
        """Return earlier text and hotwords for a model that continues a text, as Whisper does."""
        text = " ".join(filter(None, [", ".join(hints.hotwords), hints.prompt]))
        if not text or not hasattr(self._processor, "get_prompt_ids"):
            return {}
        start, *rest = self._processor.get_prompt_ids(text, return_tensors="pt").tolist()
        room = self._model.config.max_target_positions // 2 - 2
        return {"prompt_ids": torch.tensor([start, *rest[-room:]], device=self.device)}

    def _token_limit(self, prompt: int, duration: float) -> int:
        """Return the most tokens for the text of a clip, by its duration and the room that the prompt leaves."""
        if self._writes == TRANSDUCER:
            return SPARE_TOKENS + int(STEPS_A_SECOND * duration)
        limit = min(MOST_TOKENS, SPARE_TOKENS + int(TOKENS_A_SECOND * duration))
        room = _positions(self._model.config) - prompt - FEWEST_TOKENS // 2
        if room < FEWEST_TOKENS:
            raise UsageError(f"prompt and audio leave {self._name} no room for text; shorten --prompt")
        return min(limit, room)


class TokenRecorder(LogitsProcessor):
    """Changes nothing: sees the scores of every token that is chosen, of which the best is taken."""

    def __init__(self) -> None:
        self.count = 0
        self.last: int | None = None
        self._log_probability = 0.0

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        best, token = scores[0].float().log_softmax(-1).max(-1)
        self.count, self.last = self.count + 1, int(token)
        self._log_probability += float(best)
        return scores

    @property
    def confidence(self) -> float | None:
        """The geometric mean of the probabilities; None without tokens."""
        return min(1.0, math.exp(self._log_probability / self.count)) if self.count else None


def load_library_model(name: str, folder: Path, device: str, dtype: str) -> LibraryModel:
    """Return the model in `folder`. Raises `BackendError`."""
    chosen = chosen_device(NAME, device)
    with loading_model(NAME, folder, chosen):
        config: Any = AutoConfig.from_pretrained(folder, local_files_only=True)
        writes, loader = _class_for(name, config)
        processor: Any = AutoProcessor.from_pretrained(folder, local_files_only=True)  # type: ignore[no-untyped-call]
        if loader == "AutoModelForMultimodalLM" and not hasattr(processor, "apply_transcription_request"):
            raise BackendError(
                NAME, f"{name} ({config.model_type}) has no request for a transcript: it is a chat model"
            )
        model, report = getattr(transformers, loader).from_pretrained(
            folder, dtype=_dtype(dtype, chosen), local_files_only=True, output_loading_info=True
        )
        missing = sorted(key for key in report["missing_keys"] if not key.endswith(_UNTRAINED_IS_FINE))
        if missing:
            raise BackendError(NAME, f"{name} is not trained to recognise speech: it has no weights for {missing[0]}")
        return LibraryModel(name, processor, model.to(chosen), writes)


def _class_for(name: str, config: Any) -> tuple[str, str]:
    """Return how the model writes, and the class that loads it. Raises `BackendError` for a model of another task."""
    kind = config.model_type
    named = [entry for entry in _CLASSES if kind in entry[2] and kind not in _NOT_RECOGNITION]
    if not named:
        raise BackendError(NAME, f"{name} is no model for speech recognition that transformers knows ({kind})")
    writes, loader, _ = named[0]
    made_for = [made for made in config.architectures or () if made.endswith(_HEADS)]
    if made_for and not any(made in entry[2].values() for made in made_for for entry in named):
        raise BackendError(NAME, f"{name} is a model for another task ({made_for[0]}), not for speech recognition")
    return writes, loader


_HEADS = ("Classification", "PreTraining", "XVector", "CTC", "ConditionalGeneration", "RNNT", "TDT", "CausalLM")
"""Ends of the names of classes for one task; a name without one says nothing about the task."""


def _dtype(name: str, device: torch.device) -> Any:
    """Return the dtype called `name`; for "auto" that of the weights, except on a CPU."""
    if name == "auto":
        return torch.float32 if device.type == "cpu" else "auto"
    return getattr(torch, name)


def _positions(config: Any) -> int:
    """Return the number of tokens that the part of a model that writes text can hold, its prompt included."""
    text = config.get_text_config(decoder=True)
    known = (getattr(text, name, None) for name in ("max_target_positions", "max_text_positions"))
    return next(filter(None, known), None) or getattr(text, "max_position_embeddings", None) or MOST_TOKENS


def _end_tokens(model: Any) -> frozenset[int]:
    """Return the tokens that end a text."""
    ends = model.generation_config.eos_token_id
    return frozenset([ends] if isinstance(ends, int) else ends or ())


def _seamless_code(language: str | None) -> str | None:
    """Return the code of SeamlessM4T for a language: three letters, and Mandarin for Chinese."""
    code = three_letters(language)
    return {"zho": "cmn", "ara": "arb"}.get(code or "", code)


def _tokenizer(processor: Any) -> Any:
    return getattr(processor, "tokenizer", processor)


def _has_lower_case(tokenizer: Any) -> bool:
    """Return whether any token is a lower-case text, special tokens such as <pad> aside."""
    special = set(tokenizer.all_special_tokens)
    return any(token.islower() for token in tokenizer.get_vocab() if token not in special)
