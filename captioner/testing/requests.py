"""Reads a request to the service and checks each of its fields."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser

from captioner.backends.glm.service_rules import LARGEST, LONGEST, LONGEST_PROMPT, MOST_HOTWORDS, USER_ID_LENGTHS
from captioner.testing.audio_file import AudioFile, NotAudio, read_audio_file
from captioner.testing.faults import Fault, error

FIELDS = {
    "model",
    "file",
    "file_base64",
    "prompt",
    "hotwords",
    "hotwords[]",
    "request_id",
    "user_id",
    "stream",
    "temperature",
    "sensitive_word_check[type]",
    "sensitive_word_check[status]",
}
"""All fields in the documents and the SDKs. How the real service treats others is not documented: here they are errors,
so that a misspelt field is noticed."""


@dataclass(frozen=True)
class FormPart:
    """One part of a form: a text, or a file with its name and type."""

    name: str
    value: bytes
    filename: str | None = None
    content_type: str | None = None

    @property
    def text(self) -> str:
        return self.value.decode("utf-8")


@dataclass(frozen=True)
class ServiceRequest:
    """A request that is well formed."""

    index: int
    """Its number, counted from 0 in order of arrival."""

    headers: Mapping[str, str]
    """By lower-case name, without the key."""

    parts: tuple[FormPart, ...]
    """In the order of the form."""

    audio_file: AudioFile

    as_json: bool = False
    """Whether it came as JSON with the audio in `file_base64`, not as a form."""

    fields: Mapping[str, str] = field(init=False)
    """The texts of the form by name."""

    def __post_init__(self) -> None:
        texts = {part.name: part.text for part in self.parts if part.filename is None}
        object.__setattr__(self, "fields", texts)

    @property
    def model(self) -> str:
        return self.fields["model"]

    @property
    def stream(self) -> bool:
        return self.fields.get("stream") == "true"

    @property
    def hotwords(self) -> list[str]:
        if "hotwords" not in self.fields:
            return [part.text for part in self.parts if part.name == "hotwords[]"]
        values = [part.text for part in self.parts if part.name == "hotwords"]
        return list(json.loads(values[0])) if values[0].startswith("[") else values


class BadRequest(Exception):
    """The request is malformed; `fault` is the response to it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_request(index: int, headers: Mapping[str, str], body: bytes) -> ServiceRequest:
    """Return the request with these headers, by lower-case name, and this body. Raises `BadRequest`."""
    kind = headers.get("content-type", "")
    as_json = kind.startswith("application/json")
    parts = _json_parts(body) if as_json else form_parts(kind, body)
    kept = {name: value for name, value in headers.items() if name != "authorization"}
    request = ServiceRequest(index, kept, parts, _audio_file(parts), as_json)
    _check(request)
    return request


def form_parts(kind: str, body: bytes) -> tuple[FormPart, ...]:
    """Return the parts of a form; `kind` is its content type. Raises `BadRequest`."""
    header = Message()
    header["content-type"] = kind
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        raise BadRequest(error("1210", message=f"content type {kind!r}"))
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("ascii"))
    if len(parts) < 3 or parts[0] or parts[-1].strip() != b"--":
        raise BadRequest(error("1210", message="the form does not end"))
    return tuple(_part(part.removeprefix(b"\r\n")) for part in parts[1:-1])


def _part(part: bytes) -> FormPart:
    head, _, value = part.partition(b"\r\n\r\n")
    headers = BytesHeaderParser().parsebytes(head)
    name = headers.get_param("name", header="content-disposition")
    return FormPart(str(name), value, headers.get_filename(), headers["content-type"])


def _json_parts(body: bytes) -> tuple[FormPart, ...]:
    """Return the parts of a request that came as JSON with the audio in `file_base64`."""
    try:
        given = json.loads(body)
        return tuple(FormPart(name, _as_text(value).encode()) for name, value in given.items())
    except (ValueError, AttributeError) as problem:
        raise BadRequest(error("1210", message="not a JSON object")) from problem


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _audio_file(parts: tuple[FormPart, ...]) -> AudioFile:
    """Return the audio in `file`, else in `file_base64`."""
    by_name = {part.name: part.value for part in parts}
    if "file" not in by_name and "file_base64" not in by_name:
        raise BadRequest(error("1213", message="file is missing"))
    try:
        data = by_name["file"] if "file" in by_name else base64.b64decode(by_name["file_base64"], validate=True)
        if len(data) > LARGEST:
            raise BadRequest(error("1214", message="the file is larger than 25 MB: size too long"))
        return read_audio_file(data)
    except (NotAudio, binascii.Error) as problem:
        raise BadRequest(error("1214")) from problem


def _check(request: ServiceRequest) -> None:
    for wrong, fault in _CHECKS:
        if wrong(request):
            raise BadRequest(fault)


def _has_unknown_fields(request: ServiceRequest) -> bool:
    return not {part.name for part in request.parts} <= FIELDS


def _has_no_model(request: ServiceRequest) -> bool:
    return "model" not in request.fields


def _model_is_unknown(request: ServiceRequest) -> bool:
    return request.model not in LONGEST


def _is_too_long(request: ServiceRequest) -> bool:
    return request.audio_file.duration > LONGEST[request.model]


def _prompt_is_too_long(request: ServiceRequest) -> bool:
    return len(request.fields.get("prompt", "")) > LONGEST_PROMPT


def _stream_is_wrong(request: ServiceRequest) -> bool:
    return request.fields.get("stream", "false") not in ("true", "false")


def _user_id_is_wrong(request: ServiceRequest) -> bool:
    return "user_id" in request.fields and len(request.fields["user_id"]) not in USER_ID_LENGTHS


def _hotwords_are_wrong(request: ServiceRequest) -> bool:
    try:
        hotwords = request.hotwords
    except ValueError:
        return True
    return len(hotwords) > MOST_HOTWORDS or not all(isinstance(word, str) and word.strip() for word in hotwords)


def _temperature_is_wrong(request: ServiceRequest) -> bool:
    temperature = request.fields.get("temperature")
    if temperature is None:
        return False
    try:
        return request.model != "glm-asr" or not 0 <= float(temperature) <= 1
    except ValueError:
        return True


_CHECKS: tuple[tuple[Callable[[ServiceRequest], bool], Fault], ...] = (
    (_has_unknown_fields, error("1210", message="unknown field")),
    (_has_no_model, error("1213", message="model is missing")),
    (_model_is_unknown, error("1211", message="no such model")),
    (_is_too_long, error("1214", message="transcriptions文件时长限制为0-30秒")),
    (_prompt_is_too_long, error("1261", message="prompt too long")),
    (_stream_is_wrong, error("1214", message="stream is neither true nor false")),
    (_user_id_is_wrong, error("1214", message="user_id has 6 to 128 characters")),
    (_hotwords_are_wrong, error("1214", message="hotwords is not a list of at most 100 words")),
    (_temperature_is_wrong, error("1210", message="temperature is from 0 to 1, and for glm-asr only")),
)
"""The checks and the responses to requests that fail them, in order; each check may rely on those before it."""
