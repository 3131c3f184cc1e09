"""Places a script over the speech regions: anchored by recognised words, and spread by time between the anchors."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from statistics import median
from typing import NamedTuple

import numpy as np

from captioner.align.text_units import TextUnit, text_units
from captioner.backends import Hints, Recognition, Traits
from captioner.script.character_times import CharacterTimes
from captioner.script.script_units import script_units
from captioner.script.spreading import SpeechStretch, spread_text
from captioner.script.word_anchors import Pair, word_anchors, word_key
from captioner.values import Audio, RegionReport, Segment

USUAL_PACE = 5.0
"""Syllables a second, if neither recognised words nor the length of the speech give the pace."""

SLOWEST, FASTEST = 2.5, 9.0
"""Limits of the pace in syllables a second."""

LEAST_PACES = 10
"""The pace is measured between anchors if there are more measurements than this."""

SHORTEST_REST = 0.3
"""Seconds of a region, before its first anchor or after its last, in which text may be said."""

SLIP = 3
"""Up to this many words between two anchors are placed there in any case: a backend skips words."""

CERTAIN = 0.95
"""The highest share of correct words that a backend is trusted with; 1 minus this is the lowest."""

FOREIGN_WORDS = 4
"""Recognised words from which speech that is not in the script is kept; fewer may be a backend's mistake."""


class MissingText(NamedTuple):
    """A part of the script that is not spoken."""

    first: int
    """Position of its first character in the script."""
    last: int
    """Position after its last character."""
    after: float
    """Seconds after which it would have been said."""


class PlacedUnit(NamedTuple):
    """A unit of the script in the text of a region, without the spaces around it."""

    position: int
    """Position of its first character in the script."""
    region: int
    """Index of the region."""
    first: int
    """Position of its first character in the text of the region."""
    last: int
    """Position after its last character in the text of the region."""


@dataclass(frozen=True)
class ScriptPlacement:
    """A script over the speech regions of a source."""

    recognitions: tuple[Recognition, ...]
    """The text of each region, in order, as a backend would return it."""
    missing: tuple[MissingText, ...]
    """The parts of the script that are not spoken."""
    units: tuple[PlacedUnit, ...]
    """All other units of the script."""


class ScriptBackend:
    """A backend that returns the given recognitions, one for each clip."""

    def __init__(self, recognitions: Sequence[Recognition], longest_clip: float) -> None:
        self.traits = Traits("script", shortest_clip=0.0, longest_clip=longest_clip)
        self._recognitions = recognitions

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        """Return the recognitions in order. Raises `ValueError` if there is not one for each clip."""
        return (recognition for _, recognition in zip(clips, self._recognitions, strict=True))

    def close(self) -> None:
        """Do nothing: this backend holds no resources."""


def place_script(script: str, regions: Sequence[RegionReport], segments: Sequence[Segment]) -> ScriptPlacement:
    """Return `script` over the speech `regions` of a source.

    `segments` are those of the regions with recognised text.
    """
    units = script_units(script)
    words = list(_recognised_words(regions, segments))
    anchors = word_anchors([word_key(script[unit.first : unit.last]) for unit in units], [word.key for word in words])
    region_of: dict[int, int] = {unit: words[word].region for unit, word in anchors}
    pace = _pace(units, words, anchors, regions)
    mismatch_cost = _mismatch_cost(len(words), len(anchors))
    for first, last, start, end in _gaps(units, words, anchors, regions):
        stretches = list(_speech_stretches(regions, words, start, end, mismatch_cost))
        ranges = spread_text(units[first:last], [stretch for _, stretch in stretches], pace)
        for (region, _), (low, high) in zip(stretches, ranges, strict=True):
            region_of.update(dict.fromkeys(range(first + low, first + high), region))
        if first and last - first <= SLIP:
            for unit in range(first, last):
                region_of.setdefault(unit, region_of[unit - 1])
    return _placement(script, units, region_of, regions, _foreign_words(words, anchors))


@dataclass(frozen=True)
class _RecognisedWord:
    key: str
    region: int
    start: float
    end: float


def _recognised_words(regions: Sequence[RegionReport], segments: Sequence[Segment]) -> Iterator[_RecognisedWord]:
    """Yield the recognised text as words with times, split in the same way as a script."""
    numbers = {region.start: region.index for region in regions}
    for segment in segments:
        times = CharacterTimes(segment)
        for unit in text_units(segment.text):
            start, end = times.span(unit.first, unit.last)
            key = word_key(segment.text[unit.first : unit.last])
            yield _RecognisedWord(key, numbers[segment.start], start, end)


