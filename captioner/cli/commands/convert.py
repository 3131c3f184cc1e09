"""`captioner convert IN OUT`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.cli.flag_types import ShiftParam, StretchParam


class ConvertCommand(options.SettableCommand):
    """Takes only `quiet` from the settings: a file is converted the same way everywhere."""

    settable_flags = ("quiet",)


@click.command(cls=ConvertCommand, no_args_is_help=True)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--from", "source_format", metavar="NAME", help="Format of IN.  [default: detected]")
@click.option("--to", "target_format", metavar="NAME", help="Format of OUT.  [default: by its ending]")
@click.option("--encoding", metavar="NAME", help="Encoding of IN: gb18030, cp1252, ...  [default: detected]")
@options.file_language
@options.frame_rate_of_video
@options.start_timecode
@options.drop_frame
@click.option("--stretch", type=StretchParam(), metavar="FROM:TO", help="Change the speed: 23.976:25.")
@click.option("--shift", type=ShiftParam(), default=0.0, metavar="[-]TIME", help="Shift all cues by TIME.")
@options.speaker_label
@click.option("--strict", is_flag=True, help="Fail if IN needs repair or OUT cannot store all of it.")
@options.overwrite
@options.skip_existing
@options.quiet
def convert(**flags: Any) -> int:
    """Convert the captions in IN to another format; '-' is standard input or output.

    Damage in IN is repaired where the meaning is clear. captioner reports repairs, and what OUT cannot store.
    """
    from captioner.cli.work.convert import ConvertRequest, convert_file

    return convert_file(ConvertRequest(**flags))
