"""`captioner serve`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.settings import Settings


@click.command(cls=options.SettableCommand)
@click.option(
    "--address", default="127.0.0.1:8767", metavar="[HOST:]PORT", help="Where to listen.  [default: 127.0.0.1:8767]"
)
@click.option(
    "--api-key",
    "api_keys",
    multiple=True,
    envvar="CAPTIONER_SERVER_KEY",  # not CAPTIONER_API_KEY, which is sent to the cloud
    metavar="KEY",
    help="Key of which requests must bring one; repeatable.",
)
@click.option(
    "--allow-origin", "origins", multiple=True, metavar="ORIGIN", help="Site whose pages may use it; repeatable."
)
@click.option("--state", metavar="DIR", help="Folder of uploads and jobs.  [default: beside the journal]")
@click.option(
    "--parallel", type=click.IntRange(1), metavar="N", help="Recordings at a time.  [default: 1, 4 for a cloud backend]"
)
@click.option(
    "--max-wait", type=click.FloatRange(0), default=30.0, metavar="S", help="Longest wait for a turn.  [default: 30]"
)
@click.option(
    "--unload-after",
    type=click.FloatRange(0),
    default=600.0,
    metavar="S",
    help="Unload an idle model; 0 keeps it.  [default: 600]",
)
@click.option(
    "--max-upload", type=click.IntRange(1), default=4096, metavar="MB", help="Largest upload.  [default: 4096]"
)
@click.option(
    "--max-duration", type=click.FloatRange(0), default=12.0, metavar="H", help="Longest recording.  [default: 12]"
)
@click.option(
    "--max-jobs",
    type=click.IntRange(1),
    default=1000,
    metavar="N",
    help="Unfinished jobs of a client.  [default: 1000]",
)
@click.option(
    "--min-free", type=click.FloatRange(0), default=1.0, metavar="GB", help="Disk space to leave free.  [default: 1]"
)
@click.option(
    "--keep-days",
    type=click.FloatRange(0),
    default=30.0,
    metavar="N",
    help="Delete jobs so long after their end; 0 keeps them.  [default: 30]",
)
@click.option("--allow-urls", is_flag=True, help="Let clients name public URLs to fetch, and webhooks.")
@click.option(
    "--log", type=click.Choice(["text", "json"]), default="text", help="Print faults, or each request as JSON."
)
@click.option("--service-limits", is_flag=True, help="Refuse uploads that GLM's own service refuses.")
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
def serve(settings: Settings, /, **flags: Any) -> int:
    """Serve recognition over HTTP: the API of GLM-ASR, that of OpenAI, jobs, and a page to caption and correct."""
    from captioner.cli.work.serve import ServeRequest, serve_until_stopped

    return serve_until_stopped(ServeRequest(**flags), settings)
