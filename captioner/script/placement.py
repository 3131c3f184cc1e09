"""The script in the order of the regions: anchored by what was heard, spread by time in between."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from statistics import median
from typing import NamedTuple

import numpy as np

from captioner.align.text_units import TextUnit, text_units
from captioner.backends import Hints, Recognition, Traits
from captioner.script.character_times import CharacterTimes
from captioner.script.matching import anchors, key
from captioner.script.script_units import parts_of
from captioner.script.spreading import SpeechStretch, spread
from captioner.values import Audio, RegionReport, Segment

USUAL_PACE = 5.0
"""Syllables a second, where nothing was heard that could tell."""

SLOWEST, FASTEST = 2.5, 9.0

SHORTEST_REST = 0.3
"""Seconds of a region before its first anchor, or behind its last, in which something may be said."""

SLIP = 3
"""So many words between two that were heard are said there, whatever was heard: a recogniser passes over them."""

CERTAIN = 0.95
"""The most that a recogniser is trusted, and 1 less it the least."""

FOREIGN_WORDS = 4
"""From so many words on speech that is not in the script is kept as it was heard; less is a recogniser's slip."""


@dataclass(frozen=True)
class Missing:
    """A part of the script, `first` to `last` (exclusive) of its characters, that nobody says; `after` so many seconds
    it would have been."""

    first: int
    last: int
    after: float


class Place(NamedTuple):
    """Where a unit begins in the script, the region that says it, and the characters of its text that it is, `first` to
    `last` (exclusive). What is blank around a unit is left out."""

    script: int
    region: int
    first: int
    last: int


@dataclass(frozen=True)
class ScriptPlacement:
    """What each region says, in order, `told` as a recogniser would; what of the script nobody says; and the `places`
    of every unit that is said."""

    told: tuple[Recognition, ...]
    missing: tuple[Missing, ...]
    places: tuple[Place, ...]


class ScriptBackend:
    """A backend that knows what every clip says: the script has told it."""

    def __init__(self, told: Sequence[Recognition], longest_clip: float) -> None:
        self.traits = Traits("script", shortest_clip=0.0, longest_clip=longest_clip)
        self._told = told

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        return (heard for _, heard in zip(clips, self._told, strict=True))

    def close(self) -> None:
        pass


def place_script(script: str, regions: Sequence[RegionReport], segments: Sequence[Segment]) -> ScriptPlacement:
    """`script` over the speech `regions` of a source; `segments` are those in which something was heard."""
    parts = parts_of(script)
    heard = list(_heard(regions, segments))
    pairs = anchors([key(script[part.first : part.last]) for part in parts], [word.key for word in heard])
    owners: dict[int, int] = {first: heard[second].region for first, second in pairs}
    pace = _pace(parts, heard, pairs, regions)
    surprise = _surprise(len(heard), len(pairs))
    for first, last, after, before in _gaps(parts, heard, pairs, regions):
        stretches = list(_stretches(regions, heard, after, before, surprise))
        ranges = spread(parts[first:last], [stretch for _, stretch in stretches], pace)
        for (region, _), (begin, end) in zip(stretches, ranges, strict=True):
            owners.update(dict.fromkeys(range(first + begin, first + end), region))
        if first and last - first <= SLIP:
            for place in range(first, last):
                owners.setdefault(place, owners[place - 1])
    return _told(script, parts, owners, regions, _unwritten(heard, pairs))


@dataclass(frozen=True)
class _Word:
    key: str
    region: int
    start: float
    end: float


def _heard(regions: Sequence[RegionReport], segments: Sequence[Segment]) -> Iterator[_Word]:
    """All that was heard, word by word as a script is read, each at its time."""
    numbers = {region.start: region.index for region in regions}
    for segment in segments:
        clock = CharacterTimes(segment)
        for part in text_units(segment.text):
            start, end = clock.span(part.first, part.last)
            yield _Word(key(segment.text[part.first : part.last]), numbers[segment.start], start, end)


