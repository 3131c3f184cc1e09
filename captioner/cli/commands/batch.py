"""`captioner batch SOURCES`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.settings import Settings


class BatchCommand(options.SettableCommand):
    """The command, whose sources come from the command line alone."""


@click.command(cls=BatchCommand, no_args_is_help=True)
@click.argument("inputs", nargs=-1, metavar="SOURCE...")
@options.directory
@click.option("--name", default="{stem}", metavar="PATTERN", help="Names of the results: '{stem}.{lang}.sdh'.")
@click.option(
    "--language-tag",
    type=click.Choice(["bcp47", "iso639-1", "iso639-2", "iso639-2b"]),
    default="bcp47",
    help="Form of {lang}: zh-Hans, zh, zho or chi.  [default: bcp47]",
)
@options.batch_formats
@click.option("--probe", is_flag=True, help="Open the files of a folder whose ending is not known.")
@click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Sources at a time.  [default: by cores and memory]"
)
@click.option(
    "--executor",
    type=click.Choice(["auto", "processes", "threads", "ray"]),
    default="auto",
    help="Where workers run.  [default: processes, threads for a cloud backend]",
)
@click.option("--ray-address", metavar="ADDRESS", help="Ray cluster: auto, or HOST:PORT.  [default: a local one]")
@click.option(
    "--gpus-per-worker",
    type=click.FloatRange(min=0),
    metavar="N",
    help="GPUs of a Ray worker: 1, 0.25.  [default: 1 for a model that uses one]",
)
@click.option("--status", is_flag=True, help="Show how the batch that writes into -d stands; caption nothing.")
@click.option("--watch", is_flag=True, help="Go on: caption what arrives in the folders, until Ctrl-C.")
@click.option(
    "--metrics",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Serve metrics for Prometheus on this machine, at /metrics.",
)
@options.captioning
@options.align
@options.concurrency
@options.base_url
@options.audio_track
@options.channel
@click.option("--report", metavar="FILE", help="Write what became of every source: .json or .csv.")
@options.no_journal
@options.offline
@options.max_cost
@options.max_minutes
@click.option("--retry-failed", is_flag=True, help="Also run sources that failed or lost speech before.")
@click.option("--overwrite", is_flag=True, help="Overwrite results that were edited or made by others.")
@options.quiet
@click.pass_obj
def batch(settings: Settings, /, **flags: Any) -> int:
    """Caption an archive. Each SOURCE is a file, a folder, a glob, a manifest (.txt, .csv, .jsonl) or a URL.

    Each source is captioned once: run the same command again after any stop, and it goes on.
    """
    from captioner.cli.work.batch import batch_request, run_batch_command

    return run_batch_command(batch_request(**flags), settings)
