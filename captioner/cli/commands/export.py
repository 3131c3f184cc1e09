"""`captioner export FILE.json...`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.settings import Settings


@click.command(cls=options.SettableCommand, no_args_is_help=True)
@click.argument("transcripts", nargs=-1, required=True, metavar="FILE.json...")
@options.output
@options.directory
@options.formats
@options.profile
@options.profile_option
@options.frame_rate
@options.shot_changes
@options.start_timecode
@options.drop_frame
@options.word_times
@options.speaker_label
@options.overwrite
@options.skip_existing
@options.quiet
@click.pass_obj
def export(settings: Settings, /, **flags: Any) -> int:
    """Re-export transcripts in another format or profile, without running recognition.

    A transcript is what 'captioner talk.mp4 -f json' writes.
    """
    from captioner.cli.work.export import ExportRequest, export_all

    return export_all(ExportRequest(**flags), settings)
