"""Captions as a WebVTT rendition of an HLS stream, in a folder that any web server may serve.

A segment is published as soon as no further caption can begin in it, and at the latest a target duration after the
segment of the source. A caption that comes later is put into the next segment, with its right time, and after the last
segment into an extra one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

from captioner.atomic_file import atomic_write_text
from captioner.errors import OutputNotWritten
from captioner.live.events import Caption, Event, StreamEnded, StreamProgress, TimedSegment
from captioner.live.sinks.growing_files import ROUNDING
from captioner.live.sinks.playlist_window import STANDALONE_DURATION, PlaylistWindow, state_from_json, state_json
from captioner.live.sinks.webvtt_rendition import (
    CaptionSegment,
    master_text,
    playlist_text,
    segment_text,
    single_variant_master,
)
from captioner.live.source.live_source import HlsStream
from captioner.live.stream_clock import Epoch
from captioner.media import path_of
from captioner.values import Cue

PLAYLIST, MASTER, STATE = "captions.m3u8", "master.m3u8", "captions.state"

FILE_MODE = 0o644
"""Readable for a web server that runs as another user."""

CAPTION_WAIT = 0.5
"""Target durations that a segment waits for its captions. When it arrives here, up to a third of one has passed."""

STANDALONE_WINDOW = 600.0
"""Seconds that stay in the playlist where the source is not HLS."""

EXTRA_SEGMENT = 1.0
"""Seconds of the segment after the last one. RFC 8216, 6.2.4: one rendition may be longer by a target duration."""

EMPTY = "empty.vtt"
"""The one segment for all times without audio."""

NOT_OURS = "it exists, and captioner did not write it; use another folder"


def delete_rendition(folder: Path) -> None:
    """Delete the files that captioner wrote into a folder for an earlier stream, as its state file lists them.

    Raises `OutputNotWritten`.
    """
    _, files = _earlier_state(folder)
    try:
        for name in [*sorted(files), STATE]:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputNotWritten(str(folder), (error.strerror or str(error)).lower()) from error


def _earlier_state(folder: Path) -> tuple[PlaylistWindow | None, set[str]]:
    """Return the window and the files of an earlier run; None and no files without one.

    Raises `OutputNotWritten` for a file with the name of ours that is not a state.
    """
    path = folder / STATE
    try:
        return state_from_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None, set()
    except OSError as error:
        raise OutputNotWritten(str(path), (error.strerror or str(error)).lower()) from error
    except (ValueError, TypeError, LookupError) as error:
        raise OutputNotWritten(str(path), NOT_OURS) from error


class HlsCaptions:
    """Writes the rendition into the folder `target`.

    With `serves_video`, captioner's server also serves the other renditions: the master playlist names them
    `video/0.m3u8` and so on, in the order of `video_addresses`. `continues` an earlier run of the same stream. With
    `writes_master`, the source is HLS.

    No file is overwritten that captioner did not write. Raises `OutputNotWritten` where one is in the way.
    """

    def __init__(
        self,
        target: str,
        *,
        language: str | None = None,
        name: str = "Captions",
        serves_video: bool = False,
        continues: bool = True,
        writes_master: bool = True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = Path(target)
        self.video_addresses: list[str] = []
        self._language, self._name, self._serves_video, self._now = language, name, serves_video, now
        self._retired: list[tuple[float, CaptionSegment]] = []
        self._has_source_segments = False  # False: the source is not HLS
        window, self.files = _earlier_state(self.folder)  # the names of the files that captioner wrote
        for name in (PLAYLIST, EMPTY, *([MASTER] if writes_master else [])):
            self._check_ours(name)
        if window and continues:
            self._window = replace(window, waiting_since=[self._now()] * len(window.waiting))
        else:
            self._window = PlaylistWindow(int(time.time()))
        self._write(EMPTY, "WEBVTT\n\n")
        self._window.ended = False

    def handle(self, event: Event) -> None:
        """Record an event, and publish the segments that are ready."""
        if isinstance(event, HlsStream):
            self._write_master(event)
        elif isinstance(event, TimedSegment):
            self._has_source_segments = True
            self._add_source_segment(event)
        elif isinstance(event, Caption):
            self._add_caption(event)
        elif isinstance(event, StreamProgress):
            if not self._has_source_segments and event.epoch:
                self._add_standalone_segments(event.audio_end, event.epoch)
            self._publish(event.final_until)
        elif isinstance(event, StreamEnded):
            self._publish(float("inf"))
            self._add_extra_segment()
            self._publish(float("inf"), ended=True)

    def close(self) -> None:
        """Do nothing: the state file holds the waiting segments for the next run."""

    def _add_source_segment(self, timed: TimedSegment) -> None:
        """Append the counterpart of a segment of the source, and of those that were missed before it."""
        window, source = self._window, timed.segment
        if timed.restarted:
            window = self._window = PlaylistWindow(max(int(time.time()), window.run + 1), last_end=window.last_end)
        last = window.last
        if last and source.sequence <= last.sequence:
            return
        window.target_duration, window.first_sequence = timed.target_duration, timed.first_sequence
        if last:
            for sequence in range(last.sequence + 1, source.sequence):
                missed = CaptionSegment(sequence, timed.start, timed.start, timed.target_duration, None)
                self._append(replace(missed, discontinuities=last.discontinuities))
        else:
            for earlier in timed.earlier:
                missed = CaptionSegment(earlier.sequence, timed.start, timed.start, earlier.duration, None)
                self._append(
                    replace(missed, discontinuities=earlier.discontinuities, program_date=earlier.program_date)
                )
        segment = CaptionSegment(source.sequence, timed.start, timed.end, source.duration, timed.epoch)
        self._append(replace(segment, discontinuities=source.discontinuities, program_date=source.program_date))
        self._save()

    def _add_standalone_segments(self, audio_end: float, epoch: Epoch) -> None:
        """Append segments up to `audio_end` where the source has none. No segment crosses an epoch."""
        while True:
            last = self._window.last
            start = last.end if last else epoch.time
            discontinuities = last.discontinuities if last else 0
            end, segment_epoch = start + STANDALONE_DURATION, epoch
            if last is not None and last.epoch is not None and last.epoch.number != epoch.number:
                if start < epoch.time:
                    end, segment_epoch = min(end, epoch.time), last.epoch
                else:
                    discontinuities += 1
            if end > audio_end:
                return
            date = datetime.fromtimestamp(time.time() - (audio_end - start), UTC).isoformat(timespec="milliseconds")
            sequence = last.sequence + 1 if last else 0
            self._append(CaptionSegment(sequence, start, end, end - start, segment_epoch, discontinuities, date))
            oldest = sequence - int(STANDALONE_WINDOW / STANDALONE_DURATION)
            self._window.first_sequence = max(self._window.first_sequence, oldest)

    def _add_extra_segment(self) -> None:
        """Append a segment after the last one of the source, for captions that came after it was published."""
        last = self._window.last
        if last and last.epoch and self._window.placed < len(self._window.cues):
            extra = replace(last, sequence=last.sequence + 1, start=last.end, end=last.end, duration=EXTRA_SEGMENT)
            self._append(extra)

    def _append(self, segment: CaptionSegment) -> None:
        name = EMPTY if segment.epoch is None else f"{self._window.run}-{segment.sequence}.vtt"
        self._window.waiting.append(replace(segment, name=name))
        self._window.waiting_since.append(self._now())

    def _add_caption(self, caption: Caption) -> None:
        if caption.is_final and caption.start >= self._window.last_end - ROUNDING:
            self._window.cues.append(Cue(caption.start, caption.end, caption.text, caption.speaker))
            self._window.last_end = caption.end
            self._save()

    def _publish(self, final_until: float, *, ended: bool = False) -> None:
        """Publish every segment that is ready. May be called again after an error of the disk halfway through."""
        window = self._window
        ready = self._ready(final_until)
        if not ready and not (ended and not window.ended):
            return
        placed = window.placed
        listed = [*window.published, *window.waiting[:ready]]
        for segment in window.waiting[:ready]:
            if segment.epoch:
                cues, placed = window.cues_in(segment, listed, placed)
                self._write(segment.name, segment_text(segment, cues))
        remaining = [segment for segment in listed if segment.sequence >= window.first_sequence] or listed[-1:]
        self._write(PLAYLIST, playlist_text(remaining, window.target_duration, ended=ended))
        self._retire([segment for segment in listed if segment not in remaining], remaining)
        shown_until = remaining[-1].end if remaining else 0.0
        over = sum(1 for index, cue in enumerate(window.cues) if index < placed and cue.end <= shown_until)
        self._window = replace(
            window,
            published=remaining,
            waiting=window.waiting[ready:],
            waiting_since=window.waiting_since[ready:],
            cues=window.cues[over:],
            placed=placed - over,
            ended=ended,
        )
        self._save()

    def _ready(self, final_until: float) -> int:
        """Return the number of waiting segments that have all their captions, or have waited long enough."""
        window, longest_wait = self._window, CAPTION_WAIT * self._window.target_duration
        ready = 0
        for segment, since in zip(window.waiting, window.waiting_since, strict=True):
            if segment.end > final_until and self._now() - since < longest_wait:
                break
            ready += 1
        return ready

    def _retire(self, segments: list[CaptionSegment], remaining: list[CaptionSegment]) -> None:
        """Delete segments once no player can still want them: a playlist's length after they left it."""
        now = self._now()
        self._retired += [(now, segment) for segment in segments]
        wanted_for = max(3 * self._window.target_duration, sum(segment.duration for segment in remaining))
        while self._retired and now - self._retired[0][0] > wanted_for:
            _, segment = self._retired.pop(0)
            if segment.name != EMPTY:
                (self.folder / segment.name).unlink(missing_ok=True)
                self.files.discard(segment.name)

    def _write_master(self, stream: HlsStream) -> None:
        """Write a master playlist with our rendition beside those of the stream."""
        path = path_of(stream.address)
        self.video_addresses = []

        def new_address(address: str) -> str:
            absolute = urljoin(stream.address, address)
            if self._serves_video:
                if absolute not in self.video_addresses:
                    self.video_addresses.append(absolute)
                return f"video/{self.video_addresses.index(absolute)}.m3u8"
            return absolute if path is None else os.path.relpath(path.parent / address, self.folder)

        own_address = stream.address if path is None else path.name
        master = stream.master or single_variant_master(own_address, stream.bandwidth)
        self._write(MASTER, master_text(master, PLAYLIST, new_address, self._language, self._name))

    def _check_ours(self, name: str) -> None:
        path = self.folder / name
        if name not in self.files and os.path.lexists(path):
            raise OutputNotWritten(str(path), NOT_OURS)

    def _write(self, name: str, text: str) -> None:
        if name not in self.files:
            self._check_ours(name)
            self.files.add(name)
            self._save()
        atomic_write_text(self.folder / name, text, FILE_MODE)

    def _save(self) -> None:
        atomic_write_text(self.folder / STATE, state_json(self._window, self.files), FILE_MODE)
