"""The work of `captioner mux`."""

from __future__ import annotations

from captioner.cli.work.video_jobs import VideoJob, VideoRequest, run_video_job
from captioner.render import mux
from captioner.render.containers import SubtitleCodec


def mux_captions(request: VideoRequest, codec: SubtitleCodec | None) -> int:
    """Write the media with the captions as tracks; returns the exit code. Raises `CaptionerError`."""

    def make(job: VideoJob) -> None:
        mux(job.media, job.subtitles, job.target, codec=codec, progress=job.watch, warn=job.warn)

    return run_video_job(request, make)
