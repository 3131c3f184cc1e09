"""What can be repaired without touching a word: order, white space, line breaks, out-times, cues that hold too much.

In-times never move: they are where speech begins. An out-time moves to clear the next cue, to leave the gap, to stay
the minimum duration, and by up to the profile's `tail` to be read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from captioner.lint.reflow import cleaned, reflowed
from captioner.lint.rules import Finding
from captioner.lint.text import text_findings
from captioner.lint.timing import SLACK, closes_chain, gap_between, is_too_fast, time_findings
from captioner.profiles import Profile
from captioner.timestamps import format_clock
from captioner.values import Cue, Position

ROUNDS = 8
"""A repair may make room for another; what has not settled by then never does."""

_BY_LINES = {"line-width", "line-count", "too-long", "line-start", "line-end", "torn-number", "weak-break"}


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


def fix(cues: Sequence[Cue], profile: Profile, *, language: str | None = None) -> Fixed:
    """The cues with every fault repaired that can be. Fixing again changes nothing."""
    held: list[Numbered] = list(enumerate(cues))
    changes: list[Change] = []
    for _ in range(ROUNDS):
        before = held
        held = _in_order(held, changes.append)
        held = [clean for item in held for clean in _cleaned(item, changes.append)]
        held = _timed(held, profile, changes.append)
        held = [piece for item in held for piece in _reflowed(item, profile, language, changes.append)]
        if held == before:
            break
    return Fixed(tuple(cue for _, cue in held), tuple(sorted(changes, key=lambda change: change.index)))


Tell = Callable[[Change], None]


def _in_order(held: list[Numbered], tell: Tell) -> list[Numbered]:
    ordered = sorted(held, key=lambda item: item[1].start)
    latest = -math.inf
    for index, cue in held:
        if cue.start < latest:
            tell(Change(index, f"moved up to {format_clock(cue.start)}"))
        latest = max(latest, cue.start)
    return ordered


def _cleaned(item: Numbered, tell: Tell) -> Iterator[Numbered]:
    index, cue = item
    clean = cleaned(cue)
    if clean is None:
        tell(Change(index, "left out, for it shows nothing"))
        return
    if clean != cue:
        tell(Change(index, f"{_quoted(cue)} -> {_quoted(clean)}"))
    yield index, clean


def _timed(held: list[Numbered], profile: Profile, tell: Tell) -> list[Numbered]:
    """The cues, in order, with the out-times that their neighbours and readers want."""
    following: dict[Position, Cue] = {}
    timed = []
    for index, cue in reversed(held):
        place = cue.position or Position()
        end = out_time(cue, following.get(place), profile)
        if end != cue.end:
            tell(Change(index, f"out-time {format_clock(cue.end)} -> {format_clock(end)}"))
            cue = replace(cue, end=end)
        following[place] = cue
        timed.append((index, cue))
    return timed[::-1]


def out_time(cue: Cue, following: Cue | None, profile: Profile) -> float:
    """When a cue should go, before `following` comes at the same place."""
    latest = math.inf if following is None else _floor(following.start - profile.gap)
    stayed = replace(cue, end=max(cue.end, min(_wanted(cue, profile), latest)))
    if following is None or following.start <= cue.start:
        return stayed.end
    if gap_between(stayed, following) < 0 and _can_end(stayed, following.start, profile):
        stayed = replace(stayed, end=following.start)
    gap = gap_between(stayed, following)
    if closes_chain(stayed, following, profile) or (gap < profile.gap - SLACK and _can_end(stayed, latest, profile)):
        return latest
    return stayed.end


def _wanted(cue: Cue, profile: Profile) -> float:
    """The least out-time that the style asks for; no later than speech may have ended so long ago."""
    wanted = cue.end
    if cue.duration < profile.minimum_duration - SLACK:
        wanted = _ceiling(cue.start + profile.minimum_duration)
    read = _ceiling(cue.start + profile.characters(cue.text) / profile.cps)
    within = read - cue.end <= profile.tail and read - cue.start <= profile.maximum_duration
    return max(wanted, read) if is_too_fast(cue, profile) and within else wanted


def _can_end(cue: Cue, end: float, profile: Profile) -> bool:
    """Whether a cue may go so early without breaking another rule for it."""
    if end - cue.start < max(profile.minimum_duration - SLACK, 0.001):
        return False
    return is_too_fast(cue, profile) or not is_too_fast(replace(cue, end=end), profile)


def _reflowed(item: Numbered, profile: Profile, language: str | None, tell: Tell) -> Iterator[Numbered]:
    """The cue, its lines broken anew or itself parted where that leaves fewer faults."""
    index, cue = item
    findings = _findings([cue], profile, language)
    if any(finding.rule in _BY_LINES for finding in findings):
        pieces = _clear(reflowed(cue, profile, language), profile)
        if _weight(_findings(pieces, profile, language)) < _weight(findings):
            tell(Change(index, f"{_quoted(cue)} -> {' + '.join(map(_quoted, pieces))}"))
            yield from ((index, piece) for piece in pieces)
            return
    yield item


def _clear(pieces: Sequence[Cue], profile: Profile) -> list[Cue]:
    """The pieces of a cue with the gap between them; the last one stays as long as the cue did."""
    timed = [replace(one, end=out_time(one, following, profile)) for one, following in pairwise(pieces)]
    return [*timed, pieces[-1]]


def _findings(cues: Sequence[Cue], profile: Profile, language: str | None) -> list[Finding]:
    return [*time_findings(cues, profile, None), *text_findings(cues, profile, language)]


def _weight(findings: Sequence[Finding]) -> tuple[int, int]:
    """How many errors and how many warnings there are."""
    errors = sum(finding.level == "error" for finding in findings)
    return errors, len(findings) - errors


def _quoted(cue: Cue) -> str:
    return repr(cue.text.replace("\n", " | "))


def _floor(seconds: float) -> float:
    return math.floor(round(seconds * 1000, 3)) / 1000


def _ceiling(seconds: float) -> float:
    return math.ceil(round(seconds * 1000, 3)) / 1000
