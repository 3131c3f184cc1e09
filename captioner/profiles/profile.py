"""The rules of one caption style, and how its publisher counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from captioner.text.width import bases, character_columns, east_asian_columns


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The rules of one caption style. Times in seconds.

    `width` counts columns of one line: a Latin letter takes one, a full-width character two, so Netflix's 16
    full-width characters are 32 columns. `lines` is the most lines of a cue.

    `cps` is the fastest reading speed in characters a second, spaces and punctuation among them; a half-width
    character counts `narrow` of a character (Korean and Japanese count a half). `wpm`, in words a minute, stands
    instead of it where it is not None. Words are never dropped for either.

    `minimum_duration` and `maximum_duration` are a cue's; `gap` is the least time between two cues, or `gap_frames`
    where it is not None and the frame rate is known; a gap shorter than `chain` is closed to that. A cue may begin up
    to `lead` before its first word and may stay up to `tail` after its last one to be read (to reach
    `minimum_duration`, longer). Silence of `pause` or more ends a cue.

    `wide_punctuation` gives quotes, dashes and dots of ambiguous width two columns, as East Asian fonts do.
    `japanese_spaces` shows a narrow space for 、 and a wide one for 。; `bare_line_ends` no ，、。 where a line ends.
    `dialogue` is what stands before each line of a cue that two speakers share, such as "- "; without it none do.
    """

    name: str
    source: str
    width: int = 42
    lines: int = 2
    cps: float = 17.0
    wpm: float | None = None
    narrow: float = 1.0
    minimum_duration: float = 5 / 6
    maximum_duration: float = 7.0
    gap: float = 2 / 24
    gap_frames: int | None = None
    chain: float = 0.5
    lead: float = 0.0
    tail: float = 0.5
    pause: float = 1.0
    wide_punctuation: bool = False
    japanese_spaces: bool = False
    bare_line_ends: bool = False
    dialogue: str = ""

    def __post_init__(self) -> None:
        for name, (least, most) in _LIMITS.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise ValueError(f"{name} must be from {least:g} to {most:g}, not {value!r}")
        if self.minimum_duration > self.maximum_duration:
            raise ValueError(f"minimum_duration is {self.minimum_duration:g}, above maximum_duration")
        if not self.dialogue.isprintable():
            raise ValueError(f"dialogue must be a dash or the like on one line, not {self.dialogue!r}")

    def columns(self, text: str) -> int:
        """The width of `text`, in columns: 0, 1 or 2 for each character, marks ride on their base."""
        if text.isascii() and text.isprintable():
            return len(text)
        return sum(map(self._columns_of, bases(text)))

    def characters(self, text: str) -> float:
        """The length of `text` as `cps` counts it."""
        if text.isascii() and text.isprintable():
            return len(text) * self.narrow
        counts = (0.0, self.narrow, 1.0)
        return sum(counts[self._columns_of(character)] for character in bases(text))

    def reading_time(self, text: str) -> float:
        """Seconds that it takes to read `text` at the fastest speed allowed; parts of a text add up."""
        if self.wpm is not None:
            return len(text.split()) * 60 / self.wpm
        return self.characters(text) / self.cps

    def gap_at(self, frame_rate: Fraction | None) -> Fraction:
        """The least time between two cues, in seconds: whole frames where the frame rate is known."""
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
