"""Where a script lies over speech that does not sound like it: there it may lie wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from captioner.backends import Recognition
from captioner.values import RegionReport, Span

TOGETHER = 3
"""So many regions in a row that are all unlike their words are no chance; one or two may be noise."""


def mismatches(told: Sequence[Recognition], regions: Sequence[RegionReport]) -> Iterator[Span]:
    """The stretches of speech whose words the aligner doubts; `regions` are timed, and say what they were `told`.

    Where it doubts more of the regions than it does not, that is all from the first to the last of them.
    """
    written = [region for heard, region in zip(told, regions, strict=True) if region.text and not heard.reason]
    doubted = [region for region in written if region.reason]
    if 2 * len(doubted) > len(written):
        yield Span(doubted[0].start, doubted[-1].end)
        return
    for is_doubted, run in groupby(written, key=lambda region: region.reason is not None):
        spans = list(run)
        if is_doubted and len(spans) >= TOGETHER:
            yield Span(spans[0].start, spans[-1].end)
