"""Items are produced ahead of their use, up to the limit, and production stops when the block is left."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from captioner.prefetch import prefetch

TIMEOUT = 20.0
"""Seconds."""


def test_items_are_produced_before_they_are_used() -> None:
    third = threading.Event()

    def items() -> Iterator[int]:
        for number in range(5):
            if number == 3:
                third.set()
            yield number

    with prefetch(items(), 3) as prefetched:
        assert third.wait(TIMEOUT)
        assert list(prefetched) == [0, 1, 2, 3, 4]


def test_no_more_items_than_the_limit_wait() -> None:
    produced: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            produced.append(number)
            yield number

    with prefetch(items(), 2) as prefetched:
        for number in prefetched:
            # One is used, two wait, and one is produced that has no place yet.
            assert len(produced) <= number + 4


def test_an_error_is_raised_when_its_turn_comes() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second")

    with prefetch(items(), 4) as prefetched:
        assert next(prefetched) == 1
        with pytest.raises(ValueError, match="the second"):
            next(prefetched)


def test_leaving_the_block_early_ends_the_thread() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.set()

    with prefetch(items(), 1) as prefetched:
        assert next(prefetched) == 0
    assert closed.wait(TIMEOUT)
