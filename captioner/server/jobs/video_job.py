"""The work of a job that makes a video: captions burned in, or as a track."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Event

from captioner.media import open_media
from captioner.render import Subtitles, burn, mux
from captioner.render.containers import CONTAINERS
from captioner.server.documents import document_cues
from captioner.server.jobs.caption_job import JobProgress, JobStopped, OnProgress
from captioner.server.jobs.server_job import ServerJob

DEFAULT_SUFFIXES = {"burn": ".mp4", "mux": ".mkv"}
"""The containers of videos whose sources have one that cannot be written."""


@dataclass(frozen=True)
class VideoWork:
    """A burn or mux job, ready to run in a thread."""

    job: ServerJob
    media: Path
    folder: Path

    on_progress: OnProgress
    """Called from the thread."""

    def make(self, stopped: Event) -> None:
        """Write the video. Raises `JobStopped` soon after `stopped` is set, and the errors of `burn` and `mux`."""
        cues = document_cues(self.folder) or ()
        suffix = Path(self.job.name).suffix.lower()
        target = self.folder / f"video{suffix if suffix in CONTAINERS else DEFAULT_SUFFIXES[self.job.kind]}"
        with open_media(str(self.media)) as media:

            def follow(seconds: float) -> None:
                if stopped.is_set():
                    raise JobStopped
                self.on_progress(JobProgress(min(seconds, media.duration or seconds), media.duration))

            subtitles = (Subtitles("the captions", cues, self.job.settings.language),)
            make = burn if self.job.kind == "burn" else mux
            make(media, subtitles, target, progress=follow)
