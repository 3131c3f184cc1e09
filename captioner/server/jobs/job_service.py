"""The worker: runs the jobs that wait, fairly over clients, and takes them up after a restart."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field, replace
from functools import partial

from captioner.errors import CaptionerError
from captioner.pipeline import CaptionOptions
from captioner.server.jobs.caption_job import JobProgress, OnProgress
from captioner.server.jobs.job_feed import JobFeed
from captioner.server.jobs.job_runner import Facts, JobRunner
from captioner.server.jobs.job_store import JobStore
from captioner.server.jobs.server_job import ServerJob, job_json
from captioner.server.model_host import ModelHost
from captioner.server.outgoing.webhooks import Webhooks
from captioner.server.own_thread import run_in_own_thread
from captioner.server.server_options import ServerOptions
from captioner.server.uploads.upload_store import UploadStore
from captioner.server.work_queue import WorkQueue

MOST_ATTEMPTS = 3
"""Starts of a job, each of which ended with the server. Then the job is the reason, and it fails."""

DAY = 86400.0

HOUSEKEEPING = 600.0
"""Seconds between two looks for what is no longer kept."""

FOREVER = float("inf")

log = logging.getLogger("captioner.server")


@dataclass
class JobService:
    """Runs the jobs of `store`. All methods belong to the event loop that called `start`."""

    options: ServerOptions
    captioning: CaptionOptions
    models: ModelHost
    store: JobStore
    uploads: UploadStore
    webhooks: Webhooks
    is_running: bool = False
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _feeds: dict[str, JobFeed] = field(default_factory=dict)
    _cancelled: set[str] = field(default_factory=set)

    def start(self) -> None:
        """Take up the jobs that wait, and those that ran when the last server was killed."""
        self._turns = WorkQueue(self.options.concurrency, FOREVER)
        self._runner = JobRunner(self.options, self.captioning, self.models, self.store)
        self.store.remove_strays()
        self.is_running = True
        for job in self.store.unfinished():
            if job.attempts >= MOST_ATTEMPTS:
                self._give_up(job)
            else:
                self.run(self.store.change(job.id, state="waiting") or job)
        loop = asyncio.get_running_loop()
        self._services = [loop.create_task(self._keep_house()), loop.create_task(self.webhooks.send_all())]

    def _give_up(self, job: ServerJob) -> None:
        """End a job that ended the server each time."""
        error = f"the server was killed {job.attempts} times while it ran"
        facts: Facts = {"state": "failed", "error": error, "finished": time.time()}
        self._report(replace(job, **facts))
        self.store.change(job.id, **facts)

    async def close(self) -> None:
        """Hand back the jobs that run: they wait for the next start."""
        self.is_running = False
        tasks = [*self._services, *self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for feed in self._feeds.values():
            feed.close()
        self.webhooks.close()
        self.store.close()

    def run(self, job: ServerJob) -> None:
        """Run a job of the store as soon as its turn comes."""
        self._feeds[job.id] = JobFeed(job)
        task = asyncio.get_running_loop().create_task(self._run(job), name=f"job {job.id}")
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._forget(job.id))

    @property
    def unfinished(self) -> int:
        """Number of jobs that wait or run."""
        return len(self._tasks)

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
                await self._change(feed, {"state": "running", "started": time.time(), "attempts": job.attempts + 1})
                facts = await self._runner.run(feed.job, _follower(feed), partial(self._change, feed))
                await self._end(feed, facts)
        except asyncio.CancelledError:
            if feed.job.is_finished:
                return
            if job.id in self._cancelled:
                await self._end(feed, {"state": "cancelled"})
            elif feed.job.state == "running":
                await self._change(feed, {"state": "waiting", "started": None, "attempts": job.attempts})
        except (CaptionerError, OSError) as error:
            await self._end(feed, {"state": "failed", "error": str(error)})
        except Exception as error:
            log.error("job %s failed", job.id, exc_info=error)
            reason = "the server made an error; its log says which"
            await self._end(feed, {"state": "failed", "error": reason})

    async def _end(self, feed: JobFeed, facts: Facts) -> None:
        """Store the end of a job, and report it to its client."""
        facts = {"finished": time.time(), **facts}
        await asyncio.to_thread(self._report, replace(feed.job, **facts))
        self.webhooks.wake()
        await self._change(feed, facts)

    def _report(self, job: ServerJob) -> None:
        """Store the report on a job that has ended, if its client wants one."""
        if job.settings.webhook is not None:
            self.webhooks.add(job.client, job.settings.webhook, f"job.{job.state}", job_json(job))

    async def _change(self, feed: JobFeed, facts: Facts) -> ServerJob:
        """Store a change, then tell it; both also happen where the caller is cancelled meanwhile."""
        changed = replace(feed.job, **facts)
        try:
            await run_in_own_thread(lambda stopped: self.store.change(changed.id, **facts))
        finally:
            feed.change(changed)
        return changed

    async def _keep_house(self) -> None:
        """Delete what has been kept for long enough, from time to time."""
        while True:
            try:
                await asyncio.to_thread(self._delete_old)
            except (CaptionerError, OSError) as error:  # as of a full disk, which must not end it
                log.error("what is no longer kept could not be deleted: %s", error)
            await asyncio.sleep(HOUSEKEEPING)

    def _delete_old(self) -> None:
        keep_days = self.options.keep_days
        before = -1.0 if keep_days is None else time.time() - keep_days * DAY
        for job in self.store.finished_before(before):
            if job.local_path is None:
                self.store.delete(job.id)
        self.uploads.delete_expired()


def _follower(feed: JobFeed) -> OnProgress:
    """Return what another thread may call with the progress of a job."""
    loop = asyncio.get_running_loop()

    def follow(progress: JobProgress) -> None:
        loop.call_soon_threadsafe(_follow, feed, progress)

    return follow


def _follow(feed: JobFeed, progress: JobProgress) -> None:
    if feed.job.state == "running":
        feed.add(list(progress.cues))
        cues = max(feed.job.cues, len(feed.cues))
        feed.change(replace(feed.job, done=progress.done, duration=progress.duration, cues=cues))
