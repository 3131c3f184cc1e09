"""Runs one job: fetches its source if it is a URL, then recognises it or makes a video of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from captioner.errors import NoAudio
from captioner.output import Captions
from captioner.pipeline import CaptionOptions
from captioner.server.jobs.caption_job import CaptionWork, JobStopped, OnProgress, probe
from captioner.server.jobs.job_store import JobStore
from captioner.server.jobs.server_job import ServerJob
from captioner.server.jobs.video_job import VideoWork
from captioner.server.model_host import ModelHost
from captioner.server.outgoing.url_fetch import FetchLimits, FetchStopped, fetch
from captioner.server.own_thread import run_in_own_thread
from captioner.server.server_options import ServerOptions

Facts = dict[str, Any]
"""Fields of a job."""

ChangeJob = Callable[[Facts], Awaitable[ServerJob]]
"""Stores fields of a job that runs, and returns it."""


@dataclass(frozen=True)
class JobRunner:
    """Runs jobs of a server."""

    options: ServerOptions
    captioning: CaptionOptions
    models: ModelHost
    store: JobStore

    async def run(self, job: ServerJob, on_progress: OnProgress, change: ChangeJob) -> Facts:
        """Run a job; return the fields of it that its end changes.

        When the caller is cancelled, the job stops soon. Raises `CaptionerError`, `OSError`.
        """
        folder = self.store.folder(job.id)
        media = await asyncio.to_thread(self.store.media_path, job.id)
        if job.settings.url is not None and not job.has_media:
            job = await change(await run_in_own_thread(partial(self._fetch, job, folder)))
        if job.kind != "caption":
            await run_in_own_thread(VideoWork(job, media, folder, on_progress).make)
            return {"state": "done", "done": job.duration or 0.0}
        work = CaptionWork(job, media, folder, self.captioning, self.options.longest_media, on_progress)
        if job.settings.captions is not None:
            return _facts(await asyncio.to_thread(work.adopt, folder / job.settings.captions))
        async with self.models.use() as backend:
            return _facts(await run_in_own_thread(partial(work.recognise, backend)))

    def _fetch(self, job: ServerJob, folder: Path, stopped: Event) -> Facts:
        """Fetch the source of a job; return what it is."""
        assert job.settings.url is not None
        partial_file = folder / "media.part"
        try:
            limits = FetchLimits(self.options.largest_upload, smallest_free=self.options.smallest_free)
            fetch(job.settings.url, partial_file, limits, stopped)
        except FetchStopped:
            raise JobStopped from None
        facts = media_facts(partial_file, job.name)
        partial_file.replace(folder / "media")
        return facts


def media_facts(media: Path, name: str) -> Facts:
    """Return the fields of a job with that source. Raises `MediaError`, which calls it `name`."""
    described = probe(media, name)
    if not described.tracks:
        raise NoAudio(name)
    has_video = any(not stream.cover for stream in described.of_kind("video"))
    return {"has_media": True, "has_video": has_video, "duration": described.duration}


def _facts(captions: Captions) -> Facts:
    lost = len(captions.report.lost)
    return {
        "state": "lost" if lost or captions.report.missing_segments else "done",
        "cues": len(captions.cues),
        "lost_regions": lost,
        "language": captions.transcript.language,
        "backend": captions.report.backend,
        "done": captions.report.duration,
        "duration": captions.report.duration,
    }