def _pace(
    parts: Sequence[TextUnit], heard: Sequence[_Word], pairs: Sequence[tuple[int, int]], regions: Sequence[RegionReport]
) -> float:
    """Syllables a second: of what was heard, else of the whole script over all speech."""
    weights = np.cumsum([0.0, *(part.weight for part in parts)])
    paces = [
        (weights[other] - weights[one]) / (heard[there].start - heard[here].start)
        for (one, here), (other, there) in pairwise(pairs)
        if heard[here].region == heard[there].region and heard[there].start > heard[here].start
    ]
    speech = sum(region.duration for region in regions)
    pace = median(paces) if len(paces) > 10 else float(weights[-1]) / speech if speech else USUAL_PACE
    return float(np.clip(pace, SLOWEST, FASTEST))


def _gaps(
    parts: Sequence[TextUnit], heard: Sequence[_Word], pairs: Sequence[tuple[int, int]], regions: Sequence[RegionReport]
) -> Iterator[tuple[int, int, float, float]]:
    """The units between two anchors, first and last (exclusive), where there are some; and the seconds between."""
    first, after = 0, 0.0
    for place, word in pairs:
        if first < place:
            yield first, place, after, heard[word].start
        first, after = place + 1, heard[word].end
    if first < len(parts):
        yield first, len(parts), after, regions[-1].end if regions else after


def _surprise(heard: int, matched: int) -> float:
    """How unlikely it is, as the negative logarithm, that a word which was heard is another one in the script."""
    return -log(1 - min(max(matched / max(heard, 1), 1 - CERTAIN), CERTAIN))


def _stretches(
    regions: Sequence[RegionReport], heard: Sequence[_Word], after: float, before: float, surprise: float
) -> Iterator[tuple[int, SpeechStretch]]:
    """What of each region lies between two seconds. The more words were heard there, none of them the script's, the
    less likely it says any of it.
    """
    for region in regions[bisect(regions, after, key=_end) : bisect_left(regions, before, key=_start)]:
        first, last = max(region.start, after), min(region.end, before)
        if last - first >= SHORTEST_REST:
            words = bisect_left(heard, last, key=_start) - bisect_left(heard, first, key=_start)
            yield region.index, SpeechStretch(last - first, region.end <= before, words * surprise)


def _start(span: RegionReport | _Word) -> float:
    return span.start


def _end(span: RegionReport) -> float:
    return span.end


def _unwritten(heard: Sequence[_Word], pairs: Sequence[tuple[int, int]]) -> Counter[int]:
    """By region: how many words were heard between two words that follow one another in the script."""
    return Counter(
        word.region
        for (one, here), (other, there) in pairwise(pairs)
        if other == one + 1 and there - here > FOREIGN_WORDS
        for word in heard[here + 1 : there]
    )


def _told(
    script: str,
    parts: Sequence[TextUnit],
    owners: dict[int, int],
    regions: Sequence[RegionReport],
    unwritten: Counter[int],
) -> ScriptPlacement:
    texts = [""] * len(regions)
    places: list[Place] = []
    missing: list[Missing] = []
    previous: int | None = None
    for index, part in enumerate(parts):
        text = script[part.first : part.last]
        region = owners.get(index)
        if region is None:
            if missing and missing[-1].last == part.first:
                missing[-1] = replace(missing[-1], last=part.last)
            else:
                missing.append(Missing(part.first, part.last, regions[previous].end if previous is not None else 0.0))
            continue
        visible = text.lstrip()
        texts[region] += text if texts[region] else visible
        first = len(texts[region]) - len(visible)
        places.append(Place(part.last - len(visible), region, first, first + len(visible.rstrip())))
        previous = region
    told = tuple(_fate(text, region, unwritten[region.index]) for text, region in zip(texts, regions, strict=True))
    return ScriptPlacement(told, tuple(missing), tuple(places))


def _fate(text: str, region: RegionReport, unwritten: int) -> Recognition:
    if text.strip():
        return Recognition(
            "ok", text, reason=f"{unwritten} words were heard that the script has not" if unwritten else None
        )
    if len(text_units(region.text)) >= FOREIGN_WORDS:
        return Recognition("ok", region.text, reason="is not in the script, and stands as it was heard")
    return Recognition("empty", reason="is not in the script")
