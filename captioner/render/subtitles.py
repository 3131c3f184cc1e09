"""Captions that are to be shown in a video: their cues, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from captioner.errors import FormatError
from captioner.values import Cue

Flag = Literal["default", "forced", "sdh"]
FLAGS: tuple[Flag, ...] = get_args(Flag)
"""What a player may be told of a track: show it unasked; show it even to who wants no captions; for the deaf too."""

DISPOSITIONS = {"default": "default", "forced": "forced", "sdh": "hearing_impaired"}


@dataclass(frozen=True)
class Subtitles:
    """One caption file. `name` is the user's word for it, `language` a BCP 47 tag or None.

    `ass` is its text where it is an ASS file, which has a look of its own. `losses` is what its reading left out, in
    phrases.
    """

    name: str
    cues: Sequence[Cue]
    language: str | None = None
    flags: frozenset[Flag] = frozenset()
    ass: str | None = None
    losses: tuple[str, ...] = ()


def refuse_empty(track: Subtitles) -> None:
    """Raises `FormatError` where there is nothing to show."""
    if not track.cues:
        raise FormatError(track.name, "has no cue, so there is nothing to show")
