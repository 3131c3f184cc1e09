"""The inputs of a speech model for one clip: what its processor is asked for, by what the processor's methods take.

No table of families: a processor that has `apply_transcription_request` makes the whole prompt, one whose `text` is
required gets the instruction of its chat template, and every other one makes features. Hints go where there is a
parameter for them.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

import numpy as np

from captioner.backends.contract import Hints
from captioner.errors import UsageError
from captioner.values import Audio, Samples

INSTRUCTION = "can you transcribe the speech into a written format?"
"""For models without an instruction of their own; Granite Speech was trained on it."""


def model_inputs(processor: Any, name: str, clip: Audio, hints: Hints) -> Any:
    """Return the tensors for one clip, as the processor makes them. `name` is the model's, which Voxtral asks for."""
    samples, rate = _samples(processor, clip)
    if hints.language is None and _needs_language(processor):
        raise UsageError(f"{name} does not detect the language: name it with --language")
    if hasattr(processor, "apply_transcription_request"):
        request = processor.apply_transcription_request
        extra = _accepted(request, _hint_values(hints) | {"model_id": name, "format": ["WAV"], "sampling_rate": rate})
        if "model_id" in extra:  # Voxtral: others return the tensors anyway
            extra |= {"tokenize": True, "return_dict": True}
        return request(audio=[samples], return_tensors="pt", **extra)
    if _parameters(processor.__call__).get("text", _OPTIONAL).default is Parameter.empty:
        return processor(text=_chat(processor, hints.prompt or INSTRUCTION), audio=samples, return_tensors="pt")
    extra = _accepted(processor.__call__, _hint_values(hints))
    return processor(audio=samples, sampling_rate=rate, return_tensors="pt", **extra)


def sampling_rate(processor: Any) -> int:
    """Return the samples a second that the model works with."""
    extractor = getattr(processor, "feature_extractor", None) or getattr(processor, "audio_processor", None)
    return int(getattr(extractor, "sampling_rate", 16_000))


def _needs_language(processor: Any) -> bool:
    """Return whether the request needs a language: Cohere's has no default, and Canary's is English."""
    if hasattr(processor, "apply_transcription_request"):
        return "source_language" in _parameters(processor.apply_transcription_request)
    language = _parameters(processor.__call__).get("language", _OPTIONAL)
    return language.default is Parameter.empty


_OPTIONAL = Parameter("text", Parameter.KEYWORD_ONLY, default=None)


def _parameters(function: Callable[..., Any]) -> dict[str, Parameter]:
    return dict(signature(function).parameters)


def _accepted(function: Callable[..., Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that are known and for which the function has a parameter."""
    return {name: value for name, value in values.items() if value and name in _parameters(function)}


def _hint_values(hints: Hints) -> dict[str, Any]:
    """Return what the user knows, under the names of the parameters of processors."""
    language = hints.language and hints.language.split("-")[0].lower()
    return {
        "language": language,
        "source_language": language,
        "prompt": hints.prompt,
        "keywords": list(hints.hotwords),
    }


def _chat(processor: Any, instruction: str) -> str:
    """Return the text of a conversation that has the audio and the instruction."""
    turn = {"role": "user", "content": processor.audio_token + instruction}
    return str(processor.tokenizer.apply_chat_template([turn], tokenize=False, add_generation_prompt=True))


def _samples(processor: Any, clip: Audio) -> tuple[Samples, int]:
    """Return the clip's samples at the processor's rate, and that rate."""
    rate, samples = sampling_rate(processor), np.clip(clip.samples, -1, 1)
    if rate != clip.sample_rate:
        count = round(len(samples) * rate / clip.sample_rate)
        resampled = np.fft.irfft(np.fft.rfft(samples), count) * (count / len(samples))
        return resampled.astype(np.float32), rate
    return samples, rate
