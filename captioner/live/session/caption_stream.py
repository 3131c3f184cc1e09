"""From what was heard to captions: cut into cues, numbered, told in order; and the drafts that come before them."""

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
    """Where a stream stands: the next caption's `seq`, the next region's `number`, when the screen is free, and how
    many `finals` were told."""

    seq: int = 1
    region: int = 0
    free_from: float = 0.0
    finals: int = 0


STREAM_START = CaptionCursor()


class CaptionStream:
    """Tells one stream's captions, from `mark` on. `profile` is None for the language's own, `language` what is spoken
    where nobody says. `event` may be called from any thread, all else is for the one that hears."""

    def __init__(
        self, emit: Callable[[Event], object], cursor: CaptionCursor, profile: Profile | None, language: str | None
    ) -> None:
        self._emit, self._profile, self._language = emit, profile, language
        self._cursor = cursor
        self._region, self._partial = -1, Partial()  # the region that was drafted last, and what of it is shown
        self._lock = Lock()

    @property
    def cursor(self) -> CaptionCursor:
        """Where the next run of this stream goes on."""
        with self._lock:
            return self._cursor

    def emit(self, event: Event) -> None:
        """Tell what is no caption."""
        with self._lock:
            self._emit(event)

    def finalize(self, waiting: QueuedClip, report: RegionReport, segment: Segment | None) -> int:
        """Tell what became of a region. Returns the number of its captions."""
        with self._lock:
            self._emit(RegionReported(report, segment))
            captions = list(self._finals(waiting, report, segment))
            for caption in captions:
                self._emit(caption)
            if not captions:
                self._withdraw(waiting.number)
            self._partial = Partial()
            self._cursor = replace(self._cursor, number=waiting.number + 1)
            return len(captions)

    def partial(self, region: OpenRegion, text: str, language: str | None) -> None:
        """Tell what was heard of a region that is still spoken."""
        number, audio = region.number, region.audio
        self._partial = next_partial(self._partial if number == self._region else Partial(), text)
        self._region = number
        with self._lock:
            free = self._cursor.free_from
            start, end = max(audio.start, free), max(audio.end, free)
            spoken = language or self._language
            draft = self._partial
            self._emit_partial(
                Caption(0, str(number), number, start, end, draft.text, False, stable_chars=draft.stable_chars, language=spoken)
            )

    def withdraw(self) -> None:
        """Take the draft back that is shown: nothing was said after all."""
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

    def _finals(self, waiting: QueuedClip, report: RegionReport, segment: Segment | None) -> Iterator[Caption]:
        lost = segment is None and report.lost
        shown = Segment(waiting.span.start, waiting.span.end, LOST_MARKER) if lost else segment
        if shown is None:
            return
        language = shown.language or self._language
        cues = incremental_cues(
            shown,
            self._profile or profile_for(language),
            language=language,
            free_from=self._cursor.free_from,
            free_until=waiting.clip.free_until,
        )
        for place, cue in enumerate(cues):
            yield self._final(cue, waiting.number, place, ends=place == len(cues) - 1, lost=lost, language=language)

    def _final(self, cue: Cue, region: int, place: int, *, ends: bool, lost: bool, language: str | None) -> Caption:
        mark = self._cursor
        self._cursor = replace(mark, seq=mark.seq + 1, free_from=cue.end, finals=mark.finals + 1)
        return Caption(
            seq=mark.seq,
            id=f"{region}.{place}",
            region=region,
            start=cue.start,
            end=cue.end,
            text=cue.text,
            is_final=True,
            final_number=self._cursor.finals,
            ends_speech=ends,
            words=cue.words,
            language=language,
            speaker=cue.speaker,
            lost=lost,
        )
