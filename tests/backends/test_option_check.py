"""The options of a backend are checked against its constructor, by name and by type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pytest

from captioner.backends.option_check import check_options
from captioner.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from pathlib import PurePath


class SupportsText(Protocol):
    def read_text(self) -> str: ...


class Plug:
    def __init__(
        self,
        *,
        text: str | None = None,
        count: int = 1,
        share: float = 0.5,
        flag: bool = False,
        lines: str | Sequence[str] = (),
        tags: list[int] | None = None,
        size: Literal["small", "large"] = "small",
        anything: Any = None,
        path: SupportsText | None = None,
    ) -> None: ...


class Unresolved:
    def __init__(self, *, place: PurePath, count: int = 1) -> None: ...


FITTING: list[tuple[str, Sequence[object]]] = [
    ("text", ["a", "", None]),
    ("count", [0, -7]),
    ("share", [0.5, 1]),
    ("flag", [True, False]),
    ("lines", ["a", ["a", "b"], ("a",), []]),
    ("tags", [[1, 2], [], None]),
    ("size", ["small", "huge"]),  # what it may be, the backend says best
    ("path", ["a", 1]),
    ("anything", [1, "a", None, {}]),
]

UNFIT: list[tuple[str, Sequence[object], str]] = [
    ("text", [1, 0.5, True, ["a"]], "text"),
    ("count", [0.5, "1", True, None], "a whole number"),
    ("share", ["0.5", True, None], "a number"),
    ("flag", [1, "no", None], "true or false"),
    ("lines", [1, [1], ["a", 2], {"a": "b"}], "text or a list"),
    ("tags", ["a", ["a"], 1, [True]], "a list"),
]


@pytest.mark.parametrize(("option", "values"), FITTING)
def test_what_fits(option: str, values: Sequence[object]) -> None:
    for value in values:
        check_options("plug", Plug, {option: value})


@pytest.mark.parametrize(("option", "values", "words"), UNFIT)
def test_what_does_not(option: str, values: Sequence[object], words: str) -> None:
    for value in values:
        with pytest.raises(UsageError, match=f"option {option} of backend plug takes {words}, not "):
            check_options("plug", Plug, {option: value})


def test_the_value_is_not_shown() -> None:
    with pytest.raises(UsageError) as caught:
        check_options("plug", Plug, {"text": 987654321})
    assert "987654321" not in str(caught.value)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(UnknownName, match="unknown option of backend plug 'words'; there is: text, count"):
        check_options("plug", Plug, {"words": "a"})


def test_what_only_code_can_give_is_not_shown() -> None:
    def make(*, text: str, place: Unresolved | None = None, share: float = 0.0) -> None: ...

    with pytest.raises(UnknownName, match=r"there is: text, share$"):
        check_options("plug", make, {"words": "a"})


def test_a_constructor_that_takes_any_is_given_any() -> None:
    def make(count: int = 1, **options: object) -> None: ...

    check_options("plug", make, {"texts": "a"})
    with pytest.raises(UsageError, match="option count of backend plug takes a whole number"):
        check_options("plug", make, {"texts": "a", "count": "a"})


def test_a_list_of_other_things() -> None:
    with pytest.raises(UsageError, match="option tags of backend plug takes a list, not a list of other things"):
        check_options("plug", Plug, {"tags": ["a"]})


def test_what_has_no_type_is_not_checked() -> None:
    check_options("plug", lambda value: None, {"value": 1})


def test_types_for_the_checker_alone_are_not_checked() -> None:
    check_options("plug", Unresolved, {"place": 1, "count": "many"})
