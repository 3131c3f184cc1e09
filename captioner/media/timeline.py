"""From packets with timestamps to continuous samples, whose position is their time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from captioner.values import Samples

SMALLEST_GAP = 0.04
"""Seconds. Timestamps are rounded, and those of a real clock jitter, so a smaller difference is not a gap."""

LONGEST_GAP = 3600.0
"""Seconds. A longer jump counts as an error or as another clock, not as a gap."""

Packet = tuple[int, Samples]
"""The position of the first sample, counted in samples from the start of the selection, and the samples."""


def fill_gaps(packets: Iterable[Packet], sample_rate: int) -> Iterator[Samples]:
    """Yield the samples from position 0 on, in chunks without a gap between them.

    Samples before position 0 are dropped, and a gap becomes silence. A packet that begins before the end of the last
    one, or more than `LONGEST_GAP` after it, follows the last one directly: no audio is lost.
    """
    smallest, longest = round(SMALLEST_GAP * sample_rate), round(LONGEST_GAP * sample_rate)
    end, jumped = 0, 0
    for position, samples in packets:
        gap = position - jumped - end
        if gap > longest:
            jumped += gap
        elif gap > (smallest if end else 0):
            yield from silence(gap, sample_rate)
            end += gap
        rest = samples[-gap:] if gap < 0 and not end else samples
        if len(rest):
            yield rest
            end += len(rest)


def silence(length: int, longest: int) -> Iterator[Samples]:
    """Yield `length` samples of silence in chunks of at most `longest`, so that an hour of it needs little memory."""
    for done in range(0, length, longest):
        yield np.zeros(min(longest, length - done), np.float32)


def to_blocks(chunks: Iterable[Samples], size: int, length: int | None = None) -> Iterator[Samples]:
    """Yield the same samples in blocks of `size`, the last one shorter; at most `length` samples in all."""
    block, filled, left = np.empty(size, np.float32), 0, length
    for chunk in chunks:
        rest = chunk if left is None else chunk[:left]
        left = None if left is None else left - len(rest)
        while len(rest):
            taken = rest[: size - filled]
            block[filled : filled + len(taken)] = taken
            filled, rest = filled + len(taken), rest[len(taken) :]
            if filled == size:
                yield block
                block, filled = np.empty(size, np.float32), 0
        if left == 0:
            break
    if filled:
        yield block[:filled]
