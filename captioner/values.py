"""The values that travel through captioner. Frozen, checked at birth, without behaviour of any stage.

Every time is a float in seconds on the media's clock: what a player shows when the moment is heard.
A time is rounded once, when it is written.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

Status = Literal["ok", "empty", "failed", "blocked", "truncated"]
"""What became of a speech region: heard; heard nothing; not heard; refused by a content policy; cut short."""

STATUSES: tuple[Status, ...] = get_args(Status)


_COLOR = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True)
class Span:
    """A stretch of time: `0 <= start <= end < inf`, in seconds."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end < math.inf:
            raise ValueError(f"not a span of time: start={self.start!r}, end={self.end!r}")

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


@dataclass(frozen=True, eq=False)
class Audio:
    """Mono sound: `samples` float32 in [-1, 1], shape (n,); `sample_rate` in Hz; `start` of `samples[0]` in seconds."""

    samples: Samples
    sample_rate: int
    start: float = 0.0

    def __post_init__(self) -> None:
        if self.samples.dtype != np.float32 or self.samples.ndim != 1:
            raise ValueError(f"not mono float32: {self.samples.dtype} of shape {self.samples.shape}")
        if self.sample_rate <= 0 or not 0 <= self.start < math.inf:
            raise ValueError(f"sample_rate={self.sample_rate!r}, start={self.start!r}")

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def end(self) -> float:
        """The second after the last sample."""
        return self.time_of(len(self.samples))

    def time_of(self, index: int) -> float:
        """The second at which `samples[index]` is heard, counted in whole samples so that no error adds up."""
        return (round(self.start * self.sample_rate) + index) / self.sample_rate

    def clip(self, span: Span) -> Audio:
        """The part inside `span`, cut at whole samples, as a view."""
        first = max(0, round((span.start - self.start) * self.sample_rate))
        last = max(first, round((span.end - self.start) * self.sample_rate))
        return Audio(self.samples[first:last], self.sample_rate, self.time_of(first))


@dataclass(frozen=True)
class SpeechRegion(Span):
    """A stretch of the media in which somebody speaks."""


@dataclass(frozen=True)
class Word(Span):
    """A word as it was heard, `text` with the space before it if there is one, `confidence` in [0, 1] if known."""

    text: str
    confidence: float | None = None


@dataclass(frozen=True)
class Segment(Span):
    """What was heard in one speech region. Where there are words, `"".join(word.text)` spells `text`."""

    text: str
    words: tuple[Word, ...] = ()
    speaker: str | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.words and "".join(word.text for word in self.words) != self.text:
            raise ValueError(f"the words do not spell the text {self.text!r}")


@dataclass(frozen=True)
class Transcript:
    """All that was heard, in order. `language` is a BCP 47 tag, None where nobody knows."""

    segments: tuple[Segment, ...] = ()
    language: str | None = None


@dataclass(frozen=True)
class StyleSpan:
    """How characters `first` to `last` (exclusive) of a cue's text look; `color` is `#rrggbb`, None for the usual."""

    first: int
    last: int
    italic: bool = False
    bold: bool = False
    underline: bool = False
    color: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.first < self.last:
            raise ValueError(f"a style of no character: first={self.first!r}, last={self.last!r}")
        if self.color is not None and not _COLOR.fullmatch(self.color):
            raise ValueError(f"not a color: {self.color!r}")
        if not (self.italic or self.bold or self.underline or self.color):
            raise ValueError("a style that changes nothing")


@dataclass(frozen=True)
class Position:
    """Where a cue stands. `anchor` is a key of the number pad: 2 bottom centre, 5 the middle, 7 top left.

    `x` and `y` place that point of the text, in percent of the picture from its left and its top; None is the usual
    distance from the edge. `vertical` is the way vertical lines follow one another: from right to left, or left to
    right; empty for horizontal text.
    """

    anchor: int = 2
    x: float | None = None
    y: float | None = None
    vertical: Literal["", "rl", "lr"] = ""

    def __post_init__(self) -> None:
        if not 1 <= self.anchor <= 9:
            raise ValueError(f"not a key of the number pad: {self.anchor!r}")
        if not all(0 <= share <= 100 for share in (self.x, self.y) if share is not None):
            raise ValueError(f"not in the picture: x={self.x!r}, y={self.y!r}")


@dataclass(frozen=True)
class Cue(Span):
    """One caption on the screen: lines parted by `\\n`, none of them blank, shown from `start` until `end`.

    Where its `words` are known they spell the text, each with the space or line break before it. `styles` are in order
    and do not overlap. `position` is None where nobody says, which is the bottom centre.
    """

    text: str
    speaker: str | None = None
    words: tuple[Word, ...] = ()
    styles: tuple[StyleSpan, ...] = ()
    position: Position | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.start == self.end:
            raise ValueError(f"a cue that is never shown: {self.start!r}")
        if not all(line.strip() for line in self.text.split("\n")):
            raise ValueError(f"a cue with a blank line: {self.text!r}")
        if self.words and "".join(word.text for word in self.words) != self.text:
            raise ValueError(f"the words do not spell the text {self.text!r}")
        edges = [edge for style in self.styles for edge in (style.first, style.last)]
        if edges != sorted(edges) or (edges and edges[-1] > len(self.text)):
            raise ValueError(f"styles out of order or outside of the text: {self.styles!r}")


@dataclass(frozen=True)
class RegionReport(Span):
    """What became of one speech region: a line of the ledger.

    `reason` says why where `status` is not ok, `cached` that a journal answered, `attempts` how often it was asked.
    """

    index: int
    status: Status
    text: str = ""
    reason: str | None = None
    cached: bool = False
    attempts: int = 1

    @property
    def lost(self) -> bool:
        """Whether speech was found here and is not, or not wholly, in the captions."""
        return self.status in ("failed", "blocked", "truncated")


@dataclass(frozen=True)
class Report:
    """The ledger of one run: where each second of speech went. `duration` is the media's, in seconds.

    `frame_rate`, in frames a second, is that to which cues were timed, None for milliseconds; `shot_changes` are the
    seconds at which the picture cuts, where somebody looked for them.
    """

    source: str
    duration: float
    backend: str
    model: str | None = None
    language: str | None = None
    align: str | None = None
    frame_rate: Fraction | None = None
    shot_changes: tuple[float, ...] = ()
    regions: tuple[RegionReport, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def lost(self) -> tuple[RegionReport, ...]:
        """The regions whose speech is not, or not wholly, in the captions."""
        return tuple(region for region in self.regions if region.lost)
