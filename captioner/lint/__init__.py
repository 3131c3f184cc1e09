"""Cues held against a profile: what is wrong, where, by how much; and how much of it can be mended.

cues, profile -> timing.py   order, overlaps, gaps, durations, reading speed, frames
              -> text.py     width, lines, characters, breaks
              -> rules.py    the table of rules, and a Finding for each breach
                  -> fix.py      out-times moved, lines broken anew, cues parted
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from captioner.lint.rules import RULES, Finding, Level, Rule, about_file
from captioner.lint.text_rules import text_findings
from captioner.lint.timing_rules import time_findings
from captioner.profiles import Profile
from captioner.values import Cue

__all__ = ["RULES", "Finding", "Level", "Rule", "about_file", "lint"]


def lint(
    cues: Sequence[Cue], profile: Profile, *, language: str | None = None, frame_rate: Fraction | None = None
) -> list[Finding]:
    """Everything that breaks a rule, by cue.

    `cues` as they stand in their file; `language` a BCP 47 tag, None where nobody knows it; `frame_rate` is that of
    the frames on which the cues should come and go.
    """
    if not cues:
        return [about_file("no-cues", "holds no cue")]
    found = [*time_findings(cues, profile, frame_rate), *text_findings(cues, profile, language)]
    return sorted(found, key=lambda finding: finding.index or 0)
