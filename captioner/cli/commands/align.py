"""`captioner align`: captions with the words of a script that exists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from captioner.cli import options
from captioner.settings import Settings

if TYPE_CHECKING:
    from captioner.values import Cue

NOBODY = "none"
"""In the place of a backend: nothing is heard, and the script is laid over the speech by the time it takes to say."""


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
@options.quiet
@click.pass_obj
def align(settings: Settings, /, media: str, script: str, **flags: Any) -> int:
    """Write captions of MEDIA with the words of TEXT.

    TEXT is a plain text, or an old caption file, whose cues stay as they are and get the times at which they are said.
    What a backend hears only tells where in MEDIA the text is; with --backend none that is told by how long it takes
    to say. What of the text nobody says is told, and what is said but not written stands as it was heard.
    """
    from functools import partial

    from captioner.cli.work.caption import CaptionRequest, caption_all
    from captioner.errors import UsageError
    from captioner.pipeline import caption_script

    if media == "-":
        raise UsageError("align reads MEDIA twice, which standard input cannot be; save it to a file first")
    if flags["backend"] == NOBODY:
        flags |= {"backend": "scripted", "backend_options": (("lines", ""),), "no_journal": True}
    words = _script(script)
    return caption_all(CaptionRequest(inputs=(media,), **flags), settings, partial(caption_script, script=words))


def _script(path: str) -> str | Sequence[Cue]:
    """A caption file's cues; a text, where the file is none."""
    from captioner.cli.work.jobs import read_captions
    from captioner.errors import FormatError, UnknownName, UsageError
    from captioner.formats import decoded, format_of_path

    try:
        if format_of_path(path).readable:
            return read_captions(path)[1].cues or ()
    except UnknownName:
        pass  # a text by any other name
    try:
        text = decoded(Path(path).read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read the script {path}: {(error.strerror or str(error)).lower()}") from error
    except FormatError as error:
        raise FormatError(path, "is no text, or in an encoding that cannot be told; save it in UTF-8") from error
    if not text.strip():
        raise FormatError(path, "there is no text in it")
    return text
