"""Maps the streams of a source into a new file: all that its container can store, and a warning for each other one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from captioner.media import Media, StreamInfo
from captioner.render.containers import Container

# MP4 tracks with chapters or timecode: ffmpeg writes new ones from the chapters and the metadata.
_REWRITTEN = ("bin_data", "timecode")

UNSUPPORTED_CODEC = re.compile(r"\bsupported\b|Could not find tag|incorrect codec parameters", re.IGNORECASE)
"""ffmpeg's messages for a codec that a container cannot store."""


@dataclass(frozen=True)
class StreamMap:
    """The streams of input 0 that a new file gets."""

    streams: tuple[StreamInfo, ...]
    """Those streams, in the order of the new file; all are copied unless `arguments` say otherwise."""

    arguments: tuple[str, ...]
    """ffmpeg's arguments for them."""

    dropped: tuple[str, ...]
    """A warning for each stream that is dropped or loses a part of its language tag."""

    def index_of_kind(self, index: int) -> int:
        """Return the place in the new file of the source's stream `index`, among the streams of its kind, from 0."""
        [kind] = {stream.kind for stream in self.streams if stream.index == index}
        return [stream.index for stream in self.streams if stream.kind == kind].index(index)

    def of_kind(self, kind: str) -> list[StreamInfo]:
        """Return the streams of a kind, in the order of the new file."""
        return [stream for stream in self.streams if stream.kind == kind]

    def count(self, kind: str) -> int:
        """Return the number of streams of a kind in the new file."""
        return len(self.of_kind(kind))


def map_streams(media: Media, container: Container, only: Iterable[int] | None = None) -> StreamMap:
    """Return the streams that the container can store; of those with an index in `only`, if it is given."""
    chosen = [stream for stream in media.streams if only is None or stream.index in set(only)]
    mapped = [stream for stream in chosen if _can_store(stream, container)]
    return StreamMap(
        streams=tuple(mapped),
        arguments=tuple(_arguments(media, mapped, container)),
        dropped=(
            *_warnings([stream for stream in chosen if stream not in mapped], container),
            *_language_warnings(mapped, container),
        ),
    )


def _can_store(stream: StreamInfo, container: Container) -> bool:
    if stream.kind == "subtitle":
        return container.subtitle_codec(stream.codec) is not None
    if stream.kind == "attachment":
        return container.attachments
    return stream.kind != "data" and (container.cover_images or not stream.cover)


def _arguments(media: Media, streams: list[StreamInfo], container: Container) -> Iterator[str]:
    yield from _map_arguments(streams)
    if streams:
        # Without any -disposition, ffmpeg chooses the dispositions of all streams itself.
        yield from ("-disposition:0", "+".join(streams[0].flags) or "0")
    yield from _subtitle_codecs(streams, container)
    yield from _languages(streams, container)
    yield from _container_arguments(media, container)


def _map_arguments(streams: Iterable[StreamInfo]) -> Iterator[str]:
    for stream in streams:
        yield from ("-map", f"0:{stream.index}")
    yield from ("-c", "copy")


def _subtitle_codecs(streams: Iterable[StreamInfo], container: Container) -> Iterator[str]:
    for place, stream in enumerate(stream for stream in streams if stream.kind == "subtitle"):
        codec = container.subtitle_codec(stream.codec)
        if codec and codec != "copy":
            yield from (f"-c:s:{place}", codec)


def _languages(streams: Iterable[StreamInfo], container: Container) -> Iterator[str]:
    """Yield the languages that the container must spell differently from the source."""
    for place, stream in enumerate(streams):
        if container.is_mp4_or_mov and stream.language and container.language(stream.language) != stream.language:
            yield from (f"-metadata:s:{place}", f"language={container.language(stream.language)}")


def _container_arguments(media: Media, container: Container) -> Iterator[str]:
    """Yield arguments for chapters, metadata, an index at the beginning for browsers, and codecs new to ffmpeg 5."""
    yield from ("-map_metadata", "0", "-map_chapters", "0")
    if container.is_mp4_or_mov:
        # The keys of phones and cameras contain dots, and only a table of their own keeps them.
        own_keys = "+use_metadata_tags" if any("." in tag for tag in media.tags) else ""
        yield from ("-movflags", f"+faststart{own_keys}", "-strict", "experimental")


def _language_warnings(streams: Iterable[StreamInfo], container: Container) -> Iterator[str]:
    for stream in streams:
        if stream.language and (name := container.language_title(stream.language)):
            spelled = container.language(stream.language)
            yield f"stream {stream.index}, {stream.kind}: {container.suffix} stores its language, {name}, as {spelled}"


def _warnings(streams: Iterable[StreamInfo], container: Container) -> Iterator[str]:
    for stream in streams:
        if stream.codec not in _REWRITTEN:
            codec = "" if stream.codec.startswith("unknown") else f" ({stream.codec})"
            yield f"stream {stream.index}, {stream.kind}{codec}, is dropped: {container.suffix} cannot store it"
