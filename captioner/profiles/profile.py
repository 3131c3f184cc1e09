"""The rules of one caption style, and how its publisher counts characters and columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from captioner.text.width import bases, character_columns, east_asian_columns


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The rules of one caption style. Times are in seconds. Text is never shortened to satisfy a rule."""

    name: str
    source: str
    """The document that the rules are from, and when it was read."""
    width: int = 42
    """The most columns of a line: a Latin letter takes one, a full-width character two."""
    lines: int = 2
    """The most lines of a cue."""
    cps: float = 17.0
    """The fastest reading speed, in characters a second; spaces and punctuation count."""
    wpm: float | None = None
    """The fastest reading speed, in words a minute; if it is not None, it replaces `cps`."""
    narrow: float = 1.0
    """The share of a character that a half-width character counts for `cps`; for Korean and Japanese it is a half."""
    minimum_duration: float = 5 / 6
    """The shortest time for which a cue is shown."""
    maximum_duration: float = 7.0
    """The longest time for which a cue is shown."""
    gap: float = 2 / 24
    """The least time between two cues."""
    gap_frames: int | None = None
    """The least frames between two cues; where the frame rate is known and it is not None, it replaces `gap`."""
    chain: float = 0.5
    """A gap that is shorter than this is closed to `gap`."""
    lead: float = 0.0
    """The most time by which a cue starts before its first word."""
    tail: float = 0.5
    """The most time for which a cue stays after its last word to be read; `minimum_duration` may keep it longer."""
    pause: float = 1.0
    """A silence of this length ends a cue."""
    wide_punctuation: bool = False
    """Whether quotes, dashes and dots of ambiguous width take two columns, as in East Asian fonts."""
    japanese_spaces: bool = False
    """Whether 、 is shown as a narrow space and 。 as a wide one."""
    bare_line_ends: bool = False
    """Whether ，, 、 and 。 are left out at the end of a line."""
    dialogue: str = ""
    """The text before each line of a cue that two speakers share, such as "- "; if empty, none share a cue."""

    def __post_init__(self) -> None:
        for name, (least, most) in _LIMITS.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise ValueError(f"{name} must be from {least:g} to {most:g}, not {value!r}")
        if self.minimum_duration > self.maximum_duration:
            raise ValueError(f"minimum_duration is {self.minimum_duration:g}, above maximum_duration")
        if not self.dialogue.isprintable():
            raise ValueError(f"dialogue must be printable text on one line, such as '- ', not {self.dialogue!r}")

    def columns(self, text: str) -> int:
        """Return the width of a text, in columns: 0, 1 or 2 for each character. Marks take no column of their own."""
        if text.isascii() and text.isprintable():
            return len(text)
        return sum(map(self._columns_of, bases(text)))

    def characters(self, text: str) -> float:
        """Return the length of a text, in characters as `cps` counts them."""
        if text.isascii() and text.isprintable():
            return len(text) * self.narrow
        counts = (0.0, self.narrow, 1.0)
        return sum(counts[self._columns_of(character)] for character in bases(text))

    def reading_time(self, text: str) -> float:
        """Return the seconds that it takes to read a text at the fastest speed allowed.

        The times of its parts add up.
        """
        if self.wpm is not None:
            return len(text.split()) * 60 / self.wpm
        return self.characters(text) / self.cps

    def gap_at(self, frame_rate: Fraction | None) -> Fraction:
        """Return the least time between two cues, in seconds: whole frames if the frame rate is known."""
        if frame_rate is None:
            return Fraction(self.gap).limit_denominator(1_000_000)
        frames = self.gap_frames if self.gap_frames is not None else ceil(round(self.gap * frame_rate, 3))
        return frames / frame_rate

    @property
    def _columns_of(self) -> Callable[[str], int]:
        return east_asian_columns if self.wide_punctuation else character_columns


_LIMITS = {
    "width": (2, 1000),
    "lines": (1, 10),
    "cps": (0.1, 1000),
    "wpm": (1, 10_000),
    "narrow": (0, 1),
    "minimum_duration": (0.01, 3600),
    "maximum_duration": (0.01, 3600),
    "gap": (0, 60),
    "gap_frames": (0, 1000),
    "chain": (0, 60),
    "lead": (0, 60),
    "tail": (0, 60),
    "pause": (0.01, 3600),
}
