"""Makes jobs of requests: checks what the client asks for, and takes its files."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from starlette.requests import Request

from captioner.errors import NoAudio, UsageError
from captioner.languages import asked_language
from captioner.profiles import profile_named
from captioner.server.disk_room import check_room
from captioner.server.jobs.caption_job import probe
from captioner.server.jobs.job_service import JobService
from captioner.server.jobs.job_store import RequestKeyReused
from captioner.server.jobs.server_job import JobKind, JobSettings, ServerJob
from captioner.server.json_errors import RouteError
from captioner.server.request_body import ReceivedForm, receive_form
from captioner.server.request_context import client_name, context_of
from captioner.server.uploads.upload_store import UploadStore

LONGEST_REQUEST_KEY = 255
"""Characters of an idempotency key."""

UNNAMED = "upload"
"""The name of a source to which the client gives none."""


async def receive_job(request: Request) -> tuple[ServerJob, bool]:
    """Return the job of a request, and whether it is new. It waits in the store, and its files are in its folder.

    Raises `RouteError`, `RequestRefused`, `UsageError`, `MediaError`.
    """
    context = context_of(request)
    service = context.jobs
    new = ServerJob(name=UNNAMED, client=client_name(request))
    folder = service.store.folder(new.id)
    await asyncio.to_thread(_make_room, service, new.client, folder)
    kept = False
    try:
        form = await receive_form(request, folder, service.options.largest_upload)
        making = _JobMaking(service, context.uploads, new, form, folder, request.headers.get("idempotency-key"))
        job = await asyncio.to_thread(making.job)
        kept = job.id == new.id
        return job, kept
    finally:
        if not kept:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _make_room(service: JobService, client: str, folder: Path) -> None:
    """Make the folder of a job. Raises `RouteError` if the client has too many jobs, or the disk is nearly full."""
    most = service.options.most_waiting
    if service.store.count_unfinished(client) >= most:
        message = f"{most} jobs of this client wait already; try again when some are done"
        raise RouteError(429, "too_many", message, {"Retry-After": "60"})
    check_room(service.options.state, service.options.smallest_free)
    folder.mkdir(mode=0o700, parents=True)


@dataclass(frozen=True)
class _JobMaking:
    """A request that is becoming a job, in a thread."""

    service: JobService
    uploads: UploadStore
    new: ServerJob
    form: ReceivedForm
    folder: Path

    request_key: str | None
    """The idempotency key; None without one."""

    def job(self) -> ServerJob:
        """Return the job of an earlier request with the same key, or else the new one, which is in the store."""
        store, key = self.service.store, self.request_key
        if key is not None and not 0 < len(key) <= LONGEST_REQUEST_KEY:
            raise RouteError(400, "idempotency_key", f"an idempotency key has 1 to {LONGEST_REQUEST_KEY} characters")
        try:
            known = None if key is None else store.of_request(self.new.client, key, self._hash())
            return known or store.add(self._checked(), key, self._hash())
        except RequestKeyReused:
            message = "this idempotency key came with another request"
            raise RouteError(422, "idempotency_key_reused", message) from None

    def _hash(self) -> str:
        """Return a hash of what is asked for; of a file, its name and size count."""
        file = self.form.file
        size = file.stat().st_size if file and file.exists() else None
        facts = [sorted(self.form.fields.items()), self.form.filename, size]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    def _checked(self) -> ServerJob:
        kind = self.form.text("kind", "caption")
        if kind not in get_args(JobKind):
            raise UsageError(f"unknown kind {kind!r}; there is: {', '.join(get_args(JobKind))}")
        job = replace(self.new, settings=settings_of(self.form))
        if upload := self.form.text("upload"):
            return self._probed(replace(job, name=self._take(upload) or UNNAMED))
        if self.form.file is None:
            raise RouteError(400, "missing", "send a file, or name an upload")
        return self._probed(replace(job, name=self.form.filename or UNNAMED))

    def _take(self, id: str) -> str:
        """Move the file of an upload into the folder of the job; return its name."""
        upload = self.uploads.get(id)
        if upload is None or upload.client != self.new.client:
            raise RouteError(404, "no_upload", f"there is no upload {id}, or its time is over")
        arrived = self.uploads.offset(id)
        if arrived < upload.length:
            raise RouteError(409, "unfinished", f"{arrived} of {upload.length} bytes of upload {id} have arrived")
        self.uploads.take(id, self.folder / "media")
        return upload.name

    def _probed(self, job: ServerJob) -> ServerJob:
        media = probe(self.folder / "media", job.name)
        if not media.tracks:
            raise NoAudio(job.name)
        has_video = any(not stream.cover for stream in media.of_kind("video"))
        return replace(job, has_media=True, has_video=has_video, duration=media.duration)


def settings_of(form: ReceivedForm) -> JobSettings:
    """Return what the fields of a form ask for. Raises `UsageError`."""
    language, profile = form.text("language"), form.text("profile")
    if profile is not None:
        profile_named(profile)
    return JobSettings(
        language=None if language is None else asked_language(language),
        profile=profile,
        prompt=form.text("prompt"),
        hotwords=tuple(word for word in form.fields.get("hotwords", ()) if word),
    )
