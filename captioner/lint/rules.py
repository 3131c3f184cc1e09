"""The table of all rules, and a finding: one breach of a rule. `docs/lint.md` has the same table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]
"""An error breaks the style; a warning is a matter of taste, or relies on a list of words."""


@dataclass(frozen=True)
class Rule:
    """A rule that captions should meet."""

    id: str
    """Its name in reports, which never changes."""

    level: Level
    """How serious a breach is."""

    requirement: str
    """A sentence that describes captions that meet the rule."""

    source: str
    """The document or the programs that require it."""


_PROFILE = "the profile"
_NETFLIX = "Netflix Timed Text Style Guide"
_KINSOKU = "kinsoku, as in Unicode's UAX #14"

RULES = {
    rule.id: rule
    for rule in (
        Rule("order", "error", "Cues are in the order of their in-times.", "players"),
        Rule("overlap", "error", "A cue ends before the next one at the same position starts.", "players"),
        Rule("short-gap", "error", "The gap between two cues is at least the minimum.", _PROFILE),
        Rule("chain-gap", "warning", "A gap too short to notice is closed to the minimum.", _PROFILE),
        Rule("too-short", "error", "A cue lasts at least the minimum duration.", _PROFILE),
        Rule("too-long", "error", "A cue lasts at most the maximum duration.", _PROFILE),
        Rule("reading-speed", "error", "A cue is not faster than viewers can read.", _PROFILE),
        Rule("frame-grid", "error", "Cues start and end on a frame of the picture.", "--fps"),
        Rule("line-width", "error", "A line is not wider than the profile allows.", _PROFILE),
        Rule("line-count", "error", "A cue has no more lines than the profile allows.", _PROFILE),
        Rule("format", "warning", "A file follows the rules of its format.", "the format"),
        Rule("no-cues", "warning", "A caption file contains cues.", "an empty file is usually a mistake"),
        Rule("blank", "error", "Every line has a visible character.", "WebVTT 4.1, and players of SubRip"),
        Rule(
            "bad-character",
            "error",
            "A text has no character that files cannot store or screens cannot show.",
            "Unicode, chapter 23",
        ),
        Rule(
            "edge-space", "warning", "No line begins or ends with white space.", "players, which centre lines with it"
        ),
        Rule("spaced-han", "warning", "Chinese characters have no spaces between them.", "Chinese writing"),
        Rule("line-start", "error", "No line begins with a mark that belongs to the line above.", _KINSOKU),
        Rule("line-end", "error", "No line ends with a mark that belongs to the line below.", _KINSOKU),
        Rule("marks", "error", "、 。 and ， are shown as the profile says.", _PROFILE),
        Rule("torn-number", "warning", "A number and its unit are on one line.", "Unicode's UAX #14, LB25"),
        Rule("weak-break", "warning", "No line ends with an article or a similar word.", _NETFLIX),
    )
}


@dataclass(frozen=True)
class Finding:
    """A breach of a rule, by a cue or by a whole file."""

    rule: str
    """The id of the rule."""

    index: int | None
    """The index of the cue in its file, from 0; None for the whole file."""

    start: float
    """In-time of the cue in seconds; 0 for the whole file."""

    end: float
    """Out-time of the cue in seconds; 0 for the whole file."""

    measured: float | None
    """The value that breaks the rule, in `unit`; None for a rule without a number."""

    allowed: float | None
    """The minimum or maximum, in `unit`; None for a rule without a number."""

    unit: str
    """The unit of `measured` and `allowed`, as in "s"; empty for a rule without a number."""

    message: str
    """The fault, for people, without the place: "56 columns, maximum 42"."""

    @property
    def level(self) -> Level:
        """The level of the rule."""
        return RULES[self.rule].level

    @property
    def place(self) -> str:
        """`cue 3`, counted from 1 as in SubRip, or `file`."""
        return "file" if self.index is None else f"cue {self.index + 1}"


def about_file(rule: str, message: str) -> Finding:
    """Return a finding about a whole file."""
    return Finding(rule, None, 0.0, 0.0, None, None, "", message)
