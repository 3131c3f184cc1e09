"""A job of the server, and what its client asked for."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from captioner.formats import FORMATS

JobKind = Literal["caption", "burn", "mux"]

JobState = Literal["waiting", "running", "done", "lost", "failed", "cancelled"]
"""`lost`: it is done, but speech was lost."""

FINISHED = frozenset({"done", "lost", "failed", "cancelled"})

WITH_RESULTS = frozenset({"done", "lost"})

REPORT = "report"
"""The result that is the report and not a caption format."""


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """What the client asked for."""

    language: str | None = None
    """A BCP 47 tag; None for the default of the server."""

    profile: str | None = None
    """The name of a profile; None for the default of the server."""

    prompt: str | None = None
    """Text before the speech, or about it."""

    hotwords: tuple[str, ...] = ()
    """Names and terms to spell right."""

    captions: str | None = None
    """The file of captions that exist, in the folder of the job or elsewhere; None where speech is recognised."""

    url: str | None = None
    """Where the source is fetched first; None where it is there."""

    webhook: str | None = None
    """Where the end of the job is reported."""


@dataclass(frozen=True, kw_only=True)
class ServerJob:
    """A job as the store keeps it. Times are Unix time."""

    id: str = field(default_factory=lambda: secrets.token_hex(12))

    kind: JobKind = "caption"

    name: str
    """The file name of the source."""

    client: str
    """Who sent it: a hash of the key, or an address."""

    state: JobState = "waiting"

    created: float = field(default_factory=time.time)
    started: float | None = None
    finished: float | None = None

    attempts: int = 0
    """How often it was begun and neither ended nor handed back: each was the end of the server."""

    settings: JobSettings = JobSettings()

    done: float = 0.0
    """Seconds of the source that are done."""

    duration: float | None = None
    """Seconds of the source; None if unknown."""

    cues: int = 0

    lost_regions: int = 0
    """Speech regions without a caption."""

    error: str | None = None
    """Why it failed."""

    language: str | None = None
    """The language that was recognised."""

    backend: str | None = None

    source: str | None = None
    """The caption job whose captions this job burns or muxes."""

    local_path: str | None = None
    """The path of the source where it is a file of this machine and not an upload."""

    has_media: bool = False
    has_video: bool = False

    @property
    def is_finished(self) -> bool:
        """Whether nothing more happens."""
        return self.state in FINISHED

    @property
    def results(self) -> list[str]:
        """The formats in which the captions can be had."""
        return [*FORMATS, REPORT] if self.kind == "caption" and self.state in WITH_RESULTS else []


def job_json(job: ServerJob) -> dict[str, Any]:
    """Return a job as clients get it."""
    speed = left = None
    if job.started is not None and job.done:
        speed = job.done / max(1e-3, (job.finished or time.time()) - job.started)
        left = None if job.duration is None else max(0.0, job.duration - job.done) / speed
    return {
        "id": job.id,
        "kind": job.kind,
        "name": job.name,
        "state": job.state,
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
        "progress": {
            "done": round(job.done, 3),
            "duration": None if job.duration is None else round(job.duration, 3),
            "speed": None if speed is None else round(speed, 2),
            "left": None if left is None else round(left, 1),
        },
        "cues": job.cues,
        "lost_regions": job.lost_regions,
        "error": job.error,
        "language": job.language or job.settings.language,
        "profile": job.settings.profile,
        "backend": job.backend,
        "from": job.source,
        "has_media": job.has_media,
        "has_video": job.has_video,
        "results": job.results,
    }


def settings_json(settings: JobSettings) -> dict[str, Any]:
    """Return settings as JSON can hold them, without those that are not set."""
    return {name: value for name, value in asdict(settings).items() if value not in (None, ())}


def settings_from(stored: dict[str, Any]) -> JobSettings:
    """Return the settings that `settings_json` returned."""
    settings = JobSettings(**stored)
    return replace(settings, hotwords=tuple(settings.hotwords))
