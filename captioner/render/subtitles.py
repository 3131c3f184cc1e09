"""Caption files for a video, with the language and the flags of their tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from captioner.errors import FormatError
from captioner.values import Cue

Flag = Literal["default", "forced", "sdh"]
FLAGS: tuple[Flag, ...] = get_args(Flag)
"""Flags of a track for players: shown by default; shown even with captions off; for the deaf and hard of hearing."""

DISPOSITIONS = {"default": "default", "forced": "forced", "sdh": "hearing_impaired"}
"""ffmpeg's name of each flag."""


@dataclass(frozen=True)
class Subtitles:
    """One caption file."""

    name: str
    """The file as the user named it."""

    cues: Sequence[Cue]

    language: str | None = None
    """A BCP 47 tag, None if unknown."""

    flags: frozenset[Flag] = frozenset()

    ass: str | None = None
    """The text of an ASS file, which has its own style; None for other formats."""

    losses: tuple[str, ...] = ()
    """The parts that the reader of the file dropped, in phrases."""


def refuse_empty(track: Subtitles) -> None:
    """Raise `FormatError` if there is no cue."""
    if not track.cues:
        raise FormatError(track.name, "has no cue, so there is nothing to show")
