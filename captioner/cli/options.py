"""Flags, flag types and the command class that several commands share. Imports nothing large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from captioner.cli.flag_types import KeyValueParam, NumberOrName, RateParam
from captioner.errors import SettingsError
from captioner.settings import Settings

Flagged = TypeVar("Flagged", bound=Callable[..., Any])

NOT_SETTABLE = ("version", "model", "base_url", "concurrency")
"""Flags that only the command line sets. `model`, `base_url` and `concurrency` are options of one backend, so they
belong in its own table: a key must never be sent to the server of another backend."""


class SettableCommand(click.Command):
    """A command whose long flags can be set: `--language` by `CAPTIONER_LANGUAGE`, and in the settings file.

    The `obj` of the click context holds the settings.
    """

    settable_flags: tuple[str, ...] | None = None
    """The flags that can be set; None for all of the command that are not in `NOT_SETTABLE`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for flag, option in self.settable.items():
            option.envvar = option.envvar or f"CAPTIONER_{flag.upper()}"

    @property
    def settable(self) -> dict[str, click.Parameter]:
        """The options that can be set, by their long flag."""
        allowed = self.settable_flags
        chosen = {flag: option for flag, option in self.flags.items() if allowed is None or flag in allowed}
        return {flag: option for flag, option in chosen.items() if flag not in NOT_SETTABLE}

    @property
    def flags(self) -> dict[str, click.Parameter]:
        """The options by their first long flag, with `_` for `-`."""
        options = (option for option in self.params if isinstance(option, click.Option))
        longest = ((next(name for name in option.opts if name.startswith("--")), option) for option in options)
        return {name.removeprefix("--").replace("-", "_"): option for name, option in longest}

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        *,
        obj: Settings | None = None,
        **extra: Any,
    ) -> click.Context:
        given = obj.flags if obj else {}
        mine = {flag: option for flag, option in self.settable.items() if flag in given}
        defaults = {option.name: _as_default(option, given[flag]) for flag, option in mine.items()}
        try:
            return super().make_context(info_name, args, parent, obj=obj, default_map=defaults, **extra)
        except click.BadParameter as error:
            for flag, option in mine.items():
                if obj and option is error.param and _is_from_settings(option, error.ctx):
                    raise SettingsError(str(obj.path), f"{flag.replace('_', '-')}: {error.message}") from error
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Ignore a format of the settings where -o names a file, whose ending names the format."""
        if ctx.params.get("output") and ctx.get_parameter_source("formats") is not ParameterSource.COMMANDLINE:
            ctx.params["formats"] = ()
        return super().invoke(ctx)


def _is_from_settings(option: click.Parameter, context: click.Context | None) -> bool:
    source = context.get_parameter_source(option.name or "") if context else None
    return source is ParameterSource.DEFAULT_MAP


def setting_type(option: click.Parameter) -> Any:
    """Return the type that the settings file has for a flag."""
    if getattr(option, "is_flag", False):
        return bool
    if getattr(option, "multiple", False):
        return str | list[str]
    if isinstance(option.type, click.IntRange):
        return int
    if isinstance(option.type, click.FloatRange):
        return float
    return str if isinstance(option.type, (click.Choice, click.types.StringParamType)) else str | float


def _as_default(option: click.Parameter, value: Any) -> Any:
    """Return a setting as click takes a default: a text alone stands for a list of one."""
    return [value] if getattr(option, "multiple", False) and isinstance(value, str) else value


def comma_separated(ctx: click.Context, param: click.Parameter, values: tuple[str, ...] | str) -> tuple[str, ...]:
    """Return `-f srt,vtt -f json` as one tuple, each name once, in order."""
    names = [name.strip() for value in ([values] if isinstance(values, str) else values) for name in value.split(",")]
    return tuple(dict.fromkeys(name for name in names if name))


def with_braces(ctx: click.Context, param: click.Parameter, label: str | None) -> str | None:
    """Return a speaker label. Raises `BadParameter` if it has no place for the name."""
    if label and "{}" not in label:
        raise click.BadParameter(f"{label!r} has no {{}} for the name", ctx, param)
    return label


def together(*options: Callable[[Flagged], Flagged]) -> Callable[[Flagged], Flagged]:
    """Return a decorator that declares options in the order of its arguments."""

    def declare(function: Flagged) -> Flagged:
        for option in reversed(options):
            function = option(function)
        return function

    return declare


# fmt: off
quiet = click.option("-q", "--quiet", is_flag=True, help="Print errors and warnings only.")
overwrite = click.option("--overwrite", is_flag=True, help="Overwrite existing results.")
skip_existing = click.option(
    "--skip-existing", is_flag=True, help="Leave existing results as they are; that is no error then.")
output = click.option(
    "-o", "--output", metavar="FILE", help="Result file for one input and one format; '-' is standard output.")
directory = click.option(
    "-d", "--directory", "--output-dir", "directory", metavar="DIR",
    help="Folder for the results, created if missing.  [default: beside the input]")
formats, batch_formats = (
    click.option(
        "-f", "--format", "formats", multiple=True, callback=comma_separated, metavar="NAME[,NAME...]",
        help=f"Formats to write, such as srt,vtt,json.  [default: {default}]")
    for default in ("by the ending of -o, else srt", "srt")
)
profile = click.option(
    "--profile", metavar="NAME|FILE.toml",
    help="Caption style: netflix-en, bbc, ... (docs/cues.md).  [default: by language]")
profile_option = click.option(
    "--profile-option", "profile_options", type=KeyValueParam(), multiple=True, metavar="KEY=VALUE",
    help="Change a rule of the profile, such as cps=15; repeatable.")
frame_rate = click.option(
    "--fps", "frame_rate", type=RateParam(), metavar="RATE|none",
    help="Frames a second to time cues to; none for milliseconds.  [default: of the video]")
frame_rate_of_video = click.option(
    "--fps", "frame_rate", type=RateParam(), metavar="RATE",
    help="Frames a second, for formats that count frames.  [default: from IN]")
start_timecode = click.option(
    "--start-timecode", metavar="HH:MM:SS:FF", help="Timecode of the first frame, for formats that count frames.")
drop_frame = click.option(
    "--drop-frame", is_flag=True, help="Write drop-frame timecodes, at 29.97 or 59.94 frames a second.")
word_times = click.option(
    "--word-times", is_flag=True, help="Write the time of each word, in vtt, ass, lrc, ...")
speaker_label = click.option(
    "--speaker-label", metavar="LABEL", callback=with_braces,
    help="Name speakers in the text of formats without speakers: '[{}] '.")
shot_changes = click.option(
    "--shot-changes", is_flag=True, help="Snap cues to shot changes (decodes the whole video).")
backend = click.option(
    "--backend", default="auto", metavar="NAME",
    help="Recognition backend; list them with 'captioner backends'.  [default: auto]")
backend_options = click.option(
    "--backend-option", "backend_options", type=KeyValueParam(), multiple=True, metavar="KEY=VALUE",
    help="Set an option of the backend; repeatable.")
model = click.option("--model", metavar="NAME", help="Model of the backend, by name or path.")
language = click.option(
    "--language", metavar="LANG", help="Spoken language: English, en, zh-Hans, ...  [default: detected]")
file_language = click.option(
    "--language", metavar="LANG", help="Language of the captions: English, en, zh-Hans, ...  [default: from the file]")
chinese_script = click.option(
    "--chinese-script", type=click.Choice(["auto", "hans", "hant", "keep"]), default="auto",
    help="Chinese captions: simplified, traditional, as recognised; auto: as most of it.  [default: auto]")
keep_suspected = click.option(
    "--keep-suspected", is_flag=True, help="Show text that the backend probably invented in noise.")
align = click.option(
    "--align", default="auto", metavar="NAME",
    help="Aligner for word times: auto, espeak, pauses, qwen3[:MODEL], backend, none.  [default: auto]")
base_url = click.option(
    "--base-url", metavar="URL", help="Server of a cloud backend; without --backend, that of openai.")
audio_track = click.option(
    "--audio-track", type=NumberOrName(), metavar="N|LANG", help="Audio track, by number from 1 or by language.")
channel = click.option(
    "--channel", type=NumberOrName(), default="mix", metavar="left|right|N|mix",
    help="Audio channel to caption.  [default: mix]")
report = click.option("--report", metavar="FILE", help="Write the status of every speech region as JSON.")
prompt = click.option("--prompt", metavar="TEXT", help="Text about the speech that helps the backend.")
hotwords = click.option("--hotword", "hotwords", multiple=True, metavar="WORD", help="Word to spell right; repeatable.")
hotwords_file = click.option(
    "--hotwords-file", metavar="FILE", help="File of hotwords, one a line; '#' starts a comment.")
concurrency = click.option(
    "--concurrency", type=click.IntRange(1), metavar="N", help="Simultaneous requests of a cloud backend.")
no_journal = click.option("--no-journal", is_flag=True, help="Do not read or write the journal.")
offline = click.option(
    "--offline", is_flag=True, help="Send nothing to other machines, and fetch nothing from them.")
max_cost = click.option(
    "--max-cost", type=click.FloatRange(0), metavar="AMOUNT", help="Stop before the run costs more.")
max_minutes = click.option(
    "--max-minutes", type=click.FloatRange(0), metavar="N", help="Stop before more speech is sent.")
# fmt: on

captioning = together(
    profile,
    profile_option,
    frame_rate,
    start_timecode,
    drop_frame,
    word_times,
    speaker_label,
    shot_changes,
    backend,
    backend_options,
    model,
    language,
    chinese_script,
    keep_suspected,
    prompt,
    hotwords,
    hotwords_file,
)
"""The style of the captions, the backend and its hints."""
