"""The ledger of a run as JSON: what `--report` writes, and what the transcript's JSON says of each region."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from captioner.values import STATUSES, RegionReport, Report

VERSION = 1

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def write(report: Report) -> str:
    """The ledger, region by region, and its totals.

    Times in seconds: the media's and the regions' as they were found, the totals rounded to milliseconds.
    """
    return as_json(
        {
            "version": VERSION,
            "source": report.source,
            "duration": report.duration,
            "backend": report.backend,
            "model": report.model,
            "language": report.language,
            "align": report.align,
            "regions": [region_entry(region) for region in report.regions],
            "totals": _totals(report.regions),
            "warnings": list(report.warnings),
        }
    )


def region_entry(region: RegionReport) -> dict[str, Any]:
    """One region's line of the ledger."""
    return {
        "index": region.index,
        "start": region.start,
        "end": region.end,
        "status": region.status,
        "reason": region.reason,
        "text": region.text,
        "cached": region.cached,
        "attempts": region.attempts,
    }


def as_json(document: dict[str, Any]) -> str:
    """A JSON file: letters as they are, but half a surrogate pair, which no file can hold, as an escape."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
    return _HALF_A_PAIR.sub(lambda half: f"\\u{ord(half[0]):04x}", text) + "\n"


def _totals(regions: Sequence[RegionReport]) -> dict[str, Any]:
    """Regions in all and by status, seconds of speech found and lost, regions from the journal, and requests made."""
    counts = Counter(region.status for region in regions)
    return {
        "regions": len(regions),
        **{status: counts[status] for status in STATUSES},
        "speech_seconds": round(sum(region.duration for region in regions), 3),
        "lost_seconds": round(sum(region.duration for region in regions if region.lost), 3),
        "cached": sum(region.cached for region in regions),
        "attempts": sum(region.attempts for region in regions),
    }
