"""The items of a realtime session, each a turn of speech: the events about it, as JSON objects. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from captioner.server.realtime.live_transcriber import (
    RegionEnded,
    RegionGrown,
    RegionStarted,
    RegionTranscribed,
    TranscriptionEvent,
)
from captioner.text.joining import space_between
from captioner.values import RegionReport

ServerEvent = Mapping[str, Any]

_TRANSCRIPTION = "conversation.item.input_audio_transcription"


def new_id(kind: str) -> str:
    """Return an id that no other event, item or session has."""
    return f"{kind}_{uuid.uuid4().hex[:24]}"


class RealtimeItems(Protocol):
    """Makes the events for a client of what a transcriber finds."""

    def events(self, event: TranscriptionEvent) -> Iterator[ServerEvent]:
        """Yield the events that follow from one of the transcriber."""
        ...


@dataclass
class _Turn:
    """A turn of speech, and what of its text was sent."""

    id: str = field(default_factory=lambda: new_id("item"))

    sent: str = ""
    """All deltas so far."""

    regions: dict[int, RegionReport | None] = field(default_factory=dict)
    """The report on each region, None until it is known."""

    is_complete: bool = False
    """Whether no further region will come."""

    def grow(self, text: str) -> Iterator[ServerEvent]:
        """Yield the delta to `text`; none if that does not continue what was sent."""
        if text.startswith(self.sent) and len(text) > len(self.sent):
            delta, self.sent = text[len(self.sent) :], text
            yield self._event("delta", delta=delta)

    def complete(self, text: str) -> ServerEvent:
        reports = [report for report in self.regions.values() if report]
        lost = next((report for report in reports if report.lost), None)
        if lost is not None and not text:
            error = {"type": "server_error", "code": f"speech_{lost.status}", "message": lost.reason, "param": None}
            return self._event("failed", error=error)
        seconds = round(sum(report.duration for report in reports), 3)
        return self._event("completed", transcript=text, usage={"type": "duration", "seconds": seconds})

    def committed(self, previous: str | None) -> ServerEvent:
        return {"type": "input_audio_buffer.committed", "previous_item_id": previous, "item_id": self.id}

    def _event(self, kind: str, **values: Any) -> ServerEvent:
        return {"type": f"{_TRANSCRIPTION}.{kind}", "item_id": self.id, "content_index": 0, **values}


class TurnItems:
    """The items of a client whose turns the server detects: one for each speech region."""

    def __init__(self, previous: str | None = None) -> None:
        self.previous = previous
        """The id of the last item."""
        self._items: dict[int, _Turn] = {}

    def events(self, event: TranscriptionEvent) -> Iterator[ServerEvent]:
        match event:
            case RegionStarted(region, start):
                item = self._items.setdefault(region, _Turn())
                yield {"type": "input_audio_buffer.speech_started", "audio_start_ms": _ms(start), "item_id": item.id}
            case RegionEnded(region, span):
                item = self._items.setdefault(region, _Turn())
                yield {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": _ms(span.end), "item_id": item.id}
                yield item.committed(self.previous)
                self.previous = item.id
            case RegionGrown(region, text) if region in self._items:
                yield from self._items[region].grow(text)
            case RegionTranscribed(region, text, report) if region in self._items:
                item = self._items.pop(region)
                item.regions[region] = report
                yield from item.grow(text)
                yield item.complete(text)


class CommittedItems:
    """The items of a client that commits its turns itself: each may have several regions, or none."""

    def __init__(self, previous: str | None = None) -> None:
        self.previous = previous
        """The id of the last item."""
        self._items: list[_Turn] = []

    def begin(self) -> ServerEvent:
        """Return the event for the next item; the regions that end from now on are its own."""
        item = _Turn()
        self._items.append(item)
        committed, self.previous = item.committed(self.previous), item.id
        return committed

    def end(self) -> Iterator[ServerEvent]:
        """Yield the events that follow when the last item gets no further region."""
        self._items[-1].is_complete = True
        yield from self._completed()

    def events(self, event: TranscriptionEvent) -> Iterator[ServerEvent]:
        match event:
            case RegionEnded(region) if self._items:
                self._items[-1].regions[region] = None
            case RegionTranscribed(region, text, report):
                item = next((item for item in self._items if region in item.regions), None)
                if item is not None:
                    item.regions[region] = report
                    yield from item.grow(item.sent + space_between(item.sent, text) + text)
                    yield from self._completed()

    def _completed(self) -> Iterator[ServerEvent]:
        while self._items and self._items[0].is_complete and all(self._items[0].regions.values()):
            item = self._items.pop(0)
            yield item.complete(item.sent)


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
