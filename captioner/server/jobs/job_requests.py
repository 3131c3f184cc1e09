"""Makes jobs of requests: checks what the client asks for, and takes its files."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

from starlette.requests import Request

from captioner.errors import NoAudio, UsageError
from captioner.languages import asked_language
from captioner.profiles import profile_named
from captioner.server.jobs.caption_job import probe
from captioner.server.jobs.job_service import JobService
from captioner.server.jobs.job_store import RequestKeyReused
from captioner.server.jobs.server_job import JobKind, JobSettings, ServerJob
from captioner.server.json_errors import RouteError
from captioner.server.request_body import ReceivedForm, receive_form
from captioner.server.request_context import client_name

LONGEST_REQUEST_KEY = 255
"""Characters of an idempotency key."""

UNNAMED = "upload"
"""The name of a source to which the client gives none."""


async def receive_job(request: Request, service: JobService) -> tuple[ServerJob, bool]:
    """Return the job of a request, and whether it is new. It waits in the store, and its files are in its folder.

    Raises `RouteError`, `RequestRefused`, `UsageError`, `MediaError`.
    """
    client = client_name(request)
    await asyncio.to_thread(check_room, service, client)
    job = ServerJob(name=UNNAMED, client=client)
    folder = service.store.folder(job.id)
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True)
    kept = False
    try:
        form = await receive_form(request, folder, service.options.largest_upload)
        job = await asyncio.to_thread(_job_of, job, form, folder)
        stored = await asyncio.to_thread(_add, service, job, form, request.headers.get("idempotency-key"))
        kept = stored.id == job.id
        return stored, kept
    finally:
        if not kept:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def check_room(service: JobService, client: str) -> None:
    """Raise `RouteError` if the client has too many jobs that wait, or the disk is nearly full."""
    options = service.options
    if service.store.count_unfinished(client) >= options.most_waiting:
        message = f"{options.most_waiting} jobs of this client wait already; try again when some are done"
        raise RouteError(429, "too_many", message, {"Retry-After": "60"})
    check_free(options.state, options.smallest_free)


def check_free(state: Path, smallest_free: int) -> None:
    """Raise `RouteError` if less than `smallest_free` bytes of the disk are free."""
    if shutil.disk_usage(state).free < smallest_free:
        raise RouteError(507, "full", "the disk of the server is nearly full; delete jobs, or try again later")


def _add(service: JobService, job: ServerJob, form: ReceivedForm, request_key: str | None) -> ServerJob:
    if request_key is None:
        return service.store.add(job)
    if not 0 < len(request_key) <= LONGEST_REQUEST_KEY:
        raise RouteError(400, "idempotency_key", f"an idempotency key has 1 to {LONGEST_REQUEST_KEY} characters")
    size = form.file.stat().st_size if form.file and form.file.exists() else None
    facts = [sorted(form.fields.items()), form.filename, size]
    try:
        return service.store.add(job, request_key, hashlib.sha256(json.dumps(facts).encode()).hexdigest())
    except RequestKeyReused:
        raise RouteError(422, "idempotency_key_reused", "this idempotency key came with another request") from None


def _job_of(job: ServerJob, form: ReceivedForm, folder: Path) -> ServerJob:
    kind = form.text("kind", "caption")
    if kind not in get_args(JobKind):
        raise UsageError(f"unknown kind {kind!r}; there is: {', '.join(get_args(JobKind))}")
    settings = settings_of(form)
    if form.file is None:
        raise RouteError(400, "missing", "send a file, or name an upload")
    job = replace(job, name=form.filename or UNNAMED, settings=settings)
    media = probe(form.file, job.name)
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
