"""The values that all stages share: frozen, checked when they are made, and independent of any stage.

Every time is a float in seconds on the player's clock: the time that a player shows at that moment. A time is rounded
once, when it is written to a file.
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
"""The result of recognising a speech region: text; no speech in it; an error; refused by a content policy; cut off."""

STATUSES: tuple[Status, ...] = get_args(Status)

LOST_STATUSES: tuple[Status, ...] = ("failed", "blocked", "truncated")
"""The statuses of a region whose speech is missing, or partly missing."""

_COLOR = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True)
class Span:
    """A span of time: `0 <= start <= end < inf`. Raises `ValueError` otherwise."""

    start: float
    """Seconds."""

    end: float
    """Seconds."""

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end < math.inf:
            raise ValueError(f"not a span of time: start={self.start!r}, end={self.end!r}")

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


@dataclass(frozen=True, eq=False)
class Audio:
    """Mono audio. Raises `ValueError` for samples of another type or shape."""

    samples: Samples
    """float32 in [-1, 1], shape (n,)."""

    sample_rate: int
    """Hertz."""

    start: float = 0.0
    """Time of `samples[0]` in seconds."""

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
        """Time after the last sample, in seconds."""
        return self.time_of(len(self.samples))

    def time_of(self, index: int) -> float:
        """Return the time of `samples[index]` in seconds, counted in whole samples so that errors do not add up."""
        return (round(self.start * self.sample_rate) + index) / self.sample_rate

    def clip(self, span: Span) -> Audio:
        """Return the part inside `span`, cut at whole samples, as a view."""
        first = max(0, round((span.start - self.start) * self.sample_rate))
        last = max(first, round((span.end - self.start) * self.sample_rate))
        return Audio(self.samples[first:last], self.sample_rate, self.time_of(first))


@dataclass(frozen=True)
class Word(Span):
    """A recognised word and when it is said."""

    text: str
    """The word, with the space before it if there is one."""

    confidence: float | None = None
    """In [0, 1]; None if the backend gives none."""


@dataclass(frozen=True)
class Segment(Span):
    """The text of one speech region. Raises `ValueError` if its words do not spell its text."""

    text: str

    words: tuple[Word, ...] = ()
    """Empty without word times; otherwise `"".join(word.text for word in words) == text`."""

    speaker: str | None = None

    language: str | None = None
    """BCP 47 tag."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.words and "".join(word.text for word in self.words) != self.text:
            raise ValueError(f"the words do not spell the text {self.text!r}")


@dataclass(frozen=True)
class Transcript:
    """The recognised text of a source, in order of time."""

    segments: tuple[Segment, ...] = ()

    language: str | None = None
    """BCP 47 tag; None if it is unknown."""


@dataclass(frozen=True)
class StyleSpan:
    """The style of a range of characters in a cue's text. Raises `ValueError` for an empty range or style."""

    first: int
    """Index of the first character."""

    last: int
    """Index after the last character."""

    italic: bool = False
    bold: bool = False
    underline: bool = False

    color: str | None = None
    """`#rrggbb`; None for the default color."""

    def __post_init__(self) -> None:
        if not 0 <= self.first < self.last:
            raise ValueError(f"a style of no character: first={self.first!r}, last={self.last!r}")
        if self.color is not None and not _COLOR.fullmatch(self.color):
            raise ValueError(f"not a color: {self.color!r}")
        if not (self.italic or self.bold or self.underline or self.color):
            raise ValueError("a style that changes nothing")


@dataclass(frozen=True)
class Position:
    """The position of a cue on the screen. Raises `ValueError` for a place outside the picture."""

    anchor: int = 2
    """The point of the text that `x` and `y` place, as a numeric keypad key: 2 bottom centre, 5 middle, 7 top left."""

    x: float | None = None
    """Percent of the picture from its left; None for the usual distance from the edge."""

    y: float | None = None
    """Percent of the picture from its top; None for the usual distance from the edge."""

    vertical: Literal["", "rl", "lr"] = ""
    """Order of vertical lines: right to left, or left to right; empty for horizontal text."""

    def __post_init__(self) -> None:
        if not 1 <= self.anchor <= 9:
            raise ValueError(f"not a key of the numeric keypad: {self.anchor!r}")
        if not all(0 <= share <= 100 for share in (self.x, self.y) if share is not None):
            raise ValueError(f"not in the picture: x={self.x!r}, y={self.y!r}")


@dataclass(frozen=True)
class Cue(Span):
    """One caption, shown from `start` until `end`.

    Raises `ValueError` for a cue of no duration or with a blank line, for words that do not spell the text, and for
    styles that overlap, are out of order or lie outside the text.
    """

    text: str
    """Lines parted by `\\n`, none of them blank."""

    speaker: str | None = None

    words: tuple[Word, ...] = ()
    """Empty without word times; otherwise they spell `text`, each with the space or line break before it."""

    styles: tuple[StyleSpan, ...] = ()
    """In order, without overlap."""

    position: Position | None = None
    """None for the bottom centre."""

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
    """The result of recognising one speech region: one entry of the report."""

    index: int
    """Number of the region, from 0."""

    status: Status

    text: str = ""

    reason: str | None = None
    """Why `status` is not ok; beside ok, a doubt about the text or its times."""

    cached: bool = False
    """Whether the result came from the journal."""

    attempts: int = 1
    """Requests that the backend made for it. Those for a window count for its first region."""

    suspected: str | None = None
    """Why the text is probably not speech but invented by the recogniser; None if it is not suspected. Suspected text
    is left out of the captions unless the run keeps it."""

    timing: str | None = None
    """What timed the words: the name of an aligner, "backend", or "placement" for the rough times of a script; None
    without word times."""

    @property
    def lost(self) -> bool:
        """Whether speech in this region is missing, or partly missing, from the captions."""
        return self.status in LOST_STATUSES


@dataclass(frozen=True)
class Report:
    """The report of one run: source, backend and options, and the result of every speech region."""

    source: str

    duration: float
    """Of the media, in seconds."""

    backend: str

    model: str | None = None

    language: str | None = None
    """BCP 47 tag."""

    align: str | None = None
    """Name of the aligner that timed the words."""

    frame_rate: Fraction | None = None
    """Frames a second to which cue times are rounded; None for milliseconds."""

    shot_changes: tuple[float, ...] = ()
    """Times of the picture's cuts in seconds; empty unless they were asked for."""

    regions: tuple[RegionReport, ...] = ()

    missing_segments: int = 0
    """Segments of the source's playlist that could not be read. What is said in them is lost, and in no region."""

    warnings: tuple[str, ...] = ()

    @property
    def suspected(self) -> tuple[RegionReport, ...]:
        """The regions whose text is probably invented by the recogniser."""
        return tuple(region for region in self.regions if region.suspected)

    @property
    def lost(self) -> tuple[RegionReport, ...]:
        """The regions whose speech is missing, or partly missing, from the captions."""
        return tuple(region for region in self.regions if region.lost)
