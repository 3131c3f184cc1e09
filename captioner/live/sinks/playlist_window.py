"""The published and the waiting segments of a rendition, and both as JSON, so that a killed run continues. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath

from captioner.live.sinks.growing_files import ROUNDING
from captioner.live.sinks.webvtt_rendition import CaptionSegment, moved_to
from captioner.live.stream_clock import Epoch
from captioner.values import Cue

STANDALONE_DURATION = 6.0
"""Seconds of a segment where the source is not HLS."""


@dataclass
class PlaylistWindow:
    """The segments in the playlist, those that will follow, and the cues they show. Times in seconds."""

    run: int
    """Part of the file names: it differs each time that sequence numbers begin again."""

    published: list[CaptionSegment] = field(default_factory=list)

    waiting: list[CaptionSegment] = field(default_factory=list)

    waiting_since: list[float] = field(default_factory=list)
    """The arrival time of each waiting segment, on a monotonic clock."""

    cues: list[Cue] = field(default_factory=list)

    placed: int = 0
    """The number of cues that are in a published segment."""

    last_end: float = 0.0
    """End of the last cue that came."""

    target_duration: float = STANDALONE_DURATION

    first_sequence: int = 0
    """Sequence number of the first segment of the source's playlist."""

    ended: bool = False

    @property
    def last(self) -> CaptionSegment | None:
        """The newest segment."""
        return self.waiting[-1] if self.waiting else self.published[-1] if self.published else None

    def cues_in(self, segment: CaptionSegment, listed: Sequence[CaptionSegment], placed: int) -> tuple[list[Cue], int]:
        """Return the cues of a segment of those `listed`, and the new number of placed cues; `placed` is the old one.

        Cues that are too late for their own segment come first.
        """
        late = [cue for cue in self.cues[placed:] if _late(cue, segment)]
        timely = [cue for cue in self.cues if _overlaps(cue, segment)]
        shown = [*late, *timely]
        last = max([placed, *(index + 1 for index, cue in enumerate(self.cues) if cue in shown)])
        return [*(moved_to(cue, segment, listed) for cue in late), *timely], last


def state_json(window: PlaylistWindow, files: set[str]) -> str:
    """Return a window as JSON, with the names of the files that captioner wrote."""
    return json.dumps({"files": sorted(files), "window": asdict(window)})


def state_from_json(text: str) -> tuple[PlaylistWindow, set[str]]:
    """Window and names from their JSON. Raises `ValueError`, `TypeError` or `LookupError` for anything else."""
    state = json.loads(text)
    fields, files = state["window"], state["files"]
    if not all(isinstance(name, str) and PurePath(name).name == name for name in files):
        raise ValueError("a name that is not that of a file")
    for name in ("published", "waiting"):
        fields[name] = [_segment_from(entry) for entry in fields[name]]
    fields["cues"] = [Cue(cue["start"], cue["end"], cue["text"], cue["speaker"]) for cue in fields["cues"]]
    return PlaylistWindow(**fields), set(files)


def _overlaps(cue: Cue, segment: CaptionSegment) -> bool:
    return cue.start < segment.end and cue.end > segment.start and not _before_epoch(cue, segment)


def _late(cue: Cue, segment: CaptionSegment) -> bool:
    """Return whether a cue that is not placed yet belongs before the segment."""
    return cue.end <= segment.start or _before_epoch(cue, segment)


def _before_epoch(cue: Cue, segment: CaptionSegment) -> bool:
    """Return whether a cue begins before the epoch of the segment: no cue crosses from one epoch to the next."""
    return segment.epoch is not None and cue.start < segment.epoch.time - ROUNDING


def _segment_from(entry: dict[str, object]) -> CaptionSegment:
    epoch = entry.pop("epoch")
    return CaptionSegment(epoch=Epoch(**epoch) if isinstance(epoch, dict) else None, **entry)  # type: ignore[arg-type]
