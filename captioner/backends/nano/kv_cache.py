"""The keys and values of everything that the language model has read and written, in tensors that never change their
shape: only so can a step be recorded once and replayed (a CUDA graph)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class RingKvCache:
    """A cache of `slots` rows and `columns`, used as a ring; what transformers' attention layers call a cache.

    At each step all slots write into the same column, which then moves on, from the last back to the first. So the
    tokens of a slot are always its latest `lengths[slot]` columns, whenever it was filled, and its mask is arithmetic.
    Attention does not mind the order of columns: positions are turned into the keys before they come here.
    """

    def __init__(self, config: Any, slots: int, columns: int, device: torch.device, dtype: torch.dtype) -> None:
        shape = (slots, config.num_key_value_heads, columns, config.head_dim)
        self.slots, self.columns = slots, columns
        self.keys = [torch.zeros(shape, device=device, dtype=dtype) for _ in range(config.num_hidden_layers)]
        self.values = [torch.zeros_like(keys) for keys in self.keys]
        self.lengths = torch.zeros(slots, device=device, dtype=torch.long)
        self._column = torch.zeros(1, device=device, dtype=torch.long)
        self._all_columns = torch.arange(columns, device=device)

    def update(self, keys: Tensor, values: Tensor, layer: int, *_: Any) -> tuple[Tensor, Tensor]:
        """Called by each attention layer: take in the new token's, of shape (slots, heads, 1, width), and give all."""
        self.keys[layer].index_copy_(2, self._column, keys)
        self.values[layer].index_copy_(2, self._column, values)
        return self.keys[layer], self.values[layer]

    def mask(self) -> Tensor:
        """Which columns each slot may see: its own tokens and the one it is about to write. (slots, 1, 1, columns)."""
        age = (self._column - self._all_columns) % self.columns
        return (age <= self.lengths[:, None])[:, None, None]

    def advance(self) -> None:
        """All slots have written a token."""
        self._column.add_(1).remainder_(self.columns)
        self.lengths.add_(1)

    def empty(self) -> None:
        """All slots have nothing."""
        self._column.zero_()
        self.lengths.zero_()

    def fill(self, slots: list[int], prompts: Any, lengths: list[int]) -> None:
        """Put prompts into slots: the keys and values of `prompts`, a cache of transformers, padded on the left."""
        device = self.lengths.device
        rows = torch.tensor(slots, device=device)
        longest = max(lengths)
        columns = (self._column - longest + torch.arange(longest, device=device)) % self.columns
        for layer, read in enumerate(prompts.layers):
            # Where two index tensors stand apart, indexing puts their axes first: (rows, columns, heads, width).
            self.keys[layer][rows[:, None], :, columns] = read.keys.transpose(1, 2)
            self.values[layer][rows[:, None], :, columns] = read.values.transpose(1, 2)
        self.lengths[rows] = torch.tensor(lengths, device=device)
