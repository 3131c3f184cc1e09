"""The result of a run, which can be written as text and files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from captioner.atomic_file import atomic_write
from captioner.errors import OutputNotWritten
from captioner.formats import Contents, Format, Programme, Written, format_named, format_of_path, with_speaker_labels
from captioner.media import path_of
from captioner.stores import StoreNotUsable, is_store, write_object
from captioner.values import Cue, Report, Transcript

STANDARD = "-"
"""As a source standard input, as a target standard output."""


@dataclass(frozen=True, kw_only=True)
class WritingOptions:
    """Options for writing caption files, beside text and times."""

    frame_rate: Fraction | Literal["none"] | None = None
    """Frames a second, for formats that count frames; None for that of the report, "none" for no frame rate."""

    start_timecode: str | None = None
    """The timecode of the first frame, such as "01:00:00:00"; None for 00:00:00:00."""

    drop_frame: bool = False
    """Whether timecodes are drop-frame, which 29.97 and 59.94 frames a second allow."""

    word_times: bool = False
    """Whether the time of each word is written, in formats that can store it."""

    speaker_label: str | None = None
    """The label of a speaker in the text of a format without speakers; "{}" stands for the name, as in "[{}] "."""

    def applied_to(self, programme: Programme) -> Programme:
        """Return the programme with these options in place of its own values."""
        return replace(
            programme,
            frame_rate=None if self.frame_rate == "none" else self.frame_rate or programme.frame_rate,
            start_timecode=self.start_timecode or programme.start_timecode,
            drop_frame=self.drop_frame or programme.drop_frame,
        )


@dataclass(frozen=True)
class Captions:
    """The captions of one source."""

    cues: tuple[Cue, ...]
    """The captions as they are shown."""

    transcript: Transcript
    """The text of each speech region, with word times where they are known."""

    report: Report
    """The result of each speech region, and the warnings."""

    @property
    def programme(self) -> Programme:
        """Facts about the source, for formats that store them: title, language, duration, frame rate."""
        report = self.report
        return Programme(
            title=title_of(report.source),
            language=self.transcript.language,
            duration=report.duration,
            frame_rate=report.frame_rate,
        )

    def to(self, format: str, options: WritingOptions = WritingOptions()) -> str | bytes:
        """Return the captions as a file of that format: text, or bytes for a binary format.

        `format` is a name such as "srt", "vtt" or "json". Raises `UnknownName`, and `FormatError` if the format
        needs a value that is not known, such as a frame rate.
        """
        return self._write(format_named(format), options).data

    def save(
        self, path: str | Path, format: str | None = None, options: WritingOptions = WritingOptions()
    ) -> tuple[str, ...]:
        """Write the captions to a file, which appears complete or not at all; an existing file is replaced.

        `format` is None for the format of the path's ending. Returns what the format cannot store, such as
        "speaker names (2 cues)". Raises `UnknownName`, `FormatError`, `OutputNotWritten`.
        """
        written = self._write(format_named(format) if format else format_of_path(path), options)
        write_file(Path(path), written.data)
        return written.losses.phrases()

    def _write(self, format: Format, options: WritingOptions) -> Written:
        programme = options.applied_to(self.programme)
        return write_contents(format, Contents(self.cues, self.transcript, self.report, programme), options)


def write_contents(format: Format, contents: Contents, options: WritingOptions) -> Written:
    """Return the contents as a file of that format. Speakers are named in the text of a format that cannot store them.

    Raises `FormatError`.
    """
    cues = contents.cues or ()
    if not options.word_times:
        cues = [replace(cue, words=()) for cue in cues]
    written = format.write(replace(contents, cues=cues))
    if options.speaker_label and written.losses["speaker names"]:
        written = format.write(replace(contents, cues=with_speaker_labels(cues, options.speaker_label)))
    return written


def title_of(source: str) -> str | None:
    """Return the title of a programme from that source: the file name without its ending; None for standard input.

    >>> title_of("films/talk.mp4"), title_of("https://example.org/live/talk.m3u8?id=7"), title_of("-")
    ('talk', 'talk', None)
    """
    return None if source == STANDARD else (path_of(source) or Path(urlsplit(source).path)).stem or "captions"


def write_file(place: str | Path, file: str | bytes) -> None:
    """Write a result to a path or an address of a store, where it appears complete or not at all.

    A pipe or a device is written into, since nothing may replace it. Raises `OutputNotWritten`.
    """
    data = file.encode("utf-8") if isinstance(file, str) else file
    if isinstance(place, str) and is_store(place):
        _write_stored(place, data)
        return
    path = Path(place)
    try:
        if is_special(path):
            path.write_bytes(data)
        else:
            with atomic_write(path) as unfinished:
                unfinished.write_bytes(data)
    except OSError as error:
        raise OutputNotWritten(str(path), (error.strerror or str(error)).lower()) from error


def _write_stored(address: str, data: bytes) -> None:
    try:
        write_object(address, data)
    except StoreNotUsable as error:
        raise OutputNotWritten(address, error.reason) from error


def is_special(path: Path) -> bool:
    """Return whether the path is a pipe or a device."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except OSError:  # such as a name that is too long, which opening the file reports
        return False
