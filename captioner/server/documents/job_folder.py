"""The files of a job, and the document that is made of them when it is first opened."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from starlette.requests import Request

from captioner.editing.cue_json import captions_from
from captioner.editing.document import Document
from captioner.editing.new_document import captions_document, recognised_document
from captioner.errors import CaptionerError
from captioner.formats import format_named
from captioner.media import open_media
from captioner.pipeline import CaptionOptions, cues_of_transcript, video_frame_rate
from captioner.pipeline.caption_options import chosen_profile
from captioner.profiles import Profile
from captioner.server.documents.edited_cues import DOCUMENT
from captioner.server.jobs.job_routes import requested_job
from captioner.server.json_errors import RouteError
from captioner.server.request_context import context_of


@dataclass(frozen=True)
class JobFolder:
    """The files of a job."""

    path: Path
    """Its folder."""

    source: Path
    """Its source, which may be gone."""

    profile: str | None
    """The name of the profile that was asked for."""

    @property
    def media(self) -> Path:
        """Its source. Raises `RouteError` if it is gone."""
        if not self.source.exists():
            raise RouteError(404, "no_media", "the media of this job is not kept")
        return self.source

    @property
    def log(self) -> Path:
        """The file of the document's log."""
        return self.path / DOCUMENT


async def job_folder(request: Request) -> JobFolder:
    """Return the files of the job that a request names. Raises `RouteError`."""
    job, store = await requested_job(request), context_of(request).jobs.store
    source = Path(job.local_path) if job.local_path else store.folder(job.id) / "media"
    return JobFolder(store.folder(job.id), source, job.settings.profile)


def new_document(folder: JobFolder, captioning: CaptionOptions) -> Document:
    """Return the document of a finished job. Raises `RouteError` while there are no captions, and `FormatError`."""
    recognised, given = folder.path / "transcript.json", folder.path / "captions.json"
    if given.exists():
        cues, language = captions_from(given.read_text("utf-8"))
        frame_rate, duration = _facts_of_media(folder)
        profile = _profile(folder, captioning, language)
        return captions_document(cues, profile, language=language, frame_rate=frame_rate, duration=duration)
    if not recognised.exists():
        raise RouteError(404, "no_document", "the job has no captions yet")
    contents = format_named("json").read(recognised.read_bytes())
    transcript, report = contents.transcript, contents.report
    assert transcript is not None
    assert report is not None
    profile = _profile(folder, captioning, transcript.language)
    made = cues_of_transcript(transcript, profile, frame_rate=report.frame_rate, shot_changes=report.shot_changes)
    return recognised_document(made, report, profile, language=transcript.language)


def _profile(folder: JobFolder, captioning: CaptionOptions, language: str | None) -> Profile:
    return chosen_profile(folder.profile or captioning.profile, language)


def _facts_of_media(folder: JobFolder) -> tuple[Fraction | None, float]:
    """Return frame rate and duration of the source; None and 0 where it does not tell."""
    try:
        with open_media(str(folder.media)) as media:
            return video_frame_rate(media), media.duration or 0.0
    except (CaptionerError, RouteError):
        return None, 0.0
