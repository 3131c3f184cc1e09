"""The HTTP API of uploads: tus 1.0 with the extensions creation, expiration, termination and checksum (tus.io)."""

from __future__ import annotations

import asyncio
import base64
import binascii
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from captioner.server.disk_room import check_room
from captioner.server.json_errors import RouteError, with_json_errors
from captioner.server.request_body import base_name
from captioner.server.request_context import client_name, context_of
from captioner.server.uploads.upload_store import StoredUpload, UploadStore
from captioner.server.uploads.upload_writing import ALGORITHMS, Checksum, ChecksumMismatch, UploadTarget, write_body

VERSION = "1.0.0"

LONGEST_METADATA = 8192
"""Characters of the metadata of an upload."""

CHUNK_TYPE = "application/offset+octet-stream"

RESUMABLE = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}


def routes() -> list[Route]:
    """Return the routes of this part."""
    methods = ["HEAD", "PATCH", "DELETE", "POST", "OPTIONS"]
    return [
        Route("/v1/uploads", with_json_errors(_collection), methods=["POST", "OPTIONS"]),
        Route("/v1/uploads/{id}", with_json_errors(_upload), methods=methods),
    ]


async def _collection(request: Request) -> Response:
    if request.method == "OPTIONS":
        return _abilities(request)
    _check_version(request)
    return await _create(request)


async def _upload(request: Request) -> Response:
    method = request.method
    if method == "POST":  # for clients behind proxies that know no PATCH
        method = request.headers.get("x-http-method-override", "POST").upper()
    if method == "OPTIONS":
        return _abilities(request)
    _check_version(request)
    actions = {"HEAD": _state, "PATCH": _append, "DELETE": _end}
    if method not in actions:
        raise RouteError(405, "method", "an upload knows HEAD, PATCH and DELETE", {"Allow": "HEAD, PATCH, DELETE"})
    known = await _requested_upload(request)
    async with context_of(request).upload_turns.hold(known.id) as stop:
        upload = await _requested_upload(request)  # the request before may have ended it
        return await actions[method](request, context_of(request).uploads, upload, stop)


async def _requested_upload(request: Request) -> StoredUpload:
    upload = await asyncio.to_thread(context_of(request).uploads.get, request.path_params["id"])
    if upload is None or upload.client != client_name(request):
        raise RouteError(404, "no_upload", "there is no such upload, or its time is over", RESUMABLE)
    return upload


def _abilities(request: Request) -> Response:
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,expiration,termination,checksum",
        "Tus-Max-Size": str(context_of(request).options.largest_upload),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return Response(status_code=204, headers=RESUMABLE | headers)


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        message = f"uploads follow tus {VERSION}; send Tus-Resumable: {VERSION}"
        raise RouteError(412, "tus_version", message, RESUMABLE | {"Tus-Version": VERSION})


async def _create(request: Request) -> Response:
    context, client = context_of(request), client_name(request)
    length = _number(request, "upload-length")
    if length > context.options.largest_upload:
        size = context.options.largest_upload / (1 << 20)
        raise RouteError(413, "too_large", f"an upload has {size:g} MB at most", RESUMABLE)
    metadata = request.headers.get("upload-metadata", "")
    upload = StoredUpload(client, length, metadata, _name_in(metadata))

    def create() -> None:
        if context.uploads.count(client) >= context.options.most_waiting:
            raise RouteError(429, "too_many", "too many uploads of this client are open", {"Retry-After": "60"})
        check_room(context.options.state, context.options.smallest_free + length)
        context.uploads.create(upload)

    await asyncio.to_thread(create)
    # Relative to the address of the request, so that it is right behind every proxy that adds or removes a prefix.
    headers = {"Location": f"uploads/{upload.id}", "Upload-Expires": _expiry(context.uploads, upload)}
    return Response(status_code=201, headers=RESUMABLE | headers)


async def _state(request: Request, uploads: UploadStore, upload: StoredUpload, stop: asyncio.Event) -> Response:
    headers = {"Upload-Offset": str(uploads.offset(upload.id)), "Upload-Length": str(upload.length)}
    if upload.metadata:
        headers["Upload-Metadata"] = upload.metadata
    return Response(headers=RESUMABLE | headers | {"Upload-Expires": _expiry(uploads, upload)})


async def _append(request: Request, uploads: UploadStore, upload: StoredUpload, stop: asyncio.Event) -> Response:
    if request.headers.get("content-type") != CHUNK_TYPE:
        raise RouteError(415, "content_type", f"the bytes of an upload are sent as {CHUNK_TYPE}", RESUMABLE)
    given, offset = _number(request, "upload-offset"), uploads.offset(upload.id)
    if given != offset:
        raise RouteError(409, "offset", f"the upload goes on at byte {offset}, not {given}", RESUMABLE)
    if int(request.headers.get("content-length", 0)) > upload.length - offset:
        raise RouteError(413, "too_large", f"the upload has {upload.length} bytes, and more were sent", RESUMABLE)
    try:
        target = UploadTarget(uploads.data(upload.id), offset, upload.length, context_of(request).options.smallest_free)
        await write_body(request, target, _checksum(request), stop)
    except ChecksumMismatch:
        message = "the bytes do not have the checksum that came with them; send them again"
        raise RouteError(460, "checksum", message, RESUMABLE) from None
    headers = {"Upload-Offset": str(uploads.offset(upload.id)), "Upload-Expires": _expiry(uploads, upload)}
    return Response(status_code=204, headers=RESUMABLE | headers)


async def _end(request: Request, uploads: UploadStore, upload: StoredUpload, stop: asyncio.Event) -> Response:
    await asyncio.to_thread(uploads.delete, upload.id)
    return Response(status_code=204, headers=RESUMABLE)


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise RouteError(400, "header", f"the header {header.title()} must be a number of bytes", RESUMABLE)
    return int(text)


def _checksum(request: Request) -> Checksum | None:
    header = request.headers.get("upload-checksum")
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise RouteError(400, "checksum", "the checksum is not base64", RESUMABLE) from None
    if algorithm not in ALGORITHMS:
        message = f"unknown checksum {algorithm!r}; there is: {', '.join(ALGORITHMS)}"
        raise RouteError(400, "checksum", message, RESUMABLE)
    return Checksum(algorithm, digest)


def _name_in(metadata: str) -> str:
    """Return the file name in the metadata, without folders. Raises `RouteError` for metadata that are malformed."""
    values: dict[str, str] = {}
    try:
        if len(metadata) > LONGEST_METADATA:
            raise ValueError
        for pair in filter(None, (pair.strip() for pair in metadata.split(","))):
            name, _, encoded = pair.partition(" ")
            values[name] = base64.b64decode(encoded, validate=True).decode("utf-8")
    except ValueError:
        message = "Upload-Metadata must be names, each with a value in base64 of UTF-8, parted by commas"
        raise RouteError(400, "metadata", message, RESUMABLE) from None
    return base_name(values.get("filename", values.get("name", "")))


def _expiry(uploads: UploadStore, upload: StoredUpload) -> str:
    return formatdate(uploads.expires(upload.id), usegmt=True)
