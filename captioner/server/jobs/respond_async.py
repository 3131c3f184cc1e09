"""Answers a request for a transcription with a job, for clients behind proxies that cut long requests (RFC 7240)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from captioner.pipeline import CaptionOptions
from captioner.server.jobs.job_requests import make_job_room
from captioner.server.jobs.job_runner import media_facts
from captioner.server.jobs.job_service import JobService
from captioner.server.jobs.server_job import JobSettings, ServerJob, job_json
from captioner.server.recognition import Upload
from captioner.server.request_context import client_name, context_of


def prefers_async(request: Request) -> bool:
    """Return whether the client wants a job instead of waiting."""
    preferences = request.headers.get("prefer", "").lower().split(",")
    return "respond-async" in (preference.strip() for preference in preferences)


async def answer_with_job(request: Request, upload: Upload, options: CaptionOptions) -> Response:
    """Make a job of an upload, whose file it takes; return 202 with the job.

    Raises `RouteError`, `RequestRefused`, `MediaError`.
    """
    service = context_of(request).jobs
    hints, profile = options.hints, options.profile
    settings = JobSettings(
        language=hints.language,
        profile=profile if isinstance(profile, str) else None,
        prompt=hints.prompt,
        hotwords=hints.hotwords,
    )
    new = ServerJob(name=upload.name, client=client_name(request), settings=settings)
    job = await asyncio.to_thread(_store, service, new, upload)
    service.run(job)
    await upload.remove()
    location = f"{request.scope.get('root_path', '')}/v1/jobs/{job.id}"
    return JSONResponse(job_json(job), 202, {"Location": location, "Preference-Applied": "respond-async"})


def _store(service: JobService, new: ServerJob, upload: Upload) -> ServerJob:
    file, folder = upload.form.file, service.store.folder(new.id)
    assert file is not None
    job = replace(new, **media_facts(file, new.name))
    make_job_room(service, new.client, folder)
    file.replace(folder / "media")
    return service.store.add(job)
