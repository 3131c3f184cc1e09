"""HLS playlists (RFC 8216) as values. The library m3u8 parses them; it is imported with the first playlist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import urljoin

from captioner.errors import MediaNotReadable

LONGEST = 86_400.0
"""Seconds: the longest duration that a playlist may state. A day; anything longer is a fault of its writer."""

_READ_BY_M3U8 = {
    "#EXTM3U", "#EXTINF", "#EXT-X-DISCONTINUITY-SEQUENCE", "#EXT-X-ENDLIST", "#EXT-X-KEY",
    "#EXT-X-MAP", "#EXT-X-MEDIA", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-STREAM-INF",
}  # fmt: skip
"""Other tags are skipped: a fault in a tag that captioner does not need must not stop the stream."""

_FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""The errors that m3u8 raises for a line that breaks the standard."""


@dataclass(frozen=True)
class MediaSegment:
    """One media segment of an HLS playlist."""

    sequence: int
    """Media sequence number."""

    address: str

    duration: float
    """Seconds, from EXTINF."""

    discontinuities: int = 0
    """Discontinuities before this segment since the stream began."""

    init_section: str | None = None
    """Address of the initialization section (EXT-X-MAP), None without one."""

    byte_range: tuple[int, int] | None = None
    """First byte in the file and number of bytes, None for the whole file."""

    program_date: str | None = None
    """Wall clock time at the start of the segment, as the playlist writes it."""


@dataclass(frozen=True)
class MediaPlaylist:
    """A media playlist: the segments of one rendition."""

    segments: tuple[MediaSegment, ...]

    target_duration: float
    """Seconds: no segment is longer."""

    ended: bool
    """Whether the playlist says that no segment will follow."""

    encrypted: bool = False
    """Whether its newest segment is encrypted."""


@dataclass(frozen=True)
class Rendition:
    """An entry of a master playlist."""

    kind: str
    """`VARIANT`, or the TYPE of EXT-X-MEDIA: `AUDIO`, `SUBTITLES`, ..."""

    address: str | None
    """Address of the media playlist. None for a track that is part of the variants."""

    language: str | None = None

    is_default: bool = False

    bandwidth: int = 0
    """Bits per second, 0 where the playlist does not say."""

    codecs: str = ""

    group: str = ""
    """GROUP-ID of a rendition; of a variant, the group of subtitles it belongs to."""


def is_playlist(text: str) -> bool:
    """Return whether a text is an HLS playlist."""
    return text.lstrip("\ufeff").startswith("#EXTM3U")


def renditions(text: str, address: str) -> list[Rendition]:
    """Return the entries of the master playlist at `address`; an empty list for a media playlist.

    Raises `MediaNotReadable` for a line that cannot be read.
    """
    data = _parse(text, address)
    entries = [
        Rendition(
            kind=media.get("type", ""),
            address=join_address(address, media["uri"]) if media.get("uri") else None,
            language=media.get("language"),
            is_default=media.get("default") == "YES",
            group=media.get("group_id", ""),
        )
        for media in data["media"]
    ]
    for variant in data["playlists"]:
        info = variant["stream_info"]
        entries.append(
            Rendition(
                kind="VARIANT",
                address=join_address(address, variant["uri"]),
                bandwidth=max(0, info.get("bandwidth", 0)),
                codecs=info.get("codecs", ""),
                group=info.get("subtitles", ""),
            )
        )
    return entries


def media_playlist(text: str, address: str) -> MediaPlaylist:
    """Return the media playlist at `address`. Raises `MediaNotReadable` for a line that cannot be read."""
    data = _parse(text, address)
    segments = tuple(_segments(data, address))
    longest = max((segment.duration for segment in segments), default=6.0)
    keys = [entry.get("key", {}).get("method", "NONE") for entry in _complete(data)]
    return MediaPlaylist(
        segments=segments,
        target_duration=data.get("targetduration") or longest,
        ended=data["is_endlist"],
        encrypted=bool(keys) and keys[-1] != "NONE",
    )


