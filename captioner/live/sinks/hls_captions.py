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
from captioner.live.events import Caption, Ended, Event, Settled, TimedSegment
from captioner.live.sinks.growing_files import LATE
from captioner.live.sinks.playlist_window import OWN_DURATION, PlaylistWindow, shelf_of, shelf_text
from captioner.live.sinks.webvtt_rendition import CaptionSegment, master_text, plain_master, playlist_text, segment_text
from captioner.live.source.contract import HlsStream
from captioner.live.stream_clock import Epoch
from captioner.live.whole import write_whole
from captioner.media import path_of
from captioner.values import Cue

PLAYLIST, MASTER, STATE = "captions.m3u8", "master.m3u8", "captions.state"

PATIENCE = 0.5
"""Target durations that a segment waits for its captions; until it came here, up to a third of one has passed."""

OWN_WINDOW = 600.0
"""Seconds that stay in the playlist where there is no rendition to go with."""

EPILOGUE = 1.0
"""Seconds of the segment after the last one. RFC 8216, 6.2.4: one rendition may be longer by a target duration."""

EMPTY = "empty.vtt"
"""The segment of all times in which nothing was heard."""


_SEGMENT = re.compile(r"\d+-\d+\.vtt")


def forget(folder: Path) -> None:
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


class Hls:
    """Writes the rendition into the folder `target`. `held` says that a server of ours serves the other renditions, in
    which case the master playlist names them as `video/0.m3u8` and so on, in the order of `addresses`."""

    def __init__(
        self,
        target: str,
        *,
        language: str | None = None,
        name: str = "Captions",
        held: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = Path(target)
        self.addresses: list[str] = []
        self._language, self._name, self._held, self._now = language, name, held, now
        self._retired: list[tuple[float, CaptionSegment]] = []
        self._follows = False  # whether the source has segments of its own
        self._shelf = self._restored() or PlaylistWindow(int(time.time()))
        write_whole(self.folder / EMPTY, "WEBVTT\n\n")
        self._shelf.ended = False

    def take(self, event: Event) -> None:
        """Note it, and publish what is ready."""
        if isinstance(event, HlsStream):
            self._write_master(event)
        elif isinstance(event, TimedSegment):
            self._follows = True
            self._add_chapter(event)
        elif isinstance(event, Caption):
            self._add_caption(event)
        elif isinstance(event, Settled):
            if not self._follows and event.epoch:
                self._add_own(event.heard, event.epoch)
            self._publish(event.until)
        elif isinstance(event, Ended):
            self._publish(float("inf"))
            self._add_epilogue()
            self._publish(float("inf"), ended=True)

    def close(self) -> None:
        """Nothing comes any more; what waits is in the state, for the next run."""

    def _add_chapter(self, chapter: TimedSegment) -> None:
        shelf, piece = self._shelf, chapter.piece
        if chapter.anew:
            shelf = self._shelf = PlaylistWindow(max(int(time.time()), shelf.run + 1), until=shelf.until)
        known = shelf.last
        if known and piece.sequence <= known.sequence:
            return
        shelf.target, shelf.oldest = chapter.target, chapter.oldest
        older = chapter.older if known is None else ()
        first = piece.sequence if known is None else known.sequence + 1
        for sequence in range(first, piece.sequence):
            self._wait(
                CaptionSegment(sequence, chapter.start, chapter.start, chapter.target, None, known.cuts if known else 0)
            )
        for before in older:
            self._wait(
                CaptionSegment(
                    before.sequence, chapter.start, chapter.start, before.duration, None, before.cuts, before.date
                )
            )
        self._wait(
            CaptionSegment(
                piece.sequence, chapter.start, chapter.end, piece.duration, chapter.epoch, piece.cuts, piece.date
            )
        )
        self._keep()

    def _add_own(self, heard: float, epoch: Epoch) -> None:
        """Segments of our own, as far as sound was heard; none crosses an epoch."""
        while True:
            last = self._shelf.last
            start = last.end if last else epoch.time
            cuts = last.cuts if last else 0
            broken = last is not None and last.epoch is not None and last.epoch.number != epoch.number
            if broken and start < epoch.time:
                end, slot_epoch = min(start + OWN_DURATION, epoch.time), last.epoch if last else epoch
            elif broken:
                end, slot_epoch, cuts = start + OWN_DURATION, epoch, cuts + 1
            else:
                end, slot_epoch = start + OWN_DURATION, epoch
            if end > heard:
                return
            date = datetime.fromtimestamp(time.time() - (heard - start), UTC).isoformat(timespec="milliseconds")
            sequence = last.sequence + 1 if last else 0
            self._wait(CaptionSegment(sequence, start, end, end - start, slot_epoch, cuts, date))
            window = sequence - int(OWN_WINDOW / OWN_DURATION)
            self._shelf.oldest = max(self._shelf.oldest, window)

    def _add_epilogue(self) -> None:
        """A segment more than the source has, for the last words of all where they were told after its last one."""
        last = self._shelf.last
        if last and last.epoch and self._shelf.placed < len(self._shelf.cues):
            self._wait(replace(last, sequence=last.sequence + 1, start=last.end, end=last.end, duration=EPILOGUE))

    def _wait(self, slot: CaptionSegment) -> None:
        name = EMPTY if slot.epoch is None else f"{self._shelf.run}-{slot.sequence}.vtt"
        self._shelf.waiting.append(replace(slot, name=name))
        self._shelf.since.append(self._now())

    def _add_caption(self, caption: Caption) -> None:
        if caption.is_final and caption.start >= self._shelf.until - LATE:
            self._shelf.cues.append(Cue(caption.start, caption.end, caption.text, caption.speaker))
            self._shelf.until = caption.end
            self._keep()

    def _publish(self, settled: float, *, ended: bool = False) -> None:
        """Publish every segment that is ready. May be called again where the disk failed in the middle of it."""
        shelf = self._shelf
        ready = 0
        while ready < len(shelf.waiting) and (
            shelf.waiting[ready].end <= settled or self._now() - shelf.since[ready] >= PATIENCE * shelf.target
        ):
            ready += 1
        if not ready and not (ended and not shelf.ended):
            return
        fresh, placed = shelf.waiting[:ready], shelf.placed
        listed = [*shelf.published, *fresh]
        for slot in fresh:
            if slot.epoch:
                shown, placed = shelf.shown_in(slot, listed, placed)
                write_whole(self.folder / slot.name, segment_text(slot, shown))
        kept = [slot for slot in listed if slot.sequence >= shelf.oldest] or listed[-1:]
        write_whole(self.folder / PLAYLIST, playlist_text(kept, shelf.target, ended=ended))
        self._retire([slot for slot in listed if slot not in kept], kept)
        over = kept[-1].end if kept else 0.0
        gone = sum(1 for place, cue in enumerate(shelf.cues) if place < placed and cue.end <= over)
        self._shelf = replace(
            shelf,
            published=kept,
            waiting=shelf.waiting[ready:],
            since=shelf.since[ready:],
            cues=shelf.cues[gone:],
            placed=placed - gone,
            ended=ended,
        )
        self._keep()

    def _retire(self, slots: list[CaptionSegment], kept: list[CaptionSegment]) -> None:
        """Delete segments once no player can still want them: a playlist's length after they left it."""
        now = self._now()
        self._retired += [(now, slot) for slot in slots]
        patience = max(3 * self._shelf.target, sum(slot.duration for slot in kept))
        while self._retired and now - self._retired[0][0] > patience:
            _, slot = self._retired.pop(0)
            if slot.name != EMPTY:
                (self.folder / slot.name).unlink(missing_ok=True)

    def _write_master(self, origin: HlsStream) -> None:
        path = path_of(origin.address)
        self.addresses = []

        def place(address: str) -> str:
            whole = urljoin(origin.address, address)
            if self._held:
                if whole not in self.addresses:
                    self.addresses.append(whole)
                return f"video/{self.addresses.index(whole)}.m3u8"
            return whole if path is None else os.path.relpath(path.parent / address, self.folder)

        master = origin.master or plain_master(origin.address if path is None else path.name, origin.bandwidth)
        text = master_text(master, PLAYLIST, place, self._language, self._name)
        write_whole(self.folder / MASTER, text)

    def _keep(self) -> None:
        write_whole(self.folder / STATE, shelf_text(self._shelf))

    def _restored(self) -> PlaylistWindow | None:
        """What an earlier run left; None where there is nothing that can be read."""
        try:
            shelf = shelf_of((self.folder / STATE).read_text("utf-8"))
        except (OSError, ValueError, TypeError, LookupError):
            return None
        return replace(shelf, since=[self._now()] * len(shelf.waiting))
