"""Checks cues against the rules of a profile, and fixes what can be fixed without changing a word.

cues, profile -> timing_rules   order, overlaps, gaps, durations, reading speed, frames
              -> text_rules     width, lines, characters, line breaks
              -> rules          the table of all rules, and a Finding for each breach
                  -> fix        out-times moved, lines broken again, cues split
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from captioner.lint.rules import RULES, Finding, Level, Rule, about_file
from captioner.lint.text_rules import text_findings
from captioner.lint.timing_rules import timing_findings
from captioner.profiles import Profile
from captioner.values import Cue

__all__ = ["RULES", "Finding", "Level", "Rule", "about_file", "lint"]


def lint(
    cues: Sequence[Cue], profile: Profile, *, language: str | None = None, frame_rate: Fraction | None = None
) -> list[Finding]:
    """Return the findings: every breach of a rule, in the order of the cues.

    `cues` are in the order of their file. `language` is a BCP 47 tag; without it, rules about words are skipped. With
    a `frame_rate`, cues must start and end on frames.
    """
    if not cues:
        return [about_file("no-cues", "contains no cues")]
    findings = [*timing_findings(cues, profile, frame_rate), *text_findings(cues, profile, language)]
    return sorted(findings, key=lambda finding: finding.index or 0)
