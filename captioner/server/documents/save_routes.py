"""The route that saves a document to the caption file of `captioner edit`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from captioner.server.documents.document_routes import open_document
from captioner.server.documents.job_folder import job_folder
from captioner.server.documents.json_answers import answering, body_of
from captioner.server.documents.local_captions import CaptionsChanged, read_record, save_captions
from captioner.server.jobs.job_results import job_contents
from captioner.server.json_errors import RouteError


def routes() -> list[Route]:
    """Return the routes of this part."""
    return [Route("/v1/jobs/{id}/save", answering(_save), methods=["POST"])]


async def _save(request: Request) -> Response:
    document, folder, body = await open_document(request), await job_folder(request), await body_of(request)

    def save() -> Response:
        record = read_record(folder.path)
        if record is None:
            raise RouteError(404, "no_file", "the captions of this job are in no file; download them instead")
        revision, edited = document.log.state
        contents = job_contents(folder.path, folder.source.name, edited.profile)
        rate = contents.programme.frame_rate or edited.frame_rate
        contents = replace(contents, programme=replace(contents.programme, frame_rate=rate))
        try:
            overwrite = body.members.get("overwrite") is True
            saved = save_captions(folder.path, record, contents, revision, overwrite=overwrite)
        except CaptionsChanged:
            message = f"another program has changed {record.path}; save it anyway, and what it holds now is kept beside"
            raise RouteError(409, "changed", message) from None
        return JSONResponse({**asdict(saved), "revision": revision})

    return await asyncio.to_thread(save)
