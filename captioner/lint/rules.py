"""What a rule and a finding are, and the table of all rules: `docs/lint.md` has the same rules, to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]
"""An error breaks the style; a warning is a matter of taste, or rests on a list of words."""


@dataclass(frozen=True)
class Rule:
    """One rule: its `id` never changes, `says` is a sentence about what must be, `source` says who asks for it."""

    id: str
    level: Level
    says: str
    source: str


_PROFILE = "the profile"
_NETFLIX = "Netflix Timed Text Style Guide"
_KINSOKU = "kinsoku, as in Unicode's UAX #14"

RULES = {
    rule.id: rule
    for rule in (
        Rule("order", "error", "Cues stand in the order of their in-times.", "players"),
        Rule("overlap", "error", "A cue goes before the next one at the same place comes.", "players"),
        Rule("short-gap", "error", "Between two cues there is at least the gap.", _PROFILE),
        Rule("chain-gap", "warning", "A gap too short to be noticed is closed to the least gap.", _PROFILE),
        Rule("too-short", "error", "A cue stays at least the minimum duration.", _PROFILE),
        Rule("too-long", "error", "A cue stays at most the maximum duration.", _PROFILE),
        Rule("reading-speed", "error", "A cue is not faster than one can read.", _PROFILE),
        Rule("frame-grid", "error", "Cues come and go with a frame of the picture.", "--fps"),
        Rule("line-width", "error", "A line is not wider than the profile allows.", _PROFILE),
        Rule("line-count", "error", "A cue has no more lines than the profile allows.", _PROFILE),
        Rule("format", "warning", "A file is as its format wants it.", "the format"),
        Rule("no-cues", "warning", "A caption file shows something.", "an empty file mostly is a lost one"),
        Rule("blank", "error", "Every line shows something.", "WebVTT 4.1, and players of SubRip"),
        Rule(
            "bad-character",
            "error",
            "A text has no character that files or screens cannot hold.",
            "Unicode, chapter 23",
        ),
        Rule("edge-space", "warning", "No line begins or ends with white space.", "players, who centre it along"),
        Rule("spaced-han", "warning", "Chinese characters are not set apart one by one.", "Chinese writing"),
        Rule("line-start", "error", "No line goes on with a mark that belongs to the line above.", _KINSOKU),
        Rule("line-end", "error", "No line ends with a mark that belongs to the line below.", _KINSOKU),
        Rule("marks", "error", "、 。 and ， stand where the style shows them.", _PROFILE),
        Rule("torn-number", "warning", "A number and its unit stand on one line.", "Unicode's UAX #14, LB25"),
        Rule("weak-break", "warning", "No line ends with an article or another word that leans on.", _NETFLIX),
    )
}


@dataclass(frozen=True)
class Finding:
    """Where a cue breaks a rule: `index` counts cues from 0 as they stand in the file, `start` and `end` are its own.

    Where the whole file does, `index` is None and the times are 0.

    `measured` and `allowed` are in `unit`; None and "" where the rule knows no number. `message` is a sentence's part.
    """

    rule: str
    index: int | None
    start: float
    end: float
    measured: float | None
    allowed: float | None
    unit: str
    message: str

    @property
    def level(self) -> Level:
        """That of the rule."""
        return RULES[self.rule].level

    @property
    def place(self) -> str:
        """`cue 3`, counted from 1 as people and SubRip count; `file`."""
        return "file" if self.index is None else f"cue {self.index + 1}"


def about_file(rule: str, message: str) -> Finding:
    """A finding about a whole file."""
    return Finding(rule, None, 0.0, 0.0, None, None, "", message)
