"""An HLS source: reloads its playlist and reads the audio of each segment once, in order."""

from __future__ import annotations

import io
import os
import stat
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
    MissingAudio,
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
from captioner.live.stream_clock import SAMPLE_RATE
from captioner.media import path_of
from captioner.media.source import NOTHING_ELSE

TIMEOUT = 10.0
"""Seconds that a server may take for one response."""

LONGEST_DOWNLOAD = 60.0
"""Seconds for one file, however steadily it comes."""

LARGEST_DOWNLOAD = 64 << 20
"""Bytes of a playlist or a segment; a minute of 4K video in a segment is smaller."""

LIVE_EDGE_SEGMENTS = 3
"""A live stream is read from this many segments before its newest one, where players begin too."""

STALE_TARGETS = 5
"""Target durations, and at least `TIMEOUT`, after which a playlist without a new segment counts as interrupted."""


ATTEMPTS = 4
"""Times that a segment is requested, over about a target duration, if the server says that it has none.

Other faults of the server may pass: the segment is requested as long as a live playlist lists it.
"""

UNREADABLE_SEGMENTS = 3
"""Segments that cannot be read at the beginning of a stream before the stream is refused."""

_PASSING = (408, 425, 429)
"""Statuses from 400 to 499 that do not say that the segment is gone."""


TS_PACKET = 188
"""Bytes of a packet of MPEG-TS."""

TS_SYNC = 0x47
"""First byte of a packet of MPEG-TS."""


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
        self._container_format: str | None = None  # of the first segment that could be read
        self._unreadable = 0  # segments that could not be read at the beginning
        self._failures = (-1, 0)  # the sequence number of the last segment that failed, and how often it did
        self._init_sections: dict[str, bytes] = {}
        self._decoder = Decoder()
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=True)

    def items(self) -> Iterator[SourceItem]:
        self._address = self._address or self._choose_rendition()
        changed = time.monotonic()
        while True:
            playlist = self._playlist(self._address)
            new, restarted = self._new_segments(playlist)
            if new and not restarted:
                yield from self._missed(new[0].sequence, playlist.target_duration)
            for segment in new:
                try:
                    data = self._segment_bytes(segment)
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    if not self._gives_up(segment, error, ended=playlist.ended):
                        break
                    yield self._unread(segment, f"segment {segment.sequence} cannot be downloaded")
                else:
                    yield from self._packets(segment, data, restarted=restarted)
                first = playlist.segments[0].sequence
                earlier = tuple(before for before in playlist.segments if before.sequence < segment.sequence)
                yield SegmentRead(segment, playlist.target_duration, first, earlier, restarted)
                self._last_sequence, restarted, changed = segment.sequence, False, time.monotonic()
            else:
                if playlist.ended:
                    yield HlsEnded()
                    return
            if time.monotonic() - changed > max(TIMEOUT, STALE_TARGETS * playlist.target_duration):
                raise SourceInterrupted("its segments cannot be read" if new else "its playlist has no new segments")
            self._sleep(max(0.2, playlist.target_duration / 4))

    def _new_segments(self, playlist: MediaPlaylist) -> tuple[list[MediaSegment], bool]:
        """Return the segments not read yet, and whether sequence numbers began again."""
        segments, last = list(playlist.segments), self._last_sequence
        if last is None:
            from_start = playlist.ended or self._options.from_start
            return segments if from_start else segments[-LIVE_EDGE_SEGMENTS:], False
        if segments and segments[-1].sequence < last:
            return segments, True
        return [segment for segment in segments if segment.sequence > last], False

    def _missed(self, sequence: int, target_duration: float) -> Iterator[MissingAudio]:
        """Yield the segments between the last one that was read and the next one, `sequence`."""
        last = self._last_sequence
        if last is not None and sequence > last + 1:
            missed = sequence - last - 1
            segments = "1 segment" if missed == 1 else f"{missed} segments"
            yield MissingAudio(missed * target_duration, f"{segments} left the playlist before captioner read them")
            self._last_sequence = sequence - 1

    def _gives_up(self, segment: MediaSegment, error: Exception, *, ended: bool) -> bool:
        """Return whether a segment that could not be downloaded is not requested again."""
        if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
            return True
        sequence, failures = self._failures
        failures = failures + 1 if sequence == segment.sequence else 1
        self._failures = (segment.sequence, failures)
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else 0
        return failures >= ATTEMPTS and (ended or (400 <= status < 500 and status not in _PASSING))

    def _unread(self, segment: MediaSegment, reason: str, seconds: float | None = None) -> MissingAudio:
        """What is missing where a segment cannot be read. Raises `MediaNotReadable` where no segment can."""
        if not self._had_audio:
            self._unreadable += 1
            if self._unreadable >= UNREADABLE_SEGMENTS:
                raise MediaNotReadable(self.name, f"has segments that cannot be read: {reason}")
        return MissingAudio(segment.duration if seconds is None else seconds, reason)

    def _announcement(self, segment: MediaSegment, data: bytes) -> Iterator[HlsStream]:
        """Yield the stream, before its first audio."""
        if not self._announced:
            self._announced = True
            self._bandwidth = round(8 * len(data) / (segment.duration or 1.0))
            yield HlsStream(self.name, self._master, self._bandwidth, segment.sequence)

    def _packets(self, segment: MediaSegment, data: bytes, *, restarted: bool) -> Iterator[SourceItem]:
        """Yield the audio of a segment, and what is missing of it where it is damaged."""
        import av

        idle = None if restarted else 0.0
        discontinuity = restarted or self._last_discontinuities not in (None, segment.discontinuities)
        self._last_discontinuities = segment.discontinuities
        options = NOTHING_ELSE | ({"ignore_editlist": "1"} if segment.init_section else {})
        fault, decoded = None, 0.0
        try:
            opened = av.open(io.BytesIO(data), "r", _known_format(data), options, metadata_errors="replace")
            with opened as container:
                self._check_format(container.format.name)
                stream = chosen_stream(container, self._track, self.name)
                self._had_audio = True
                yield from self._announcement(segment, data)
                for ticks, samples in self._decoder.decode(stream, container.demux(stream)):
                    yield Packet(ticks, samples, idle=idle, discontinuity=discontinuity)
                    idle, discontinuity = 0.0, False
                    decoded += len(samples) / SAMPLE_RATE
            if _is_cut_off(data, self._container_format):
                fault = "is cut off"
        except (NoAudio, UnknownName):
            if not self._had_audio:
                raise
            fault = "has no audio"
        except av.FFmpegError:
            fault = "is not media that captioner can read"
        if fault or not decoded:
            missing = max(0.0, segment.duration - decoded)
            yield self._unread(segment, f"segment {segment.sequence} {fault or 'has no audio'}", missing)

    def _check_format(self, name: str) -> None:
        """Refuse a segment of another container than the first: libav sees MP3 in many random bytes."""
        import av

        self._container_format = self._container_format or name
        if name != self._container_format:
            raise av.InvalidDataError(0, f"{name} instead of {self._container_format}")

    def _segment_bytes(self, segment: MediaSegment) -> bytes:
        """Return the bytes of a segment, after those of its initialization section."""
        data = self._get(segment.address, segment.byte_range)
        if segment.init_section is None:
            return data
        if segment.init_section not in self._init_sections:
            self._init_sections = {segment.init_section: self._get(segment.init_section)}
        return self._init_sections[segment.init_section] + data

    def _choose_rendition(self) -> str:
        """Return the address of the media playlist to read."""
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
        """What is at an address. Raises `httpx.HTTPError`, also for a local file where the playlist is remote."""
        first, length = byte_range or (0, 0)
        path = path_of(address)
        if path is not None:
            if path_of(self.name) is None:
                raise httpx.UnsupportedProtocol("a remote playlist names a local file")
            return _file_bytes(path, first, length)
        headers = {"Range": f"bytes={first}-{first + length - 1}"} if byte_range else {}
        deadline = time.monotonic() + LONGEST_DOWNLOAD
        with self._client.stream("GET", address, headers=headers) as response:
            response.raise_for_status()
            data = bytearray()
            for part in response.iter_bytes():
                data += part
                if len(data) > LARGEST_DOWNLOAD:
                    raise httpx.TransportError(f"is larger than {LARGEST_DOWNLOAD >> 20} MB")
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout(f"takes longer than {LONGEST_DOWNLOAD:g} s")
        ignores_range = byte_range and response.status_code == 200
        return bytes(data[first : first + length] if ignores_range else data)


