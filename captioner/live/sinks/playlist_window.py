"""What a rendition has published and what waits, kept as text: a run that was killed goes on where it was. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from captioner.live.sinks.growing_files import ROUNDING
from captioner.live.sinks.webvtt_rendition import CaptionSegment, moved_to
from captioner.live.stream_clock import Epoch
from captioner.values import Cue

STANDALONE_DURATION = 6.0
"""Seconds of a segment where there is no rendition to go with."""


@dataclass
class PlaylistWindow:
    """What is published and what waits. `until` is the end of the last caption that was taken, `run` tells the names of
    one beginning of the sequence from those of another, `since` when each waiting segment came."""

    run: int
    published: list[CaptionSegment] = field(default_factory=list)
    waiting: list[CaptionSegment] = field(default_factory=list)
    waiting_since: list[float] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    placed: int = 0  # how many of the cues stand in a published segment
    last_end: float = 0.0
    target_duration: float = STANDALONE_DURATION
    first_sequence: int = 0
    ended: bool = False

    @property
    def last(self) -> CaptionSegment | None:
        return self.waiting[-1] if self.waiting else self.published[-1] if self.published else None

    def cues_in(self, segment: CaptionSegment, listed: Sequence[CaptionSegment], placed: int) -> tuple[list[Cue], int]:
        """The cues that a slot of those `listed` shows, and how many of all cues are placed once it is published, when
        so many are `placed` before."""
        late = [cue for cue in self.cues[placed:] if _late(cue, segment)]
        timely = [cue for cue in self.cues if _overlaps(cue, segment)]
        shown = [*late, *timely]
        last = max([placed, *(place + 1 for place, cue in enumerate(self.cues) if cue in shown)])
        return [*(moved_to(cue, segment, listed) for cue in late), *timely], last


def window_json(window: PlaylistWindow) -> str:
    """A shelf as text."""
    return json.dumps(asdict(window))


def window_from_json(text: str) -> PlaylistWindow:
    """A shelf of its text. Raises `ValueError`, `TypeError` or `LookupError` for what is none."""
    fields = json.loads(text)
    for name in ("published", "waiting"):
        fields[name] = [_segment_from(entry) for entry in fields[name]]
    fields["cues"] = [Cue(cue["start"], cue["end"], cue["text"], cue["speaker"]) for cue in fields["cues"]]
    return PlaylistWindow(**fields)


def _overlaps(cue: Cue, segment: CaptionSegment) -> bool:
    return cue.start < segment.end and cue.end > segment.start and not _before_epoch(cue, segment)


def _late(cue: Cue, segment: CaptionSegment) -> bool:
    """Whether a cue that has found no place yet can only be told of in a slot that comes after its own."""
    return cue.end <= segment.start or _before_epoch(cue, segment)


def _before_epoch(cue: Cue, segment: CaptionSegment) -> bool:
    """Whether it was said before the slot's epoch: no cue crosses from one to the next."""
    return segment.epoch is not None and cue.start < segment.epoch.time - ROUNDING


def _segment_from(entry: dict[str, object]) -> CaptionSegment:
    epoch = entry.pop("epoch")
    return CaptionSegment(epoch=Epoch(**epoch) if isinstance(epoch, dict) else None, **entry)  # type: ignore[arg-type]
