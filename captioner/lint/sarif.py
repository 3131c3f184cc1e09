"""Findings as SARIF 2.1.0, which code hosts and editors read (OASIS standard of 2020-03-27)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.lint.rules import RULES, Finding, Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HELP = "https://github.com/captioner/captioner/blob/main/docs/lint.md"


@dataclass(frozen=True)
class LocatedFinding:
    """A finding and its line in the file."""

    finding: Finding
    """The breach of a rule."""

    line: int | None
    """The line where the text of its cue begins, from 1; None if unknown."""


def sarif(
    version: str, files: Iterable[tuple[str, Sequence[LocatedFinding]]], unreadable: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """Return a log of one run of captioner `version`: files with their findings, unreadable files with the reason."""
    ids = list(RULES)
    notes = [_notification(path, reason) for path, reason in unreadable]
    driver = {
        "name": "captioner",
        "version": version,
        "informationUri": HELP,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
        "results": [_result(path, located, ids) for path, findings in files for located in findings],
        "columnKind": "unicodeCodePoints",
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.requirement},
        "fullDescription": {"text": f"{rule.requirement} Source: {rule.source}."},
        "helpUri": f"{HELP}#the-rules",
        "defaultConfiguration": {"level": rule.level},
    }


def _result(path: str, located: LocatedFinding, ids: Sequence[str]) -> dict[str, Any]:
    finding = located.finding
    numbers = {"measured": finding.measured, "allowed": finding.allowed, "unit": finding.unit}
    return {
        "ruleId": finding.rule,
        "ruleIndex": ids.index(finding.rule),
        "level": finding.level,
        "message": {"text": f"{finding.place}: {finding.message}"},
        "locations": [{"physicalLocation": _location(path, located.line)}],
        "properties": {
            "place": finding.place,
            "start": finding.start,
            "end": finding.end,
            **(numbers if finding.unit else {}),
        },
    }


def _notification(path: str, reason: str) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": reason},
        "locations": [{"physicalLocation": _location(path, None)}],
    }


def _location(path: str, line: int | None) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(path)}}
    if line is not None:
        location["region"] = {"startLine": line}
    return location


def _uri(path: str) -> str:
    """Return the path as a URI. A relative path stays relative, so that a report is valid in another folder."""
    from urllib.parse import quote

    return (
        Path(path).as_uri()
        if Path(path).is_absolute()
        else quote(Path(path).as_posix().encode("utf-8", "surrogateescape"))
    )
