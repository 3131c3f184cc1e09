"""A GLM-ASR model, loaded on one device: clips to decoded texts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import AutoModelForSeq2SeqLM, AutoProcessor

from captioner.backends.nano.decoding import BatchDecoder, DecodedText, Prompt
from captioner.backends.torch_device import chosen_device, loading_model, multiplies_bfloat16
from captioner.errors import UsageError
from captioner.values import Audio, Samples

NAME = "glm-nano"

MOST_TOKENS = 448
SPARE_TOKENS = 40
TOKENS_A_SECOND = 15
"""Limits of a text: no speaker says more, and without a limit a model that repeats itself would never end."""

BATCH_ON_CPU = 8
MOST_BATCH = 64
LONGEST_PROMPT = 448
"""Tokens: 28 s of audio are 350, the instruction about 20. The size of a batch is computed with this."""

ENCODED_AT_ONCE = {"cuda": 32, "mps": 8, "cpu": 1}
"""Clips whose audio is encoded at once, by device. One clip keeps a CPU core busy; an accelerator needs many."""

MEMORY_SHARE = 0.6
"""Share of the device's free memory that is planned for the cache: encoding and reading prompts need memory, too."""


class LoadedModel:
    """A GLM-ASR model with its processor, on one device. Features are computed in `worker`."""

    def __init__(self, processor: Any, model: Any, worker: Executor) -> None:
        self._processor, self._model, self._worker = processor, model.eval(), worker
        self._idle_decoder: BatchDecoder | None = None

    @property
    def device(self) -> torch.device:
        """The device of the model."""
        return torch.device(self._model.device)

    def decode(self, clips: Sequence[tuple[int, Audio]], prompt: str | None, batch: int) -> Iterator[DecodedText]:
        """Yield the texts of numbered clips, the longest clip first; the texts come in the order in which they end.

        Works on up to `batch` clips at once. Raises an error of memory if these are too many, `UsageError` if the
        prompt is too long.
        """
        prompts = self._prompts(clips, prompt)
        longest = next(prompts)
        self._check_length(longest)
        decoder = self._decoder(min(batch, len(clips)), BatchDecoder.columns_for(longest))
        yield from decoder.decode(chain([longest], prompts))
        self._idle_decoder = decoder

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of decoded tokens."""
        return str(self._processor.decode(list(tokens), skip_special_tokens=True)).strip()

    def default_batch(self) -> int:
        """Return the number of clips to work on at once, by the memory that is free now."""
        if self.device.type == "cpu":
            return BATCH_ON_CPU
        if self.device.type != "cuda":
            return BATCH_ON_CPU * 2
        config, free = self._model.config.text_config, torch.cuda.mem_get_info(self.device)[0]
        token = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * self._model.dtype.itemsize
        slot = (LONGEST_PROMPT + MOST_TOKENS) * token
        return max(1, min(MOST_BATCH, int(free * MEMORY_SHARE / (2 * slot))))  # the prompts' own cache is the second

    def free_memory(self) -> None:
        """Free the memory that is reserved for the next batch."""
        self._idle_decoder = None
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def _decoder(self, slots: int, columns: int) -> BatchDecoder:
        """Return the idle decoder if it has the right size, or a new one.

        A decoder in use is not idle: while it works, a clip may be recognised again.
        """
        idle, self._idle_decoder = self._idle_decoder, None
        if idle is not None and idle.cache.slots == slots and idle.cache.columns >= columns:
            return idle
        del idle  # free its memory before the next one is created
        return BatchDecoder(self._model, slots, columns)

    def _prompts(self, clips: Sequence[tuple[int, Audio]], prompt: str | None) -> Iterator[Prompt]:
        """Yield the prompts of the clips. The features of the next group are computed while one group is decoded."""
        size = ENCODED_AT_ONCE.get(self.device.type, 1)
        groups = deque(clips[start : start + size] for start in range(0, len(clips), size))
        upcoming: Future[Any] | None = self._worker.submit(self._features, groups[0], prompt)
        while upcoming is not None:
            group, inputs = groups.popleft(), upcoming.result()
            upcoming = self._worker.submit(self._features, groups[0], prompt) if groups else None
            for (number, clip), embeddings in zip(group, self._embeddings(inputs), strict=True):
                yield Prompt(number, embeddings, token_limit(clip.duration))

    def _features(self, clips: Sequence[tuple[int, Audio]], prompt: str | None) -> Any:
        """Return the model's inputs for some clips, as its documentation makes them."""
        samples: list[Samples] = [np.clip(clip.samples, -1, 1) for _, clip in clips]
        where = str(self.device) if self.device.type == "cuda" else "cpu"
        options = {"audio_kwargs": {"device": where}}
        return self._processor.apply_transcription_request(samples, prompt=prompt, processor_kwargs=options)

    @torch.inference_mode()
    def _embeddings(self, inputs: Any) -> list[Tensor]:
        """Return the embeddings of each clip's prompt, its audio included, without padding: (tokens, width) each."""
        inputs = inputs.to(self.device, dtype=self._model.dtype)
        audio = self._model.get_audio_features(inputs.input_features, inputs.input_features_mask).pooler_output
        embeddings = self._model.get_input_embeddings()(inputs.input_ids)
        is_audio = (inputs.input_ids == self._model.config.audio_token_id).unsqueeze(-1)
        embeddings = embeddings.masked_scatter(is_audio, audio.to(embeddings.dtype))
        return [row[mask.bool()] for row, mask in zip(embeddings, inputs.attention_mask, strict=True)]

    def _check_length(self, longest: Prompt) -> None:
        length, most = len(longest.embeddings), self._model.config.text_config.max_position_embeddings - longest.limit
        if length > most:
            raise UsageError(f"prompt and audio are {length} tokens, and {NAME} reads {most}; shorten --prompt")


def token_limit(duration: float) -> int:
    """Return the most tokens that the text of `duration` seconds of speech may have."""
    return min(MOST_TOKENS, SPARE_TOKENS + int(TOKENS_A_SECOND * duration))


def load_model(folder: Path, device: str, dtype: str, worker: Executor) -> LoadedModel:
    """Return the model in `folder`, on `device` and in `dtype`; "auto" chooses. Raises `BackendError`."""
    chosen = chosen_device(NAME, device)
    with loading_model(NAME, folder, chosen):
        processor: Any = AutoProcessor.from_pretrained(folder, local_files_only=True)  # type: ignore[no-untyped-call]
        model = AutoModelForSeq2SeqLM.from_pretrained(
            folder, dtype=_dtype(dtype, chosen), local_files_only=True, attn_implementation="sdpa"
        )
        return LoadedModel(processor, model.to(chosen), worker)


def _dtype(name: str, device: torch.device) -> torch.dtype:
    """Return the dtype called `name`.

    For "auto" bfloat16, in which the model was trained, if the device computes it fast.
    """
    if name != "auto":
        dtype: torch.dtype = getattr(torch, name)
        return dtype
    return torch.float32 if device.type == "cpu" and not multiplies_bfloat16() else torch.bfloat16
