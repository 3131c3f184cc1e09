"""Reads caption files of any format, for all commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from captioner.cues import make_cues
from captioner.errors import FormatError, UnknownName, UsageError, reason_of
from captioner.formats import UNKNOWN_PROGRAMME, Contents, Format, Programme, format_of_file
from captioner.limited_file import read_limited, read_stream
from captioner.output import STANDARD
from captioner.profiles import Profile
from captioner.render.containers import CONTAINERS
from captioner.values import Cue


@dataclass(frozen=True)
class CaptionFile:
    """A caption file that was read."""

    path: str
    """Its path as the user gave it."""

    format: Format

    contents: Contents

    @property
    def shown_text(self) -> str:
        """All that is shown or said, a line for each cue or segment."""
        if self.contents.cues is not None:
            return "\n".join(cue.text for cue in self.contents.cues)
        transcript = self.contents.transcript
        return "\n".join(segment.text for segment in transcript.segments) if transcript else ""

    def cues_by(self, profile: Profile, frame_rate: Fraction | None = None) -> Sequence[Cue]:
        """Return the file's cues; for a transcript the cues of that profile.

        `frame_rate` is None for the frame rate that the transcript's report names.
        """
        if self.contents.cues is not None:
            return self.contents.cues
        transcript, report = self.contents.transcript, self.contents.report
        assert transcript is not None
        assert report is not None
        rate = frame_rate or report.frame_rate
        return make_cues(transcript, profile, frame_rate=rate, shot_changes=report.shot_changes)


def open_captions(path: str, format: Format | None = None, frame_rate: Fraction | None = None) -> CaptionFile:
    """Return the captions or the transcript in a file.

    `frame_rate` is for files that count frames and do not store how many there are in a second. Raises `FormatError`,
    which names the file, and `UnknownName`.
    """
    format, contents = read_captions(path, format, Programme(frame_rate=frame_rate))
    return CaptionFile(path, format, contents)


def read_captions(
    path: str,
    format: Format | None = None,
    programme: Programme = UNKNOWN_PROGRAMME,
    *,
    encoding: str | None = None,
    strict: bool = False,
    shift: float = 0.0,
    stretch: Fraction = Fraction(1),
) -> tuple[Format, Contents]:
    """Return the format of a caption file and what it holds.

    `format` is None for the one that the file shows. `programme` is what the user says of the video, such as a frame
    rate that the file does not store. `strict` refuses a file that is damaged or would lose something. Times of cues
    are multiplied by `stretch`, then moved by `shift` seconds. Raises `FormatError`, which names the file, and
    `UnknownName`.
    """
    data = read_bytes(path)
    format = format or _detected_format(path, data)
    try:
        return format, format.read(data, programme, encoding=encoding, strict=strict, shift=shift, stretch=stretch)
    except FormatError as error:
        raise FormatError(path, str(error)) from error


def read_bytes(path: str) -> bytes:
    """Return the bytes of a caption file, or of standard input. Raises `FormatError`."""
    try:
        return read_stream(sys.stdin.buffer) if path == STANDARD else read_limited(path)
    except OSError as error:
        raise FormatError(path, reason_of(error)) from error


def _detected_format(path: str, data: bytes) -> Format:
    try:
        return format_of_file(path, data)
    except UnknownName as error:
        if Path(path).suffix.lower() in CONTAINERS:
            raise UsageError(f"{path} is a video, not a caption file") from error
        if path != STANDARD:
            raise
        raise UsageError("the format of standard input is unknown; name it with --from, or give a file") from error
