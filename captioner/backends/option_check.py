"""Checks the options of a backend or another part against its constructor, by name and by type."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from captioner.errors import UnknownName, UsageError
from captioner.validation import fits, type_name, type_name_of, types_of, union_members


def check_options(name: str, maker: Any, options: Mapping[str, object], kind: str = "backend") -> None:
    """Raise `UnknownName` for an unknown option, `UsageError` for a value of another type.

    The message never shows a value, which may be a key. A constructor with `**options` checks the names itself.
    """
    kinds = types_of(maker)
    takes_any = any(
        parameter.kind is parameter.VAR_KEYWORD for parameter in inspect.signature(maker).parameters.values()
    )
    for option, value in options.items():
        if option in kinds:
            if not fits(value, kinds[option]):
                raise UsageError(f"option {option} of {kind} {name} {_mismatch(option, value, kinds[option])}")
        elif not takes_any:
            raise UnknownName(f"option of {kind} {name}", option, writable_options(maker))


def writable_options(maker: Any) -> list[str]:
    """Return the options that the command line and the settings can give, leaving out those that only code can."""
    written: tuple[object, ...] = ("", 0, 0.0, False, [], {})
    return [name for name, kind in types_of(maker).items() if any(fits(value, kind) for value in written)]


def _mismatch(option: str, value: object, kind: Any) -> str:
    takes, given = type_name(kind), type_name_of(value)
    if given == "a list" and given in takes:
        given = "a list of other things"
    # On the command line a value is read as TOML, where text that looks like a number needs its quotes.
    quotes = f"; for text put it in quotes: {option}='\"...\"'" if str in union_members(kind) else ""
    return f"takes {takes}, not {given}{quotes}"
