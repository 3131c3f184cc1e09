"""`captioner transform IN OUT OPERATION...`: declares its flags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from captioner.cli import options
from captioner.cli.flag_types import RateParam, ShiftParam, TimeParam

F = TypeVar("F", bound=Callable[..., Any])

ORDER = "captioner.transform.order"
"""The key in the context's `meta` of the operations, in the order of the command line."""


class OperationOption(click.Option):
    """A flag that names an operation. Operations run in the order in which they are given."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        super().add_to_parser(parser, ctx)
        for flag in self.opts:
            known = parser._long_opt[flag]
            known.process = self._recording(known.process, ctx)

    def _recording(self, process: Callable[[Any, Any], None], ctx: click.Context) -> Callable[[Any, Any], None]:
        def record(value: Any, state: Any) -> None:
            converted = None if self.is_flag else self.type(value, self, ctx)
            ctx.meta.setdefault(ORDER, []).append((self.opts[0].removeprefix("--"), converted))
            process(value, state)

        return record


def _operation(flag: str, help: str, metavar: str | None = None, type: Any = str) -> Callable[[F], F]:
    taken: dict[str, Any] = {"is_flag": True} if metavar is None else {"metavar": metavar, "type": type}
    if metavar is not None:
        taken["multiple"] = True
    return click.option(flag, cls=OperationOption, expose_value=False, help=help, **taken)


class TransformCommand(options.SettableCommand):
    """Takes the profile and the language from the settings."""

    settable_flags = ("profile", "language", "quiet")


@click.command(cls=TransformCommand, no_args_is_help=True)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="[OUT]", required=False)
@_operation("--shift", "Move all cues by TIME.", "[-]TIME", ShiftParam())
@_operation("--shift-from", "Move cue number CUE and all after it by TIME.", "CUE:[-]TIME")
@_operation("--stretch", "Multiply all times, as in 25/24.", "FACTOR")
@_operation("--cut", "Remove a stretch of time and close up.", "FROM-TO")
@_operation("--keep", "Keep one stretch of time, which begins at 0 then.", "FROM-TO")
@_operation("--append", "Add the cues of FILE after the last one.", "FILE")
@_operation("--merge", "Add the cues of FILE at their own times.", "FILE")
@_operation("--min-duration", "Show each cue for TIME at least.", "TIME", TimeParam())
@_operation("--max-duration", "Show each cue for TIME at most.", "TIME", TimeParam())
@_operation("--adjust-durations", "Show cues as long as the profile asks, and until they are read.")
@_operation("--min-gap", "Leave TIME between cues.", "TIME", TimeParam())
@_operation("--bridge-gaps", "Close gaps shorter than TIME.", "TIME", TimeParam())
@_operation("--merge-short", "Join cues that are too short to their neighbours.")
@_operation("--merge-same", "Join cues that show the same.")
@_operation("--split-long", "Split cues that are too long.")
@_operation("--rebreak", "Break cues and lines again by the profile.")
@_operation("--fix", "Fix what 'captioner lint --fix' fixes.")
@_operation("--replace", "Replace by the regular expressions in FILE: FIND, tab, REPLACEMENT.", "FILE")
@_operation("--remove-hi", "Remove sounds, speaker names and music.")
@_operation("--remove-tags", "Remove styles and tags.")
@_operation("--casing", "Change the letter case: sentence, upper, lower.", "CASE")
@_operation("--sort", "Sort by time.")
@_operation("--renumber", "Number from 1, as every written file is.")
@_operation("--deduplicate", "Remove cues that are there twice.")
@options.profile
@options.profile_option
@click.option("--from", "source_format", metavar="NAME", help="Format of IN.  [default: detected]")
@click.option("--to", "target_format", metavar="NAME", help="Format of OUT.  [default: by its ending]")
@options.file_language
@click.option("--fps", "frame_rate", type=RateParam(), metavar="RATE", help="Time new cues to frames of this rate.")
@click.option("--dry-run", is_flag=True, help="Show what would change, as a diff, and write nothing.")
@options.overwrite
@options.quiet
@click.pass_context
def transform(ctx: click.Context, /, **flags: Any) -> int:
    """Change the captions in IN by operations, in the order given, and write them to OUT.

    '-' is standard input or output.
    """
    from captioner.cli.work.transform import TransformRequest, transform_file

    return transform_file(TransformRequest(operations=tuple(ctx.meta.get(ORDER, ())), **flags), ctx.obj)
