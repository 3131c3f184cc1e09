"""The protocol of live sources: packets of audio, and the segments and playlists of HLS between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from captioner.live.source.decoder import Packet
from captioner.live.source.playlist import MediaSegment


class SourceInterrupted(Exception):
    """A source broke off and may come back.

    `reason` is the second half of a sentence. `waiting` is True if no sender has connected yet, which is not a fault.
    """

    def __init__(self, reason: str, *, waiting: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.waiting = reason, waiting


@dataclass(frozen=True)
class SegmentRead:
    """The audio of an HLS segment was read: it follows the packets of the segment."""

    segment: MediaSegment

    target_duration: float
    """Seconds, as the playlist says."""

    first_sequence: int
    """Sequence number of the first segment that the playlist lists now."""

    earlier: tuple[MediaSegment, ...] = ()
    """Segments that the playlist lists before this one."""

    restarted: bool = False
    """Whether the sequence numbers of the stream began again with this segment."""


@dataclass(frozen=True)
class MissingAudio:
    """Audio that the source should have before its next packet and cannot read."""

    seconds: float
    """As far as the source knows; where the timestamps run on, they decide."""

    reason: str
    """Half a sentence."""


@dataclass(frozen=True)
class HlsStream:
    """The HLS stream that is being read."""

    address: str
    """Address of the master playlist, or of the only playlist."""

    master: str | None
    """Text of the master playlist, None without one."""

    bandwidth: int
    """Bits per second, measured with the first segment."""

    first_sequence: int | None = None
    """Sequence number of the first segment that is read."""


@dataclass(frozen=True)
class HlsEnded:
    """The playlist of an HLS source says that no segment will follow."""


SourceItem = Packet | MissingAudio | SegmentRead | HlsStream | HlsEnded


class LiveSource(Protocol):
    """Yields the audio of a stream."""

    name: str
    """The source as the user wrote it, for messages."""

    def items(self) -> Iterator[SourceItem]:
        """Yield all items from now on, in order, until the stream ends.

        May be called again after `SourceInterrupted` to continue. Raises `SourceInterrupted`, and `MediaError` for a
        fault that does not pass.
        """
        ...


@dataclass(frozen=True)
class SourceOptions:
    """How a source is opened."""

    track: str | None = None
    """Audio track by number from 1 or by language, None for the default one."""

    format: str | None = None
    """Name of libav's format, such as `s16le` or `alsa`, where libav cannot detect it."""

    options: Mapping[str, str] = field(default_factory=dict)
    """Options for libav."""

    from_start: bool = False
    """Read an HLS playlist from its first segment instead of its last ones."""

    after_sequence: int | None = None
    """Sequence number of the last HLS segment that an earlier run completed."""
