"""Captions as a WebVTT rendition of an HLS stream, in a folder that any web server may serve.

A segment is published when no caption can begin in it any more, and in any case within a target duration after the
source's own was; a caption that is later still stands in the next segment, at its right time, and after the last one
in a segment more.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

from captioner.errors import OutputNotWritten
from captioner.live.events import Caption, StreamEnded, Event, StreamProgress, TimedSegment
from captioner.live.sinks.growing_files import ROUNDING
from captioner.live.sinks.playlist_window import STANDALONE_DURATION, PlaylistWindow, window_from_json, window_json
from captioner.live.sinks.webvtt_rendition import CaptionSegment, master_text, single_variant_master, playlist_text, segment_text
from captioner.live.source.contract import HlsStream
from captioner.live.stream_clock import Epoch
from captioner.atomic_file import atomic_write_text
from captioner.media import path_of
from captioner.values import Cue

PLAYLIST, MASTER, STATE = "captions.m3u8", "master.m3u8", "captions.state"

CAPTION_WAIT = 0.5
"""Target durations that a segment waits for its captions; until it came here, up to a third of one has passed."""

STANDALONE_WINDOW = 600.0
"""Seconds that stay in the playlist where there is no rendition to go with."""

EXTRA_SEGMENT = 1.0
"""Seconds of the segment after the last one. RFC 8216, 6.2.4: one rendition may be longer by a target duration."""

EMPTY = "empty.vtt"
"""The segment of all times in which nothing was heard."""


_SEGMENT = re.compile(r"\d+-\d+\.vtt")


def delete_rendition(folder: Path) -> None:
    """Delete what an earlier stream, of which the state tells, has left in a folder: its segments, its playlists.

    Raises `OutputNotWritten`.
    """
    ours = {PLAYLIST, MASTER, STATE, EMPTY}
    try:
        for path in folder.iterdir() if (folder / STATE).exists() else ():
            if path.name in ours or _SEGMENT.fullmatch(path.name):
                path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputNotWritten(str(folder), (error.strerror or str(error)).lower()) from error


class HlsCaptions:
    """Writes the rendition into the folder `target`. `held` says that a server of ours serves the other renditions, in
    which case the master playlist names them as `video/0.m3u8` and so on, in the order of `addresses`."""

    def __init__(
        self,
        target: str,
        *,
        language: str | None = None,
        name: str = "Captions",
        serves_video: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = Path(target)
        self.video_addresses: list[str] = []
        self._language, self._name, self._serves_video, self._now = language, name, serves_video, now
        self._retired: list[tuple[float, CaptionSegment]] = []
        self._has_source_segments = False  # whether the source has segments of its own
        self._window = self._restored() or PlaylistWindow(int(time.time()))
        atomic_write_text(self.folder / EMPTY, "WEBVTT\n\n")
        self._window.ended = False

    def handle(self, event: Event) -> None:
        """Note it, and publish what is ready."""
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
        """Nothing comes any more; what waits is in the state, for the next run."""

    def _add_source_segment(self, chapter: TimedSegment) -> None:
        shelf, piece = self._window, chapter.segment
        if chapter.restarted:
            shelf = self._window = PlaylistWindow(max(int(time.time()), shelf.run + 1), last_end=shelf.last_end)
        known = shelf.last
        if known and piece.sequence <= known.sequence:
            return
        shelf.target_duration, shelf.first_sequence = chapter.target_duration, chapter.first_sequence
        older = chapter.earlier if known is None else ()
        first = piece.sequence if known is None else known.sequence + 1
        for sequence in range(first, piece.sequence):
            self._append(
                CaptionSegment(sequence, chapter.start, chapter.start, chapter.target_duration, None, known.discontinuities if known else 0)
            )
        for before in older:
            self._append(
                CaptionSegment(
                    before.sequence, chapter.start, chapter.start, before.duration, None, before.discontinuities, before.program_date
                )
            )
        self._append(
            CaptionSegment(
                piece.sequence, chapter.start, chapter.end, piece.duration, chapter.epoch, piece.discontinuities, piece.program_date
            )
        )
        self._save()

    def _add_standalone_segments(self, heard: float, epoch: Epoch) -> None:
        """Segments of our own, as far as sound was heard; none crosses an epoch."""
        while True:
            last = self._window.last
            start = last.end if last else epoch.time
            cuts = last.discontinuities if last else 0
            broken = last is not None and last.epoch is not None and last.epoch.number != epoch.number
            if broken and start < epoch.time:
                end, slot_epoch = min(start + STANDALONE_DURATION, epoch.time), last.epoch if last else epoch
            elif broken:
                end, slot_epoch, cuts = start + STANDALONE_DURATION, epoch, cuts + 1
            else:
                end, slot_epoch = start + STANDALONE_DURATION, epoch
            if end > heard:
                return
            date = datetime.fromtimestamp(time.time() - (heard - start), UTC).isoformat(timespec="milliseconds")
            sequence = last.sequence + 1 if last else 0
            self._append(CaptionSegment(sequence, start, end, end - start, slot_epoch, cuts, date))
            window = sequence - int(STANDALONE_WINDOW / STANDALONE_DURATION)
            self._window.first_sequence = max(self._window.first_sequence, window)

    def _add_extra_segment(self) -> None:
        """A segment more than the source has, for the last words of all where they were told after its last one."""
        last = self._window.last
        if last and last.epoch and self._window.placed < len(self._window.cues):
            self._append(replace(last, sequence=last.sequence + 1, start=last.end, end=last.end, duration=EXTRA_SEGMENT))

    def _append(self, slot: CaptionSegment) -> None:
        name = EMPTY if slot.epoch is None else f"{self._window.run}-{slot.sequence}.vtt"
        self._window.waiting.append(replace(slot, name=name))
        self._window.waiting_since.append(self._now())

    def _add_caption(self, caption: Caption) -> None:
        if caption.is_final and caption.start >= self._window.last_end - ROUNDING:
            self._window.cues.append(Cue(caption.start, caption.end, caption.text, caption.speaker))
            self._window.last_end = caption.end
            self._save()

    def _publish(self, settled: float, *, ended: bool = False) -> None:
        """Publish every segment that is ready. May be called again where the disk failed in the middle of it."""
        shelf = self._window
        ready = 0
        while ready < len(shelf.waiting) and (
            shelf.waiting[ready].end <= settled or self._now() - shelf.waiting_since[ready] >= CAPTION_WAIT * shelf.target_duration
        ):
            ready += 1
        if not ready and not (ended and not shelf.ended):
            return
        fresh, placed = shelf.waiting[:ready], shelf.placed
        listed = [*shelf.published, *fresh]
        for slot in fresh:
            if slot.epoch:
                shown, placed = shelf.cues_in(slot, listed, placed)
                atomic_write_text(self.folder / slot.name, segment_text(slot, shown))
        kept = [slot for slot in listed if slot.sequence >= shelf.first_sequence] or listed[-1:]
        atomic_write_text(self.folder / PLAYLIST, playlist_text(kept, shelf.target_duration, ended=ended))
        self._retire([slot for slot in listed if slot not in kept], kept)
        over = kept[-1].end if kept else 0.0
        gone = sum(1 for place, cue in enumerate(shelf.cues) if place < placed and cue.end <= over)
        self._window = replace(
            shelf,
            published=kept,
            waiting=shelf.waiting[ready:],
            since=shelf.waiting_since[ready:],
            cues=shelf.cues[gone:],
            placed=placed - gone,
            ended=ended,
        )
        self._save()

    def _retire(self, slots: list[CaptionSegment], kept: list[CaptionSegment]) -> None:
        """Delete segments once no player can still want them: a playlist's length after they left it."""
        now = self._now()
        self._retired += [(now, slot) for slot in slots]
        patience = max(3 * self._window.target_duration, sum(slot.duration for slot in kept))
        while self._retired and now - self._retired[0][0] > patience:
            _, slot = self._retired.pop(0)
            if slot.name != EMPTY:
                (self.folder / slot.name).unlink(missing_ok=True)

    def _write_master(self, origin: HlsStream) -> None:
        path = path_of(origin.address)
        self.video_addresses = []

        def place(address: str) -> str:
            whole = urljoin(origin.address, address)
            if self._serves_video:
                if whole not in self.video_addresses:
                    self.video_addresses.append(whole)
                return f"video/{self.video_addresses.index(whole)}.m3u8"
            return whole if path is None else os.path.relpath(path.parent / address, self.folder)

        master = origin.master or single_variant_master(origin.address if path is None else path.name, origin.bandwidth)
        text = master_text(master, PLAYLIST, place, self._language, self._name)
        atomic_write_text(self.folder / MASTER, text)

    def _save(self) -> None:
        atomic_write_text(self.folder / STATE, window_json(self._window))

    def _restored(self) -> PlaylistWindow | None:
        """What an earlier run left; None where there is nothing that can be read."""
        try:
            shelf = window_from_json((self.folder / STATE).read_text("utf-8"))
        except (OSError, ValueError, TypeError, LookupError):
            return None
        return replace(shelf, waiting_since=[self._now()] * len(shelf.waiting))
