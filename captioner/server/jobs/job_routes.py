"""The HTTP API of jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from captioner.output import title_of
from captioner.server.jobs.job_requests import receive_job
from captioner.server.jobs.job_results import job_contents, media_type_of, write_job_result
from captioner.server.jobs.job_service import JobService
from captioner.server.jobs.server_job import REPORT, WITH_RESULTS, ServerJob, job_json
from captioner.server.json_errors import RouteError, with_json_errors
from captioner.server.outgoing.webhooks import shown_secret
from captioner.server.request_context import client_name, context_of

SEND_TIMEOUT = 30.0
"""Seconds that a follower may take for one event."""

PLAYABLE = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/mp4", ".webm": "video/webm", ".mkv": "video/x-matroska",
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav", ".flac": "audio/flac", ".ogg": "audio/ogg",
    ".opus": "audio/ogg", ".oga": "audio/ogg", ".aac": "audio/aac",
}  # fmt: skip
"""The media types by which browsers play a source; all others are bytes to them, whatever their names say."""


def routes() -> list[Route]:
    """Return the routes of this part."""
    return [
        Route("/v1/jobs", with_json_errors(_submit), methods=["POST"]),
        Route("/v1/jobs", with_json_errors(_list)),
        Route("/v1/jobs/{id}", with_json_errors(_show)),
        Route("/v1/jobs/{id}", with_json_errors(_delete), methods=["DELETE"]),
        Route("/v1/jobs/{id}/cancel", with_json_errors(_cancel), methods=["POST"]),
        Route("/v1/jobs/{id}/events", with_json_errors(_events)),
        Route("/v1/jobs/{id}/media", with_json_errors(_media)),
        Route("/v1/jobs/{id}/video", with_json_errors(_video)),
        Route("/v1/webhooks/secret", with_json_errors(_webhook_secret)),
        Route("/v1/jobs/{id}/results/{format}", with_json_errors(_result)),
    ]


async def _submit(request: Request) -> Response:
    service = _service(request)
    job, is_new = await receive_job(request)
    if is_new:
        service.run(job)
    return JSONResponse(job_json(service.newest(job)), 201 if is_new else 200, {"Location": f"jobs/{job.id}"})


async def _list(request: Request) -> Response:
    service = _service(request)
    owner = client_name(request) if service.options.api_keys else None
    jobs = await asyncio.to_thread(service.store.list, owner)
    return JSONResponse([job_json(service.newest(job)) for job in jobs])


async def _show(request: Request) -> Response:
    job = await requested_job(request)
    return JSONResponse(job_json(_service(request).newest(job)))


async def _delete(request: Request) -> Response:
    await _service(request).delete(await requested_job(request))
    return Response(status_code=204)


async def _cancel(request: Request) -> Response:
    await _service(request).cancel(await requested_job(request))
    return await _show(request)


async def _events(request: Request) -> Response:
    feed = _service(request).feed(await requested_job(request))

    async def events() -> AsyncIterator[dict[str, str]]:
        async for name, content in feed.follow():
            yield {"event": name, "data": json.dumps(content, ensure_ascii=False)}

    return EventSourceResponse(events(), ping=15, send_timeout=SEND_TIMEOUT)


async def _media(request: Request) -> Response:
    job = await requested_job(request)
    path = await asyncio.to_thread(_service(request).store.media_path, job.id)
    if not job.has_media or not path.is_file():
        raise RouteError(404, "no_media", f"the source of job {job.id} is not kept")
    return _file(path, job.name)


async def _video(request: Request) -> Response:
    job = await requested_job(request)
    folder = _service(request).store.folder(job.id)
    path = next(folder.glob("video.*"), None)
    if job.kind == "caption" or job.state not in WITH_RESULTS or path is None:
        raise RouteError(404, "no_video", f"job {job.id} has made no video")
    return _file(path, f"{title_of(job.name)}{path.suffix}")


def _file(path: Path, name: str) -> Response:
    """Return a file, also in parts (Range)."""
    kind = PLAYABLE.get(Path(name).suffix.lower(), "application/octet-stream")
    return FileResponse(path, media_type=kind, filename=name, content_disposition_type="inline")


async def _result(request: Request) -> Response:
    job, format = await requested_job(request), request.path_params["format"]
    service = _service(request)
    if job.state not in WITH_RESULTS or job.kind != "caption":
        raise RouteError(409, "no_results", f"job {job.id} has no captions; its state is {job.state}")
    return await asyncio.to_thread(_write_result, service, job, format, request)


def _write_result(service: JobService, job: ServerJob, format: str, request: Request) -> Response:
    folder, stem = service.store.folder(job.id), title_of(job.name)
    if format == REPORT:
        return FileResponse(folder / "report.json", media_type="application/json", filename=f"{stem}.report.json")
    profile = request.query_params.get("profile") or job.settings.profile or service.captioning.profile
    contents = job_contents(folder, job.name, profile)
    word_times = request.query_params.get("word_times", "") in ("1", "true")
    written, suffix = write_job_result(contents, format, word_times=word_times)
    disposition = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{stem}{suffix}', safe='')}"}
    return Response(written, headers=disposition, media_type=media_type_of(format, written))


async def _webhook_secret(request: Request) -> Response:
    """Answer with the secret that signs the webhooks of this client."""
    secret = context_of(request).keys.webhook_secret(client_name(request))
    return JSONResponse({"secret": shown_secret(secret)}, headers={"Cache-Control": "no-store"})


async def requested_job(request: Request) -> ServerJob:
    """Return the job that the path of a request names. Raises `RouteError` if there is none."""
    id = request.path_params["id"]
    job = await asyncio.to_thread(_service(request).store.get, id)
    if job is None:
        raise RouteError(404, "no_job", f"there is no job {id}")
    return job


def _service(request: Request) -> JobService:
    return context_of(request).jobs
