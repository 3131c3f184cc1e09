"""Packets with timestamps become continuous samples: the pure part of the clock."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.media.timeline import LONGEST_GAP, Packet, fill_gaps, silence, to_blocks
from captioner.values import Samples

RATE = 1000
"""Hz, so that a sample is a millisecond."""

places = st.integers(-5_000, 5_000)
lengths = st.integers(0, 2_000)
packets = st.lists(st.tuples(places, lengths), max_size=20)


def packet(place: int, length: int, value: float = 1.0) -> Packet:
    return place, np.full(length, value, np.float32)


def filled(*given_packets: Packet) -> Samples:
    return np.concatenate([np.empty(0, np.float32), *fill_gaps(given_packets, RATE)])


def values(samples: Samples) -> list[tuple[float, int]]:
    """Runs of one value and their lengths."""
    changes = np.flatnonzero(np.diff(samples)) + 1
    return [(float(run[0]), len(run)) for run in np.split(samples, changes) if len(run)]


def test_a_late_start_and_a_gap_are_silent() -> None:
    assert values(filled(packet(300, 100), packet(900, 50))) == [(0, 300), (1, 100), (0, 500), (1, 50)]


def test_samples_before_the_start_are_dropped() -> None:
    assert values(filled(packet(-300, 100), packet(-200, 250, 2.0), packet(50, 10, 3.0))) == [(2, 50), (3, 10)]


def test_jitter_is_not_a_gap() -> None:
    assert values(filled(packet(0, 100), packet(130, 100), packet(190, 100), packet(310, 100))) == [(1, 400)]


def test_jitter_does_not_add_up() -> None:
    """Each packet is 30 ms late; a sum of more than 40 ms is a gap."""
    samples = filled(*(packet(130 * number, 100) for number in range(50)))
    assert abs(len(samples) - (130 * 49 + 100)) <= 40


def test_a_packet_from_the_past_is_appended() -> None:
    assert values(filled(packet(0, 1000), packet(0, 1000, 2.0), packet(1000, 1000, 3.0))) == [
        (1, 1000),
        (2, 1000),
        (3, 1000),
    ]


def test_a_jump_to_another_clock_is_not_a_gap() -> None:
    far = round((LONGEST_GAP + 1) * RATE)
    samples = filled(packet(0, 100), packet(100 + far, 100, 2.0), packet(700 + far, 100, 3.0))
    assert values(samples) == [(1, 100), (2, 100), (0, 500), (3, 100)]


@given(packets)
def test_packets_in_order_keep_their_times(plan: list[tuple[int, int]]) -> None:
    ordered, end = [], 0
    for place, length in sorted(plan):
        ordered.append(packet(max(place, end), length))
        end = max(place, end) + length
    samples = filled(*ordered)
    assert abs(len(samples) - end) <= 40
    assert np.count_nonzero(samples) == sum(len(samples) for _, samples in ordered)


@given(packets)
def test_nothing_after_the_start_is_lost(plan: list[tuple[int, int]]) -> None:
    plan = [(abs(place), length) for place, length in plan]
    assert np.count_nonzero(filled(*(packet(*each) for each in plan))) == sum(length for _, length in plan)


@given(st.lists(lengths, max_size=8), st.integers(1, 3_000), st.none() | st.integers(1, 9_000))
def test_blocks_are_the_same_samples(sizes: list[int], size: int, length: int | None) -> None:
    line = np.arange(sum(sizes), dtype=np.float32)
    cut = list(to_blocks(np.split(line, np.cumsum(sizes)), size, length))
    assert np.array_equal(np.concatenate([np.empty(0, np.float32), *cut]), line[:length])
    assert all(len(block) == size for block in cut[:-1])
    assert all(0 < len(block) <= size for block in cut)


def test_blocks_read_no_more_chunks_than_they_need() -> None:
    chunks = iter([np.ones(10, np.float32)] * 5)
    assert [len(block) for block in to_blocks(chunks, 20, 40)] == [20, 20]
    assert len(list(chunks)) == 1


@pytest.mark.parametrize("length", [0, 1, 999, 1000, 1001, 5000])
def test_silence_comes_in_chunks(length: int) -> None:
    chunks = list(silence(length, 1000))
    assert sum(map(len, chunks)) == length
    assert all(0 < len(chunk) <= 1000 for chunk in chunks)
