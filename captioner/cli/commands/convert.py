"""`captioner convert`: one caption format into another. Declares its flags; the work is in `converting`."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options


class ConvertCommand(options.SettableCommand):
    """Takes nothing from the settings but how loud it is: a file is converted the same way everywhere."""

    @property
    def settable(self) -> dict[str, click.Parameter]:
        return {flag: option for flag, option in super().settable.items() if flag == "quiet"}


@click.command(cls=ConvertCommand, no_args_is_help=True)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--from", "source_format", metavar="NAME", help="The format of IN.  [default: what the file tells]")
@click.option("--to", "target_format", metavar="NAME", help="The format of OUT.  [default: by its ending]")
@click.option("--encoding", metavar="NAME", help="The encoding of IN: gb18030, cp1252, ...  [default: what fits]")
@click.option("--language", metavar="TAG", help="The captions' language, for formats that say it.")
@options.frame_rate_of_video
@options.start_timecode
@options.drop_frame
@click.option("--stretch", type=options.StretchParam(), metavar="FROM:TO", help="Change the speed, as from 23.976:25.")
@click.option(
    "--shift", type=options.ShiftParam(), default=0.0, metavar="[-]TIME", help="Show all so much later or earlier."
)
@options.speaker_label
@click.option("--strict", is_flag=True, help="Refuse what would be lost or had to be mended.")
@options.overwrite
@options.quiet
def convert(**flags: Any) -> int:
    """Write the captions in IN in another format; '-' is standard input or output.

    What IN does not spell as its format wants it is mended where it can be understood. What OUT cannot hold is said.
    """
    from captioner.cli.work.convert import ConvertRequest, convert_file

    return convert_file(ConvertRequest(**flags))
