"""Where a stream stands, kept on the disk, so that a run that was killed goes on where it was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from captioner.live.session.caption_stream import CaptionCursor
from captioner.live.stream_clock import Epoch
from captioner.atomic_file import atomic_write_text


@dataclass(frozen=True)
class Checkpoint:
    """At `wall` seconds since 1970, sound of `source` had been read up to stream second `position`, in `epoch`.

    All was told up to stream second `settled`. Of an HLS source, `after` is the last segment that is done with.
    """

    source: str
    wall: float
    epoch: Epoch
    position: float
    final_until: float
    cursor: CaptionCursor
    last_sequence: int | None = None


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Keep it. Raises `OutputNotWritten`."""
    atomic_write_text(path, json.dumps(asdict(checkpoint)))


def load_checkpoint(path: Path, source: str) -> Checkpoint | None:
    """What was kept of that source; None where nothing was, or nothing that can be read."""
    try:
        fields = json.loads(path.read_text("utf-8"))
        fields |= {"epoch": Epoch(**fields["epoch"]), "mark": CaptionCursor(**fields["mark"])}
        checkpoint = Checkpoint(**fields)
    except (OSError, ValueError, TypeError, LookupError):
        return None
    return checkpoint if checkpoint.source == source else None
