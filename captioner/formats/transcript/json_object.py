"""JSON objects whose values are checked when they are read: the file may be written by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite
from typing import Any, NoReturn

from captioner.errors import FormatError

LARGEST_INTEGER = 2**63 - 1
"""The largest whole number: what 64 bits hold, and databases store."""


@dataclass(frozen=True)
class JsonObject:
    """An object of a JSON file. A missing key is null. Each method raises `FormatError`, which names the key."""

    members: dict[str, Any]
    """The values by their keys."""

    path: str = ""
    """The place of the object in the file, as in `segments[3]`; empty for the outermost."""

    def refuse(self, reason: str, key: str = "") -> NoReturn:
        """Raise an error about this object, or about the member `key`."""
        where = ".".join(part for part in (self.path, key) if part)
        raise FormatError("json", f"{where}: {reason}" if where else reason)

    def text(self, key: str) -> str:
        """Return a string."""
        value = self.members.get(key)
        return value if isinstance(value, str) else self._refuse_type(key, "a text")

    def text_or_none(self, key: str) -> str | None:
        """Return a string or null."""
        return None if self.members.get(key) is None else self.text(key)

    def number(self, key: str) -> float:
        """Return a finite number."""
        value = self.members.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            self._refuse_type(key, "a number")
        try:
            number = float(value)
        except OverflowError:  # An integer may have more digits than any float can hold.
            self.refuse("is too large a number", key)
        return number if isfinite(number) else self.refuse("is too large a number", key)

    def number_or_none(self, key: str) -> float | None:
        """Return a finite number or null."""
        return None if self.members.get(key) is None else self.number(key)

    def integer(self, key: str) -> int:
        """Return an integer."""
        value = self.members.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            self._refuse_type(key, "a whole number")
        return value if abs(value) <= LARGEST_INTEGER else self.refuse("is too large a number", key)

    def boolean(self, key: str) -> bool:
        """True or false."""
        value = self.members.get(key)
        return value if isinstance(value, bool) else self._refuse_type(key, "true or false")

    def objects(self, key: str) -> list[JsonObject]:
        """Return a list of objects; null is an empty one."""
        values = self.members.get(key)
        if values is None:
            return []
        if not isinstance(values, list):
            self._refuse_type(key, "a list")
        path = f"{self.path}.{key}" if self.path else key
        return [_as_object(value, f"{path}[{index}]") for index, value in enumerate(values)]

    def numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of finite numbers; null is an empty one."""
        values = self.members.get(key)
        if values is not None and not isinstance(values, list):
            self._refuse_type(key, "a list")
        members = {f"{key}[{index}]": value for index, value in enumerate(values or ())}
        return tuple(map(JsonObject(members, self.path).number, members))

    def _refuse_type(self, key: str, wanted: str) -> NoReturn:
        self.refuse(f"is not {wanted}" if self.members.get(key) is not None else f"is missing; it is {wanted}", key)


def parse_object(text: str) -> JsonObject:
    """Return the object that a JSON text is. Raises `FormatError`."""
    try:
        return _as_object(json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse_constant), "")
    except json.JSONDecodeError as error:
        raise FormatError("json", f"is not JSON: {error.msg}", error.lineno) from error
    except (ValueError, RecursionError) as error:  # A number of thousands of digits; thousands of brackets.
        raise FormatError("json", f"cannot be read: {error}") from error


def _as_object(value: Any, path: str) -> JsonObject:
    if not isinstance(value, dict):
        JsonObject({}, path).refuse("is not an object")
    return JsonObject(value, path)


def _refuse_constant(name: str) -> NoReturn:
    raise FormatError("json", f"{name} is not a number in JSON")
