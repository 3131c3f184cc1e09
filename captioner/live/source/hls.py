"""An HLS source: its playlist, asked again and again, and the sound of each segment, in order, once."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from captioner.errors import MediaNotReadable, NoAudio
from captioner.languages import speaks
from captioner.live.source.contract import HlsEnded, HlsStream, Interrupted, Item, SegmentRead, SourceOptions
from captioner.live.source.decoder import Decoder, Packet, chosen
from captioner.live.source.playlist import (
    MediaPlaylist,
    MediaSegment,
    Rendition,
    is_playlist,
    media_playlist,
    renditions,
)
from captioner.media import path_of

PATIENCE = 10.0
"""Seconds that a server may take for one answer."""

FROM_THE_EDGE = 3
"""Segments before the newest one, where players begin too."""

STALE = 5
"""Target durations, and at least `PATIENCE`, in which a playlist may stay as it is before its source counts as gone."""


class HlsSource:
    """One rendition of an HLS stream: the sound track that is asked for, or the smallest variant that has sound."""

    def __init__(self, name: str, opening: SourceOptions, sleep: Callable[[float], object] = time.sleep) -> None:
        self.name = name
        self.master: str | None = None  # the text of the master playlist, once it was read; None without one
        self._opening, self._sleep = opening, sleep
        self._position = opening.after
        self._address: str | None = None
        self._decoder = Decoder()
        self.bandwidth = 0  # bits a second of the first segment
        self._announced = False
        self._heard = False  # whether any segment had sound
        self._cuts: int | None = None  # the discontinuities before the last segment
        self._openings: dict[str, bytes] = {}
        self._client = httpx.Client(timeout=PATIENCE, follow_redirects=True)

    def items(self) -> Iterator[Item]:
        self._address = self._address or self._rendition()
        changed = time.monotonic()
        while True:
            playlist = self._playlist(self._address)
            fresh, anew, missing = self._fresh(playlist)
            for piece in fresh:
                try:
                    yield from self._piece(piece, anew=anew, missing=missing)
                except httpx.HTTPError:
                    break  # it is asked for again as long as the playlist names it
                if not self._announced:
                    self._announced = True
                    yield HlsStream(self.name, self.master, self.bandwidth)
                first = playlist.pieces[0].sequence
                older = tuple(before for before in playlist.pieces if before.sequence < piece.sequence)
                yield SegmentRead(piece, playlist.target, first, older, anew)
                self._position, anew, missing, changed = piece.sequence, False, 0.0, time.monotonic()
            else:
                if playlist.ended:
                    yield HlsEnded()
                    return
            if time.monotonic() - changed > max(PATIENCE, STALE * playlist.target):
                raise Interrupted("its playlist does not grow any more")
            self._sleep(max(0.2, playlist.target / 4))

    def _fresh(self, playlist: MediaPlaylist) -> tuple[list[MediaSegment], bool, float]:
        """The pieces not heard yet, whether their sequence numbers began again, and the seconds missed before them."""
        pieces, position = list(playlist.pieces), self._position
        if position is None:
            edge = playlist.ended or self._opening.from_start
            return pieces if edge else pieces[-FROM_THE_EDGE:], False, 0.0
        if pieces and pieces[-1].sequence < position:
            return pieces, True, 0.0
        fresh = [piece for piece in pieces if piece.sequence > position]
        missed = fresh[0].sequence - position - 1 if fresh else 0
        return fresh, False, missed * playlist.target

    def _piece(self, piece: MediaSegment, *, anew: bool, missing: float) -> Iterator[Packet]:
        import av

        data = self._fetched(piece)
        self.bandwidth = self.bandwidth or round(8 * len(data) / (piece.duration or 1.0))
        idle, cut = None if anew else missing, anew or self._cuts not in (None, piece.cuts)
        self._cuts = piece.cuts
        options = {"ignore_editlist": "1"} if piece.opening else {}
        try:
            with av.open(io.BytesIO(data), "r", options=options, metadata_errors="replace") as container:
                stream = chosen(container, None, self.name)
                self._heard = True
                for ticks, samples in self._decoder.decode(stream, container.demux(stream)):
                    yield Packet(ticks, samples, idle=idle, cut=cut)
                    idle, cut = 0.0, False
        except NoAudio:
            if not self._heard:
                raise
        except av.FFmpegError as error:
            if not self._heard:
                raise MediaNotReadable(self.name, "has segments that are no media that captioner can read") from error

    def _fetched(self, piece: MediaSegment) -> bytes:
        data = self._get(piece.address, piece.span)
        if piece.opening is None:
            return data
        if piece.opening not in self._openings:
            self._openings = {piece.opening: self._get(piece.opening)}
        return self._openings[piece.opening] + data

    def _rendition(self) -> str:
        """The address of the playlist that is heard."""
        text = self._text(self.name)
        if not is_playlist(text):
            raise MediaNotReadable(self.name, "is no HLS playlist")
        found = renditions(text, self.name)
        if not found:
            return self.name
        self.master = text
        return _heard_of(found, self._opening.track) or self.name

    def _playlist(self, address: str) -> MediaPlaylist:
        playlist = media_playlist(self._text(address), address)
        if playlist.encrypted:
            raise MediaNotReadable(self.name, "is encrypted, and captioner has no key")
        return playlist

    def _text(self, address: str) -> str:
        try:
            return self._get(address).decode("utf-8", "replace")
        except httpx.HTTPStatusError as error:
            status = error.response
            raise Interrupted(f"answers {status.status_code} {status.reason_phrase}".strip()) from error
        except httpx.TimeoutException as error:
            raise Interrupted(f"gave no answer within {PATIENCE:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Interrupted("cannot be reached") from error

    def _get(self, address: str, span: tuple[int, int] | None = None) -> bytes:
        first, length = span or (0, 0)
        path = path_of(address)
        if path is not None:
            return _file(path, first, length)
        headers = {"Range": f"bytes={first}-{first + length - 1}"} if span else {}
        answer = self._client.get(address, headers=headers)
        answer.raise_for_status()
        return answer.content[first : first + length] if span and answer.status_code == 200 else answer.content


def _file(path: Path, first: int, length: int) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise httpx.TransportError(error.strerror or str(error)) from error
    return data[first : first + length] if length else data


def _heard_of(found: list[Rendition], asked: str | None) -> str | None:
    """The sound track by language or number, the default one, or the variant with the fewest bits that has sound."""
    tracks = [entry for entry in found if entry.kind == "AUDIO" and entry.address]
    for number, track in enumerate(tracks, 1):
        if asked and (asked == str(number) or speaks(track.attributes.get("LANGUAGE"), asked)):
            return track.address
    tracks.sort(key=lambda track: track.attributes.get("DEFAULT") != "YES")
    variants = [entry for entry in found if entry.kind == "VARIANT"]
    variants.sort(key=lambda entry: (not _may_sound(entry), entry.bandwidth))
    return (tracks or variants or [Rendition("", None, {})])[0].address


def _may_sound(variant: Rendition) -> bool:
    codecs = variant.attributes.get("CODECS", "")
    return not codecs or any(name in codecs for name in ("mp4a", "ac-3", "ec-3", "opus", "fLaC", "mp3"))
