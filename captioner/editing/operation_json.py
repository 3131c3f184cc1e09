"""Operations as JSON objects: `{"op": "setText", "cue": "c000001", "text": "Hello."}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from captioner.editing.applying import AppliedOperation
from captioner.editing.cue_json import cue_entry, cue_of, style_entry, style_of, texts_of, word_entry, word_of
from captioner.editing.document import DocumentCue, DocumentWord
from captioner.editing.operations import (
    DeleteCue,
    InsertCue,
    MergeCues,
    MoveWords,
    Operation,
    ReplaceCues,
    SetBorder,
    SetDoubts,
    SetLock,
    SetSpeaker,
    SetText,
    SetTimes,
    SplitCue,
)
from captioner.errors import EditRefused, UnknownName
from captioner.formats.transcript.json_object import JsonObject
from captioner.values import StyleSpan

NAMES: Mapping[str, type[Operation]] = {
    "setText": SetText,
    "setTimes": SetTimes,
    "split": SplitCue,
    "merge": MergeCues,
    "insert": InsertCue,
    "delete": DeleteCue,
    "moveWords": MoveWords,
    "setSpeaker": SetSpeaker,
    "setLock": SetLock,
    "setDoubts": SetDoubts,
    "setBorder": SetBorder,
    "replaceCues": ReplaceCues,
}
"""The operations by their names in JSON."""

_NAME_OF = {kind: name for name, kind in NAMES.items()}

_KEYS = {"source": "from"}
"""The keys of fields that have another name in JSON."""


def operation_entry(operation: Operation) -> dict[str, Any]:
    """Return an operation as a JSON object."""
    values = {field.name: getattr(operation, field.name) for field in fields(operation)}
    entries = {
        _KEYS.get(name, name): _plain(value)
        for name, value in values.items()
        if not (isinstance(operation, SetText) and value is None)
    }
    return {"op": _NAME_OF[type(operation)], **entries}


def applied_entry(applied: AppliedOperation) -> dict[str, Any]:
    """Return an operation and what it changed as a JSON object."""
    return {
        **operation_entry(applied.operation),
        "cues": [cue_entry(cue) for cue in applied.cues],
        "removed": list(applied.removed),
        "inverse": [operation_entry(operation) for operation in applied.inverse],
    }


def operation_of(entry: JsonObject) -> Operation:
    """Return the operation that a JSON object describes.

    Raises `FormatError`, which names the key, and `EditRefused` for an unknown operation.
    """
    name = entry.text("op")
    if name not in NAMES:
        raise EditRefused(str(UnknownName("operation", name, NAMES)))
    return _READERS[NAMES[name]](entry)


def _plain(value: object) -> object:
    if isinstance(value, DocumentCue):
        return cue_entry(value)
    if isinstance(value, DocumentWord):
        return word_entry(value)
    if isinstance(value, StyleSpan):
        return style_entry(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _set_text(entry: JsonObject) -> Operation:
    has_words, has_styles = (entry.members.get(key) is not None for key in ("words", "styles"))
    return SetText(
        entry.text("cue"),
        _without_carriage_returns(entry.text("text")),
        tuple(map(word_of, entry.objects("words"))) if has_words else None,
        tuple(map(style_of, entry.objects("styles"))) if has_styles else None,
    )


def _without_carriage_returns(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _inserted(entry: JsonObject) -> DocumentCue:
    """Return the one cue of an operation."""
    value = entry.members.get("cue")
    if not isinstance(value, dict):
        entry.refuse("is not an object", "cue")
    return cue_of(JsonObject(value, "cue"))


_READERS: Mapping[type[Operation], Callable[[JsonObject], Operation]] = {
    SetText: _set_text,
    SetTimes: lambda entry: SetTimes(entry.text("cue"), entry.number("start"), entry.number("end")),
    SplitCue: lambda entry: SplitCue(entry.text("cue"), entry.integer("at"), entry.text("new")),
    MergeCues: lambda entry: MergeCues(entry.text("cue"), entry.text("next")),
    InsertCue: lambda entry: InsertCue(_inserted(entry)),
    DeleteCue: lambda entry: DeleteCue(entry.text("cue")),
    MoveWords: lambda entry: MoveWords(entry.text("from"), entry.text("to"), entry.integer("count")),
    SetSpeaker: lambda entry: SetSpeaker(entry.text("cue"), entry.text_or_none("speaker")),
    SetLock: lambda entry: SetLock(entry.text("cue"), entry.boolean("locked")),
    SetDoubts: lambda entry: SetDoubts(entry.text("cue"), texts_of(entry, "doubts")),
    SetBorder: lambda entry: SetBorder(entry.text("left"), entry.text("right"), entry.number("time")),
    ReplaceCues: lambda entry: ReplaceCues(texts_of(entry, "remove"), tuple(map(cue_of, entry.objects("insert")))),
}
