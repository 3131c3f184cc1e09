"""HLS playlists as values: text in, and out again. RFC 8216, as much of it as a listener needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urljoin

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


@dataclass(frozen=True)
class MediaSegment:
    """One media segment. `duration` in seconds; `cuts` counts the discontinuities before it, as all players count them.

    `opening` is the address of its initialization section, None where it has none; `span` the first byte of it in its
    file and their number; `date` the wall clock's time at its start, as it is written.
    """

    sequence: int
    address: str
    duration: float
    cuts: int = 0
    opening: str | None = None
    span: tuple[int, int] | None = None
    date: str | None = None


@dataclass(frozen=True)
class MediaPlaylist:
    """One rendition: its pieces, in order, the longest duration of one, and whether no more will come."""

    pieces: tuple[MediaSegment, ...]
    target: float
    ended: bool
    encrypted: bool = False


@dataclass(frozen=True)
class Rendition:
    """An entry of a master playlist: `kind` is `VARIANT` or what EXT-X-MEDIA calls it. `address` may be missing."""

    kind: str
    address: str | None
    attributes: dict[str, str]

    @property
    def bandwidth(self) -> int:
        """Bits a second; 0 where it does not say."""
        digits = self.attributes.get("BANDWIDTH", "")
        return int(digits) if digits.isdecimal() else 0


def is_playlist(text: str) -> bool:
    """Whether a text is an HLS playlist at all."""
    return text.lstrip("\ufeff").startswith("#EXTM3U")


def renditions(text: str, base: str) -> list[Rendition]:
    """The entries of a master playlist that was read from the address `base`; none where it is a media playlist."""
    found: list[Rendition] = []
    variant: dict[str, str] | None = None
    for line in _lines(text):
        if line.startswith("#EXT-X-STREAM-INF:"):
            variant = attributes(line)
        elif line.startswith("#EXT-X-MEDIA:"):
            given = attributes(line)
            address = urljoin(base, given["URI"]) if "URI" in given else None
            found.append(Rendition(given.get("TYPE", ""), address, given))
        elif not line.startswith("#") and variant is not None:
            found.append(Rendition("VARIANT", urljoin(base, line), variant))
            variant = None
    return found


def media_playlist(text: str, base: str) -> MediaPlaylist:
    """A media playlist that was read from the address `base`. What cannot be read in it is passed over."""
    sequence, target, cuts, encrypted = 0, 0.0, 0, False
    pieces: list[MediaSegment] = []
    waiting = MediaSegment(0, "", 0.0)
    following = 0  # the byte after the last span
    for line in _lines(text):
        tag, _, value = line.partition(":")
        if tag == "#EXT-X-TARGETDURATION":
            target = _number(value)
        elif tag == "#EXT-X-MEDIA-SEQUENCE":
            sequence = int(_number(value))
        elif tag == "#EXT-X-DISCONTINUITY-SEQUENCE":
            cuts = int(_number(value))
        elif tag == "#EXT-X-DISCONTINUITY":
            cuts += 1
        elif tag == "#EXTINF":
            waiting = replace(waiting, duration=_number(value.partition(",")[0]))
        elif tag == "#EXT-X-PROGRAM-DATE-TIME":
            waiting = replace(waiting, date=value)
        elif tag == "#EXT-X-MAP":
            waiting = replace(waiting, opening=urljoin(base, attributes(line).get("URI", "")))
        elif tag == "#EXT-X-KEY":
            encrypted = attributes(line).get("METHOD") != "NONE"
        elif tag == "#EXT-X-BYTERANGE":
            length, _, start = value.partition("@")
            first = int(_number(start)) if start else following
            following = first + int(_number(length))
            waiting = replace(waiting, span=(first, int(_number(length))))
        elif not line.startswith("#"):
            address = urljoin(base, line)
            pieces.append(replace(waiting, address=address, cuts=cuts))
            waiting = MediaSegment(0, "", 0.0, opening=waiting.opening)
    ended = any(line == "#EXT-X-ENDLIST" for line in _lines(text))
    longest = max((piece.duration for piece in pieces), default=6.0)
    numbered = tuple(replace(piece, sequence=sequence + place) for place, piece in enumerate(pieces))
    return MediaPlaylist(numbered, target or longest, ended, encrypted)


def attributes(line: str) -> dict[str, str]:
    """The attribute list of a tag, without quotes."""
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(line.partition(":")[2])}


def _lines(text: str) -> Iterator[str]:
    return (line for line in (line.strip() for line in text.lstrip("\ufeff").split("\n")) if line)


def _number(text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0
