"""The report of a run as JSON: what `--report` writes, and the regions that a transcript's JSON holds as well."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from captioner.values import STATUSES, RegionReport, Report

VERSION = 1

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def write(report: Report, error: str | None = None) -> str:
    """Return the report with its regions and their totals. Times are in seconds, in the totals to the millisecond.

    `error` is why the run failed after all regions had been recognised.
    """
    return as_json(
        {
            "version": VERSION,
            "source": report.source,
            **({} if error is None else {"error": error}),
            "duration": report.duration,
            "backend": report.backend,
            "model": report.model,
            "language": report.language,
            "align": report.align,
            "regions": [region_entry(region) for region in report.regions],
            "totals": _totals(report.regions),
            **({"missing_segments": report.missing_segments} if report.missing_segments else {}),
            "warnings": list(report.warnings),
        }
    )


def write_failure(source: str, error: str) -> str:
    """Return the report of a source that could not be captioned."""
    return as_json({"version": VERSION, "source": source, "error": error, "regions": [], "totals": _totals(())})


def region_entry(region: RegionReport) -> dict[str, Any]:
    """Return the report of one region as a JSON object."""
    return {
        "index": region.index,
        "start": region.start,
        "end": region.end,
        "status": region.status,
        "reason": region.reason,
        "text": region.text,
        "cached": region.cached,
        "attempts": region.attempts,
        "suspected": region.suspected,
        "timing": region.timing,
    }


def as_json(document: dict[str, Any]) -> str:
    """Return a JSON file. Only half a surrogate pair, which no file can hold, is escaped."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
    return _HALF_A_PAIR.sub(lambda half: f"\\u{ord(half[0]):04x}", text) + "\n"


def _totals(regions: Sequence[RegionReport]) -> dict[str, Any]:
    """Numbers of regions by status, from the journal and suspected; seconds of speech and of lost speech; requests."""
    counts = Counter(region.status for region in regions)
    return {
        "regions": len(regions),
        **{status: counts[status] for status in STATUSES},
        "speech_seconds": round(sum(region.duration for region in regions), 3),
        "lost_seconds": round(sum(region.duration for region in regions if region.lost), 3),
        "cached": sum(region.cached for region in regions),
        "attempts": sum(region.attempts for region in regions),
        "suspected": sum(region.suspected is not None for region in regions),
    }
