"""The results of a caption job in any format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from captioner.formats import Contents, format_named, transcript_of
from captioner.output import WritingOptions, title_of, write_contents
from captioner.pipeline import ProfileChoice, cues_of_transcript
from captioner.server.documents import document_cues
from captioner.server.jobs.caption_job import read_contents

MEDIA_TYPES = {
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "json": "application/json",
    "ttml": "application/ttml+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "md": "text/markdown",
}
"""The types of results that have one; the others are plain text or bytes."""


def job_contents(folder: Path, name: str, profile: ProfileChoice) -> Contents:
    """Return the captions of the job in `folder`, whose source is called `name`, as people left them.

    `profile` is for those that were never edited. Raises `FormatError`, `OSError`, `DocumentNotSaved`.
    """
    contents = read_contents(folder)
    transcript, report = contents.transcript, contents.report
    assert transcript is not None
    assert report is not None
    programme = replace(contents.programme, title=title_of(name))
    if (edited := document_cues(folder)) is not None:
        spoken = transcript_of(edited, transcript.language)
        return replace(contents, cues=edited, transcript=spoken, programme=programme)
    cues = cues_of_transcript(transcript, profile, frame_rate=report.frame_rate, shot_changes=report.shot_changes)
    return replace(contents, cues=cues, programme=programme)


def write_job_result(contents: Contents, format: str, *, word_times: bool) -> tuple[str | bytes, str]:
    """Return captions as a file, and the end of its name. Raises `UnknownName`, `FormatError`."""
    wanted = format_named(format)
    return write_contents(wanted, contents, WritingOptions(word_times=word_times)).data, wanted.suffix


def media_type_of(format: str, data: str | bytes) -> str:
    """Return the media type of a result. HTML is sent as plain text: no browser runs what is in it."""
    return MEDIA_TYPES.get(format, "text/plain" if isinstance(data, str) else "application/octet-stream")
