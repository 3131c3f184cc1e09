"""`captioner INPUT...`: the default command. Declares its flags; the work is in `captioning`."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import COMMANDS, options
from captioner.settings import Settings


class RootCommand(options.SettableCommand):
    """The default command: its help also lists the named ones."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands (captioner COMMAND --help)"):
            formatter.write_dl(list(COMMANDS.items()))
        super().format_epilog(ctx, formatter)


@click.command(
    cls=RootCommand,
    epilog="Exit codes: 0 all well, 1 other error, 2 usage or settings, 3 media, 4 backend, 5 caption format, "
    "6 stream lost, 7 finished but some speech was lost, 130 interrupted. Most flags can be set by an environment "
    "variable (CAPTIONER_LANGUAGE for --language) or in the settings file that 'captioner doctor' names.",
    no_args_is_help=True,
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@options.output
@options.directory
@options.formats
@options.profile
@options.profile_option
@options.frame_rate
@options.start_timecode
@options.drop_frame
@options.word_times
@options.speaker_label
@options.shot_changes
@options.backend
@options.backend_options
@options.model
@options.language
@options.prompt
@options.hotwords
@options.hotwords_file
@click.option(
    "--context",
    type=click.Choice(["none", "previous"]),
    default="none",
    help="What of the text so far the backend is told. With 'previous' regions wait for each other.  [default: none]",
)
@options.align
@options.concurrency
@options.base_url
@options.audio_track
@options.channel
@click.option("--from", "start", type=options.TimeParam(), metavar="TIME", help="Begin at 90, 1:30 or 0:01:30.5.")
@click.option("--to", "end", type=options.TimeParam(), metavar="TIME", help="End there.")
@click.option("--burn", metavar="FILE", help="Write the video too, with the captions in its picture.")
@click.option("--mux", metavar="FILE", help="Write the video too, with the captions as a track.")
@options.report
@click.option("--no-journal", is_flag=True, help="Neither remember nor recall what is heard.")
@click.option("--offline", is_flag=True, help="Reach no other machine: nothing is sent, and nothing is fetched.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent and what it costs; send nothing.")
@click.option("--max-cost", type=click.FloatRange(0), metavar="AMOUNT", help="Stop before this would be spent.")
@click.option("--max-minutes", type=click.FloatRange(0), metavar="N", help="Stop before more speech would be sent.")
@click.option("--retry-failed", is_flag=True, help="Write anew; ask again only for what was not heard.")
@options.overwrite
@options.quiet
@click.option("-v", "--verbose", is_flag=True, help="Show each region as it is heard.")
@click.version_option(package_name="captioner", message="captioner %(version)s")
@click.pass_obj
def caption(settings: Settings, /, **flags: Any) -> int:
    """Caption media: each INPUT is a file, a URL that ffmpeg reads, or '-' for standard input.

    video.mp4 becomes video.srt beside it. Messages go to standard error, results to files.
    """
    from captioner.cli.work.caption import CaptionRequest, caption_all

    return caption_all(CaptionRequest(**flags), settings)
