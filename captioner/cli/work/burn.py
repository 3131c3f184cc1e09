"""The work of `captioner burn`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from captioner.cli.work.video_jobs import VideoJob, VideoRequest, run_video_job, style_options
from captioner.render import Encoding, burn, overlay
from captioner.render.burn import Streams


@dataclass(frozen=True, kw_only=True)
class BurnRequest(VideoRequest):
    """The flags of `captioner burn`."""

    style: Mapping[str, Any]
    """The style flags, by their names in `StyleOptions`."""

    overlay: bool
    """Whether the captions are drawn alone, on a transparent video."""

    encoding: Encoding
    streams: Streams


def burn_captions(request: BurnRequest) -> int:
    """Burn the captions, or draw them alone; returns the exit code. Raises `CaptionerError`."""
    style = style_options(**request.style)

    def make(job: VideoJob) -> None:
        if request.overlay:
            overlay(job.media, job.subtitles, job.target, style=style, progress=job.watch, warn=job.warn)
        else:
            burn(
                job.media,
                job.subtitles,
                job.target,
                style=style,
                encoding=request.encoding,
                streams=request.streams,
                progress=job.watch,
                warn=job.warn,
            )

    return run_video_job(request, make)
