"""What a source holds, what of it is heard, and the choice of one track and one channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from captioner.errors import NoAudio, UnknownName, UsageError
from captioner.languages import speaks
from captioner.media.source import MediaSource

UNKNOWN_CODEC = "unknown codec"
"""In the place of the name of a codec that libav has never heard of."""

Kind = Literal["video", "audio", "subtitle", "attachment", "data"]

_SIDES = {"left": 1, "right": 2}


@dataclass(frozen=True)
class AudioTrack:
    """One audio track. `number` counts from 1 among the audio tracks; `language` is a BCP 47 tag.

    `layout` names the loudspeakers, as in `5.1`, and is None where the container does not say; `sample_rate` is in Hz.
    `end` is the second on the player's clock at which the track ends by its header, None where the header does not
    say and anything else would be an estimate.
    """

    number: int
    language: str | None
    title: str | None
    channels: int
    sample_rate: int
    codec: str
    default: bool
    layout: str | None = None
    end: float | None = None

    def __str__(self) -> str:
        channels = "1 channel" if self.channels == 1 else f"{self.channels} channels"
        facts = (self.language or "no language", self.codec, channels, self.title and f'"{self.title}"')
        return f"{self.number} ({', '.join(fact for fact in facts if fact)})"


@dataclass(frozen=True)
class StreamInfo:
    """One stream of any kind. `index` counts all of them from 0; `codec` and `language` are as the container has them.

    `flags` are what players are told of it, by ffmpeg's names of its dispositions.
    """

    index: int
    kind: Kind
    codec: str
    language: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def cover(self) -> bool:
        """Whether it is a still that stands for the whole, as of an album: a video stream to the container alone."""
        return "attached_pic" in self.flags


@dataclass(frozen=True)
class Media:
    """An opened source. `source` is its name as the user wrote it, `duration` in seconds where it is known.

    `start_time` is the container's timestamp, in seconds, of what a player shows as 0. `frame_rate` is that of the
    video, exact and as timecode counts it; None where there is none, it varies or no timecode counts it. `tags` are
    the container's.
    """

    source: str
    duration: float | None
    start_time: float
    tracks: tuple[AudioTrack, ...]
    frame_rate: Fraction | None
    input: MediaSource
    streams: tuple[StreamInfo, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    def of_kind(self, kind: Kind) -> tuple[StreamInfo, ...]:
        """The streams of one kind, in the container's order."""
        return tuple(stream for stream in self.streams if stream.kind == kind)


@dataclass(frozen=True)
class AudioSelection:
    """What of a source is heard.

    `track` is a number from 1 or a language tag, None for the default one; `channel` is `mix`, `left`, `right` or a
    number from 1; `start` and `end` are in seconds on the player's clock.
    """

    track: str | None = None
    channel: str = "mix"
    start: float | None = None
    end: float | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.start < 0:
            raise UsageError(f"nothing can be heard from {self.start:g} s on: a clock begins at 0")
        if self.end is not None and self.end <= (self.start or 0.0):
            raise UsageError(f"nothing can be heard from {self.start or 0.0:g} s to {self.end:g} s")


def choose_track(media: Media, asked: str | None) -> AudioTrack:
    """The track that is `asked` for by number or language. Raises `NoAudio`, `UnknownName`."""
    if not media.tracks:
        raise NoAudio(media.source)
    if asked is None:
        return _default_track(media.tracks)
    for track in media.tracks:
        if asked == str(track.number) or speaks(track.language, asked):
            return track
    raise UnknownName("audio track", asked, map(str, media.tracks))


def _default_track(tracks: tuple[AudioTrack, ...]) -> AudioTrack:
    """The first that its container marks, else the first; but none that nobody can decode where another can be."""
    return min(tracks, key=lambda track: (track.codec == UNKNOWN_CODEC, not track.default, track.number))


def choose_channel(track: AudioTrack, asked: str) -> int | None:
    """The channel that is `asked` for, from 1; None for all of them mixed. Raises `UnknownName`."""
    if asked == "mix":
        return None
    sides = _SIDES if track.channels > 1 else {}
    numbers = {str(number): number for number in range(1, track.channels + 1)}
    known = sides | numbers
    if asked not in known:
        raise UnknownName("channel", asked, ["mix", *known])
    return known[asked]
