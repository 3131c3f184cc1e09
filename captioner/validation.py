"""Checks that a value from a user has the expected type; if not, a sentence says so.

For settings, profile files, profile options, options of backends and arguments of `captioner.caption`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from reprlib import Repr
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin

from captioner.errors import SettingsError, UnknownName

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")

_NAMES: dict[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    tuple: "a list",
    Sequence: "a list",
    dict: "a table",
    Mapping: "a table",
    Callable: "a function",
    Path: "a path",
    date: "a date",
    NoneType: "None",
}

_SHORT = Repr()  # a value may be of any size and depth
_SHORT.maxstring = _SHORT.maxother = 60


def wrong_type(name: str, value: object, kind: Any) -> str | None:
    """Return `NAME must be a number, not 'soon'` where `value` is not of the type `kind`, else None.

    >>> wrong_type("cps", True, float), wrong_type("cps", 15, float)
    ('cps must be a number, not True', None)
    """
    return None if fits(value, kind) else f"{name} must be {type_name(kind)}, not {_SHORT.repr(value)}"


def fits(value: object, kind: Any) -> bool:
    """Return whether `value` is of the type `kind`. A type that cannot be checked, such as Any, fits every value."""
    kinds = union_members(kind)
    if len(kinds) > 1:
        return any(fits(value, each) for each in kinds)
    origin, parts = get_origin(kind) or kind, get_args(kind)
    if origin is Literal or not isinstance(origin, type) or origin is inspect.Parameter.empty:
        return origin is not Literal or isinstance(value, tuple({type(choice) for choice in parts}))
    if isinstance(value, bool) or origin is bool:
        return isinstance(value, bool) and origin is bool
    if origin is float:
        return isinstance(value, (int, float))
    try:
        if not isinstance(value, origin):
            return False
    except TypeError:  # a protocol whose instances cannot be recognised
        return True
    items_checked = isinstance(value, (list, tuple)) and len(set(parts) - {Ellipsis}) == 1
    return not items_checked or all(fits(item, parts[0]) for item in value)  # type: ignore[attr-defined]


def type_name(kind: Any) -> str:
    """Return the type in words for a user: "a number or text". None is left out beside other types."""
    kinds = [each for each in union_members(kind) if each is not NoneType] or [NoneType]
    return " or ".join(dict.fromkeys(map(_name, kinds)))


def type_name_of(value: object) -> str:
    """Return the type of a value in words for a user."""
    return _name(type(value))


def union_members(kind: Any) -> tuple[Any, ...]:
    """Return the types of a union; a type alone as the only one."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def types_of(made: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of the parameters of a function, or of the constructor of a class, by name."""
    try:
        parameters = inspect.signature(made, eval_str=True).parameters
    except NameError:  # a type that is imported for type checkers alone remains text, which is not checked
        parameters = inspect.signature(made).parameters
    return {name: parameter.annotation for name, parameter in parameters.items()}


def check_values(values: Mapping[str, Any], kinds: Mapping[str, Any], place: str) -> None:
    """Raise `SettingsError`, which names `place` and the key, for an unknown key or a value of another type."""
    for key, value in values.items():
        if key not in kinds:
            raise SettingsError(place, str(UnknownName("key", key, kinds)))
        if reason := wrong_type(key, value, kinds[key]):
            raise SettingsError(place, reason)


def options_from(options_class: type[Options], values: Mapping[str, Any], place: str) -> Options:
    """Return an options dataclass with some of its fields set.

    Raises `SettingsError` that names `place` and the key.
    """
    values = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    check_values(values, types_of(options_class), place)
    for name, parameter in inspect.signature(options_class).parameters.items():
        if name not in values and parameter.default is inspect.Parameter.empty:
            raise SettingsError(place, f"{name} is missing")
    try:
        return options_class(**values)
    except ValueError as error:
        raise SettingsError(place, str(error)) from error


def _name(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(repr(choice) for choice in get_args(kind))
    origin = get_origin(kind) or kind
    return _NAMES.get(origin) or str(getattr(origin, "__name__", origin))
