"""Folders of jobs as the server keeps them, for the tests of documents."""

from __future__ import annotations

from pathlib import Path

from captioner.editing.cue_json import captions_text
from captioner.formats import Contents, format_named
from captioner.server.jobs.job_store import JobStore
from captioner.values import Cue, RegionReport, Report, Segment, Transcript, Word


def caption_job(state: Path, cues: list[Cue], media: Path | None = None, job: str = "j1") -> Path:
    """Make the folder of a job that was given captions; returns it."""
    folder = _folder(state, job, media)
    (folder / "captions.json").write_text(captions_text(cues, "en"), "utf-8")
    return folder


def recognised_job(state: Path, media: Path | None = None, job: str = "j1") -> Path:
    """Make the folder of a job whose media was recognised; returns it."""
    folder = _folder(state, job, media)
    transcript, report = recognised()
    contents = Contents(transcript=transcript, report=report)
    written = format_named("json").write(contents).data
    assert isinstance(written, str)
    (folder / "transcript.json").write_text(written, "utf-8")
    return folder


def recognised() -> tuple[Transcript, Report]:
    """Return a transcript of two sentences, one of them doubtful, and its report with a lost region."""
    first = (Word(1.0, 1.3, "Hello", 0.9), Word(1.3, 1.9, " wrld.", 0.2))
    second = (Word(4.0, 4.4, "Good", 0.95), Word(4.4, 4.9, " night.", 0.9))
    segments = (
        Segment(1.0, 1.9, "Hello wrld.", first, language="en"),
        Segment(4.0, 4.9, "Good night.", second, language="en"),
    )
    regions = (
        RegionReport(1.0, 2.0, index=0, status="ok", text="Hello wrld."),
        RegionReport(4.0, 5.0, index=1, status="ok", text="Good night.", reason="the text does not match the audio"),
        RegionReport(6.0, 7.0, index=2, status="failed", reason="no answer"),
    )
    return Transcript(segments, "en"), Report("talk.mp4", 8.0, "scripted", language="en", regions=regions)


def _folder(state: Path, job: str, media: Path | None) -> Path:
    store = JobStore(state)
    store.add_local(media or state / "gone.mp4", id=job, state="done")
    store.close()
    return store.folder(job)
