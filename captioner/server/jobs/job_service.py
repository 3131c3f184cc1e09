"""The worker: runs the jobs that wait, fairly over clients, and takes them up after a restart."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from captioner.errors import CaptionerError
from captioner.output import Captions
from captioner.pipeline import CaptionOptions
from captioner.server.jobs.caption_job import CaptionWork, JobProgress
from captioner.server.jobs.job_feed import JobFeed
from captioner.server.jobs.job_store import JobStore
from captioner.server.jobs.server_job import ServerJob
from captioner.server.model_host import ModelHost
from captioner.server.own_thread import run_in_own_thread
from captioner.server.server_options import ServerOptions
from captioner.server.work_queue import WorkQueue

MOST_ATTEMPTS = 3
"""Starts of a job, each of which ended with the server. Then the job is the reason, and it fails."""

FOREVER = float("inf")

log = logging.getLogger("captioner.server")


@dataclass
class JobService:
    """Runs the jobs of `store`. All methods belong to the event loop that called `start`."""

    options: ServerOptions
    captioning: CaptionOptions
    models: ModelHost
    store: JobStore
    is_running: bool = False
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _feeds: dict[str, JobFeed] = field(default_factory=dict)
    _cancelled: set[str] = field(default_factory=set)

    def start(self) -> None:
        """Take up the jobs that wait, and those that ran when the last server was killed."""
        self._turns = WorkQueue(self.options.concurrency, FOREVER)
        self.store.remove_strays()
        self.is_running = True
        for job in self.store.unfinished():
            if job.attempts >= MOST_ATTEMPTS:
                reason = f"the server was killed {job.attempts} times while it ran"
                self.store.change(job.id, state="failed", error=reason, finished=time.time())
            else:
                self.run(self.store.change(job.id, state="waiting") or job)

    async def close(self) -> None:
        """Hand back the jobs that run: they wait for the next start."""
        self.is_running = False
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for feed in self._feeds.values():
            feed.close()

    def run(self, job: ServerJob) -> None:
        """Run a job of the store as soon as its turn comes."""
        self._feeds[job.id] = JobFeed(job)
        task = asyncio.get_running_loop().create_task(self._run(job), name=f"job {job.id}")
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._forget(job.id))

    def feed(self, job: ServerJob) -> JobFeed:
        """Return the feed of a job."""
        return self._feeds.get(job.id) or JobFeed(job)

    def newest(self, job: ServerJob) -> ServerJob:
        """Return a job of the store with its progress."""
        return self._feeds[job.id].job if job.id in self._feeds else job

    async def cancel(self, job: ServerJob) -> None:
        """End a job that waits or runs; one that has ended is left as it is."""
        task = self._tasks.get(job.id)
        if task is not None:
            self._cancelled.add(job.id)
            task.cancel()
            await asyncio.wait((task,))

    async def delete(self, job: ServerJob) -> None:
        """End a job, and delete it with its files."""
        await self.cancel(job)
        await asyncio.to_thread(self.store.delete, job.id)

    def _forget(self, id: str) -> None:
        self._tasks.pop(id, None)
        self._feeds.pop(id, None)
        self._cancelled.discard(id)

    async def _run(self, job: ServerJob) -> None:
        feed = self._feeds[job.id]
        try:
            async with self._turns.slot(job.client):
                await self._change(feed, state="running", started=time.time(), attempts=job.attempts + 1)
                await self._work(feed)
        except asyncio.CancelledError:
            if job.id in self._cancelled:
                await self._change(feed, state="cancelled", finished=time.time())
            else:
                await self._change(feed, state="waiting", started=None, attempts=job.attempts)
        except (CaptionerError, OSError) as error:
            await self._change(feed, state="failed", error=str(error), finished=time.time())
        except Exception as error:
            log.error("job %s failed", job.id, exc_info=error)
            reason = "the server made an error; its log says which"
            await self._change(feed, state="failed", error=reason, finished=time.time())

    async def _work(self, feed: JobFeed) -> None:
        job, loop = feed.job, asyncio.get_running_loop()

        def on_progress(progress: JobProgress) -> None:
            loop.call_soon_threadsafe(_follow, feed, progress)

        work = CaptionWork(
            job,
            await asyncio.to_thread(self.store.media_path, job.id),
            self.store.folder(job.id),
            self.captioning,
            self.options.longest_media,
            on_progress,
        )
        if job.settings.captions is not None:
            captions = await asyncio.to_thread(work.adopt, self.store.folder(job.id) / job.settings.captions)
        else:
            async with self.models.use() as backend:
                captions = await run_in_own_thread(partial(work.recognise, backend))
        await self._change(feed, finished=time.time(), **_facts(captions))

    async def _change(self, feed: JobFeed, **values: Any) -> None:
        """Store a change, then tell it; both also happen where the caller is cancelled meanwhile."""
        changed = replace(feed.job, **values)
        try:
            await run_in_own_thread(lambda stopped: self.store.change(changed.id, **values))
        finally:
            feed.change(changed)


def _follow(feed: JobFeed, progress: JobProgress) -> None:
    if feed.job.state == "running":
        feed.add(list(progress.cues))
        cues = len(feed.cues)
        feed.change(replace(feed.job, done=progress.done, duration=progress.duration, cues=cues))


def _facts(captions: Captions) -> dict[str, Any]:
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
