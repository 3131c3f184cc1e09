"""The contents of a caption file: its parts, and facts about the programme that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from captioner.formats.common.losses import Losses
from captioner.values import Cue, Report, Transcript

Part = Literal["cues", "transcript", "report", "programme"]


@dataclass(frozen=True, kw_only=True)
class Programme:
    """Facts about the programme that cues belong to; None if unknown."""

    title: str | None = None
    """The name of the programme, in one line."""

    language: str | None = None
    """A BCP 47 tag."""

    duration: float | None = None
    """Seconds."""

    frame_rate: Fraction | None = None
    """Frames per second, exact: 24000/1001 for 23.976."""

    start_timecode: str | None = None
    """The timecode of the first frame, as in `01:00:00:00`."""

    drop_frame: bool = False
    """Whether timecode skips labels to keep up with the clock, which is defined for 29.97 and 59.94 alone."""

    width: int | None = None
    """Pixels of the picture."""

    height: int | None = None
    """Pixels of the picture."""


UNKNOWN_PROGRAMME = Programme()


@dataclass(frozen=True)
class Contents:
    """The parts that a caption file is written from, or that were read from one. None is a part that is not there."""

    cues: Sequence[Cue] | None = None
    """The cues, in the order of the file."""

    transcript: Transcript | None = None
    """The recognised text, in formats that hold it instead of cues."""

    report: Report | None = None
    """The result of each speech region."""

    programme: Programme = UNKNOWN_PROGRAMME
    """Facts about the programme."""

    losses: tuple[str, ...] = ()
    """The things in the file that were left out, counted in phrases: `3 comments`."""

    repairs: tuple[str, ...] = ()
    """The faults of the file that were repaired, counted in phrases: `2 missing numbers`."""

    lines: tuple[int | None, ...] = ()
    """The line of the file, from 1, in which the text of each cue begins; empty if the format has no lines."""

    early: float = 0.0
    """Seconds by which the cues of `parse` are later than in the file, so that none begins before 0. `Format.read`
    takes it back."""

    @classmethod
    def of_cues(
        cls,
        cues: Iterable[tuple[Cue | None, int | None]],
        *,
        programme: Programme = UNKNOWN_PROGRAMME,
        losses: Losses | None = None,
        repairs: Losses | None = None,
        early: float = 0.0,
    ) -> Contents:
        """Return the contents that a parser read: cues with their lines.

        A cue that is None had no text and is left out.
        """
        pairs = [(cue, line) for cue, line in cues if cue]
        return cls(
            [cue for cue, _ in pairs],
            programme=programme,
            losses=losses.phrases() if losses else (),
            repairs=repairs.phrases() if repairs else (),
            lines=tuple(line for _, line in pairs),
            early=early,
        )

    def line_of(self, cue: int) -> int | None:
        """Return the line of the cue with that index, if it is known."""
        return self.lines[cue] if self.lines else None
