"""Makes jobs of requests: checks what the client asks for, and takes its files."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import cast, get_args

from starlette.requests import Request

from captioner.atomic_file import atomic_write_text
from captioner.editing.cue_json import captions_text
from captioner.errors import FormatError, NoPicture, UsageError
from captioner.formats import format_of_file
from captioner.languages import asked_language
from captioner.pipeline import ProfileChoice
from captioner.profiles import profile_named
from captioner.server.disk_room import check_room
from captioner.server.jobs.job_results import job_contents
from captioner.server.jobs.job_runner import media_facts
from captioner.server.jobs.job_service import JobService
from captioner.server.jobs.job_store import RequestKeyReused
from captioner.server.jobs.server_job import WITH_RESULTS, JobKind, JobSettings, ServerJob
from captioner.server.json_errors import RouteError
from captioner.server.outgoing.public_network import check_url
from captioner.server.outgoing.url_fetch import name_of_url
from captioner.server.request_body import FileLimits, ReceivedForm, receive_form
from captioner.server.request_context import client_name, context_of
from captioner.server.server_context import ServerContext
from captioner.server.uploads.upload_store import UploadStore

LONGEST_REQUEST_KEY = 255
"""Characters of an idempotency key."""

CAPTIONS = "captions"
"""The field with captions that exist."""

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
    await asyncio.to_thread(make_job_room, service, new.client, folder)
    kept = False
    try:
        limits = FileLimits(service.options.largest_upload, service.options.smallest_free)
        form = await receive_form(request, folder, limits, (CAPTIONS,))
        making = _JobMaking(service, context.uploads, new, form, folder, request.headers.get("idempotency-key"))
        async with _upload_held(context, form.text("upload")):
            job = await asyncio.to_thread(making.job)
        kept = job.id == new.id
        return job, kept
    finally:
        if not kept:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


@asynccontextmanager
async def _upload_held(context: ServerContext, id: str | None) -> AsyncIterator[None]:
    """Hold an upload that is whole, so that a request which still checks its bytes ends before they are taken."""
    if id is not None and await asyncio.to_thread(context.uploads.is_whole, id):
        async with context.upload_turns.hold(id):
            yield
    else:
        yield


def make_job_room(service: JobService, client: str, folder: Path) -> None:
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
        attached = [(name, sha256(each.data).hexdigest()) for name, each in self.form.attachments.items()]
        facts = [sorted(self.form.fields.items()), self.form.filename, size, sorted(attached)]
        return sha256(json.dumps(facts).encode()).hexdigest()

    def _checked(self) -> ServerJob:
        kind = self.form.text("kind", "caption")
        if kind not in get_args(JobKind):
            raise UsageError(f"unknown kind {kind!r}; there is: {', '.join(get_args(JobKind))}")
        settings = replace(settings_of(self.form), webhook=self._allowed_url("webhook"))
        job = replace(self.new, kind=cast(JobKind, kind), settings=settings)
        if kind != "caption":
            return self._video_job(job)
        job = replace(job, settings=replace(settings, captions=self._given_captions()))
        if upload := self.form.text("upload"):
            return self._probed(replace(job, name=self._take(upload) or UNNAMED))
        if url := self._allowed_url("url"):
            settings = replace(job.settings, url=url)
            return replace(job, name=name_of_url(url) or UNNAMED, settings=settings)
        if self.form.file is None:
            raise RouteError(400, "missing", "send a file, or name an upload")
        return self._probed(replace(job, name=self.form.filename or UNNAMED))

    def _video_job(self, job: ServerJob) -> ServerJob:
        """Return a burn or mux job for the captions of another job as they are now."""
        store = self.service.store
        source = store.get(self.form.text("from") or "")
        if source is None or (self.service.options.api_keys and source.client != job.client):
            raise RouteError(404, "no_job", "name a caption job with 'from'")
        if source.state not in WITH_RESULTS or source.kind != "caption":
            raise RouteError(409, "no_results", f"job {source.id} has no captions; its state is {source.state}")
        if not source.has_video:
            raise NoPicture(source.name)
        contents = job_contents(store.folder(source.id), source.name, self._profile(source))
        cues = tuple(contents.cues or ())
        if not cues:
            raise FormatError(source.name, "has no cue, so there is nothing to show")
        atomic_write_text(self.folder / "captions.json", captions_text(cues, source.language))
        if source.local_path is None:
            os.link(store.media_path(source.id), self.folder / "media")
        return replace(
            job,
            name=source.name,
            source=source.id,
            local_path=source.local_path,
            has_media=True,
            has_video=True,
            duration=source.duration,
            cues=len(cues),
            settings=replace(job.settings, language=source.language),
        )

    def _profile(self, source: ServerJob) -> ProfileChoice:
        return source.settings.profile or self.service.captioning.profile

    def _given_captions(self) -> str | None:
        """Keep the captions that the client sent; return the name of their file, None without any."""
        given, text = self.form.attachments.get(CAPTIONS), self.form.text(CAPTIONS)
        if given is None and text is None:
            return None
        name, data = (given.filename, given.data) if given else (f"{CAPTIONS}.srt", (text or "").encode())
        format = format_of_file(name or f"{CAPTIONS}.srt", data)
        format.read(data)
        kept = f"given{format.suffix}"
        (self.folder / kept).write_bytes(data)
        return kept

    def _allowed_url(self, field: str) -> str | None:
        url = self.form.text(field)
        if url is not None and not self.service.options.allow_urls:
            raise RouteError(403, "urls_off", f"{field}: this server asks for no URLs; it would with --allow-urls")
        return None if url is None else check_url(url)

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
        job = replace(job, **media_facts(self.folder / "media", job.name))
        longest = self.service.options.longest_media
        if job.duration is not None and job.duration > longest:
            raise RouteError(
                413, "too_long", f"{job.name} is longer than {longest / 3600:g} h, which this server takes"
            )
        return job


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
