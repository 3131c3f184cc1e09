"""Whether the options that a user gives are those that a backend's constructor takes, by name and by type."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from captioner.errors import UnknownName, UsageError

WORDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    Sequence: "a list",
}


def check_options(backend: str, maker: Any, options: Mapping[str, object]) -> None:
    """Raises `UnknownName`, `UsageError`. A value is never shown: it may be a key.

    A constructor with `**options` checks them itself.
    """
    parameters = _parameters(maker)
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    for option, value in options.items():
        if option not in parameters:
            if takes_any:
                continue
            known = (name for name, parameter in parameters.items() if _can_be_written(parameter.annotation))
            raise UnknownName(f"option of backend {backend}", option, known)
        kind = parameters[option].annotation
        if not _fits(value, kind):
            raise UsageError(f"option {option} of backend {backend} {_misfit(option, value, kind)}")


def _misfit(option: str, value: object, kind: Any) -> str:
    takes, given = _named(kind), _word(type(value))
    if given == "a list" and given in takes:
        given = "a list of other things"
    # On the command line a value is read as TOML, where text that looks like a number needs its quotes.
    quotes = f"; for text put it in quotes: {option}='\"...\"'" if str in _kinds(kind) else ""
    return f"takes {takes}, not {given}{quotes}"


def _parameters(maker: Any) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(maker, eval_str=True).parameters
    except NameError:  # a type that is imported for the checker alone stays a name, and is not checked
        return inspect.signature(maker).parameters


def _fits(value: object, kind: Any) -> bool:
    """Whether `value` is of the type `kind`, as far as that can be told: unknown types fit."""
    kinds = _kinds(kind)
    if len(kinds) > 1:
        return any(_fits(value, each) for each in kinds)
    made_of, parts = get_origin(kind) or kind, get_args(kind)
    if not isinstance(made_of, type) or made_of is inspect.Parameter.empty:
        return True
    if isinstance(value, bool) or made_of is bool:
        return isinstance(value, bool) and made_of is bool
    if made_of is float:
        return isinstance(value, (int, float))
    try:
        if not isinstance(value, made_of):
            return False
    except TypeError:  # Any and protocols cannot be asked
        return True
    return not (isinstance(value, list) and len(parts) == 1) or all(_fits(item, parts[0]) for item in value)


def _can_be_written(kind: Any) -> bool:
    """Whether the settings and the command line have values of this type; what only code can give is not shown."""
    written: tuple[object, ...] = ("", 0, 0.0, False, [], {})
    return any(_fits(value, kind) for value in written)


def _kinds(kind: Any) -> tuple[Any, ...]:
    """The types of a union; a type as it is."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _named(kind: Any) -> str:
    return " or ".join(_word(get_origin(each) or each) for each in _kinds(kind) if each is not NoneType)


def _word(kind: Any) -> str:
    return WORDS.get(kind) or str(getattr(kind, "__name__", kind))
