"""The language model writes: many texts side by side, and a slot whose text has ended takes the next prompt at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from captioner.backends.nano.cuda_graph import Step, faster
from captioner.backends.nano.kv_cache import RingKvCache

STRIDE = 8
"""Steps on an accelerator between two looks at what was written: a look waits for the device."""

ROUND = 64

REFILL = 8
"""Prompts are read in when one slot in so many is free: reading several at once costs less than one by one."""


@dataclass(frozen=True)
class Prompt:
    """What the language model reads of one clip: instruction and sound as embeddings of shape (tokens, width)."""

    number: int
    embeddings: Tensor
    limit: int
    """Tokens that may be written for it."""


@dataclass
class Written:
    """The text of one prompt, token by token with its log-probability; `ended` unless the limit cut it short."""

    number: int
    limit: int
    tokens: list[int] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)
    ended: bool = False

    @property
    def done(self) -> bool:
        return self.ended or len(self.tokens) == self.limit

    @property
    def confidence(self) -> float | None:
        """The geometric mean of the probabilities of its tokens; None without tokens."""
        return math.exp(sum(self.chances) / len(self.chances)) if self.chances else None


class BatchDecoder:
    """Greedy decoding in `slots` rows; writes for each prompt exactly what transformers' generate() writes for it.

    On CUDA a step is recorded as a graph and replayed. That is the only difference between devices.
    """

    def __init__(self, model: Any, slots: int, columns: int) -> None:
        self._language_model, self._head = model.model.language_model, model.lm_head
        self._embed = model.get_input_embeddings()
        self._ends = _ends_of(model)
        self._device = model.device
        self.ring = RingKvCache(model.config.text_config, slots, columns, model.device, model.dtype)
        self._tokens = torch.zeros(slots, device=model.device, dtype=torch.long)
        self._chances = torch.zeros(slots, device=model.device)
        self._stride = STRIDE if model.device.type != "cpu" else 1
        self._replay = faster(self._write_one, model.device, self._trial)

    @staticmethod
    def columns_for(longest: Prompt) -> int:
        """Columns that a ring needs for prompts up to this one, in the round numbers that attention kernels like."""
        return math.ceil((len(longest.embeddings) + longest.limit + STRIDE) / ROUND) * ROUND

    def write(self, prompts: Iterator[Prompt]) -> Iterator[Written]:
        """The text of each prompt, the one first that ends first. A prompt is pulled when there is a slot for it."""
        free = list(range(self.ring.slots))
        busy: dict[int, Written] = {}
        while True:
            if not busy or len(free) * REFILL >= self.ring.slots:
                busy |= self._read(list(islice(prompts, len(free))), free)
            if not busy:
                return
            self._go_on(busy)
            for slot in [slot for slot, written in busy.items() if written.done]:
                free.append(slot)
                yield busy.pop(slot)

    @torch.inference_mode()
    def _read(self, prompts: list[Prompt], free: list[int]) -> dict[int, Written]:
        """Read prompts into free slots, which writes the first token of each."""
        if not prompts:
            return {}
        slots = [free.pop(0) for _ in prompts]
        lengths = [len(prompt.embeddings) for prompt in prompts]
        embeddings, mask = _padded([prompt.embeddings for prompt in prompts])
        cache = DynamicCache(config=self._language_model.config)
        hidden = self._language_model(
            inputs_embeds=embeddings,
            attention_mask=mask,
            position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        tokens, chances = self._likeliest(hidden[:, -1])
        self.ring.fill(slots, cache, lengths)
        self._tokens[slots] = tokens
        texts = {slot: Written(prompt.number, prompt.limit) for slot, prompt in zip(slots, prompts, strict=True)}
        for text, token, chance in zip(texts.values(), tokens.tolist(), chances.tolist(), strict=True):
            self._note(text, token, chance)
        return texts

    @torch.inference_mode()
    def _go_on(self, busy: dict[int, Written]) -> None:
        """Some steps; what a slot writes after its end is forgotten."""
        steps = []
        for _ in range(self._stride):
            self._step()
            steps.append((self._tokens.clone(), self._chances.clone()))
        tokens = torch.stack([tokens for tokens, _ in steps], dim=1).tolist()
        chances = torch.stack([chances for _, chances in steps], dim=1).tolist()
        for slot, text in busy.items():
            for token, chance in zip(tokens[slot], chances[slot], strict=True):
                self._note(text, token, chance)

    def _step(self) -> None:
        (self._replay or self._write_one)()

    def _write_one(self) -> None:
        """One token in every slot. Works in place on tensors that stay where they are, so that it can be recorded."""
        hidden = self._language_model(
            inputs_embeds=self._embed(self._tokens[:, None]),
            attention_mask=self.ring.mask(),
            position_ids=self.ring.lengths[:, None],
            past_key_values=self.ring,
            use_cache=True,
        ).last_hidden_state
        tokens, chances = self._likeliest(hidden[:, -1])
        self._tokens.copy_(tokens)
        self._chances.copy_(chances)
        self.ring.advance()

    @torch.inference_mode()
    def _trial(self, step: Step) -> Tensor:
        """The log-probabilities of two tokens in each slot, the second written in sight of the first."""
        self.ring.empty()
        self._tokens.copy_(torch.arange(self.ring.slots))
        chances = []
        for _ in range(2):
            step()
            chances.append(self._chances.clone())
        return torch.stack(chances)

    def _likeliest(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """The likeliest next token of each row, and its log-probability."""
        logits = self._head(hidden).float()
        best, tokens = logits.max(dim=-1)
        return tokens, best - logits.logsumexp(dim=-1)

    def _note(self, text: Written, token: int, chance: float) -> None:
        if text.done:
            return
        if token in self._ends:
            text.ended = True
        else:
            text.tokens.append(token)
            text.chances.append(chance)


def _ends_of(model: Any) -> frozenset[int]:
    """The tokens that end a text."""
    ends = model.generation_config.eos_token_id
    return frozenset([ends] if isinstance(ends, int) else ends or ())


def _padded(rows: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Rows of shape (tokens, width) as one tensor padded on the left, and the mask of what is no padding."""
    longest = max(map(len, rows))
    padded = rows[0].new_zeros(len(rows), longest, rows[0].shape[1])
    mask = torch.zeros(len(rows), longest, device=padded.device, dtype=torch.long)
    for number, row in enumerate(rows):
        padded[number, longest - len(row) :] = row
        mask[number, longest - len(row) :] = 1
    return padded, mask
