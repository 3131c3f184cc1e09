"""The transcript as JSON, format `json`: what was recognised and the report of each region.

Captions in any format or profile can be made from it without recognition. Times are in seconds and not rounded, so the
cues made of a transcript that was read are those of the transcript that was written.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from captioner.formats.common.contents import Contents, Programme
from captioner.formats.transcript.foreign_json import is_foreign, read_foreign
from captioner.formats.transcript.json_object import JsonObject, parse_object
from captioner.formats.transcript.report import VERSION, as_json, region_entry
from captioner.timestamps import parse_rate
from captioner.values import STATUSES, RegionReport, Report, Segment, Transcript, Word

Value = TypeVar("Value")


def write(transcript: Transcript, report: Report) -> str:
    """Return a transcript and its report, without `align` and `warnings`, which concern the run."""
    return as_json(
        {
            "version": VERSION,
            "source": report.source,
            "duration": report.duration,
            "language": transcript.language,
            "backend": report.backend,
            "model": report.model,
            "frame_rate": None if report.frame_rate is None else str(report.frame_rate),
            "shot_changes": list(report.shot_changes),
            "segments": [_segment_entry(segment) for segment in transcript.segments],
            "regions": [region_entry(region) for region in report.regions],
        }
    )


def _segment_entry(segment: Segment) -> dict[str, Any]:
    return {
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "speaker": segment.speaker,
        "language": segment.language,
        "words": [_word_entry(word) for word in segment.words],
    }


def _word_entry(word: Word) -> dict[str, Any]:
    return {"start": word.start, "end": word.end, "text": word.text, "confidence": word.confidence}


def parse(text: str) -> Contents:
    """Return the transcript and the report in a file. Unknown keys are ignored.

    A transcript of Whisper, whisper.cpp or YouTube is read too. Raises `FormatError`, which names the key, for a file
    that is not JSON, is of another version, or has a wrong value.
    """
    document = parse_object(text)
    if "version" not in document.members and is_foreign(document):
        return read_foreign(document)
    if document.integer("version") != VERSION:
        document.refuse(f"is {document.integer('version')}, and this captioner reads version {VERSION}", "version")
    language = document.text_or_none("language")
    segments = tuple(_built(entry, _segment) for entry in document.objects("segments"))
    report = Report(
        source=document.text("source"),
        duration=document.number("duration"),
        backend=document.text("backend"),
        model=document.text_or_none("model"),
        language=language,
        frame_rate=_frame_rate(document),
        shot_changes=document.numbers("shot_changes"),
        regions=tuple(_built(entry, region_of) for entry in document.objects("regions")),
    )
    programme = Programme(language=language, duration=report.duration, frame_rate=report.frame_rate)
    return Contents(transcript=Transcript(segments, language), report=report, programme=programme)


def _frame_rate(document: JsonObject) -> Fraction | None:
    text = document.text_or_none("frame_rate")
    try:
        return None if text is None else parse_rate(text).per_second
    except ValueError as error:
        document.refuse(str(error), "frame_rate")


def _built(entry: JsonObject, build: Callable[[JsonObject], Value]) -> Value:
    """Return the value that `build` makes of an entry.

    If the value refuses its arguments, the error names the entry.
    """
    try:
        return build(entry)
    except ValueError as error:
        entry.refuse(str(error))


def _segment(entry: JsonObject) -> Segment:
    return Segment(
        entry.number("start"),
        entry.number("end"),
        entry.text("text"),
        tuple(_built(word, _word) for word in entry.objects("words")),
        entry.text_or_none("speaker"),
        entry.text_or_none("language"),
    )


def _word(entry: JsonObject) -> Word:
    return Word(entry.number("start"), entry.number("end"), entry.text("text"), entry.number_or_none("confidence"))


def region_of(entry: JsonObject) -> RegionReport:
    """Return the report of one region that a JSON object describes. Raises `FormatError`, which names the key."""
    status = entry.text("status")
    if status not in STATUSES:
        entry.refuse(f"is not one of {', '.join(STATUSES)}", "status")
    return RegionReport(
        entry.number("start"),
        entry.number("end"),
        index=entry.integer("index"),
        status=status,
        text=entry.text("text"),
        reason=entry.text_or_none("reason"),
        cached=entry.boolean("cached"),
        attempts=entry.integer("attempts"),
        suspected=entry.text_or_none("suspected"),
        timing=entry.text_or_none("timing"),
    )
