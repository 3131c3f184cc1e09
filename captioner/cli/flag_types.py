"""Types of the values of flags. Imports nothing large."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

import click

from captioner.settings import parse_toml


class NumberOrName(click.ParamType[str]):
    """A number or a name, as text."""

    name = "number or name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value)


class TimeParam(click.ParamType[float]):
    """Seconds, from `90`, `1:30` or `0:01:30.5`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from captioner.timestamps import parse_clock

        try:
            return parse_clock(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class KeyValueParam(click.ParamType[tuple[str, Any]]):
    """`KEY=VALUE`. The value is read as TOML (numbers, true, lists) where it is TOML; else, or if `plain`, as text."""

    name = "key=value"

    def __init__(self, *, plain: bool = False) -> None:
        self._plain = plain

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        if not isinstance(value, str):  # click converts a default a second time
            return value  # type: ignore[no-any-return]
        key, equals, text = value.partition("=")
        if not equals or not key.strip():
            self.fail(f"{value!r} is not KEY=VALUE", param, ctx)
        if self._plain:
            return key.strip(), text
        try:
            return key.strip(), parse_toml(f"value = {text}")["value"]
        except ValueError:
            return key.strip(), text


class RateParam(click.ParamType[Fraction | Literal["none"]]):
    """Frames a second, from `25`, `23.976` or `30000/1001`; `none` for times in milliseconds."""

    name = "rate"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fraction | Literal["none"]:
        from captioner.timestamps import parse_rate

        if str(value).lower() == "none":
            return "none"
        try:
            return parse_rate(str(value)).per_second
        except ValueError as error:
            self.fail(str(error), param, ctx)


class StretchParam(click.ParamType[Fraction]):
    """The factor for times, from two speeds: `23.976:25`, or any two numbers."""

    name = "stretch"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        from captioner.timestamps import parse_rate

        before, _, after = str(value).partition(":")
        try:
            return parse_rate(before).per_second / parse_rate(after).per_second
        except ValueError as error:
            self.fail(f"{value!r} is not FROM:TO: {error}", param, ctx)


class ShiftParam(click.ParamType[float]):
    """Seconds, from `2.5` (later) or `-1:30` (earlier)."""

    name = "shift"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        seconds = TimeParam().convert(text.lstrip("+-"), param, ctx)
        return -seconds if text.startswith("-") else seconds
