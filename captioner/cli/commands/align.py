"""`captioner align MEDIA TEXT`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.settings import Settings


@click.command(cls=options.SettableCommand, no_args_is_help=True)
@click.argument("media", metavar="MEDIA")
@click.argument("script", metavar="TEXT")
@options.output
@options.directory
@options.formats
@options.profile
@options.frame_rate
@options.start_timecode
@options.drop_frame
@options.shot_changes
@options.language
@options.backend
@options.backend_options
@options.model
@options.base_url
@options.align
@options.audio_track
@options.channel
@options.report
@options.overwrite
@options.skip_existing
@options.quiet
@click.pass_obj
def align(settings: Settings, /, media: str, script: str, **flags: Any) -> int:
    """Caption MEDIA with the words of TEXT.

    TEXT is a plain text, or a caption file, whose cues keep their text and get new times. captioner finds them by their
    sound. It needs no recogniser; the words that a --backend recognises are further evidence, and speech that is not in
    TEXT is then captioned as it was recognised. Parts of TEXT that are not spoken are reported.

    A caption file in another language than MEDIA (film.de.srt with --language en), or with other words, keeps its
    distances: the pauses of the speech show by how much all captions, or all of a part, must move. MEDIA may then also
    be a caption file that is in time. Nothing is written if the pauses do not match.
    """
    from captioner.cli.work.align import align_script

    return align_script(media, script, flags, settings)
