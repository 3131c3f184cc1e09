"""Greedy decoding of many texts at once: a slot whose text has ended takes the next prompt (continuous batching)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from captioner.backends.nano.cuda_graph import Step, graph_of
from captioner.backends.nano.kv_cache import RingKvCache

STEPS_PER_SYNC = 8
"""Steps on an accelerator between two reads of the tokens: a read waits for the device."""

COLUMN_MULTIPLE = 64
"""The columns of a cache are a multiple of this, as attention kernels prefer."""

REFILL = 8
"""Prompts are read when one slot in this many is free: reading several at once is faster than one by one."""


@dataclass(frozen=True)
class Prompt:
    """The input of the language model for one clip."""

    number: int
    """Number of the clip."""
    embeddings: Tensor
    """Instruction and audio, shape (tokens, width)."""
    limit: int
    """Tokens that may be decoded for it."""


@dataclass
class DecodedText:
    """The text of one prompt, token by token."""

    number: int
    """Number of the clip."""
    limit: int
    """Tokens that may be decoded."""
    tokens: list[int] = field(default_factory=list)
    log_probabilities: list[float] = field(default_factory=list)
    """Of each token."""
    ended: bool = False
    """Whether the model ended the text; False if the limit cut it off."""

    @property
    def done(self) -> bool:
        """Whether no more tokens follow."""
        return self.ended or len(self.tokens) == self.limit

    @property
    def confidence(self) -> float | None:
        """The geometric mean of the probabilities of its tokens; None without tokens."""
        return math.exp(sum(self.log_probabilities) / len(self.log_probabilities)) if self.log_probabilities else None


class BatchDecoder:
    """Greedy decoding in `slots` rows. Its tokens are exactly those of transformers' generate().

    On CUDA a step is captured as a graph and replayed. That is the only difference between devices.
    """

    def __init__(self, model: Any, slots: int, columns: int) -> None:
        self._language_model, self._head = model.model.language_model, model.lm_head
        self._embed = model.get_input_embeddings()
        self._end_tokens = _end_tokens(model)
        self._device = model.device
        self.cache = RingKvCache(model.config.text_config, slots, columns, model.device, model.dtype)
        self._tokens = torch.zeros(slots, device=model.device, dtype=torch.long)
        self._log_probabilities = torch.zeros(slots, device=model.device)
        self._steps_per_sync = STEPS_PER_SYNC if model.device.type != "cpu" else 1
        self._replay = graph_of(self._decode_step, model.device, self._trial)

    @staticmethod
    def columns_for(longest: Prompt) -> int:
        """Return the columns that a cache needs for prompts up to `longest`, a multiple of `COLUMN_MULTIPLE`."""
        return math.ceil((len(longest.embeddings) + longest.limit + STEPS_PER_SYNC) / COLUMN_MULTIPLE) * COLUMN_MULTIPLE

    def decode(self, prompts: Iterator[Prompt]) -> Iterator[DecodedText]:
        """Yield the text of each prompt, in the order in which they end.

        A prompt is pulled when a slot is free for it.
        """
        free = list(range(self.cache.slots))
        busy: dict[int, DecodedText] = {}
        while True:
            if not busy or len(free) * REFILL >= self.cache.slots:
                busy |= self._prefill(list(islice(prompts, len(free))), free)
            if not busy:
                return
            self._decode_steps(busy)
            for slot in [slot for slot, text in busy.items() if text.done]:
                free.append(slot)
                yield busy.pop(slot)

    @torch.inference_mode()
    def _prefill(self, prompts: list[Prompt], free: list[int]) -> dict[int, DecodedText]:
        """Read prompts into free slots and decode the first token of each. Returns the texts by slot."""
        if not prompts:
            return {}
        slots = [free.pop(0) for _ in prompts]
        lengths = [len(prompt.embeddings) for prompt in prompts]
        embeddings, mask = _left_padded([prompt.embeddings for prompt in prompts])
        cache = DynamicCache(config=self._language_model.config)
        hidden = self._language_model(
            inputs_embeds=embeddings,
            attention_mask=mask,
            position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        tokens, log_probabilities = self._likeliest(hidden[:, -1])
        self.cache.fill(slots, cache, lengths)
        self._tokens[slots] = tokens
        texts = {slot: DecodedText(prompt.number, prompt.limit) for slot, prompt in zip(slots, prompts, strict=True)}
        for text, token, value in zip(texts.values(), tokens.tolist(), log_probabilities.tolist(), strict=True):
            self._append(text, token, value)
        return texts

    @torch.inference_mode()
    def _decode_steps(self, busy: dict[int, DecodedText]) -> None:
        """Decode some tokens in every slot; tokens after the end of a text are dropped."""
        steps = []
        for _ in range(self._steps_per_sync):
            self._run_step()
            steps.append((self._tokens.clone(), self._log_probabilities.clone()))
        tokens = torch.stack([tokens for tokens, _ in steps], dim=1).tolist()
        log_probabilities = torch.stack([values for _, values in steps], dim=1).tolist()
        for slot, text in busy.items():
            for token, value in zip(tokens[slot], log_probabilities[slot], strict=True):
                self._append(text, token, value)

    def _run_step(self) -> None:
        (self._replay or self._decode_step)()

    def _decode_step(self) -> None:
        """Decode one token in every slot. It works in place on tensors that keep their addresses, for the capture."""
        hidden = self._language_model(
            inputs_embeds=self._embed(self._tokens[:, None]),
            attention_mask=self.cache.mask(),
            position_ids=self.cache.lengths[:, None],
            past_key_values=self.cache,
            use_cache=True,
        ).last_hidden_state
        tokens, log_probabilities = self._likeliest(hidden[:, -1])
        self._tokens.copy_(tokens)
        self._log_probabilities.copy_(log_probabilities)
        self.cache.advance()

    @torch.inference_mode()
    def _trial(self, step: Step) -> Tensor:
        """Return the log-probabilities of two tokens in each slot, shape (2, slots).

        The second depends on the first.
        """
        self.cache.clear()
        self._tokens.copy_(torch.arange(self.cache.slots))
        log_probabilities = []
        for _ in range(2):
            step()
            log_probabilities.append(self._log_probabilities.clone())
        return torch.stack(log_probabilities)

    def _likeliest(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Return the likeliest next token of each row, and its log-probability."""
        logits = self._head(hidden).float()
        best, tokens = logits.max(dim=-1)
        return tokens, best - logits.logsumexp(dim=-1)

    def _append(self, text: DecodedText, token: int, log_probability: float) -> None:
        if text.done:
            return
        if token in self._end_tokens:
            text.ended = True
        else:
            text.tokens.append(token)
            text.log_probabilities.append(log_probability)


def _end_tokens(model: Any) -> frozenset[int]:
    """Return the tokens that end a text."""
    ends = model.generation_config.eos_token_id
    return frozenset([ends] if isinstance(ends, int) else ends or ())


def _left_padded(rows: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Return the rows of shape (tokens, width) as one tensor, padded on the left, and the mask, 0 for padding."""
    longest = max(map(len, rows))
    padded = rows[0].new_zeros(len(rows), longest, rows[0].shape[1])
    mask = torch.zeros(len(rows), longest, device=padded.device, dtype=torch.long)
    for number, row in enumerate(rows):
        padded[number, longest - len(row) :] = row
        mask[number, longest - len(row) :] = 1
    return padded, mask
