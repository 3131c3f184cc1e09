"""Turns recognised regions into numbered captions, final and partial, and emits them in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Lock

from captioner.cues.incremental import incremental_cues
from captioner.live.events import LOST_MARKER, Caption, Event, RegionReported
from captioner.live.session.clip_queue import OpenRegion, QueuedClip
from captioner.live.session.partials import Partial, next_partial
from captioner.profiles import Profile, profile_for
from captioner.values import Cue, RegionReport, Segment


@dataclass(frozen=True)
class CaptionCursor:
    """The position in the captions of a stream."""

    seq: int = 1
    """Sequence number of the next caption."""

    region: int = 0
    """Number of the next region."""

    free_from: float = 0.0
    """End of the last caption, in seconds: the next one may begin there."""

    finals: int = 0
    """Final captions so far."""


STREAM_START = CaptionCursor()


class CaptionStream:
    """Emits the captions of one stream, from `cursor` on.

    `profile` None means that of the language; `language` is used where a segment has none. Every method
    may be called from any thread.
    """

    def __init__(
        self, emit: Callable[[Event], object], cursor: CaptionCursor, profile: Profile | None, language: str | None
    ) -> None:
        self._emit, self._profile, self._language = emit, profile, language
        self._cursor = cursor
        self._region, self._partial = -1, Partial()  # the last region with a partial, and the partial on the screen
        self._lock = Lock()

    @property
    def cursor(self) -> CaptionCursor:
        """The position at which the next run of this stream continues."""
        with self._lock:
            return self._cursor

    def emit(self, event: Event) -> None:
        """Emit an event that is not a caption."""
        with self._lock:
            self._emit(event)

    def finalize(self, queued: QueuedClip, report: RegionReport, segment: Segment | None) -> int:
        """Emit the report of a region and its final captions. Returns the number of captions."""
        with self._lock:
            self._emit(RegionReported(report, segment))
            captions = list(self._finals(queued, report, segment))
            for caption in captions:
                self._emit(caption)
            if not captions:
                self._withdraw(queued.number)
            self._partial = Partial()
            self._cursor = replace(self._cursor, region=queued.number + 1)
            return len(captions)

    def partial(self, region: OpenRegion, text: str, language: str | None) -> None:
        """Emit a partial caption of a region that is still being spoken."""
        number, audio = region.number, region.audio
        with self._lock:
            if number < self._cursor.region:  # it was lost meanwhile
                return
            partial = next_partial(self._partial if number == self._region else Partial(), text)
            self._region, self._partial = number, partial
            free = self._cursor.free_from
            caption = Caption(
                seq=0,
                id=str(number),
                region=number,
                start=max(audio.start, free),
                end=max(audio.end, free),
                text=partial.text,
                is_final=False,
                stable_chars=partial.stable_chars,
                language=language or self._language,
            )
            self._emit_partial(caption)

    def withdraw(self) -> None:
        """Emit an empty partial: the region turned out not to be speech."""
        with self._lock:
            self._withdraw(self._region)

    def _withdraw(self, region: int) -> None:
        if region == self._region and self._partial.text:
            free = self._cursor.free_from
            self._emit_partial(Caption(0, str(region), region, free, free, "", is_final=False))
            self._partial = Partial()

    def _emit_partial(self, caption: Caption) -> None:
        self._emit(replace(caption, seq=self._cursor.seq))
        self._cursor = replace(self._cursor, seq=self._cursor.seq + 1)

    def _finals(self, queued: QueuedClip, report: RegionReport, segment: Segment | None) -> Iterator[Caption]:
        lost = segment is None and report.lost
        shown = Segment(queued.span.start, queued.span.end, LOST_MARKER) if lost else segment
        if shown is None:
            return
        language = shown.language or self._language
        cues = incremental_cues(
            shown,
            self._profile or profile_for(language),
            language=language,
            start_after=self._cursor.free_from,
            silent_until=queued.clip.free_until,
        )
        for index, cue in enumerate(cues):
            is_last = index == len(cues) - 1
            yield self._final(cue, queued.number, index, ends_speech=is_last, lost=lost, language=language)

    def _final(
        self, cue: Cue, region: int, index: int, *, ends_speech: bool, lost: bool, language: str | None
    ) -> Caption:
        cursor = self._cursor
        self._cursor = replace(cursor, seq=cursor.seq + 1, free_from=cue.end, finals=cursor.finals + 1)
        return Caption(
            seq=cursor.seq,
            id=f"{region}.{index}",
            region=region,
            start=cue.start,
            end=cue.end,
            text=cue.text,
            is_final=True,
            final_number=self._cursor.finals,
            ends_speech=ends_speech,
            words=cue.words,
            language=language,
            speaker=cue.speaker,
            lost=lost,
        )
