"""OpenTimelineIO, .otio: a timeline with a marker for each cue, made and read by its own library.

OpenTimelineIO knows no captions. A marker's name and comment are what other programs show; all that a cue is stands in
its metadata under `captioner`, so nothing but the grain of its times is lost on the way back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any, TypeVar

from captioner.errors import FormatError
from captioner.formats.model.characters import writable
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.extras import library
from captioner.formats.model.frames import FrameClock, frame_clock
from captioner.formats.model.lines import in_one_line
from captioner.formats.model.losses import Losses
from captioner.formats.model.quantize import cue_read, quantize
from captioner.formats.model.styled_text import StyledText
from captioner.timestamps import FrameRate, format_timecode, parse_rate
from captioner.values import Cue, Position, StyleSpan, Word

Value = TypeVar("Value")

KEY = "captioner"
"""Where a marker's metadata holds the cue."""

MILLISECONDS = FrameClock("otio", FrameRate(Fraction(1000)))
"""Where nobody knows a frame rate: OpenTimelineIO counts in anything."""

COLOR = "CYAN"


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """A timeline of one track, with one gap that carries the markers. Raises `FormatError` without the library."""
    otio = library("otio", "opentimelineio")
    clock, shown = _clock(programme), representable(cues, programme)
    end = max((cue.end for cue in shown), default=0.0)
    frames = max(clock.frame(end), clock.frame(programme.duration or 0))
    gap = otio.schema.Gap(source_range=_range(otio, 0, frames, clock.rate))
    gap.markers.extend(_marker(otio, cue, clock) for cue in shown)
    timeline = otio.schema.Timeline(programme.title or "Captions", metadata={KEY: {"language": programme.language}})
    timeline.global_start_time = otio.opentime.RationalTime(clock.start, float(clock.rate.per_second))
    timeline.tracks.append(otio.schema.Track("Captions", [gap]))
    text: str = otio.adapters.write_to_string(timeline, "otio_json", indent=1)
    return text + "\n"


def _range(otio: Any, first: int, last: int, rate: FrameRate) -> Any:
    start, duration = (otio.opentime.RationalTime(frames, float(rate.per_second)) for frames in (first, last - first))
    return otio.opentime.TimeRange(start, duration)


def _marker(otio: Any, cue: Cue, clock: FrameClock) -> Any:
    whole = {name: value for name, value in asdict(cue).items() if name not in ("start", "end")}
    return otio.schema.Marker(
        name=in_one_line(cue).text,
        marked_range=_range(otio, clock.frame(cue.start), clock.frame(cue.end), clock.rate),
        color=COLOR,
        metadata={KEY: whole},
        comment=cue.text,
    )


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on frames or, where nobody knows a frame rate, on milliseconds: whole, with words, styles and place."""
    return [_representable(cue) for cue in quantize(cues, _clock(programme).rate.per_second)]


def _representable(cue: Cue) -> Cue:
    """Numbers have six decimals: the library reads those with seventeen digits a little wrong."""
    place = cue.position
    return replace(
        cue,
        speaker=cue.speaker and writable(cue.speaker),
        words=tuple(replace(word, start=round(word.start, 6), end=round(word.end, 6)) for word in cue.words),
        position=place and replace(place, x=_rounded(place.x), y=_rounded(place.y)),
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)


def _clock(programme: Programme) -> FrameClock:
    return frame_clock("otio", programme) if programme.frame_rate else MILLISECONDS


def parse(text: str) -> Contents:
    """The markers of a timeline as cues, wherever they lie on it. Raises `FormatError`."""
    otio = library("otio", "opentimelineio")
    source = text.removeprefix("\ufeff")
    try:
        json.loads(source)  # the library crashes the process at some objects that are not closed
        timeline = otio.adapters.read_from_string(source, "otio_json")
    except Exception as error:  # the library has a class of its own for each way of being wrong, and bare ones beside
        raise FormatError("otio", f"is no OpenTimelineIO file: {str(error).splitlines()[0]}") from error
    if not isinstance(timeline, otio.schema.Timeline):
        raise FormatError("otio", f"holds a {type(timeline).__name__}, not a Timeline")
    try:
        cues = [_cue(marker, span) for marker, span in _markers(timeline.tracks)]
    except (ValueError, ArithmeticError) as error:  # NaN, infinity or no frame a second
        raise FormatError("otio", f"has a marker whose time is none: {error}") from error
    losses = Losses({"marker without text": cues.count(None)})
    ordered = sorted((cue for cue in cues if cue), key=lambda cue: cue.start)
    return Contents(ordered, programme=_programme(timeline), losses=losses.phrases())


def _markers(stack: Any) -> Iterator[tuple[Any, Any]]:
    """Each marker of what is in a timeline, with its span of time there."""
    for item in (stack, *stack.find_children()):
        for marker in getattr(item, "markers", ()):
            yield marker, item.transformed_time_range(marker.marked_range, stack)


def _cue(marker: Any, span: Any) -> Cue | None:
    """The cue that stands in the metadata or, in a marker of another program, its comment or else its name."""
    rate = _rate(span.start_time.rate)
    first, length = round(span.start_time.value), round(span.duration.value)
    fallback = cue_read(max(0, first), first + length, marker.comment or marker.name, rate=rate)
    try:
        whole = _plain(marker.metadata[KEY])
        spelled = StyledText(whole["text"], _built(StyleSpan, whole["styles"]), _built(Word, whole["words"]))
        position = whole["position"] and Position(**whole["position"])
        return cue_read(first, first + length, spelled, whole["speaker"], position, rate=rate)
    except (KeyError, TypeError, ValueError):
        return fallback


def _plain(value: Any) -> Any:
    """Dictionaries and lists in place of the library's own."""
    if hasattr(value, "items"):
        return {name: _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if hasattr(value, "append") else value


def _built(build: Callable[..., Value], entries: list[dict[str, Any]]) -> tuple[Value, ...]:
    return tuple(build(**entry) for entry in entries)


def _rate(speed: float) -> Fraction:
    """The exact rate that a float means; where it means none, as near as a float comes."""
    try:
        return parse_rate(f"{speed:.6f}").per_second
    except ValueError:
        return Fraction(speed).limit_denominator(1001)


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
