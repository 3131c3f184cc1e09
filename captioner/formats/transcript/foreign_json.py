"""Transcripts of other programs in JSON: Whisper (also faster-whisper, WhisperX), whisper.cpp, YouTube json3.

They have no report, so each segment stands in it as a region that was recognised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.losses import Losses
from captioner.formats.transcript.json_object import JsonObject
from captioner.values import RegionReport, Report, Segment, Transcript, Word


def is_foreign(document: JsonObject) -> bool:
    """Return whether a JSON file is a transcript of another program."""
    named = any(isinstance(document.members.get(key), list) for key in ("segments", "transcription", "events"))
    return named and "regions" not in document.members


def read_foreign(document: JsonObject) -> Contents:
    """Return the transcript in a file of another program.

    Raises `FormatError`, which names the key of a wrong value.
    """
    losses, repairs = Losses(), Losses()
    members = document.members
    if isinstance(members.get("transcription"), list):
        entries, language = list(_of_whisper_cpp(document)), _language_of_whisper_cpp(document)
    elif isinstance(members.get("segments"), list):
        entries, language = list(_of_whisper(document)), document.text_or_none("language")
    else:
        entries, language = list(_of_youtube(document)), None
    segments = tuple(segment for entry in entries if (segment := _segment(entry, losses, repairs)))
    regions = tuple(
        RegionReport(
            segment.start,
            segment.end,
            index=index,
            status="ok",
            text=segment.text,
            reason=None,
            cached=False,
            attempts=1,
        )
        for index, segment in enumerate(segments)
    )
    duration = max((segment.end for segment in segments), default=0.0)
    return Contents(
        transcript=Transcript(segments, language),
        report=Report("", duration, "another program", language=language, regions=regions),
        programme=Programme(language=language, duration=duration),
        losses=losses.phrases(),
        repairs=repairs.phrases(),
    )


class _Entry(NamedTuple):
    """A segment before it is checked."""

    start: float
    end: float
    text: str
    words: Sequence[tuple[float | None, float | None, str, float | None]]
    """Start, end, text and confidence; a word may lack its times."""
    speaker: str | None = None


def _of_whisper(document: JsonObject) -> Iterator[_Entry]:
    for entry in document.objects("segments"):
        words = [
            (
                word.number_or_none("start"),
                word.number_or_none("end"),
                word.text("word" if "word" in word.members else "text"),
                word.number_or_none("probability" if "probability" in word.members else "score"),
            )
            for word in entry.objects("words")
        ]
        yield _Entry(entry.number("start"), entry.number("end"), entry.text("text"), words, _speaker(entry))


def _speaker(entry: JsonObject) -> str | None:
    return entry.text_or_none("speaker")


def _of_whisper_cpp(document: JsonObject) -> Iterator[_Entry]:
    for entry in document.objects("transcription"):
        start, end = _offsets(entry)
        words = [
            (*_offsets(token), token.text("text"), token.number_or_none("p"))
            for token in entry.objects("tokens")
            if not token.text("text").startswith("[_")
        ]
        yield _Entry(start, end, entry.text("text"), words)


def _offsets(entry: JsonObject) -> tuple[float, float]:
    offsets = JsonObject(_members(entry, "offsets"), f"{entry.path}.offsets")
    return offsets.number("from") / 1000, offsets.number("to") / 1000


def _members(entry: JsonObject, key: str) -> dict[str, object]:
    value = entry.members.get(key)
    return value if isinstance(value, dict) else {}


def _language_of_whisper_cpp(document: JsonObject) -> str | None:
    return JsonObject(_members(document, "result"), "result").text_or_none("language")


def _of_youtube(document: JsonObject) -> Iterator[_Entry]:
    """Yield the events of json3 that have text; one without a duration lasts until the next."""
    entries = [entry for entry in document.objects("events") if entry.objects("segs")]
    spoken = [entry for entry in entries if "".join(_pieces(entry)).strip()]
    for entry, following in zip_longest(spoken, spoken[1:]):
        start = entry.number("tStartMs")
        end = start + (entry.number_or_none("dDurationMs") or 5000)
        if following:  # lines of automatic captions stay while the next ones come
            end = max(start, min(end, following.number("tStartMs")))
        offsets = [start + (seg.number_or_none("tOffsetMs") or 0) for seg in entry.objects("segs")]
        timed = any("tOffsetMs" in seg.members for seg in entry.objects("segs"))
        ends = [*offsets[1:], end]
        words: list[tuple[float | None, float | None, str, float | None]] = [
            (first / 1000, last / 1000, piece, None)
            for first, last, piece in zip(offsets, ends, _pieces(entry), strict=True)
        ]
        yield _Entry(start / 1000, end / 1000, "".join(_pieces(entry)), words if timed else [])


def _pieces(entry: JsonObject) -> list[str]:
    return [seg.text_or_none("utf8") or "" for seg in entry.objects("segs")]


def _segment(entry: _Entry, losses: Losses, repairs: Losses) -> Segment | None:
    """Return the segment; None where it has no text or lies before 0. Words that do not spell its text are left out."""
    text = entry.text.strip()
    if not text or entry.end < 0:
        losses["segment without text"] += 1
        return None
    start = max(entry.start, 0.0)
    repairs["segment with its end before its start"] += entry.end < start
    end = max(entry.end, start + 0.001)
    words = _words(entry, text, start, end)
    losses["segment without its word times"] += bool(entry.words) and not words
    return Segment(start, end, text, words, entry.speaker)


def _words(entry: _Entry, text: str, start: float, end: float) -> tuple[Word, ...]:
    """The words with the space between them that the text has, each in the time of the segment, one after another."""
    words: list[Word] = []
    at, last = 0, start
    for first, until, spelled, confidence in entry.words:
        found = text.find(spelled.strip(), at) if spelled.strip() else -1
        if not spelled.strip():
            continue
        if found < 0 or text[at:found].strip():
            return ()
        begin = min(max(last, first if first is not None else last), end)
        last = min(max(begin, until if until is not None else begin), end)
        stop = found + len(spelled.strip())
        valid = confidence if confidence is not None and 0 <= confidence <= 1 else None
        words.append(Word(begin, last, text[at:stop], valid))
        at = stop
    return tuple(words) if words and at == len(text) else ()
