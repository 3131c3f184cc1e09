"""The position in a stream as a file, so that a killed run continues where it stopped."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from captioner.atomic_file import atomic_write_text
from captioner.errors import OutputNotWritten
from captioner.live.session.caption_stream import CaptionCursor
from captioner.live.stream_clock import Epoch


@dataclass(frozen=True)
class ResumePoint:
    """The position in an HLS source from which its captions are not final yet."""

    epoch: Epoch
    """The run of timestamps that `position` lies in."""

    position: float
    """Stream second at which the segment after `last_sequence` begins."""

    last_sequence: int
    """Sequence number of the last complete segment."""


@dataclass(frozen=True)
class Checkpoint:
    """The position of a run in its stream."""

    source: str
    """The source as the user wrote it."""

    wall: float
    """The time of the checkpoint, in seconds since 1970."""

    epoch: Epoch
    """The run of timestamps that `position` lies in."""

    position: float
    """Stream second up to which audio had been read."""

    final_until: float
    """Captions that begin before this stream second were final."""

    cursor: CaptionCursor

    last_sequence: int | None = None
    """Sequence number of the last complete segment of an HLS source, None for other sources."""

    @property
    def resume_point(self) -> ResumePoint | None:
        """The position in an HLS source, None for other sources."""
        if self.last_sequence is None:
            return None
        return ResumePoint(self.epoch, self.position, self.last_sequence)


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write the file, atomically. Raises `OutputNotWritten`."""
    atomic_write_text(path, json.dumps(asdict(checkpoint)))


def load_checkpoint(path: Path, source: str) -> Checkpoint | None:
    """Return the checkpoint of that source; None without a file, and for another source.

    Raises `OutputNotWritten` for a file that is not a checkpoint: it would be overwritten.
    """
    try:
        fields = json.loads(path.read_text("utf-8"))
        fields |= {"epoch": Epoch(**fields["epoch"]), "cursor": CaptionCursor(**fields["cursor"])}
        checkpoint = Checkpoint(**fields)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputNotWritten(str(path), (error.strerror or str(error)).lower()) from error
    except (ValueError, TypeError, LookupError) as error:
        raise OutputNotWritten(str(path), "it exists, and is not a checkpoint of captioner") from error
    return checkpoint if checkpoint.source == source else None
