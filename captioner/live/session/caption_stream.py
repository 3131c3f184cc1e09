"""From what was heard to captions: cut into cues, numbered, told in order; and the drafts that come before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Lock

from captioner.cues.incremental import incremental_cues
from captioner.live.events import HOLE, Caption, Event, RegionReported
from captioner.live.session.clip_queue import OpenRegion, Waiting
from captioner.live.session.partials import Partial, agree
from captioner.profiles import Profile, profile_for
from captioner.values import Cue, RegionReport, Segment


@dataclass(frozen=True)
class CaptionCursor:
    """Where a stream stands: the next caption's `seq`, the next region's `number`, when the screen is free, and how
    many `finals` were told."""

    seq: int = 1
    number: int = 0
    free_from: float = 0.0
    finals: int = 0


BEGINNING = CaptionCursor()


class CaptionStream:
    """Tells one stream's captions, from `mark` on. `profile` is None for the language's own, `language` what is spoken
    where nobody says. `event` may be called from any thread, all else is for the one that hears."""

    def __init__(
        self, tell: Callable[[Event], object], mark: CaptionCursor, profile: Profile | None, language: str | None
    ) -> None:
        self._tell, self._profile, self._language = tell, profile, language
        self._mark = mark
        self._region, self._draft = -1, Partial()  # the region that was drafted last, and what of it is shown
        self._telling = Lock()

    @property
    def mark(self) -> CaptionCursor:
        """Where the next run of this stream goes on."""
        with self._telling:
            return self._mark

    def event(self, event: Event) -> None:
        """Tell what is no caption."""
        with self._telling:
            self._tell(event)

    def region(self, waiting: Waiting, report: RegionReport, segment: Segment | None) -> int:
        """Tell what became of a region. Returns the number of its captions."""
        with self._telling:
            self._tell(RegionReported(report, segment))
            captions = list(self._finals(waiting, report, segment))
            for caption in captions:
                self._tell(caption)
            if not captions:
                self._withdraw(waiting.number)
            self._draft = Partial()
            self._mark = replace(self._mark, number=waiting.number + 1)
            return len(captions)

    def draft(self, region: OpenRegion, text: str, language: str | None) -> None:
        """Tell what was heard of a region that is still spoken."""
        number, audio = region.number, region.audio
        self._draft = agree(self._draft if number == self._region else Partial(), text)
        self._region = number
        with self._telling:
            free = self._mark.free_from
            start, end = max(audio.start, free), max(audio.end, free)
            spoken = language or self._language
            draft = self._draft
            self._tell_draft(
                Caption(0, str(number), number, start, end, draft.text, False, stable=draft.stable, language=spoken)
            )

    def withdraw(self) -> None:
        """Take the draft back that is shown: nothing was said after all."""
        with self._telling:
            self._withdraw(self._region)

    def _withdraw(self, region: int) -> None:
        if region == self._region and self._draft.text:
            free = self._mark.free_from
            self._tell_draft(Caption(0, str(region), region, free, free, "", is_final=False))
            self._draft = Partial()

    def _tell_draft(self, caption: Caption) -> None:
        self._tell(replace(caption, seq=self._mark.seq))
        self._mark = replace(self._mark, seq=self._mark.seq + 1)

    def _finals(self, waiting: Waiting, report: RegionReport, segment: Segment | None) -> Iterator[Caption]:
        lost = segment is None and report.lost
        shown = Segment(waiting.span.start, waiting.span.end, HOLE) if lost else segment
        if shown is None:
            return
        language = shown.language or self._language
        cues = incremental_cues(
            shown,
            self._profile or profile_for(language),
            language=language,
            start_after=self._mark.free_from,
            silent_until=waiting.clip.free_until,
        )
        for place, cue in enumerate(cues):
            yield self._final(cue, waiting.number, place, ends=place == len(cues) - 1, lost=lost, language=language)

    def _final(self, cue: Cue, region: int, place: int, *, ends: bool, lost: bool, language: str | None) -> Caption:
        mark = self._mark
        self._mark = replace(mark, seq=mark.seq + 1, free_from=cue.end, finals=mark.finals + 1)
        return Caption(
            seq=mark.seq,
            id=f"{region}.{place}",
            region=region,
            start=cue.start,
            end=cue.end,
            text=cue.text,
            is_final=True,
            number=self._mark.finals,
            ends_speech=ends,
            words=cue.words,
            language=language,
            speaker=cue.speaker,
            lost=lost,
        )
