"""From packets that say when they are heard to a line of samples whose place in the line says it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from captioner.values import Samples

SMALLEST_GAP = 0.04
"""Seconds. Timestamps are rounded, and those of a real clock jitter; what they leave out below this is no gap."""

LONGEST_GAP = 3600.0
"""Seconds of nothing that are believed; a longer jump is taken for a fault, or for another clock."""

Packet = tuple[int, Samples]
"""The place of the first sample, counted in samples from where listening begins, and the samples."""


def fill_gaps(packets: Iterable[Packet], sample_rate: int) -> Iterator[Samples]:
    """The samples from place 0 on, in pieces without a gap between them.

    What lies before place 0 is left out, a gap is filled with silence, and a packet that comes from the past, or from
    more than `LONGEST_GAP` ahead, goes where the last one ended: nothing that can be heard is lost.
    """
    smallest, longest = round(SMALLEST_GAP * sample_rate), round(LONGEST_GAP * sample_rate)
    position, jumped = 0, 0
    for place, samples in packets:
        ahead = place - jumped - position
        if ahead > longest:
            jumped += ahead
        elif ahead > (smallest if position else 0):
            yield from silence(ahead, sample_rate)
            position += ahead
        heard = samples[-ahead:] if ahead < 0 and not position else samples
        if len(heard):
            yield heard
            position += len(heard)


def silence(length: int, longest: int) -> Iterator[Samples]:
    """`length` samples of silence in pieces of at most `longest`: an hour of it must not fill the memory."""
    for done in range(0, length, longest):
        yield np.zeros(min(longest, length - done), np.float32)


def to_blocks(pieces: Iterable[Samples], size: int, length: int | None = None) -> Iterator[Samples]:
    """The same samples in blocks of `size`, the last one shorter; no more than `length` in all."""
    block, filled, left = np.empty(size, np.float32), 0, length
    for piece in pieces:
        rest = piece if left is None else piece[:left]
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
