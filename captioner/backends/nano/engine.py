"""The model, loaded: clips go in, written texts come out."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import AutoModelForSeq2SeqLM, AutoProcessor
from transformers.utils import logging as transformers_logging

from captioner.backends.nano.decoding import BatchDecoder, Prompt
from captioner.errors import BackendError, UsageError
from captioner.values import Audio, Samples

NAME = "glm-nano"

MOST_TOKENS = 448
SPARE_TOKENS = 40
TOKENS_A_SECOND = 15
"""How long a text may become: nobody says more, and without a limit a model that loops would never end."""

BATCH_ON_CPU = 8
MOST_BATCH = 64
LONGEST_PROMPT = 448
"""Tokens: 28 s of sound are 350, the instruction some 20. What the batch is reckoned with."""

ENCODED_AT_ONCE = {"cuda": 32, "mps": 8, "cpu": 1}
"""Clips whose sound is encoded in one go. A processor core is busy with one; an accelerator wants many."""

MEMORY_SHARE = 0.6
"""How much of the free memory of a device is planned for: encoding and reading prompts take some, too."""

_one_at_a_time = Lock()
"""While transformers loads a model, what it has changed in torch makes a second one beside it fail."""

_TROUBLE = ("out of memory", "can't allocate memory")


class Engine:
    """A GLM-ASR with its processor on one device."""

    def __init__(self, processor: Any, model: Any, worker: Executor) -> None:
        self._processor, self._model, self._worker = processor, model.eval(), worker
        self._idle: BatchDecoder | None = None

    @property
    def device(self) -> torch.device:
        return torch.device(self._model.device)

    def write(self, clips: Sequence[tuple[int, Audio]], prompt: str | None, batch: int) -> Iterator[Any]:
        """What is said in numbered clips, of which the first is the longest: `Written`, those first that end first.

        Works on at most `batch` clips at a time. Raises what `out_of_memory` knows when that is too many, `UsageError`
        when the prompt is too long.
        """
        prompts = self._prompts(clips, prompt)
        longest = next(prompts)
        self._check(longest)
        writer = self._writer(min(batch, len(clips)), BatchDecoder.columns_for(longest))
        yield from writer.write(chain([longest], prompts))
        self._idle = writer

    def text(self, tokens: Sequence[int]) -> str:
        return str(self._processor.decode(list(tokens), skip_special_tokens=True)).strip()

    def fitting_batch(self) -> int:
        """How many clips to work on at a time, by the memory that is free now."""
        if self.device.type == "cpu":
            return BATCH_ON_CPU
        if self.device.type != "cuda":
            return BATCH_ON_CPU * 2
        config, free = self._model.config.text_config, torch.cuda.mem_get_info(self.device)[0]
        token = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * self._model.dtype.itemsize
        slot = (LONGEST_PROMPT + MOST_TOKENS) * token
        return max(1, min(MOST_BATCH, int(free * MEMORY_SHARE / (2 * slot))))  # the prompts' own cache is the second

    def release(self) -> None:
        """Let go of what was held for the next batch."""
        self._idle = None
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def _writer(self, slots: int, columns: int) -> BatchDecoder:
        """The idle writer if it is such a one. One in use is not idle: a clip may be heard again beside the others."""
        idle, self._idle = self._idle, None
        if idle is not None and idle.ring.slots == slots and idle.ring.columns >= columns:
            return idle
        del idle  # before the next takes its room
        return BatchDecoder(self._model, slots, columns)

    def _prompts(self, clips: Sequence[tuple[int, Audio]], prompt: str | None) -> Iterator[Prompt]:
        """Clips as the language model reads them. The features of one group are made while another is written."""
        size = ENCODED_AT_ONCE.get(self.device.type, 1)
        groups = deque(clips[start : start + size] for start in range(0, len(clips), size))
        upcoming: Future[Any] | None = self._worker.submit(self._features, groups[0], prompt)
        while upcoming is not None:
            group, inputs = groups.popleft(), upcoming.result()
            upcoming = self._worker.submit(self._features, groups[0], prompt) if groups else None
            for (number, clip), embeddings in zip(group, self._embedded(inputs), strict=True):
                yield Prompt(number, embeddings, most_tokens(clip.duration))

    def _features(self, clips: Sequence[tuple[int, Audio]], prompt: str | None) -> Any:
        """The model's inputs for some clips, as its documentation makes them."""
        samples: list[Samples] = [np.clip(clip.samples, -1, 1) for _, clip in clips]
        where = str(self.device) if self.device.type == "cuda" else "cpu"
        options = {"audio_kwargs": {"device": where}}
        return self._processor.apply_transcription_request(samples, prompt=prompt, processor_kwargs=options)

    @torch.inference_mode()
    def _embedded(self, inputs: Any) -> list[Tensor]:
        """The embeddings of each clip's prompt, its sound in its place, without padding: (tokens, width) each."""
        inputs = inputs.to(self.device, dtype=self._model.dtype)
        heard = self._model.get_audio_features(inputs.input_features, inputs.input_features_mask).pooler_output
        embeddings = self._model.get_input_embeddings()(inputs.input_ids)
        sound = (inputs.input_ids == self._model.config.audio_token_id).unsqueeze(-1)
        embeddings = embeddings.masked_scatter(sound, heard.to(embeddings.dtype))
        return [row[mask.bool()] for row, mask in zip(embeddings, inputs.attention_mask, strict=True)]

    def _check(self, longest: Prompt) -> None:
        room = self._model.config.text_config.max_position_embeddings - longest.limit
        if len(longest.embeddings) > room:
            raise UsageError(f"the prompt and the sound are {len(longest.embeddings)} tokens, and {NAME} reads {room}")


def most_tokens(duration: float) -> int:
    """How many tokens `duration` seconds of speech may become."""
    return min(MOST_TOKENS, SPARE_TOKENS + int(TOKENS_A_SECOND * duration))


def out_of_memory(error: BaseException) -> bool:
    """Whether a smaller batch may help."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(sign in str(error) for sign in _TROUBLE)
    )


def load(folder: Path, device: str, dtype: str, worker: Executor) -> Engine:
    """The model in `folder`, on `device` and in `dtype`, each "auto" for what suits. Raises `BackendError`."""
    place = _device(device)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice to whoever writes code with transformers
            processor: Any = AutoProcessor.from_pretrained(  # type: ignore[no-untyped-call]
                folder, local_files_only=True
            )
            model = AutoModelForSeq2SeqLM.from_pretrained(
                folder, dtype=_dtype(dtype, place), local_files_only=True, attn_implementation="sdpa"
            )
            return Engine(processor, model.to(place), worker)
    except Exception as error:
        if out_of_memory(error):
            raise BackendError(NAME, _no_room(place)) from error
        raise BackendError(NAME, f"the model in {folder} cannot be loaded: {_first_line(error)}") from error


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(1, device=name)
        return torch.device(name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise BackendError(NAME, f"there is no device {name!r} here; take device=cpu or device=auto") from error


def _dtype(name: str, device: torch.device) -> torch.dtype:
    """bfloat16, in which the model was trained, wherever it is fast: not on a processor without units for it."""
    if name != "auto":
        dtype: torch.dtype = getattr(torch, name)
        return dtype
    return torch.float32 if device.type == "cpu" and not _multiplies_bfloat16() else torch.bfloat16


def _multiplies_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware; where torch is too old to know, not."""
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(unit) for unit in ("amx_bf16", "avx512_bf16"))


def _no_room(device: torch.device) -> str:
    return f"the model does not fit into the memory of {device}; close what else uses it, or take device=cpu"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
