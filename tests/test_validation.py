"""Values against types, and the sentences for those that do not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from captioner.errors import SettingsError
from captioner.validation import check_values, fits, options_from, type_name, types_of, wrong_type

FITS: list[tuple[object, Any]] = [
    (1, int), (1, float), (0.5, float), (True, bool), ("a", str), (None, str | None), ("a", str | list[str]),
    (["a"], str | list[str]), ([], list[int]), (("a", "b"), Sequence[str]), ({"a": 1}, dict), (len, Callable[..., Any]),
    (Path(), str | Path), ("any", Literal["one", "two"]), (3, Any), (3, "Unresolved"),
]  # fmt: skip
MISFITS: list[tuple[object, Any, str]] = [
    (True, int, "x must be a whole number, not True"),
    (1, bool, "x must be true or false, not 1"),
    (1.5, int, "x must be a whole number, not 1.5"),
    ("1", float | None, "x must be a number, not '1'"),
    (None, float, "x must be a number, not None"),
    ([1], str | list[str], "x must be text or a list, not [1]"),
    (3, Literal["one", "two"], "x must be 'one' or 'two', not 3"),
    (3, Callable[[], int], "x must be a function, not 3"),
    ("a" * 200, int, f"x must be a whole number, not '{'a' * 27}...{'a' * 28}'"),
]


@pytest.mark.parametrize(("value", "kind"), FITS)
def test_a_value_of_the_type(value: object, kind: Any) -> None:
    assert fits(value, kind)
    assert wrong_type("x", value, kind) is None


@pytest.mark.parametrize(("value", "kind", "sentence"), MISFITS)
def test_a_value_of_another_type(value: object, kind: Any, sentence: str) -> None:
    assert wrong_type("x", value, kind) == sentence


def test_a_deep_value_is_shown_in_short() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    sentence = wrong_type("x", deep, str)
    assert sentence == "x must be text, not [[[[[[[...]]]]]]]"


def test_types_in_words() -> None:
    assert type_name(str | None) == "text"
    assert type_name(None | float | int | list[str]) == "a number or a whole number or a list"


@dataclass(frozen=True)
class Options:
    size: float
    name: str = "a"

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError(f"size must be 0 or more, not {self.size}")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"size": "big"}, "here: size must be a number, not 'big'"),
        ({"size": -1}, "here: size must be 0 or more, not -1"),
        ({"name": "b"}, "here: size is missing"),
        ({"size": 1, "color": "red"}, "here: unknown key 'color'; there is: size, name"),
    ],
)
def test_options_from_a_table(values: dict[str, Any], sentence: str) -> None:
    assert options_from(Options, {"size": 1, "name": date(2026, 11, 20)}, "here") == Options(1, "2026-11-20")
    with pytest.raises(SettingsError) as caught:
        options_from(Options, values, "here")
    assert str(caught.value) == sentence


def test_types_of_a_constructor() -> None:
    assert types_of(Options) == {"size": float, "name": str}
    check_values({"size": 3}, types_of(Options), "here")
