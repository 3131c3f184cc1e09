"""Caption files for a video, with the language and the flags of their tracks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

from captioner.errors import FormatError
from captioner.media import Media
from captioner.values import Cue

Flag = Literal["default", "forced", "sdh"]
FLAGS: tuple[Flag, ...] = get_args(Flag)
"""Flags of a track for players: shown by default; shown even with captions off; for the deaf and hard of hearing."""

DISPOSITIONS = {"default": "default", "forced": "forced", "sdh": "hearing_impaired"}
"""ffmpeg's name of each flag."""


TOLERANCE = 0.1
"""Seconds by which a container may understate how long its video is."""


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


def check_cues(track: Subtitles, media: Media) -> Iterator[str]:
    """Yield a warning if some cues come after the end of the media. Raises `FormatError` if all do, or without cues."""
    refuse_empty(track)
    end = inf if media.duration is None else media.duration + TOLERANCE
    late = [cue.start for cue in track.cues if cue.start > end]
    if not late:
        return
    verb = "comes" if len(late) == 1 else "come"
    message = f"{len(late)} of {len(track.cues)} cues {verb} after the end of {media.source} ({media.duration:.1f} s)"
    if len(late) < len(track.cues):
        yield f"{track.name}: {message}"
        return
    hours = int(min(late) // 3600)  # editors begin timelines at an hour, such as 01:00:00:00
    shift = f"-{hours}:00:00" if hours else "-TIME"
    raise FormatError(track.name, f"{message}; move them first: captioner convert {track.name} NEW --shift {shift}")
