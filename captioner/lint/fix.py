"""Fixes what can be fixed without changing a word: order, white space, line breaks, out-times, overlong cues."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from captioner.lint.frame_grid import infer_frame_rate
from captioner.lint.out_times import OutTimes
from captioner.lint.reflow import reflow, without_extra_space
from captioner.lint.rules import Finding
from captioner.lint.text_rules import text_findings
from captioner.lint.timing_rules import gap_between, minimum_gap, neighbours, timing_findings
from captioner.profiles import Profile
from captioner.timestamps import format_clock
from captioner.values import Cue, Position

ROUNDS = 8
"""The most runs of all steps: one fix may make room for another. Cues that change after this many never settle."""

LAYOUT_RULES = {"line-width", "line-count", "too-long", "line-start", "line-end", "torn-number", "weak-break"}
"""The rules that other line breaks, or several cues instead of one, can meet."""

SEVERE = {"overlap", "line-width", "line-count", "too-long"}
"""The rules whose breach hides text: a line that leaves the screen is worse than one that is shown too briefly."""


@dataclass(frozen=True)
class CueChange:
    """A change that was made to a cue."""

    index: int
    """The index of the cue before any change, from 0."""

    message: str
    """A description of the change, for people."""


@dataclass(frozen=True)
class FixedCues:
    """The cues after all fixes, and the changes that were made."""

    cues: tuple[Cue, ...]
    """The cues in order."""

    changes: tuple[CueChange, ...]
    """All changes, in the order of the original cues."""


IndexedCue = tuple[int, Cue]
"""The index of a cue before any change, and the cue as it is now."""


def fix(
    cues: Sequence[Cue], profile: Profile, *, language: str | None = None, frame_rate: Fraction | None = None
) -> FixedCues:
    """Return the cues with every fault fixed that can be; the arguments are those of `lint`.

    Fixing again changes nothing.
    """
    fixer = _Fixer(cues, profile, language, frame_rate)
    indexed: list[IndexedCue] = list(enumerate(cues))
    for _ in range(ROUNDS):
        before = indexed
        for step in (
            fixer.sort,
            fixer.remove_space,
            fixer.remove_repeats,
            fixer.snap_to_frames,
            fixer.move_out_times,
            fixer.reflow,
        ):
            indexed = step(indexed)
        if indexed == before:
            break
    changes = sorted(fixer.changes, key=lambda change: change.index)
    return FixedCues(tuple(cue for _, cue in indexed), tuple(changes))


class _Fixer:
    """The steps of a fix. Each takes all cues and returns all cues, and adds to `changes`."""

    def __init__(
        self, cues: Sequence[Cue], profile: Profile, language: str | None, frame_rate: Fraction | None
    ) -> None:
        self.changes: list[CueChange] = []
        self._profile, self._language = profile, language
        self._frame_rate = frame_rate or infer_frame_rate(cues)
        self._out_times = OutTimes(profile, self._frame_rate, minimum_gap(cues, profile, frame_rate))

    def sort(self, indexed: list[IndexedCue]) -> list[IndexedCue]:
        """Return the cues by in-time."""
        latest = -math.inf
        for index, cue in indexed:
            if cue.start < latest:
                self._record(index, f"moved up to its place at {format_clock(cue.start)}")
            latest = max(latest, cue.start)
        return sorted(indexed, key=lambda item: item[1].start)

    def remove_space(self, indexed: list[IndexedCue]) -> list[IndexedCue]:
        """Return the cues without extra white space, and without cues that show nothing."""
        return [item for index, cue in indexed for item in self._without_extra_space(index, cue)]

    def _without_extra_space(self, index: int, cue: Cue) -> Iterator[IndexedCue]:
        cleaned = without_extra_space(cue)
        if cleaned is None:
            self._record(index, "removed: it has no visible character")
            return
        if cleaned != cue:
            self._record(index, f"{_quoted(cue)} -> {_quoted(cleaned)}")
        yield index, cleaned

    def remove_repeats(self, indexed: list[IndexedCue]) -> list[IndexedCue]:
        """Return the cues without those that show the same text as an earlier one, at the same time and position."""
        first: dict[object, int] = {}
        kept: list[IndexedCue] = []
        for index, cue in indexed:
            shown = cue.start, cue.end, cue.text, cue.position
            if shown in first:
                self._record(index, f"removed: it shows the same as cue {first[shown] + 1}")
            else:
                first[shown] = index
                kept.append((index, cue))
        return kept

    def snap_to_frames(self, indexed: list[IndexedCue]) -> list[IndexedCue]:
        """Return the cues with all times on frames; unchanged if that does not leave fewer faults."""
        snapped = [(index, self._out_times.snap_to_frames(cue)) for index, cue in indexed]
        if self._fault_counts([cue for _, cue in snapped]) >= self._fault_counts([cue for _, cue in indexed]):
            return indexed
        for (index, cue), (_, before) in zip(snapped, indexed, strict=True):
            if cue != before:
                self._record(index, f"{_times(before)} -> {_times(cue)}")
        return snapped

    def move_out_times(self, indexed: list[IndexedCue]) -> list[IndexedCue]:
        """Return the cues, which are in order, with better out-times."""
        following: dict[Position, Cue] = {}
        moved = []
        for index, cue in reversed(indexed):
            position = cue.position or Position()
            end = self._out_times.out_time(cue, following.get(position))
            if end != cue.end:
                self._record(index, f"out-time {format_clock(cue.end)} -> {format_clock(end)}")
                cue = replace(cue, end=end)
            following[position] = cue
            moved.append((index, cue))
        return moved[::-1]

    def reflow(self, indexed: list[IndexedCue]) -> list[IndexedCue]:
        """Return the cues with better line breaks; overlong cues are split, except beside another cue on the screen."""
        cues = [cue for _, cue in indexed]
        pairs = ((earlier, later) for earlier, later in neighbours(cues) if gap_between(cues[earlier], cues[later]) < 0)
        overlapping = {current for pair in pairs for current in pair}
        return [
            (index, part)
            for current, (index, cue) in enumerate(indexed)
            for part in self._reflowed(index, cue, may_split=current not in overlapping)
        ]

    def _reflowed(self, index: int, cue: Cue, *, may_split: bool) -> list[Cue]:
        """Return the cue with other line breaks, or split, if that leaves fewer faults."""
        if not any(finding.rule in LAYOUT_RULES for finding in self._findings([cue])):
            return [cue]
        parts = reflow(cue, self._profile, self._language, self._frame_rate)
        timed = [replace(part, end=self._out_times.out_time(part, following)) for part, following in pairwise(parts)]
        parts = [*timed, parts[-1]]
        if self._fault_counts(parts) >= self._fault_counts([cue]) or (len(parts) > 1 and not may_split):
            return [cue]
        self._record(index, f"{_quoted(cue)} -> {' + '.join(map(_quoted, parts))}")
        return parts

    def _findings(self, cues: Sequence[Cue]) -> list[Finding]:
        timing = timing_findings(cues, self._profile, self._frame_rate)
        return [*timing, *text_findings(cues, self._profile, self._language)]

    def _fault_counts(self, cues: Sequence[Cue]) -> tuple[int, int, int]:
        """Return the numbers of severe faults, of errors and of warnings."""
        findings = self._findings(cues)
        levels = [finding.level for finding in findings]
        return sum(finding.rule in SEVERE for finding in findings), levels.count("error"), levels.count("warning")

    def _record(self, index: int, message: str) -> None:
        self.changes.append(CueChange(index, message))


def _quoted(cue: Cue) -> str:
    return repr(cue.text.replace("\n", " | "))


def _times(cue: Cue) -> str:
    return f"{format_clock(cue.start)} to {format_clock(cue.end)}"
