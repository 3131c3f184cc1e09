"""A live source: packets of sound as they come, from whatever address was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from captioner.live.source.decoder import Packet
from captioner.live.source.playlist import MediaSegment


class Interrupted(Exception):
    """A source broke off and may come back. `waiting`: nobody has sent anything yet, and that is no fault."""

    def __init__(self, reason: str, *, waiting: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.waiting = reason, waiting


@dataclass(frozen=True)
class SegmentRead:
    """The sound of a segment of an HLS source was read. `anew`: its sequence numbers began again.

    `older` are the segments of the playlist that come before the first one that was read, `oldest` is the sequence
    number with which the playlist begins by now.
    """

    piece: MediaSegment
    target: float
    oldest: int
    older: tuple[MediaSegment, ...] = ()
    anew: bool = False


@dataclass(frozen=True)
class HlsStream:
    """The HLS stream that is read: the address of its master playlist and its text, or of the only playlist it has.

    `bandwidth` is in bits a second, as the first segment had them.
    """

    address: str
    master: str | None
    bandwidth: int


@dataclass(frozen=True)
class HlsEnded:
    """The playlist of an HLS source says that no more will come."""


Item = Packet | SegmentRead | HlsStream | HlsEnded


class LiveSource(Protocol):
    """Where sound comes from. `name` is the user's word for it."""

    name: str

    def items(self) -> Iterator[Item]:
        """Everything from here on, in order; ends where the stream does.

        May be called again after `Interrupted`, to go on where it stopped. Raises `Interrupted`, and `MediaError` for
        what no waiting mends.
        """
        ...


@dataclass(frozen=True)
class SourceOptions:
    """How a source is opened: what of it is heard (`track`, a number from 1 or a language), the name of its `format`
    where nothing tells it (`s16le`, `alsa`), libav's `options` for it, whether an HLS playlist is heard from its first
    segment on and not from its last ones, and the sequence number `after` which an earlier run had got to."""

    track: str | None = None
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    from_start: bool = False
    after: int | None = None
