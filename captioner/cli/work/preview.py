"""The work of `captioner preview`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from captioner.cli.work.video_jobs import open_video_job, style_options
from captioner.media import path_of
from captioner.render import preview


def preview_captions(
    media: str,
    subtitles: Sequence[str],
    at: float | None,
    output: str | None,
    style: Mapping[str, Any],
    *,
    overwrite: bool,
    quiet: bool,
) -> int:
    """Save the frame at the second `at`, of the first cue where it is None; returns the exit code.

    `style` are the style flags. Raises `CaptionerError`.
    """
    options = style_options(**style)
    target = output or str((path_of(media) or Path("frame")).with_suffix(".png"))
    with open_video_job(media, subtitles, target, overwrite=overwrite, quiet=quiet) as job:
        if job:
            preview(job.media, job.subtitles, job.target, at=at, style=options, warn=job.warn)
    return 0