def _complete(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the segments of a playlist without the last one where the playlist breaks off before its address."""
    return [entry for entry in data["segments"] if "uri" in entry]


def _segments(data: dict[str, Any], address: str) -> Iterator[MediaSegment]:
    discontinuities = data.get("discontinuity_sequence", 0)
    next_byte = 0
    for place, entry in enumerate(_complete(data)):
        own = entry.get("custom_parser_values", {})
        discontinuities += own.get("discontinuities", 0)
        byte_range = own.get("byte_range")
        if byte_range:
            first, length = byte_range
            byte_range = (next_byte if first is None else first, length)
            next_byte = sum(byte_range)
        init_section = entry.get("init_section", {}).get("uri")
        yield MediaSegment(
            sequence=(data["media_sequence"] or 0) + place,
            address=join_address(address, entry["uri"]),
            duration=entry.get("duration", 0.0),
            discontinuities=discontinuities,
            init_section=join_address(address, init_section) if init_section else None,
            byte_range=byte_range,
            program_date=own.get("program_date"),
        )


def join_address(base: str, address: str) -> str:
    """Return where an address in the playlist at `base` points to. Raises `MediaNotReadable`.

    >>> join_address("http://host/live/talk.m3u8", "1.ts"), join_address("../live/talk.m3u8", "1.ts")
    ('http://host/live/1.ts', '../live/1.ts')
    """
    if "://" not in base and "://" not in address:
        return str(PurePath(base).parent / address)  # urljoin would drop the ".." of a relative path
    try:
        return urljoin(base, address)
    except ValueError as error:
        raise MediaNotReadable(base, f"an address in the playlist cannot be read: {address}") from error


def _parse(text: str, address: str) -> dict[str, Any]:
    """Return the dictionary that m3u8 makes of a playlist. Raises `MediaNotReadable`, which names the line."""
    import m3u8

    tags = _Tags()
    try:
        data: dict[str, Any] = m3u8.parse(text.lstrip("\ufeff"), custom_tags_parser=tags)
    except _FAULTS as error:
        raise MediaNotReadable(address, tags.fault) from error
    return data


class _Tags:
    """Called by m3u8 for each tag, before it reads the tag itself; returns True for a tag that m3u8 must skip.

    Checks the numbers, and keeps what m3u8 does not: the date as it is written, and each of several discontinuities.
    """

    def __init__(self) -> None:
        self.fault = ""  # the message if the last line cannot be read

    def __call__(self, line: str, number: int, data: dict[str, Any], state: dict[str, Any]) -> bool:
        self.fault = f"line {number} of the playlist cannot be read: {line[:80]}"
        tag, _, value = line.partition(":")
        if tag == "#EXT-X-TARGETDURATION":
            data["targetduration"] = _seconds(value)
        elif tag == "#EXT-X-PROGRAM-DATE-TIME":
            _own_values(state)["program_date"] = value.strip()
        elif tag == "#EXT-X-DISCONTINUITY":
            own = _own_values(state)
            own["discontinuities"] = own.get("discontinuities", 0) + 1
        elif tag == "#EXT-X-BYTERANGE":
            length, _, first = value.partition("@")
            _own_values(state)["byte_range"] = (_count(first) if first else None, _count(length))
        elif tag == "#EXTINF":
            _seconds(value.partition(",")[0])
        elif tag in ("#EXT-X-MEDIA-SEQUENCE", "#EXT-X-DISCONTINUITY-SEQUENCE"):
            _count(value)
        return tag not in _READ_BY_M3U8


def _own_values(state: dict[str, Any]) -> dict[str, Any]:
    """captioner's own values, which m3u8 keeps with the segment that is being read."""
    values: dict[str, Any] = state.setdefault("segment", {}).setdefault("custom_parser_values", {})
    return values


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= LONGEST:
        raise ValueError(f"not a duration: {text}")
    return seconds


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number < 1 << 64:
        raise ValueError(f"not a count: {text}")
    return number
