"""Receives the body of a request with media: a form, whose file is written to the disk as it comes, or JSON."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

import python_multipart
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from captioner.server.client_json import read_object
from captioner.server.disk_room import check_room
from captioner.server.refusals import RequestRefused

MOST_PARTS = 1000
"""Parts of a form."""

LARGEST_FIELDS = 1 << 20
"""Bytes of all fields of a form but the file."""

LARGEST_ATTACHMENT = 16 << 20
"""Bytes of all small files of a form."""

LARGEST_JSON = 64 << 20
"""Bytes of a JSON body, which is held in memory: a file of 48 MB in base64."""

BUFFERED = 1 << 20
"""Bytes of a file that wait to be written at once."""

FILE = "file"
FILE_BASE64 = "file_base64"


@dataclass(frozen=True)
class FileLimits:
    """How much the file of a request may take."""

    largest: int
    """Bytes of it."""

    smallest_free: int
    """Bytes of the disk that stay free."""


@dataclass(frozen=True)
class Attachment:
    """A small file in a form, which is held in memory."""

    filename: str
    """The name that the client gives it, without folders."""

    data: bytes


@dataclass(frozen=True)
class ReceivedForm:
    """The fields of a request, and its file on the disk."""

    fields: Mapping[str, list[str]]
    """The texts of each field by name, in their order. A value of JSON that is no text is JSON again; each entry of a
    list is one text."""

    file: Path | None
    """The file; None without one."""

    filename: str
    """The name that the client gives the file, without folders."""

    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    """The small files that were asked for, by the names of their fields."""

    def text(self, name: str, default: str | None = None) -> str | None:
        """Return the last text of a field that is not empty."""
        return next((text for text in reversed(self.fields.get(name, ())) if text), default)


async def receive_form(
    request: Request, folder: Path, limits: FileLimits, attachments: Collection[str] = ()
) -> ReceivedForm:
    """Return the form or the JSON of a request; its file is written into `folder`.

    `attachments` are the fields that may be small files.

    Raises `RequestRefused`, and `starlette.requests.ClientDisconnect`.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind == b"application/json":
        return await _receive_json(request, folder, limits)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise RequestRefused("form", "send a form (multipart/form-data), or JSON with file_base64")
    form = _FormWriter(folder / "media", limits, attachments)
    try:
        parser = python_multipart.MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]
        async for chunk in request.stream():
            parser.write(chunk)
            if form.waiting >= BUFFERED:
                await asyncio.to_thread(form.flush)
        await asyncio.to_thread(form.close)
    except FormParserError as error:
        raise RequestRefused("form", f"the form is malformed: {error}") from None
    finally:
        form.abandon()
    if not form.ended:
        raise RequestRefused("form", "the form does not end: its last boundary is missing")
    return ReceivedForm(form.fields, form.path if form.has_file else None, form.filename, form.attachments)


async def _receive_json(request: Request, folder: Path, limits: FileLimits) -> ReceivedForm:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_JSON:
            raise RequestRefused("too_large", f"JSON may have {LARGEST_JSON >> 20} MB at most; send the file in a form")
    return await asyncio.to_thread(_read_json, bytes(body), folder, limits)


def _read_json(body: bytes, folder: Path, limits: FileLimits) -> ReceivedForm:
    try:
        given = read_object(body)
    except ValueError as error:
        raise RequestRefused("form", f"the body is not a JSON object that can be read: {error}") from None
    encoded = given.pop(FILE_BASE64, None)
    fields = {name: _texts(value) for name, value in given.items() if value is not None}
    if encoded is None:
        return ReceivedForm(fields, None, "")
    try:
        data = base64.b64decode(str(encoded).partition("base64,")[2] or str(encoded), validate=True)
    except (binascii.Error, ValueError):
        raise RequestRefused("media_kind", f"{FILE_BASE64} is not base64", FILE_BASE64) from None
    if len(data) > limits.largest:
        raise _too_large(limits.largest)
    check_room(folder, limits.smallest_free + len(data))
    path = folder / "media"
    path.write_bytes(data)
    return ReceivedForm(fields, path, "")


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in values]


def _too_large(largest: int) -> RequestRefused:
    return RequestRefused("too_large", f"the file is larger than {largest / (1 << 20):g} MB", FILE)


def base_name(name: str) -> str:
    """Return a file name without folders and control characters, of at most 200 characters."""
    base = PureWindowsPath(PurePosixPath(name).name).name
    return "".join(character for character in base if character.isprintable())[-200:]


class _FormWriter:
    """What the parser calls: it collects fields, and writes the part called `file`."""

    def __init__(self, path: Path, limits: FileLimits, attachments: Collection[str]) -> None:
        self.path, self._limits, self._attachable = path, limits, attachments
        self.attachments: dict[str, Attachment] = {}
        self.fields: dict[str, list[str]] = {}
        self.filename = ""
        self.has_file = self.ended = False
        self.waiting = 0  # bytes of the file that are not written yet
        self._file: BinaryIO | None = None
        self._chunks: list[bytes] = []
        self._written = self._field_bytes = self._attached_bytes = self._parts = 0
        self._header = self._value = b""
        self._disposition: dict[bytes, bytes] = {}
        self._text = bytearray()
        self._is_file = False

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_end": self._finish,
        }

    def flush(self) -> None:
        """Write what waits."""
        chunks, self._chunks, self.waiting = self._chunks, [], 0
        if self.has_file:
            check_room(self.path.parent, self._limits.smallest_free)
            self._file = self._file or self.path.open("wb")
            self._file.writelines(chunks)

    def close(self) -> None:
        """Write the rest of the file."""
        self.flush()
        self.abandon()

    def abandon(self) -> None:
        """Close the file, whatever is in it."""
        if self._file:
            self._file.close()

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise RequestRefused("form", f"the form has more than {MOST_PARTS} parts")
        self._disposition, self._text = {}, bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = parse_options_header(self._value)[1]
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        self._is_file = self._disposition.get(b"name") == FILE.encode() and not self.has_file
        if self._is_file:
            self.has_file = True
            self.filename = self._filename()

    def _filename(self) -> str:
        return base_name(self._disposition.get(b"filename", b"").decode("utf-8", "replace"))

    @property
    def _is_attachment(self) -> bool:
        name = self._disposition.get(b"name", b"").decode("utf-8", "replace")
        return name in self._attachable and b"filename" in self._disposition

    def _count(self, size: int) -> None:
        """Count the bytes of a part that is held in memory."""
        if self._is_attachment:
            self._attached_bytes += size
            if self._attached_bytes > LARGEST_ATTACHMENT:
                raise RequestRefused("too_large", f"such a file has {LARGEST_ATTACHMENT >> 20} MB at most")
            return
        self._field_bytes += size
        if self._field_bytes > LARGEST_FIELDS:
            raise RequestRefused("form", f"the fields of the form have more than {LARGEST_FIELDS >> 20} MB")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if not self._is_file:
            self._count(end - start)
            self._text += data[start:end]
            return
        self._written += end - start
        if self._written > self._limits.largest:
            raise _too_large(self._limits.largest)
        self._chunks.append(data[start:end])
        self.waiting += end - start

    def _end(self) -> None:
        name = self._disposition.get(b"name", b"").decode("utf-8", "replace")
        if self._is_attachment:
            self.attachments[name] = Attachment(self._filename(), bytes(self._text))
        elif not self._is_file:
            self.fields.setdefault(name, []).append(self._text.decode("utf-8", "replace"))

    def _finish(self) -> None:
        self.ended = True
