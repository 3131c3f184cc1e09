"""Commands, flags and flag types that several commands share. Imports nothing large."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

import click
from click.core import ParameterSource

from captioner.cli import load_command
from captioner.settings import Settings, read_settings

OWN = ("version", "model", "base_url", "concurrency")
"""Flags that nothing but the command line sets. All but the first are options of one backend, and not of the next: they
are set in that backend's own table, and a key must never go to an address that was meant for another."""


class SettableCommand(click.Command):
    """A command whose long flags can be set: `--language` by `CAPTIONER_LANGUAGE`, and in the settings file.

    The settings are the context's object.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for flag, option in self.settable.items():
            option.envvar = f"CAPTIONER_{flag.upper()}"

    @property
    def settable(self) -> dict[str, click.Parameter]:
        """The flags that can be set."""
        return {flag: option for flag, option in self.flags.items() if flag not in OWN}

    @property
    def flags(self) -> dict[str, click.Parameter]:
        """The options by their long flag, as the settings spell it."""
        return {
            name.removeprefix("--").replace("-", "_"): option
            for option in self.params
            for name in option.opts
            if name.startswith("--")
        }

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        # Who asks for help may be about to mend the settings.
        settings = None if {"--help", "--version"} & set(args) else user_settings()
        given = settings.flags if settings else {}
        mine = {flag: option for flag, option in self.settable.items() if flag in given}
        defaults = {option.name: _as_given(option, given[flag]) for flag, option in mine.items()}
        return super().make_context(info_name, args, parent, obj=settings, default_map=defaults, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """A format that is set is for files named after their input: the ending of -o says more."""
        if ctx.params.get("output") and ctx.get_parameter_source("formats") is not ParameterSource.COMMANDLINE:
            ctx.params["formats"] = ()
        return super().invoke(ctx)


def user_settings() -> Settings:
    """The user's settings file. Raises `SettingsError`."""
    root = load_command("caption")  # has every flag that can be set
    assert isinstance(root, SettableCommand)
    return read_settings(root.settable)


def _as_given(option: click.Parameter, value: Any) -> Any:
    """A setting in the shape in which click takes a flag: one text may stand for a list of one."""
    return [value] if getattr(option, "multiple", False) and isinstance(value, str) else value


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
    """`KEY=VALUE`, the value read as TOML where it is TOML (numbers, true, lists) and else, or if `plain`, as text."""

    name = "key=value"

    def __init__(self, *, plain: bool = False) -> None:
        self._plain = plain

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        import tomllib

        if not isinstance(value, str):
            key, parsed = value
            return key, parsed
        key, equals, text = value.partition("=")
        if not equals or not key.strip():
            self.fail(f"{value!r} is not KEY=VALUE", param, ctx)
        if self._plain:
            return key.strip(), text
        try:
            return key.strip(), tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
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
    """What times are multiplied with, from two speeds: `23.976:25`, or any two numbers."""

    name = "stretch"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        from captioner.timestamps import parse_rate

        before, _, after = str(value).partition(":")
        try:
            return parse_rate(before).per_second / parse_rate(after).per_second
        except ValueError as error:
            self.fail(f"{value!r} is not FROM:TO: {error}", param, ctx)


class ShiftParam(click.ParamType[float]):
    """Seconds, later or with a minus earlier, from `2.5`, `-1:30`."""

    name = "shift"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        seconds = TimeParam().convert(text.lstrip("+-"), param, ctx)
        return -seconds if text.startswith("-") else seconds


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
    "--profile",
    metavar="NAME|FILE.toml",
    help="Style rules of the captions; see docs/cues.md.  [default: what fits the language]",
)
profile_option = click.option(
    "--profile-option", "profile_options", type=KeyValueParam(), multiple=True, metavar="KEY=VALUE",
    help="Change one rule of the style, such as cps=15 or width=37; may be repeated.",
)  # fmt: skip
frame_rate = click.option(
    "--fps",
    "frame_rate",
    type=RateParam(),
    metavar="RATE|none",
    help="Time cues to frames at 25, 23.976, ... a second; none is milliseconds.  [default: as the video has it]",
)
frame_rate_of_video = click.option(
    "--fps",
    "frame_rate",
    type=RateParam(),
    metavar="RATE",
    help="Frames a second of the video, for formats that count frames.  [default: what IN tells]",
)
start_timecode = click.option(
    "--start-timecode", metavar="HH:MM:SS:FF", help="The label of the first frame, in formats that count frames."
)
drop_frame = click.option("--drop-frame", is_flag=True, help="Drop-frame labels, at 29.97 and 59.94 frames a second.")
word_times = click.option(
    "--word-times", is_flag=True, help="Say when each word is spoken, in formats that can: vtt, ass, lrc."
)
backend = click.option(
    "--backend", default="auto", metavar="NAME", help="Who hears; see 'captioner backends'.  [default: auto]"
)
backend_options = click.option(
    "--backend-option", "backend_options", type=KeyValueParam(), multiple=True, metavar="KEY=VALUE",
    help="An option of the backend; may be repeated.",
)  # fmt: skip
model = click.option("--model", metavar="NAME", help="The backend's model, by name or path.")
language = click.option("--language", metavar="TAG", help="What is spoken, as a BCP 47 tag: en, zh, de, ...")
align = click.option(
    "--align",
    default="auto",
    metavar="NAME",
    help="Who says when each word is said, if the backend does not: auto, espeak, pauses, qwen3[:MODEL], "
    "none.  [default: auto]",
)
base_url = click.option("--base-url", metavar="URL", help="The server, for a cloud backend.")
audio_track = click.option("--audio-track", metavar="N|LANG", help="The sound track, by number from 1 or by language.")
channel = click.option(
    "--channel", default="mix", metavar="left|right|N|mix", help="The channel that is heard.  [default: mix]"
)
report = click.option("--report", metavar="FILE", help="Write what became of every speech region, as JSON.")
prompt = click.option("--prompt", metavar="TEXT", help="Context that helps the recogniser.")
hotwords = click.option(
    "--hotword", "hotwords", multiple=True, metavar="WORD", help="A name to spell right; may be repeated."
)
hotwords_file = click.option("--hotwords-file", metavar="FILE", help="The same, one a line; lines with # are comments.")
concurrency = click.option(
    "--concurrency", type=click.IntRange(1), metavar="N", help="Requests in flight, for a cloud backend."
)


def _with_braces(ctx: click.Context, param: click.Parameter, label: str | None) -> str | None:
    if label and "{}" not in label:
        raise click.BadParameter(f"{label!r} has no {{}} where the name goes", ctx, param)
    return label


speaker_label = click.option(
    "--speaker-label",
    metavar="LABEL",
    callback=_with_braces,
    help="Name speakers in the text where a format has no place for them: '[{}] ' or '{}: '.",
)
shot_changes = click.option(
    "--shot-changes", is_flag=True, help="Let cues come and go with the picture's cuts; reads all of it."
)
