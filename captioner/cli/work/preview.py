"""The work of `captioner preview`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from captioner.cli.work.video_jobs import VideoJob, VideoRequest, run_video_job, style_options
from captioner.media import path_of
from captioner.render import preview


def preview_name(media: str) -> str:
    """Return the name of the picture of a media where none is given: talk.png of talk.mp4."""
    return str((path_of(media) or Path("frame")).with_suffix(".png"))


def preview_captions(request: VideoRequest, at: float | None, style: Mapping[str, Any]) -> int:
    """Save the frame at the second `at`, of the first cue where it is None; returns the exit code.

    `style` are the style flags. Raises `CaptionerError`.
    """
    options = style_options(**style)

    def make(job: VideoJob) -> None:
        preview(job.media, job.subtitles, job.target, at=at, style=options, warn=job.warn)

    return run_video_job(request, make)
