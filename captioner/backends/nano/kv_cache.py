"""The key-value cache: keys and values of all tokens, in tensors of constant shape, as a CUDA graph needs them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class RingKvCache:
    """A cache of `slots` rows and `columns` used as a ring; the cache for the attention layers of transformers.

    In each step all slots write to the same column, which then moves on, from the last column to the first. So the
    tokens of a slot are always its latest `lengths[slot]` columns, whenever it was filled, and its mask is arithmetic.
    Attention does not depend on the order of the columns: positions are encoded in the keys before they come here.
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
        """Store the new token's keys and values, shape (slots, heads, 1, width), and return those of all columns.

        Each attention layer calls this method.
        """
        self.keys[layer].index_copy_(2, self._column, keys)
        self.values[layer].index_copy_(2, self._column, values)
        return self.keys[layer], self.values[layer]

    def mask(self) -> Tensor:
        """Return the columns that each slot attends to: its own tokens and the next one.

        Shape (slots, 1, 1, columns).
        """
        age = (self._column - self._all_columns) % self.columns
        return (age <= self.lengths[:, None])[:, None, None]

    def advance(self) -> None:
        """Move on to the next column, after all slots have written a token."""
        self._column.add_(1).remainder_(self.columns)
        self.lengths.add_(1)

    def clear(self) -> None:
        """Remove the tokens of all slots."""
        self._column.zero_()
        self.lengths.zero_()

    def fill(self, slots: list[int], prompts: Any, lengths: list[int]) -> None:
        """Store prompts in `slots`: the keys and values of `prompts`, a cache of transformers padded on the left."""
        device = self.lengths.device
        rows = torch.tensor(slots, device=device)
        longest = max(lengths)
        columns = (self._column - longest + torch.arange(longest, device=device)) % self.columns
        for layer, prompt in enumerate(prompts.layers):
            # With two separate index tensors, indexing puts their axes first: (rows, columns, heads, width).
            self.keys[layer][rows[:, None], :, columns] = prompt.keys.transpose(1, 2)
            self.values[layer][rows[:, None], :, columns] = prompt.values.transpose(1, 2)
        self.lengths[rows] = torch.tensor(lengths, device=device)
