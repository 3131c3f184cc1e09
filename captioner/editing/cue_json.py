"""Cues and documents as JSON: for programs that edit them, and for the files of a job."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from fractions import Fraction
from typing import Any, Literal, TypeVar, cast

from captioner.editing.document import WORD_SOURCES, Document, DocumentCue, DocumentWord, WordSource
from captioner.formats.transcript.json import region_of
from captioner.formats.transcript.json_object import JsonObject, parse_object
from captioner.formats.transcript.report import as_json, region_entry
from captioner.profiles import Profile
from captioner.values import Cue, Position, StyleSpan

VERSION = 1

Vertical = Literal["", "rl", "lr"]

Value = TypeVar("Value")


def cue_entry(cue: DocumentCue) -> dict[str, Any]:
    """Return a cue as a JSON object."""
    return {
        "id": cue.id,
        "start": cue.start,
        "end": cue.end,
        "text": cue.text,
        "speaker": cue.speaker,
        "locked": cue.locked,
        "words": [word_entry(word) for word in cue.words],
        "doubts": list(cue.doubts),
        "styles": [style_entry(style) for style in cue.styles],
        "position": None if cue.position is None else asdict(cue.position),
    }


def word_entry(word: DocumentWord) -> dict[str, Any]:
    """Return a word as a JSON object."""
    return {
        "id": word.id,
        "start": word.start,
        "end": word.end,
        "text": word.text,
        "confidence": word.confidence,
        "source": word.source,
    }


def style_entry(style: StyleSpan) -> dict[str, Any]:
    """Return a style as a JSON object, without what it does not change."""
    return {name: value for name, value in asdict(style).items() if value or name in ("first", "last")}


def cue_of(entry: JsonObject) -> DocumentCue:
    """Return the cue that a JSON object describes. Raises `FormatError`, which names the key."""
    try:
        return DocumentCue(
            start=entry.number("start"),
            end=entry.number("end"),
            text=entry.text("text"),
            speaker=entry.text_or_none("speaker"),
            words=tuple(map(word_of, entry.objects("words"))),
            styles=tuple(map(style_of, entry.objects("styles"))),
            position=_position(entry),
            id=entry.text("id"),
            locked=bool(entry.members.get("locked")),
            doubts=texts_of(entry, "doubts"),
        )
    except ValueError as error:
        entry.refuse(str(error))


def word_of(entry: JsonObject) -> DocumentWord:
    """Return the word that a JSON object describes. Raises `FormatError`, which names the key."""
    source = entry.members.get("source", "human")
    if source not in WORD_SOURCES:
        entry.refuse(f"is not one of {', '.join(WORD_SOURCES)}", "source")
    start, end, text = entry.number("start"), entry.number("end"), entry.text("text")
    return _built(
        entry,
        lambda: DocumentWord(
            start, end, text, entry.number_or_none("confidence"), entry.text("id"), cast(WordSource, source)
        ),
    )


def style_of(entry: JsonObject) -> StyleSpan:
    """Return the style that a JSON object describes. Raises `FormatError`, which names the key."""
    marks = {name: bool(entry.members.get(name)) for name in ("italic", "bold", "underline")}
    first, last, color = entry.integer("first"), entry.integer("last"), entry.text_or_none("color")
    return _built(entry, lambda: StyleSpan(first, last, color=color, **marks))


def texts_of(entry: JsonObject, key: str) -> tuple[str, ...]:
    """Return a list of strings; null is an empty one. Raises `FormatError`."""
    values = entry.members.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        entry.refuse("is not a list of texts", key)
    return tuple(values)


def captions_text(cues: Iterable[Cue], language: str | None = None) -> str:
    """Return cues as a JSON file, with all that they hold; `captions_from` reads it."""
    plain = [cue_entry(_as_document_cue(cue, number)) for number, cue in enumerate(cues, 1)]
    return as_json({"version": VERSION, "language": language, "cues": plain})


def captions_from(text: str) -> tuple[tuple[DocumentCue, ...], str | None]:
    """Return the cues and the language of a file that `captions_text` wrote. Raises `FormatError`."""
    file = parse_object(text)
    return tuple(map(cue_of, file.objects("cues"))), file.text_or_none("language")


def document_text(document: Document) -> str:
    """Return a document as a JSON text; `document_from` reads it."""
    return compact_json(
        {
            "version": VERSION,
            "language": document.language,
            "profile": asdict(document.profile),
            "frame_rate": None if document.frame_rate is None else str(document.frame_rate),
            "duration": document.duration,
            "regions": [region_entry(region) for region in document.regions],
            "cues": [cue_entry(cue) for cue in document.cues],
        }
    )


def compact_json(value: object) -> str:
    """Return JSON without white space, in ASCII: some ten times as fast as JSON for people."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def document_from(text: str) -> Document:
    """Return the document in a JSON text. Raises `FormatError`."""
    file = parse_object(text)
    rate = file.text_or_none("frame_rate")
    return Document(
        by_id={cue.id: cue for cue in map(cue_of, file.objects("cues"))},
        profile=_built(file, lambda: Profile(**file.members["profile"])),
        language=file.text_or_none("language"),
        frame_rate=None if rate is None else Fraction(rate),
        duration=file.number("duration"),
        regions=tuple(map(region_of, file.objects("regions"))),
    )


def document_cue(cue: Cue, cue_id: str, source: WordSource = "asr") -> DocumentCue:
    """Return a cue as part of a document; `source` is what timed its words."""
    words = tuple(
        DocumentWord(word.start, word.end, word.text, word.confidence, f"{cue_id}w{number}", source)
        for number, word in enumerate(cue.words, 1)
    )
    return DocumentCue(cue.start, cue.end, cue.text, cue.speaker, words, cue.styles, cue.position, cue_id)


def _as_document_cue(cue: Cue, number: int) -> DocumentCue:
    return cue if isinstance(cue, DocumentCue) else document_cue(cue, f"c{number:06d}")


def _position(entry: JsonObject) -> Position | None:
    value = entry.members.get("position")
    if value is None:
        return None
    if not isinstance(value, dict):
        entry.refuse("is not an object", "position")
    place = JsonObject(value, "position")
    anchor, x, y = place.integer("anchor"), place.number_or_none("x"), place.number_or_none("y")
    vertical = value.get("vertical", "")
    if vertical not in ("", "rl", "lr"):
        place.refuse("is not one of 'rl' and 'lr'", "vertical")
    return _built(entry, lambda: Position(anchor, x, y, cast(Vertical, vertical)))


def _built(entry: JsonObject, build: Callable[[], Value]) -> Value:
    """Return what `build` makes; a value that refuses its arguments becomes an error that names the entry."""
    try:
        return build()
    except (KeyError, TypeError, ValueError) as error:
        entry.refuse(str(error))
