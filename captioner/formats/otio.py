"""OpenTimelineIO, .otio: a timeline with a marker for each cue, written and read by its own library.

OpenTimelineIO has no captions. Other programs show a marker's name and comment; its metadata under `captioner` hold all
of the cue, so a file read back loses nothing but the precision of its times.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any, TypeVar

from captioner.errors import FormatError
from captioner.formats.common.characters import writable
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.extras import library
from captioner.formats.common.frames import FrameClock, frame_clock
from captioner.formats.common.lines import in_one_line
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.styled_text import StyledText
from captioner.timestamps import FrameRate, format_timecode, parse_rate
from captioner.values import Cue, Position, StyleSpan, Word

Value = TypeVar("Value")

KEY = "captioner"
"""The key of the cue in a marker's metadata."""

MILLISECONDS = FrameClock("otio", FrameRate(Fraction(1000)))
"""The clock where the frame rate is unknown: OpenTimelineIO accepts any rate."""

COLOR = "CYAN"

_INFINITY = re.compile(r"(?<![\w\"])-?Inf(?![\w\"])")


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return a timeline of one track, with one gap that has the markers. Raises `FormatError` without the library."""
    otio = library("otio", "opentimelineio")
    clock = _clock(programme)
    end = max((cue.end for cue in cues), default=0.0)
    frames = max(clock.frame(end), clock.frame(programme.duration or 0))
    gap = otio.schema.Gap(source_range=_range(otio, 0, frames, clock.rate))
    gap.markers.extend(_marker(otio, cue, clock) for cue in cues)
    timeline = otio.schema.Timeline(programme.title or "Captions", metadata={KEY: {"language": programme.language}})
    timeline.global_start_time = otio.opentime.RationalTime(clock.start, float(clock.rate.per_second))
    timeline.tracks.append(otio.schema.Track("Captions", [gap]))
    text: str = otio.adapters.write_to_string(timeline, "otio_json", indent=1)
    return text + "\n"


def _range(otio: Any, first: int, last: int, rate: FrameRate) -> Any:
    start, duration = (otio.opentime.RationalTime(frames, float(rate.per_second)) for frames in (first, last - first))
    return otio.opentime.TimeRange(start, duration)


def _marker(otio: Any, cue: Cue, clock: FrameClock) -> Any:
    fields = {name: value for name, value in asdict(cue).items() if name not in ("start", "end")}
    return otio.schema.Marker(
        name=in_one_line(cue).text,
        marked_range=_range(otio, clock.frame(cue.start), clock.frame(cue.end), clock.rate),
        color=COLOR,
        metadata={KEY: fields},
        comment=cue.text,
    )


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues with all they have, on frames or, where the frame rate is unknown, on milliseconds."""
    return [_representable(cue) for cue in quantize(cues, _clock(programme).rate.per_second)]


def _representable(cue: Cue) -> Cue:
    """Return the cue with numbers of six decimals: the library reads those with seventeen digits slightly wrong."""
    position = cue.position
    return replace(
        cue,
        speaker=cue.speaker and writable(cue.speaker),
        words=tuple(replace(word, start=round(word.start, 6), end=round(word.end, 6)) for word in cue.words),
        position=position and replace(position, x=_rounded(position.x), y=_rounded(position.y)),
    )


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 6)


def _clock(programme: Programme) -> FrameClock:
    return frame_clock("otio", programme) if programme.frame_rate else MILLISECONDS


def parse(text: str) -> Contents:
    """Return the markers of a timeline as cues, on whichever item they are. Raises `FormatError`."""
    timeline = _timeline(text)
    try:
        marked = list(_markers(timeline.tracks))
        early = max([0.0, *(-span.start_time.to_seconds() for _, span in marked)])
        cues = [_cue(marker, span, early) for marker, span in marked]
    except (ValueError, ArithmeticError) as error:  # NaN, infinity or no frame a second
        raise FormatError("otio", f"has a marker without a valid time: {error}") from error
    losses = Losses({"marker without text": cues.count(None)})
    ordered = sorted((cue for cue in cues if cue), key=lambda cue: cue.start)
    return Contents(ordered, programme=_programme(timeline), losses=losses.phrases(), early=early)


def _timeline(text: str) -> Any:
    otio = library("otio", "opentimelineio")
    source = text.removeprefix("\ufeff")
    try:
        # The library crashes the process on some objects that are not closed. It writes infinity as Inf, which no other
        # JSON reader knows.
        json.loads(_INFINITY.sub("0", source))
        timeline = otio.adapters.read_from_string(source, "otio_json")
    except Exception as error:  # the library raises a class of its own for each error, and bare ones too
        raise FormatError("otio", f"is not an OpenTimelineIO file: {str(error).splitlines()[0]}") from error
    if not isinstance(timeline, otio.schema.Timeline):
        raise FormatError("otio", f"contains a {type(timeline).__name__}, not a Timeline")
    return timeline


def _markers(tracks: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each marker in the tracks, with its time range in them."""
    for item in (tracks, *tracks.find_children()):
        for marker in getattr(item, "markers", ()):
            yield marker, item.transformed_time_range(marker.marked_range, tracks)


def _cue(marker: Any, span: Any, early: float) -> Cue | None:
    """Return the cue in the metadata or, of a marker of another program, its comment or else its name.

    It is `early` seconds later than the marker.
    """
    rate = _rate(span.start_time.rate)
    first, length = round(span.start_time.value) + round(early * rate), round(span.duration.value)
    fallback = cue_read(first, first + length, marker.comment or marker.name, rate=rate)
    try:
        fields = _plain(marker.metadata[KEY])
        text = StyledText(fields["text"], _built(StyleSpan, fields["styles"]), _built(Word, fields["words"]))
        position = fields["position"] and Position(**fields["position"])
        return cue_read(first, first + length, text, fields["speaker"], position, rate=rate)
    except (KeyError, TypeError, ValueError):
        return fallback


def _plain(value: Any) -> Any:
    """Return the value with dictionaries and lists in place of the library's own types."""
    if hasattr(value, "items"):
        return {name: _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if hasattr(value, "append") else value


def _built(build: Callable[..., Value], entries: list[dict[str, Any]]) -> tuple[Value, ...]:
    return tuple(build(**entry) for entry in entries)


def _rate(rate: float) -> Fraction:
    """Return the exact frame rate that a float stands for; for an unusual rate, the closest fraction."""
    try:
        return parse_rate(f"{rate:.6f}").per_second
    except ValueError:
        return Fraction(rate).limit_denominator(1001)


def _programme(timeline: Any) -> Programme:
    language = _plain(timeline.metadata).get(KEY, {}).get("language")
    start = timeline.global_start_time
    programme = Programme(title=timeline.name or None, language=language if isinstance(language, str) else None)
    if start is None or (rate := _rate(start.rate)) == MILLISECONDS.rate.per_second:
        return programme
    try:
        timecode = format_timecode(round(start.value), FrameRate(rate))
    except ValueError:
        return programme
    return replace(programme, frame_rate=rate, start_timecode=timecode)
