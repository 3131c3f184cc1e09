"""The routes of documents: read, edit, follow, check, and go back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from captioner.editing.cue_json import cue_entry
from captioner.editing.document import Document
from captioner.editing.edit_log import Batch
from captioner.editing.log_store import LogEntry
from captioner.editing.operation_json import applied_entry, operation_of
from captioner.editing.shown_cues import without_blank_lines
from captioner.formats.transcript.json_object import JsonObject
from captioner.formats.transcript.report import region_entry
from captioner.lint import lint
from captioner.profiles import PROFILES, profile_named
from captioner.server.documents.job_folder import job_folder, new_document
from captioner.server.documents.json_answers import answering, body_of
from captioner.server.documents.local_captions import LocalCaptions, read_record
from captioner.server.documents.open_documents import OpenDocument
from captioner.server.json_errors import RouteError
from captioner.server.request_context import context_of

_JOB = "/v1/jobs/{id}"

MOST_IN_ID = 100
"""Characters of the id of a client."""


def routes() -> list[Route]:
    """Return the routes of documents."""
    return [
        Route(f"{_JOB}/document", answering(_document)),
        Route(f"{_JOB}/operations", answering(_operations), methods=["POST"]),
        Route(f"{_JOB}/document/events", answering(_events)),
        Route(f"{_JOB}/document/lint", answering(_lint)),
        Route(f"{_JOB}/document/history", answering(_history)),
        Route(f"{_JOB}/document/restore", answering(_restore), methods=["POST"]),
        Route("/v1/profiles", answering(_profiles)),
        Route("/v1/profiles/{name}", answering(_profile)),
    ]


async def open_document(request: Request) -> OpenDocument:
    """Return the document that a request names. Raises `RouteError`, `DocumentNotSaved`, `FormatError`."""
    context, folder = context_of(request), await job_folder(request)
    return await asyncio.to_thread(context.documents.get, folder.log, lambda: new_document(folder, context.captioning))


def batch_facts(body: JsonObject, default_base: int) -> tuple[str, int, int]:
    """Return client, sequence and base of a body. Raises `FormatError`."""
    client = body.text("client")
    if not 0 < len(client) <= MOST_IN_ID:
        body.refuse(f"has 1 to {MOST_IN_ID} characters", "client")
    base = body.integer("base") if "base" in body.members else default_base
    return client, body.integer("sequence"), base


def entry_answer(entry: LogEntry, **more: Any) -> JSONResponse:
    """Return an entry of the log as the answer to who sent it."""
    return JSONResponse({"revision": entry.revision, "operations": _applied(entry), **more})


async def _document(request: Request) -> Response:
    document, folder = await open_document(request), await job_folder(request)

    def answer() -> Response:
        entry = _document_entry(*document.log.state)
        return JSONResponse({**entry, "file": _file_entry(read_record(folder.path))})

    return await asyncio.to_thread(answer)


def _file_entry(record: LocalCaptions | None) -> dict[str, Any] | None:
    """Return the caption file of `captioner edit` as a JSON object; None for a job without one."""
    return None if record is None else {"path": record.path, "name": Path(record.path).name, "saved": record.saved}


def _document_entry(revision: int, document: Document) -> dict[str, Any]:
    return {
        "revision": revision,
        "language": document.language,
        "profile": document.profile.name,
        "profile_rules": asdict(document.profile),
        "frame_rate": None if document.frame_rate is None else str(document.frame_rate),
        "duration": document.duration,
        "cues": [cue_entry(cue) for cue in document.cues],
        "regions": [region_entry(region) for region in document.regions],
        "speakers": list(dict.fromkeys(cue.speaker for cue in document.cues if cue.speaker)),
    }


async def _operations(request: Request) -> Response:
    document, body = await open_document(request), await body_of(request)
    client, sequence, base = batch_facts(body, document.log.state[0])

    def commit() -> Response:
        operations = tuple(map(operation_of, body.objects("operations")))
        return entry_answer(document.log.commit(Batch(client, sequence, base, operations)))

    answer = await asyncio.to_thread(commit)
    document.announce()
    return answer


async def _events(request: Request) -> Response:
    document = await open_document(request)
    after = request.headers.get("last-event-id") or request.query_params.get("after")
    newest = document.log.state[0]
    revision = min(int(after), newest) if after and after.isdecimal() else newest

    async def events() -> AsyncIterator[ServerSentEvent]:
        async for entry in document.follow(revision):
            data = {"revision": entry.revision, "client": entry.client, "operations": _applied(entry)}
            yield ServerSentEvent(json.dumps(data), event="operations", id=str(entry.revision))

    return EventSourceResponse(events(), ping=15)


def _applied(entry: LogEntry) -> list[dict[str, Any]]:
    return [applied_entry(one) for one in entry.applied]


async def _lint(request: Request) -> Response:
    document, named = (await open_document(request)).log.state[1], request.query_params.get("profile")
    checked = document if named is None else replace(document, profile=profile_named(named))
    return JSONResponse(await asyncio.to_thread(_findings, checked))


def _findings(document: Document) -> list[dict[str, Any]]:
    cues = [cue for cue in map(without_blank_lines, document.cues) if cue.text]
    found = lint(cues, document.profile, language=document.language, frame_rate=document.frame_rate) if cues else []
    return [
        {
            "cue": None if finding.index is None else cues[finding.index].id,
            "rule": finding.rule,
            "message": finding.message,
            "severity": finding.level,
            "measured": finding.measured,
            "allowed": finding.allowed,
            "unit": finding.unit,
        }
        for finding in found
    ]


async def _history(request: Request) -> Response:
    document = await open_document(request)
    entries = await asyncio.to_thread(document.log.history)
    return JSONResponse(
        [
            {
                "revision": entry.revision,
                "client": entry.client,
                "time": entry.time,
                "operations": [applied_entry(one)["op"] for one in entry.applied],
                "cues": list(dict.fromkeys(cue.id for one in entry.applied for cue in (*one.before, *one.cues))),
            }
            for entry in entries
        ]
    )


async def _restore(request: Request) -> Response:
    document, body = await open_document(request), await body_of(request)
    client, sequence, _ = batch_facts(body, 0)
    entry = await asyncio.to_thread(document.log.restore, body.integer("revision"), client, sequence)
    document.announce()
    return await asyncio.to_thread(entry_answer, entry)


async def _profiles(request: Request) -> Response:
    return JSONResponse([asdict(profile) for profile in PROFILES.values()])


async def _profile(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in PROFILES:
        raise RouteError(404, "no_profile", f"there is no profile {name!r}")
    return JSONResponse(asdict(profile_named(name)))
