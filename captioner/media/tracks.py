"""The streams of a source, and the choice of one audio track and one channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from captioner.errors import NoAudio, UnknownName, UsageError
from captioner.languages import speaks
from captioner.media.source import MediaSource

UNKNOWN_CODEC = "unknown codec"
"""The name of a codec that libav does not know."""

Kind = Literal["video", "audio", "subtitle", "attachment", "data"]

_SIDES = {"left": 1, "right": 2}


@dataclass(frozen=True)
class AudioTrack:
    """One audio track of a source."""

    number: int
    """The track's number among the audio tracks, from 1."""

    language: str | None
    """The BCP 47 tag, None if the container gives no language."""

    title: str | None
    """The title in the container, None if there is none."""

    channels: int
    """The number of channels."""

    sample_rate: int
    """In Hz."""

    codec: str
    """libav's name of the codec."""

    default: bool
    """Whether the container marks the track as default."""

    layout: str | None = None
    """The loudspeakers of the channels, as in `5.1`, None if the container does not say."""

    end: float | None = None
    """The second on the player's clock at which the track ends by its header, None if the header does not say."""

    def __str__(self) -> str:
        channels = "1 channel" if self.channels == 1 else f"{self.channels} channels"
        facts = (self.language or "no language", self.codec, channels, self.title and f'"{self.title}"')
        return f"{self.number} ({', '.join(fact for fact in facts if fact)})"


@dataclass(frozen=True)
class StreamInfo:
    """One stream of any kind."""

    index: int
    """The stream's index among all streams of the source, from 0."""

    kind: Kind

    codec: str
    """libav's name of the codec."""

    language: str | None = None
    """The language as the container spells it, None if it gives none."""

    flags: tuple[str, ...] = ()
    """ffmpeg's names of the stream's dispositions, as in `default`."""

    @property
    def cover(self) -> bool:
        """Whether this is a cover image, which a container stores as a video stream."""
        return "attached_pic" in self.flags


@dataclass(frozen=True)
class Media:
    """An opened source."""

    source: str
    """The source's name as the user wrote it."""

    duration: float | None
    """Seconds, None if unknown."""

    start_time: float
    """The container's timestamp, in seconds, of the moment that a player shows as 0."""

    tracks: tuple[AudioTrack, ...]
    """The audio tracks, in the container's order."""

    frame_rate: Fraction | None
    """The exact frame rate of the video; None without video, or if it varies or no timecode can count it."""

    input: MediaSource
    """The source as libav and ffmpeg open it."""

    streams: tuple[StreamInfo, ...] = ()
    """All streams, in the container's order."""

    tags: Mapping[str, str] = field(default_factory=dict)
    """The container's metadata."""

    def of_kind(self, kind: Kind) -> tuple[StreamInfo, ...]:
        """Return the streams of one kind, in the container's order."""
        return tuple(stream for stream in self.streams if stream.kind == kind)


@dataclass(frozen=True)
class AudioSelection:
    """The part of a source to caption. Raises `UsageError` for an end that does not follow the start."""

    track: str | None = None
    """A track's number from 1, or a language tag; None for the default track."""

    channel: str = "mix"
    """`mix`, `left`, `right`, or a channel's number from 1."""

    start: float | None = None
    """Seconds on the player's clock, None for the beginning."""

    end: float | None = None
    """Seconds on the player's clock, None for the end."""

    def __post_init__(self) -> None:
        if self.start is not None and self.start < 0:
            raise UsageError(f"the start must be 0 s or later, not {self.start:g} s")
        if self.end is not None and self.end <= (self.start or 0.0):
            span = f"from {self.start or 0.0:g} s to {self.end:g} s"
            raise UsageError(f"nothing can be captioned {span}: the end must come after the start")


def choose_track(tracks: Sequence[AudioTrack], asked: str | None, source: str) -> AudioTrack:
    """Return the track with the number or language `asked`, or the default, of a file or a live stream.

    Raises `NoAudio`, which names `source`, and `UnknownName`.
    """
    if not tracks:
        raise NoAudio(source)
    if asked is None:
        return _default_track(tracks)
    for track in tracks:
        if asked == str(track.number) or speaks(track.language, asked):
            return track
    raise UnknownName("audio track", asked, map(str, tracks))


def _default_track(tracks: Sequence[AudioTrack]) -> AudioTrack:
    """Return the first track marked as default, else the first. Undecodable tracks are only a last resort."""
    return min(tracks, key=lambda track: (track.codec == UNKNOWN_CODEC, not track.default, track.number))


def choose_channel(track: AudioTrack, asked: str) -> int | None:
    """Return the channel `asked`, from 1; None for all channels mixed. Raises `UnknownName`."""
    if asked == "mix":
        return None
    sides = _SIDES if track.channels > 1 else {}
    numbers = {str(number): number for number in range(1, track.channels + 1)}
    known = sides | numbers
    if asked not in known:
        raise UnknownName("channel", asked, ["mix", *known])
    return known[asked]
