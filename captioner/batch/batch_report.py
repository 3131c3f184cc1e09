"""The report of a batch: what became of every source, as JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from captioner.batch.ledger import Entry
from captioner.budget import Cost
from captioner.redaction import without_url_secrets

VERSION = 1

COLUMNS = (
    "source", "state", "error", "results", "language", "duration", "speech", "sent", "regions", "lost", "cues",
    "seconds", "attempts", "warnings", "cost", "currency",
)  # fmt: skip


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a text that spreadsheets take for a formula, by OWASP's page on CSV injection."""


@dataclass(frozen=True)
class Totals:
    """The totals of some sources."""

    states: Mapping[str, int]
    """The number of sources in each state."""

    duration: float
    """Seconds of all sources that were captioned."""

    sent: float
    """Seconds of speech that backends recognised."""

    lost: int
    """Speech regions that were lost."""

    costs: tuple[Cost, ...]
    """What all attempts have cost so far, by currency; empty where no price is known."""


@dataclass(frozen=True)
class LeftOut:
    """Something that gave no sources, such as a folder that cannot be read."""

    name: str

    reason: str


def totals_of(entries: Iterable[Entry]) -> Totals:
    """Return the totals of a batch."""
    entries = tuple(entries)
    return Totals(
        Counter(entry.state for entry in entries),
        sum(entry.figures.duration for entry in entries),
        sum(entry.figures.sent for entry in entries),
        sum(entry.figures.lost for entry in entries),
        sum_of_costs(entry.cost for entry in entries),
    )


def sum_of_costs(costs: Iterable[Cost]) -> tuple[Cost, ...]:
    """Return one sum for each currency."""
    sums: dict[str, float] = {}
    for cost in costs:
        if cost.currency:
            sums[cost.currency] = sums.get(cost.currency, 0.0) + cost.amount
    return tuple(Cost(amount, currency) for currency, amount in sorted(sums.items()))


def json_report(entries: Iterable[Entry], left_out: Iterable[LeftOut] = ()) -> str:
    """Return the report as JSON. Times are in seconds."""
    entries = tuple(entries)
    totals = totals_of(entries)
    document = {
        "version": VERSION,
        "states": dict(totals.states),
        "duration": round(totals.duration, 3),
        "costs": {cost.currency: round(cost.amount, 6) for cost in totals.costs},
        "left_out": [{"name": left.name, "reason": left.reason} for left in left_out],
        "sources": [_row(entry) for entry in entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def csv_report(entries: Iterable[Entry], left_out: Iterable[LeftOut] = ()) -> str:
    """Return the report as a table with a header; several results or warnings of one source are parted by `;`.

    What was left out has a row in state `left out`.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    rows = [_row(entry) for entry in entries]
    rows += [{"source": left.name, "state": "left out", "error": left.reason} for left in left_out]
    for row in rows:
        table.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Return what a table holds of a value: a text that a spreadsheet would take for a formula begins with `'`."""
    text = "; ".join(value) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(FORMULA) else text


def _row(entry: Entry) -> dict[str, Any]:
    figures = entry.figures
    return {
        "source": without_url_secrets(entry.source),
        "state": entry.state,
        "error": entry.error,
        "results": [result.path for result in entry.results],
        "language": figures.language,
        "duration": round(figures.duration, 3),
        "speech": round(figures.speech, 3),
        "sent": round(figures.sent, 3),
        "regions": figures.regions,
        "lost": figures.lost,
        "cues": figures.cues,
        "seconds": round(entry.seconds, 3),
        "attempts": entry.attempts,
        "warnings": list(entry.warnings),
        "cost": round(entry.cost.amount, 6) if entry.cost.currency else None,
        "currency": entry.cost.currency or None,
    }
