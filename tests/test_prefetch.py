"""Items are made ahead of their use, no further than asked, and nothing goes on when nobody wants them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from captioner.prefetch import prefetch

PATIENCE = 20.0


def test_items_are_made_before_they_are_asked_for() -> None:
    third = threading.Event()

    def items() -> Iterator[int]:
        for number in range(5):
            if number == 3:
                third.set()
            yield number

    with prefetch(items(), 3) as made:
        assert third.wait(PATIENCE)
        assert list(made) == [0, 1, 2, 3, 4]


def test_no_more_than_asked_wait() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with prefetch(items(), 2) as used:
        for number in used:
            # One is used, two wait, and one is made that has no place yet.
            assert len(made) <= number + 4


def test_an_error_comes_when_its_turn_has_come() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second")

    with prefetch(items(), 4) as made:
        assert next(made) == 1
        with pytest.raises(ValueError, match="the second"):
            next(made)


def test_who_leaves_early_leaves_no_thread() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.set()

    with prefetch(items(), 1) as made:
        assert next(made) == 0
    assert closed.wait(PATIENCE)
