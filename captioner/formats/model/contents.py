"""What goes into a caption file and comes out of one: the parts, and what is known of the programme around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from captioner.values import Cue, Report, Transcript

Part = Literal["cues", "transcript", "report", "programme"]


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What a file may say of the programme that its cues belong to. None is what nobody knows.

    `language` is a BCP 47 tag, `duration` in seconds, `frame_rate` exact (24000/1001 for 23.976), `width` and `height`
    in pixels. `start_timecode` is the label of the programme's first frame, as in `01:00:00:00`; `drop_frame` says
    whether labels are left out to keep pace with the clock, which only 29.97 and 59.94 frames a second know.
    """

    title: str | None = None
    language: str | None = None
    duration: float | None = None
    frame_rate: Fraction | None = None
    start_timecode: str | None = None
    drop_frame: bool = False
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Contents:
    """What was read from a caption file. None is what its format does not hold.

    `losses` counts what stood in the file and is not here, `mended` what was not as the format wants it and was
    understood nevertheless: each a phrase such as `3 comments`.
    """

    cues: Sequence[Cue] | None = None
    transcript: Transcript | None = None
    report: Report | None = None
    programme: Programme = Programme()
    losses: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
