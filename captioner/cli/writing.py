"""Captions into files: what a file says of the programme, and what it could not hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from captioner.cli.files import STANDARD, Target, stem_of, write_whole
from captioner.errors import CaptionerError
from captioner.formats import Contents, Programme


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What the flags say of frames and their labels; None is what they do not say."""

    frame_rate: Fraction | Literal["none"] | None = None
    start_timecode: str | None = None
    drop_frame: bool = False

    def on(self, programme: Programme) -> Programme:
        """The programme as the flags have it."""
        rate = None if self.frame_rate == "none" else self.frame_rate or programme.frame_rate
        return replace(
            programme,
            frame_rate=rate,
            start_timecode=self.start_timecode or programme.start_timecode,
            drop_frame=self.drop_frame or programme.drop_frame,
        )


def title_of(source: str) -> str | None:
    """What a programme is called that comes from there: the file's name without its end."""
    return None if source == STANDARD else stem_of(source)


def without_word_times(contents: Contents) -> Contents:
    """The same contents, whose cues say no longer when each of their words is spoken."""
    return replace(contents, cues=None if contents.cues is None else [replace(cue, words=()) for cue in contents.cues])


def write_targets(targets: Sequence[Target], contents: Contents, warn: Callable[[str], None]) -> None:
    """Write all results, and say what of the cues each could not hold.

    Where one cannot be written the others are; the first error is raised at the end.
    """
    failed: CaptionerError | None = None
    for target in targets:
        try:
            lost = target.format.losses(contents.cues or (), contents.programme)
            file = target.format.write(contents.cues, contents.transcript, contents.report, contents.programme)
            write_whole(target.path, file)
        except CaptionerError as error:
            failed = failed or error
            continue
        if lost:
            warn(f"{target.path or 'standard output'}: {target.format.name} does not hold the {', '.join(lost)}")
    if failed:
        raise failed