def _pace(
    units: Sequence[TextUnit],
    words: Sequence[_RecognisedWord],
    anchors: Sequence[Pair],
    regions: Sequence[RegionReport],
) -> float:
    """Syllables a second: the median between anchors, or else that of the whole script over all speech."""
    weights = np.cumsum([0.0, *(unit.weight for unit in units)])
    paces = [
        (weights[other] - weights[one]) / (words[there].start - words[here].start)
        for (one, here), (other, there) in pairwise(anchors)
        if words[here].region == words[there].region and words[there].start > words[here].start
    ]
    speech = sum(region.duration for region in regions)
    pace = median(paces) if len(paces) > LEAST_PACES else float(weights[-1]) / speech if speech else USUAL_PACE
    return float(np.clip(pace, SLOWEST, FASTEST))


def _gaps(
    units: Sequence[TextUnit],
    words: Sequence[_RecognisedWord],
    anchors: Sequence[Pair],
    regions: Sequence[RegionReport],
) -> Iterator[tuple[int, int, float, float]]:
    """Yield (first unit, unit after the last, start, end) of each gap between two anchors; times in seconds."""
    first, start = 0, 0.0
    for unit, word in anchors:
        if first < unit:
            yield first, unit, start, words[word].start
        first, start = unit + 1, words[word].end
    if first < len(units):
        yield first, len(units), start, regions[-1].end if regions else start


def _mismatch_cost(recognised: int, matched: int) -> float:
    """Return the negative logarithm of the probability that a recognised word is another word in the script."""
    return -log(1 - min(max(matched / max(recognised, 1), 1 - CERTAIN), CERTAIN))


def _speech_stretches(
    regions: Sequence[RegionReport], words: Sequence[_RecognisedWord], start: float, end: float, mismatch_cost: float
) -> Iterator[tuple[int, SpeechStretch]]:
    """Yield (index of the region, its stretch) of the speech between `start` and `end`.

    Each word recognised there, none of which is in the script, makes it less likely that the script is said there.
    """
    for region in regions[bisect(regions, start, key=_end) : bisect_left(regions, end, key=_start)]:
        first, last = max(region.start, start), min(region.end, end)
        if last - first >= SHORTEST_REST:
            count = bisect_left(words, last, key=_start) - bisect_left(words, first, key=_start)
            yield region.index, SpeechStretch(last - first, region.end <= end, count * mismatch_cost)


def _start(span: RegionReport | _RecognisedWord) -> float:
    return span.start


def _end(span: RegionReport) -> float:
    return span.end


def _foreign_words(words: Sequence[_RecognisedWord], anchors: Sequence[Pair]) -> Counter[int]:
    """By region: the number of words recognised between two words that are neighbours in the script."""
    return Counter(
        word.region
        for (one, here), (other, there) in pairwise(anchors)
        if other == one + 1 and there - here > FOREIGN_WORDS
        for word in words[here + 1 : there]
    )


def _placement(
    script: str,
    units: Sequence[TextUnit],
    region_of: dict[int, int],
    regions: Sequence[RegionReport],
    foreign_words: Counter[int],
) -> ScriptPlacement:
    texts = [""] * len(regions)
    placed: list[PlacedUnit] = []
    missing: list[MissingText] = []
    previous: int | None = None
    for index, unit in enumerate(units):
        region = region_of.get(index)
        if region is None:
            _add_missing(missing, unit, regions[previous].end if previous is not None else 0.0)
            continue
        text = script[unit.first : unit.last]
        visible = text.lstrip()
        spaces = text[: len(text) - len(visible)]  # many where an unspoken part was
        texts[region] += ((spaces.replace(" ", "") or spaces[:1]) if texts[region] else "") + visible
        first = len(texts[region]) - len(visible)
        placed.append(PlacedUnit(unit.last - len(visible), region, first, first + len(visible.rstrip())))
        previous = region
    recognitions = tuple(
        _recognition(text, region, foreign_words[region.index]) for text, region in zip(texts, regions, strict=True)
    )
    return ScriptPlacement(recognitions, tuple(missing), tuple(placed))


def _add_missing(missing: list[MissingText], unit: TextUnit, after: float) -> None:
    """Add a unit to the last part of `missing` if it follows it, and as a part of its own otherwise."""
    if missing and missing[-1].last == unit.first:
        missing[-1] = missing[-1]._replace(last=unit.last)
    else:
        missing.append(MissingText(unit.first, unit.last, after))


def _recognition(text: str, region: RegionReport, foreign_words: int) -> Recognition:
    """Return the text of a region: that of the script, or the recognised text if the region says none of the script."""
    if text.strip():
        reason = f"{foreign_words} recognised words are not in the script" if foreign_words else None
        return Recognition("ok", text, reason=reason)
    if len(text_units(region.text)) >= FOREIGN_WORDS:
        return Recognition("ok", region.text, reason="not in the script; the recognised text is kept")
    return Recognition("empty", reason="not in the script")
