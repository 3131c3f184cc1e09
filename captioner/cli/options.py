"""Flag types that several commands share. Imports nothing but click."""

from __future__ import annotations

from typing import Any

import click


class Time(click.ParamType[float]):
    """Seconds, from `90`, `1:30` or `0:01:30.5`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from captioner.timestamps import parse_clock

        try:
            return parse_clock(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class KeyValue(click.ParamType[tuple[str, Any]]):
    """`KEY=VALUE`, the value read as TOML where it is TOML (numbers, true, lists) and as text where not."""

    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        import tomllib

        if not isinstance(value, str):
            key, parsed = value
            return key, parsed
        key, equals, text = value.partition("=")
        if not equals or not key.strip():
            self.fail(f"{value!r} is not KEY=VALUE", param, ctx)
        try:
            return key.strip(), tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return key.strip(), text


def comma_separated(ctx: click.Context, param: click.Parameter, values: tuple[str, ...] | str) -> tuple[str, ...]:
    """`-f srt,vtt -f json` as one tuple, each name once, in order."""
    names = [name.strip() for value in ([values] if isinstance(values, str) else values) for name in value.split(",")]
    return tuple(dict.fromkeys(name for name in names if name))


quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
overwrite = click.option("--overwrite", is_flag=True, help="Write a result anew that is there already.")
output = click.option(
    "-o", "--output", metavar="FILE", help="Where the result goes; '-' is standard output. For one input, one format."
)
directory = click.option(
    "-d",
    "--directory",
    metavar="DIR",
    help="Folder for the results, made if it is not there.  [default: beside the input]",
)
formats = click.option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    callback=comma_separated,
    metavar="NAME[,NAME...]",
    help="Formats to write, such as srt,vtt,json.  [default: by the ending of -o, else srt]",
)
profile = click.option(
    "--profile", metavar="NAME", help="Style rules of the captions.  [default: what fits the language]"
)
