"""`captioner edit VIDEO [CAPTIONS]`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.settings import Settings


@click.command(cls=options.SettableCommand, no_args_is_help=True)
@click.argument("video", metavar="VIDEO")
@click.argument("captions", metavar="[CAPTIONS]", required=False)
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@options.profile
@options.profile_option
@options.frame_rate
@options.backend
@options.backend_options
@options.model
@options.language
@options.chinese_script
@options.keep_suspected
@options.prompt
@options.hotwords
@options.hotwords_file
@options.align
@options.concurrency
@options.base_url
@options.no_journal
@options.offline
@options.quiet
@click.pass_obj
def edit(
    settings: Settings,
    /,
    video: str,
    captions: str | None,
    *,
    no_browser: bool,
    offline: bool,
    quiet: bool,
    **flags: Any,
) -> int:
    """Correct the captions of VIDEO in the browser.

    Without CAPTIONS it takes the caption file beside VIDEO, or else captions VIDEO. Saving writes the file, and keeps
    what was there as a backup.
    """
    from captioner.cli.work.edit import EditRequest, edit_in_browser

    request = EditRequest(
        video=video, captions=captions, no_browser=no_browser, offline=offline, quiet=quiet, recognition=flags
    )
    return edit_in_browser(request, settings)
