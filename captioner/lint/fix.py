"""What can be repaired without touching a word: order, white space, line breaks, out-times, cues that hold too much."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from captioner.lint.frame_rate_guess import frame_rate_of
from captioner.lint.out_times import OutTimes
from captioner.lint.reflow import cleaned, reflowed
from captioner.lint.rules import Finding
from captioner.lint.text_rules import text_findings
from captioner.lint.timing_rules import gap_between, least_gap, neighbours, time_findings
from captioner.profiles import Profile
from captioner.timestamps import format_clock
from captioner.values import Cue, Position

ROUNDS = 8
"""A repair may make room for another; what has not settled by then never does."""

BY_LINES = {"line-width", "line-count", "too-long", "line-start", "line-end", "torn-number", "weak-break"}
"""The rules that other lines, or several cues instead of one, can meet."""

WORST = {"overlap", "line-width", "line-count", "too-long"}
"""A line that leaves the screen is worse than one that is read in haste."""


@dataclass(frozen=True)
class Change:
    """What was done to a cue: `index` as in a Finding, and what became of it, for people."""

    index: int
    message: str


@dataclass(frozen=True)
class Fixed:
    """The cues as they are now, and everything that was done to them, cue by cue."""

    cues: tuple[Cue, ...]
    changes: tuple[Change, ...]


Numbered = tuple[int, Cue]
"""A cue, and its index before anything was done."""


def fix(
    cues: Sequence[Cue], profile: Profile, *, language: str | None = None, frame_rate: Fraction | None = None
) -> Fixed:
    """The cues with every fault repaired that can be. Fixing again changes nothing."""
    fixer = _Fixer(cues, profile, language, frame_rate)
    held: list[Numbered] = list(enumerate(cues))
    for _ in range(ROUNDS):
        before = held
        for repair in (fixer.in_order, fixer.cleaned, fixer.on_frames, fixer.timed, fixer.reflowed):
            held = repair(held)
        if held == before:
            break
    changes = sorted(fixer.changes, key=lambda change: change.index)
    return Fixed(tuple(cue for _, cue in held), tuple(changes))


class _Fixer:
    """The repairs, each from all cues to all cues; what they do is told in `changes`."""

    def __init__(
        self, cues: Sequence[Cue], profile: Profile, language: str | None, frame_rate: Fraction | None
    ) -> None:
        self.changes: list[Change] = []
        self._profile, self._language = profile, language
        self._rate = frame_rate or frame_rate_of(cues)
        self._clock = OutTimes(profile, self._rate, least_gap(cues, profile, frame_rate))

    def in_order(self, held: list[Numbered]) -> list[Numbered]:
        latest = -math.inf
        for index, cue in held:
            if cue.start < latest:
                self._tell(index, f"moved up to {format_clock(cue.start)}")
            latest = max(latest, cue.start)
        return sorted(held, key=lambda item: item[1].start)

    def cleaned(self, held: list[Numbered]) -> list[Numbered]:
        return [item for index, cue in held for item in self._cleaned(index, cue)]

    def _cleaned(self, index: int, cue: Cue) -> Iterator[Numbered]:
        clean = cleaned(cue)
        if clean is None:
            self._tell(index, "left out, for it shows nothing")
            return
        if clean != cue:
            self._tell(index, f"{_quoted(cue)} -> {_quoted(clean)}")
        yield index, clean

    def on_frames(self, held: list[Numbered]) -> list[Numbered]:
        """All times on frames, unless cues would run into each other for it."""
        moved = [(index, self._clock.on_frames(cue)) for index, cue in held]
        if self._weight([cue for _, cue in moved]) >= self._weight([cue for _, cue in held]):
            return held
        for (index, cue), (_, before) in zip(moved, held, strict=True):
            if cue != before:
                self._tell(index, f"{_times(before)} -> {_times(cue)}")
        return moved

    def timed(self, held: list[Numbered]) -> list[Numbered]:
        """The cues, which are in order, with the out-times that their neighbours and readers want."""
        following: dict[Position, Cue] = {}
        timed = []
        for index, cue in reversed(held):
            place = cue.position or Position()
            end = self._clock.out_time(cue, following.get(place))
            if end != cue.end:
                self._tell(index, f"out-time {format_clock(cue.end)} -> {format_clock(end)}")
                cue = replace(cue, end=end)
            following[place] = cue
            timed.append((index, cue))
        return timed[::-1]

    def reflowed(self, held: list[Numbered]) -> list[Numbered]:
        """Lines broken anew, and cues parted where nothing else is shown beside them."""
        cues = [cue for _, cue in held]
        pairs = (pair for pair in neighbours(cues) if gap_between(*(cues[place] for place in pair)) < 0)
        beside = {place for pair in pairs for place in pair}
        return [
            (index, piece)
            for place, (index, cue) in enumerate(held)
            for piece in self._reflowed(index, cue, may_part=place not in beside)
        ]

    def _reflowed(self, index: int, cue: Cue, *, may_part: bool) -> list[Cue]:
        """The cue, its lines broken anew or itself parted where that leaves fewer faults."""
        if not any(finding.rule in BY_LINES for finding in self._findings([cue])):
            return [cue]
        pieces = reflowed(cue, self._profile, self._language, self._rate)
        clear = [replace(one, end=self._clock.out_time(one, following)) for one, following in pairwise(pieces)]
        pieces = [*clear, pieces[-1]]
        if self._weight(pieces) >= self._weight([cue]) or (len(pieces) > 1 and not may_part):
            return [cue]
        self._tell(index, f"{_quoted(cue)} -> {' + '.join(map(_quoted, pieces))}")
        return pieces

    def _findings(self, cues: Sequence[Cue]) -> list[Finding]:
        times = time_findings(cues, self._profile, self._rate)
        return [*times, *text_findings(cues, self._profile, self._language)]

    def _weight(self, cues: Sequence[Cue]) -> tuple[int, int, int]:
        """How many faults put text where nobody can read it, how many errors there are, and how many warnings."""
        findings = self._findings(cues)
        levels = [finding.level for finding in findings]
        return sum(one.rule in WORST for one in findings), levels.count("error"), levels.count("warning")

    def _tell(self, index: int, message: str) -> None:
        self.changes.append(Change(index, message))


def _quoted(cue: Cue) -> str:
    return repr(cue.text.replace("\n", " | "))


def _times(cue: Cue) -> str:
    return f"{format_clock(cue.start)} to {format_clock(cue.end)}"
