"""The routes of operations on many cues of a document."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from captioner.editing.cue_json import cue_entry, texts_of
from captioner.editing.document import Document
from captioner.editing.log_store import LogEntry
from captioner.editing.many_cues import ManyChanges, changes_of_many, style_of_document
from captioner.editing.operations import Operation
from captioner.errors import EditRefused
from captioner.formats.transcript.json_object import JsonObject
from captioner.profiles import profile_named
from captioner.server.documents.document_routes import batch_facts, entry_answer, open_document
from captioner.server.documents.json_answers import answering, body_of
from captioner.server.documents.open_documents import OpenDocument
from captioner.server.documents.stretch_changes import STRETCHES, Compute
from captioner.server.own_thread import run_in_own_thread
from captioner.transform import TRANSFORMATIONS, transformation_named
from captioner.transform.text_changes import Replacement, ReplaceOptions
from captioner.validation import options_from, type_name, types_of

FILES_ONLY = frozenset({"append", "merge"})
"""Operations that need another file, and numbers of cues."""


@dataclass(frozen=True)
class ManyRequest:
    """What a client asks for."""

    name: str

    options: JsonObject

    cues: frozenset[str] | None
    """The ids of the cues that may change; None for all."""

    client: str
    sequence: int
    base: int
    """The revision that it knows."""

    is_preview: bool
    """Whether it only wants to know what would change."""


def routes() -> list[Route]:
    """Return the routes of operations on many cues."""
    return [
        Route("/v1/jobs/{id}/transform", answering(_transform), methods=["POST"]),
        Route("/v1/transforms", answering(_list)),
    ]


async def _many_request(request: Request, document: OpenDocument) -> ManyRequest:
    """Return what the body of a request asks for. Raises `FormatError`."""
    body = await body_of(request)
    is_preview = request.query_params.get("preview") in ("1", "true")
    facts = ("", 0, document.log.state[0]) if is_preview else batch_facts(body, document.log.state[0])
    options = body.members.get("options") or {}
    if not isinstance(options, dict):
        body.refuse("is not an object", "options")
    ids = None if body.members.get("cues") is None else frozenset(texts_of(body, "cues"))
    return ManyRequest(body.text("name"), JsonObject(options, "options"), ids, *facts, is_preview)


async def _answer_many(
    document: OpenDocument, asked: ManyRequest, prepare: Callable[[], Awaitable[Compute]]
) -> Response:
    """Prepare a change, apply it unless it is a preview, and answer."""
    log = document.log
    if not asked.is_preview and (known := await asyncio.to_thread(log.known, asked.client, asked.sequence)):
        return _answer(known, 0)
    compute = await prepare()
    if asked.is_preview:
        return _preview(await run_in_own_thread(lambda stopped: compute(log.state[1])))
    skipped = 0

    def operations(now: Document) -> tuple[Operation, ...]:
        nonlocal skipped
        changes = compute(now)
        skipped = changes.skipped_locked
        return (changes.operation,) if changes.changed else ()

    entry = await run_in_own_thread(
        lambda stopped: log.commit_computed(asked.client, asked.sequence, asked.base, operations)
    )
    document.announce()
    return _answer(entry, skipped)


def _answer(entry: LogEntry, skipped_locked: int) -> Response:
    touched = {cue.id for one in entry.applied for cue in (*one.before, *one.cues)}
    return entry_answer(entry, changed=len(touched), skipped_locked=skipped_locked)


def _preview(changes: ManyChanges) -> Response:
    return JSONResponse(
        {
            "remove": list(changes.operation.remove),
            "insert": [cue_entry(cue) for cue in changes.operation.insert],
            "changed": changes.changed,
            "skipped_locked": changes.skipped_locked,
        }
    )


async def _transform(request: Request) -> Response:
    document = await open_document(request)
    asked = await _many_request(request, document)
    if asked.name in STRETCHES:
        prepare, _, _ = STRETCHES[asked.name]
        return await _answer_many(document, asked, lambda: prepare(request, document, asked.options, asked.cues))

    async def prepared() -> Compute:
        return _computing(asked)

    return await _answer_many(document, asked, prepared)


def _computing(asked: ManyRequest) -> Compute:
    """Return the function that makes the change of a document. Raises `UnknownName`, `SettingsError`, `EditRefused`."""
    made = transformation_named(asked.name)
    if asked.name in FILES_ONLY:
        raise EditRefused(f"{asked.name} takes a file; use 'captioner transform'")
    values = dict(asked.options.members)
    profile = values.pop("profile", None)
    named = None if profile is None else profile_named(str(profile))
    try:
        options = operation_options(asked.name, values)
    except ValueError as error:
        raise EditRefused(str(error)) from error

    def compute(now: Document) -> ManyChanges:
        style = style_of_document(now)
        style = style if named is None else replace(style, profile=named)
        try:
            return changes_of_many(
                now, lambda run: made.run(run, options, style), asked.cues, moves_all=made.moves_all, gap=style.gap
            )
        except ValueError as error:
            raise EditRefused(str(error)) from error

    return compute


def operation_options(name: str, values: Mapping[str, Any]) -> Any:
    """Return the options of an operation. Raises `UnknownName`, `SettingsError`, `ValueError`."""
    made = transformation_named(name)
    if name != "replace":
        return options_from(made.options, values, name)
    entries = JsonObject(dict(values), name).objects("replacements")
    return ReplaceOptions(tuple(options_from(Replacement, entry.members, name) for entry in entries))


async def _list(request: Request) -> Response:
    listed = [(one.name, one.summary, one.options, one.moves_all) for one in TRANSFORMATIONS.values()]
    listed += [(name, summary, options, False) for name, (_, options, summary) in STRETCHES.items()]
    return JSONResponse(
        [
            {"name": name, "summary": summary, "moves_all": moves_all, "options": _option_entries(options)}
            for name, summary, options, moves_all in listed
            if name not in FILES_ONLY
        ]
    )


def _option_entries(options: Any) -> list[dict[str, Any]]:
    kinds = types_of(options)
    return [
        {
            "name": field.name,
            "type": "replacements" if options is ReplaceOptions else type_name(kinds[field.name]),
            "default": None if field.default is MISSING else field.default,
            "required": field.default is MISSING,
        }
        for field in fields(options)
    ]
