"""Captions into files: what a file says of the programme and of its words and speakers, and what it could not hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from captioner.cli.work.jobs import STANDARD, Target, stem_of, write_whole
from captioner.errors import CaptionerError
from captioner.formats import Contents, CueLosses, Programme, with_speaker_labels
from captioner.values import Cue


@dataclass(frozen=True, kw_only=True)
class WritingOptions:
    """What the flags say of files that are written. None is what they do not say.

    `word_times` keeps what is known of words; `speaker_label` names speakers in the text where a format has no place
    for them, `{}` being the name.
    """

    frame_rate: Fraction | Literal["none"] | None = None
    start_timecode: str | None = None
    drop_frame: bool = False
    word_times: bool = False
    speaker_label: str | None = None

    def on(self, programme: Programme) -> Programme:
        """The programme as the flags have it."""
        return replace(
            programme,
            frame_rate=None if self.frame_rate == "none" else self.frame_rate or programme.frame_rate,
            start_timecode=self.start_timecode or programme.start_timecode,
            drop_frame=self.drop_frame or programme.drop_frame,
        )

    def cues_of(self, contents: Contents) -> Sequence[Cue]:
        """The cues as they are written: without the times of words unless `word_times`."""
        cues = contents.cues or ()
        return cues if self.word_times else [replace(cue, words=()) for cue in cues]


def title_of(source: str) -> str | None:
    """What a programme is called that comes from there: the file's name without its end."""
    return None if source == STANDARD else stem_of(source)


def write_targets(
    targets: Sequence[Target], contents: Contents, writing: WritingOptions, warn: Callable[[str], None]
) -> None:
    """Write all results, and say what of the cues each could not hold.

    Where one cannot be written the others are; the first error is raised at the end.
    """
    failed: CaptionerError | None = None
    for target in targets:
        try:
            losses = _write(target, contents, writing)
        except CaptionerError as error:
            failed = failed or error
            continue
        if losses:
            name = target.path or "standard output"
            warn(f"{name}: {target.format.name} cannot store {', '.join(losses.phrases())}")
    if failed:
        raise failed


def _write(target: Target, contents: Contents, writing: WritingOptions) -> CueLosses:
    """Write one result; returns what it could not store. A format without a place for speakers gets their labels."""
    cues = writing.cues_of(contents)
    written = target.format.write(replace(contents, cues=cues))
    if writing.speaker_label and written.losses["speaker names"]:
        labelled = with_speaker_labels(cues, writing.speaker_label)
        written = target.format.write(replace(contents, cues=labelled))
    write_whole(target.path, written.data)
    return written.losses
