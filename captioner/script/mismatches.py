"""Finds speech that does not match its text, where a script may be misplaced, and speech that is in no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from captioner.backends import Recognition
from captioner.values import RegionReport, Span

LEAST_RUN = 3
"""Doubted regions in a row that are reported; one or two may be due to noise."""

LEAST_UNCAPTIONED = 3.0
"""Seconds of speech without captions that are reported; less is hesitation or noise."""


def mismatches(recognitions: Sequence[Recognition], regions: Sequence[RegionReport]) -> Iterator[Span]:
    """Yield the stretches of speech that the aligner doubts.

    `recognitions` are those of the script's placement, `regions` the reports of the same regions after word timing. If
    the aligner doubts more than half of the regions, the only stretch is from the first doubted region to the last.
    """
    placed = _placed(recognitions, regions)
    doubted = [region for region in placed if region.reason]
    if 2 * len(doubted) > len(placed):
        yield Span(doubted[0].start, doubted[-1].end)
        return
    for is_doubted, run in groupby(placed, key=lambda region: region.reason is not None):
        spans = list(run)
        if is_doubted and len(spans) >= LEAST_RUN:
            yield Span(spans[0].start, spans[-1].end)


def is_mostly_doubted(recognitions: Sequence[Recognition], regions: Sequence[RegionReport]) -> bool:
    """Return whether the aligner doubts more than half of the regions; the arguments are those of `mismatches`."""
    placed = _placed(recognitions, regions)
    return 2 * sum(region.reason is not None for region in placed) > len(placed)


def _placed(recognitions: Sequence[Recognition], regions: Sequence[RegionReport]) -> list[RegionReport]:
    """Return the regions that say a part of the script."""
    return [
        region
        for recognition, region in zip(recognitions, regions, strict=True)
        if region.text and not recognition.reason
    ]


def uncaptioned(recognitions: Sequence[Recognition], regions: Sequence[RegionReport]) -> list[RegionReport]:
    """Return the regions that the script does not have, if they are of some length together."""
    found = [region for recognition, region in zip(recognitions, regions, strict=True) if recognition.status == "empty"]
    return found if sum(region.duration for region in found) >= LEAST_UNCAPTIONED else []