def _known_format(data: bytes) -> str | None:
    """Return the container of a segment that libav may take for another one: a few packets of silence in MPEG-TS."""
    packets = len(data) // TS_PACKET
    starts = data[: packets * TS_PACKET : TS_PACKET]
    return "mpegts" if packets > 1 and starts.count(TS_SYNC) == packets else None


def _is_cut_off(data: bytes, container_format: str | None) -> bool:
    """Return whether a segment of MPEG-TS ends within a packet."""
    return container_format == "mpegts" and len(data) % TS_PACKET != 0


def _file_bytes(path: Path, first: int, length: int) -> bytes:
    """Return a part of a file, or all of it.

    Raises `httpx.TransportError` for what is not a regular file or is too large.
    """
    try:
        with open(path, "rb", opener=_opened_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise httpx.TransportError("is not a regular file")
            if min(length or status.st_size, status.st_size) > LARGEST_DOWNLOAD:
                raise httpx.TransportError(f"is larger than {LARGEST_DOWNLOAD >> 20} MB")
            file.seek(first)
            return file.read(length or status.st_size)
    except (OSError, ValueError) as error:
        raise httpx.TransportError(getattr(error, "strerror", None) or str(error)) from error


def _opened_at_once(path: str, flags: int) -> int:
    """Open a file without waiting for the writer of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _choose_track(tracks: list[Rendition], asked: str | None) -> Rendition:
    """Return the audio track named by number from 1 or by language; without a name the default one, else the first.

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
    """Return the address of the variant of the lowest bandwidth, one with audio if there is one."""
    variants = [entry for entry in entries if entry.kind == "VARIANT"]
    variants.sort(key=lambda variant: (not _may_have_audio(variant), variant.bandwidth))
    return variants[0].address if variants else None


def _may_have_audio(variant: Rendition) -> bool:
    audio_codecs = ("mp4a", "ac-3", "ec-3", "opus", "fLaC", "mp3")
    return not variant.codecs or any(name in variant.codecs for name in audio_codecs)
