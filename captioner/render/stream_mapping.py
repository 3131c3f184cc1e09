"""What a new file takes over from its source: every stream that its container can hold, and an account of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from captioner.media import Media, StreamInfo
from captioner.render.containers import Container

# The tracks in which an MP4 keeps its chapters and its timecode are written anew, from the chapters and the metadata.
_REWRITTEN = ("bin_data", "timecode")

UNSUPPORTED_CODEC = re.compile(r"\bsupported\b|Could not find tag|incorrect codec parameters", re.IGNORECASE)
"""How ffmpeg says that a container cannot hold a codec."""


@dataclass(frozen=True)
class StreamMap:
    """ffmpeg's arguments for the streams of input 0 that go over, and what does not, in phrases.

    `streams` are those that go over, in order; every one is copied unless `arguments` say more.
    """

    streams: tuple[StreamInfo, ...]
    arguments: tuple[str, ...]
    dropped: tuple[str, ...]

    def index_of_kind(self, index: int) -> int:
        """The place of the stream `index` of the source among those of its kind in the result, from 0."""
        [kind] = {stream.kind for stream in self.streams if stream.index == index}
        return [stream.index for stream in self.streams if stream.kind == kind].index(index)

    def count(self, kind: str) -> int:
        """How many streams of a kind go over."""
        return sum(1 for stream in self.streams if stream.kind == kind)


def map_streams(media: Media, container: Container, only: Iterable[int] | None = None) -> StreamMap:
    """All of the source that fits into the container; of the streams `only` those, where they are given by index."""
    chosen = [stream for stream in media.streams if only is None or stream.index in set(only)]
    kept = [stream for stream in chosen if _fits(stream, container)]
    return StreamMap(
        streams=tuple(kept),
        arguments=tuple(_arguments(media, kept, container)),
        dropped=tuple(_left_out([stream for stream in chosen if stream not in kept], container)),
    )


def _fits(stream: StreamInfo, container: Container) -> bool:
    if stream.kind == "subtitle":
        return container.subtitle_codec(stream.codec) is not None
    if stream.kind == "attachment":
        return container.attachments
    return stream.kind != "data" and (container.cover_images or not stream.cover)


def _arguments(media: Media, streams: list[StreamInfo], container: Container) -> Iterator[str]:
    yield from _maps(streams)
    if streams:
        # Where nothing is said of any stream, ffmpeg has notions of its own about all.
        yield from ("-disposition:0", "+".join(streams[0].flags) or "0")
    yield from _subtitle_codecs(streams, container)
    yield from _languages(streams, container)
    yield from _around(media, container)


def _maps(streams: Iterable[StreamInfo]) -> Iterator[str]:
    for stream in streams:
        yield from ("-map", f"0:{stream.index}")
    yield from ("-c", "copy")


def _subtitle_codecs(streams: Iterable[StreamInfo], container: Container) -> Iterator[str]:
    for place, stream in enumerate(stream for stream in streams if stream.kind == "subtitle"):
        codec = container.subtitle_codec(stream.codec)
        if codec and codec != "copy":
            yield from (f"-c:s:{place}", codec)


def _languages(streams: Iterable[StreamInfo], container: Container) -> Iterator[str]:
    """Only where the container would lose how the source spells it."""
    for place, stream in enumerate(streams):
        if container.is_movie and stream.language and container.language(stream.language) != stream.language:
            yield from (f"-metadata:s:{place}", f"language={container.language(stream.language)}")


def _around(media: Media, container: Container) -> Iterator[str]:
    """Chapters, metadata, an index where a browser looks for it, and codecs that ffmpeg 5 calls experimental in MP4."""
    yield from ("-map_metadata", "0", "-map_chapters", "0")
    if container.is_movie:
        # The keys of phones and cameras have dots in them, and are kept in a table of their own alone.
        own_keys = "+use_metadata_tags" if any("." in tag for tag in media.tags) else ""
        yield from ("-movflags", f"+faststart{own_keys}", "-strict", "experimental")


def _left_out(streams: Iterable[StreamInfo], container: Container) -> Iterator[str]:
    for stream in streams:
        if stream.codec not in _REWRITTEN:
            codec = "" if stream.codec.startswith("unknown") else f" ({stream.codec})"
            yield f"stream {stream.index}, {stream.kind}{codec}, is left out: {container.suffix} cannot hold it"
