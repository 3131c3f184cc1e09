"""An HLS source: reloads its playlist and reads the audio of each segment once, in order."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from captioner.errors import MediaNotReadable, NoAudio, UnknownName
from captioner.languages import speaks
from captioner.live.source.decoder import Decoder, Packet, chosen_stream
from captioner.live.source.live_source import (
    HlsEnded,
    HlsStream,
    SegmentRead,
    SourceInterrupted,
    SourceItem,
    SourceOptions,
)
from captioner.live.source.playlist import (
    MediaPlaylist,
    MediaSegment,
    Rendition,
    is_playlist,
    media_playlist,
    renditions,
)
from captioner.media import path_of

TIMEOUT = 10.0
"""Seconds that a server may take for one response."""

LIVE_EDGE_SEGMENTS = 3
"""A live stream is read from this many segments before its newest one, where players begin too."""

STALE_TARGETS = 5
"""Target durations, and at least `TIMEOUT`, after which a playlist without a new segment counts as interrupted."""


class HlsSource:
    """One rendition of an HLS stream.

    That is the audio track that `options.track` names, else the default audio track, else the variant of the lowest
    bandwidth that has audio.
    """

    def __init__(self, name: str, options: SourceOptions, sleep: Callable[[float], object] = time.sleep) -> None:
        self.name = name
        self._options, self._sleep = options, sleep
        self._master: str | None = None  # the text of the master playlist, None without one
        self._address: str | None = None  # of the media playlist
        self._track = options.track  # to choose in the segments, None once the playlist of a track was chosen
        self._last_sequence = options.after_sequence
        self._last_discontinuities: int | None = None
        self._bandwidth = 0  # bits per second of the first segment
        self._announced = False
        self._had_audio = False
        self._init_sections: dict[str, bytes] = {}
        self._decoder = Decoder()
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=True)

    def items(self) -> Iterator[SourceItem]:
        self._address = self._address or self._choose_rendition()
        changed = time.monotonic()
        while True:
            playlist = self._playlist(self._address)
            new, restarted, missed = self._new_segments(playlist)
            for segment in new:
                try:
                    yield from self._packets(segment, restarted=restarted, missed=missed)
                except httpx.HTTPError:
                    break  # it is requested again as long as the playlist lists it
                if not self._announced:
                    self._announced = True
                    yield HlsStream(self.name, self._master, self._bandwidth)
                first = playlist.segments[0].sequence
                earlier = tuple(before for before in playlist.segments if before.sequence < segment.sequence)
                yield SegmentRead(segment, playlist.target_duration, first, earlier, restarted)
                self._last_sequence, restarted, missed, changed = segment.sequence, False, 0.0, time.monotonic()
            else:
                if playlist.ended:
                    yield HlsEnded()
                    return
            if time.monotonic() - changed > max(TIMEOUT, STALE_TARGETS * playlist.target_duration):
                raise SourceInterrupted("its playlist has no new segments")
            self._sleep(max(0.2, playlist.target_duration / 4))

    def _new_segments(self, playlist: MediaPlaylist) -> tuple[list[MediaSegment], bool, float]:
        """The segments not read yet, whether sequence numbers began again, and the seconds missed before them."""
        segments, last = list(playlist.segments), self._last_sequence
        if last is None:
            from_start = playlist.ended or self._options.from_start
            return segments if from_start else segments[-LIVE_EDGE_SEGMENTS:], False, 0.0
        if segments and segments[-1].sequence < last:
            return segments, True, 0.0
        new = [segment for segment in segments if segment.sequence > last]
        missed = new[0].sequence - last - 1 if new else 0
        return new, False, missed * playlist.target_duration

    def _packets(self, segment: MediaSegment, *, restarted: bool, missed: float) -> Iterator[Packet]:
        import av

        data = self._segment_bytes(segment)
        self._bandwidth = self._bandwidth or round(8 * len(data) / (segment.duration or 1.0))
        idle = None if restarted else missed
        discontinuity = restarted or self._last_discontinuities not in (None, segment.discontinuities)
        self._last_discontinuities = segment.discontinuities
        options = {"ignore_editlist": "1"} if segment.init_section else {}
        try:
            with av.open(io.BytesIO(data), "r", options=options, metadata_errors="replace") as container:
                stream = chosen_stream(container, self._track, self.name)
                self._had_audio = True
                for ticks, samples in self._decoder.decode(stream, container.demux(stream)):
                    yield Packet(ticks, samples, idle=idle, discontinuity=discontinuity)
                    idle, discontinuity = 0.0, False
        except (NoAudio, UnknownName):
            if not self._had_audio:
                raise
        except av.FFmpegError as error:
            if not self._had_audio:
                raise MediaNotReadable(self.name, "has segments that are not media captioner can read") from error

    def _segment_bytes(self, segment: MediaSegment) -> bytes:
        """The bytes of a segment, after those of its initialization section."""
        data = self._get(segment.address, segment.byte_range)
        if segment.init_section is None:
            return data
        if segment.init_section not in self._init_sections:
            self._init_sections = {segment.init_section: self._get(segment.init_section)}
        return self._init_sections[segment.init_section] + data

    def _choose_rendition(self) -> str:
        """The address of the media playlist to read."""
        text = self._text(self.name)
        if not is_playlist(text):
            raise MediaNotReadable(self.name, "is not an HLS playlist")
        entries = renditions(text, self.name)
        if not entries:
            return self.name
        self._master = text
        tracks = [entry for entry in entries if entry.kind == "AUDIO"]
        track = _choose_track(tracks, self._options.track) if tracks else None
        if track:
            self._track = None
        return (track and track.address) or _smallest_variant(entries) or self.name

    def _playlist(self, address: str) -> MediaPlaylist:
        try:
            playlist = media_playlist(self._text(address), address)
        except MediaNotReadable as error:
            if not self._had_audio:
                raise
            raise SourceInterrupted(error.reason) from error
        if playlist.encrypted:
            raise MediaNotReadable(self.name, "is encrypted, and captioner has no key")
        return playlist

    def _text(self, address: str) -> str:
        try:
            return self._get(address).decode("utf-8", "replace")
        except httpx.HTTPStatusError as error:
            status = error.response
            raise SourceInterrupted(f"answers {status.status_code} {status.reason_phrase}".strip()) from error
        except httpx.TimeoutException as error:
            raise SourceInterrupted(f"no response within {TIMEOUT:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceInterrupted("cannot be reached") from error

    def _get(self, address: str, byte_range: tuple[int, int] | None = None) -> bytes:
        first, length = byte_range or (0, 0)
        path = path_of(address)
        if path is not None:
            return _file_bytes(path, first, length)
        headers = {"Range": f"bytes={first}-{first + length - 1}"} if byte_range else {}
        response = self._client.get(address, headers=headers)
        response.raise_for_status()
        ignores_range = byte_range and response.status_code == 200
        return response.content[first : first + length] if ignores_range else response.content


def _file_bytes(path: Path, first: int, length: int) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise httpx.TransportError(error.strerror or str(error)) from error
    return data[first : first + length] if length else data


def _choose_track(tracks: list[Rendition], asked: str | None) -> Rendition:
    """The audio track named by number from 1 or by language; without a name the default one, else the first.

    Raises `UnknownName`.
    """
    if asked is None:
        return next((track for track in tracks if track.is_default), tracks[0])
    for number, track in enumerate(tracks, 1):
        if asked == str(number) or speaks(track.language, asked):
            return track
    known = (f"{number} ({track.language or 'no language'})" for number, track in enumerate(tracks, 1))
    raise UnknownName("audio track", asked, known)


def _smallest_variant(entries: list[Rendition]) -> str | None:
    """The address of the variant of the lowest bandwidth, one with audio if there is one."""
    variants = [entry for entry in entries if entry.kind == "VARIANT"]
    variants.sort(key=lambda variant: (not _may_have_audio(variant), variant.bandwidth))
    return variants[0].address if variants else None


def _may_have_audio(variant: Rendition) -> bool:
    audio_codecs = ("mp4a", "ac-3", "ec-3", "opus", "fLaC", "mp3")
    return not variant.codecs or any(name in variant.codecs for name in audio_codecs)
