"""One operation of the API, and its description as OpenAPI has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
OBJECT: Schema = {"type": "object"}
FILE: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}

JSON = "application/json"
FORM = "multipart/form-data"
EVENTS = "text/event-stream"

REASONS = {
    400: "The request is malformed.",
    401: "A key is needed.",
    403: "The client may not do this.",
    404: "There is no such thing.",
    405: "The path does not take this method.",
    406: "The result cannot be had in this form.",
    408: "The client was too slow.",
    409: "The state of the thing does not allow it.",
    412: "The client uses another version of the protocol.",
    413: "The file is too large or too long.",
    415: "The file is not media, or the body has another type.",
    416: "The source does not have this part.",
    421: "The server does not have this name.",
    422: "A value is wrong.",
    429: "Too much work waits; Retry-After says when to try again.",
    460: "The bytes do not have their checksum.",
    500: "The server made an error.",
    501: "The backend cannot do this.",
    502: "The backend failed.",
    503: "The server is not ready.",
    507: "The disk is full.",
}

EVERYWHERE = (400, 401, 403, 421)
"""The errors of every operation: of keys, of origins, and of requests that are no HTTP."""


@dataclass(frozen=True)
class ApiParameter:
    """A parameter of a query or a header."""

    name: str
    text: str
    schema: Schema = field(default_factory=lambda: TEXT)
    place: str = "query"
    needed: bool = False
    example: object = None


@dataclass(frozen=True)
class ApiAnswer:
    """A response that is no error."""

    text: str

    kind: str | None = JSON
    """The media type; None without a body."""

    example: object = None


@dataclass(frozen=True)
class ApiOperation:
    """A method of a path."""

    method: str
    path: str

    text: str
    """What it does, in one line."""

    tag: str
    """The group in which it is shown."""

    answers: Mapping[int, ApiAnswer]

    parameters: tuple[ApiParameter, ...] = ()

    body: Mapping[str, Schema] = field(default_factory=dict)
    """The schema of the body by media type."""

    body_needed: bool = True

    errors: tuple[int, ...] = ()

    open: bool = False
    """Whether it needs no key."""

    def description(self) -> dict[str, Any]:
        """Return the operation as an object of OpenAPI."""
        described: dict[str, Any] = {
            "summary": self.text,
            "tags": [self.tag],
            "operationId": f"{self.method.lower()}{re.sub(r'[^a-z0-9]+', '_', self.path.lower()).rstrip('_')}",
            "parameters": [*self._path_parameters(), *map(_parameter, self.parameters)],
            "responses": self._responses(),
        }
        if self.body:
            content = {kind: _content(schema) for kind, schema in self.body.items()}
            described["requestBody"] = {"required": self.body_needed, "content": content}
        if self.open:
            described["security"] = []
        return described

    def _path_parameters(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "in": "path", "required": True, "schema": TEXT, "example": _EXAMPLES.get(name, name)}
            for name in re.findall(r"{(\w+)", self.path)
        ]

    def _responses(self) -> dict[str, Any]:
        responses: dict[str, Any] = {}
        for status, answer in self.answers.items():
            responses[str(status)] = {"description": answer.text}
            if answer.kind:
                shape = TEXT if isinstance(answer.example, str) or answer.example is None else {}
                content = {"schema": shape} | ({} if answer.example is None else {"example": answer.example})
                responses[str(status)]["content"] = {answer.kind: content}
        for status in sorted({*EVERYWHERE, *self.errors} - set(self.answers)):
            responses[str(status)] = {"description": REASONS[status]}
        return responses


_EXAMPLES = {"id": "0123456789abcdef01234567", "format": "srt", "name": "whisper-tiny.en"}
"""Examples of what stands in a path."""


def _parameter(parameter: ApiParameter) -> dict[str, Any]:
    described = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.text,
        "required": parameter.needed,
        "schema": parameter.schema,
    }
    return described if parameter.example is None else described | {"example": parameter.example}


def _content(schema: Schema) -> dict[str, Any]:
    """Return the schema of a body with its example, which is beside it."""
    plain = {name: value for name, value in schema.items() if name != "example"}
    return {"schema": plain} | ({"example": schema["example"]} if "example" in schema else {})
