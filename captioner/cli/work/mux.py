"""The work of `captioner mux`."""

from __future__ import annotations

from collections.abc import Sequence

from captioner.cli.work.video_jobs import open_video_job
from captioner.render import mux
from captioner.render.containers import SubtitleCodec


def mux_captions(
    media: str, subtitles: Sequence[str], output: str, codec: SubtitleCodec | None, overwrite: bool, quiet: bool
) -> int:
    """Write `output`, `media` with the captions as tracks; returns the exit code. Raises `CaptionerError`."""
    with open_video_job(media, subtitles, output, overwrite=overwrite, quiet=quiet) as job:
        if job:
            mux(job.media, job.subtitles, job.target, codec=codec, progress=job.watch, warn=job.warn)
    return 0
