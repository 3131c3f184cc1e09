"""The work of a caption job: its source to a transcript, a report and cues in the folder of the job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from captioner.atomic_file import atomic_write_text
from captioner.backends import Backend
from captioner.editing.cue_json import captions_text
from captioner.errors import MediaNotReadable
from captioner.formats import Contents, format_named, format_of_file, render_report, transcript_of
from captioner.media import Media, open_media
from captioner.output import Captions
from captioner.pipeline import CaptionOptions, Progress, cues_of_transcript
from captioner.pipeline.captioning import caption_with
from captioner.server.jobs.server_job import JobSettings, ServerJob
from captioner.values import Cue, Report, Transcript


class JobStopped(Exception):
    """A job is stopped: it was cancelled, or the server ends."""


@dataclass(frozen=True)
class JobProgress:
    """How far a job is."""

    done: float
    """Seconds of the source that are done."""

    duration: float | None
    """Seconds of the source; None if unknown."""

    cues: tuple[Cue, ...] = ()
    """The cues of the region that was just recognised."""


OnProgress = Callable[[JobProgress], object]


@dataclass(frozen=True)
class CaptionWork:
    """A caption job, ready to run in a thread."""

    job: ServerJob
    media: Path
    folder: Path

    captioning: CaptionOptions
    """The options of the server."""

    longest: float
    """Seconds of a source at most."""

    on_progress: OnProgress
    """Called from the thread."""

    def recognise(self, backend: Backend, stopped: Event) -> Captions:
        """Caption the source. Raises `JobStopped` soon after `stopped` is set, and the errors of `caption`."""
        options = _options_for(self.job.settings, self.captioning)

        def follow(progress: Progress) -> None:
            if stopped.is_set():
                raise JobStopped
            self._check_duration(progress.done)
            segment = progress.result.segment if progress.result else None
            cues: tuple[Cue, ...] = ()
            if segment:
                language = segment.language or options.hints.language
                cues = cues_of_transcript(Transcript((segment,), language), options.profile)
            self.on_progress(JobProgress(progress.done, progress.duration, cues))

        self._check_duration(probe(self.media, self.job.name).duration)
        try:
            captions = caption_with(str(self.media), replace(options, backend=backend, on_progress=follow))
        except MediaNotReadable as error:
            raise MediaNotReadable(self.job.name, error.reason) from None
        captions = replace(captions, report=replace(captions.report, source=self.job.name))
        write_captions(self.folder, captions)
        return captions

    def adopt(self, captions: Path) -> Captions:
        """Take the captions of a file. Raises `FormatError`, `UnknownName`, `MediaError`, `OSError`."""
        data = captions.read_bytes()
        contents = format_of_file(captions.name, data).read(data)
        language = self.job.settings.language or contents.programme.language
        media = probe(self.media, self.job.name)
        self._check_duration(media.duration)
        cues = tuple(contents.cues or ())
        transcript = contents.transcript or transcript_of(cues, language)
        if contents.cues is None:
            cues = cues_of_transcript(transcript, _options_for(self.job.settings, self.captioning).profile)
        duration = media.duration or max((cue.end for cue in cues), default=0.0)
        report = contents.report or Report(self.job.name, duration, "captions", language=language)
        adopted = Captions(cues, transcript, replace(report, source=self.job.name))
        write_captions(self.folder, adopted)
        # A transcript has no styles and positions, and its cues would be broken in another way.
        atomic_write_text(self.folder / "captions.json", captions_text(cues, language))
        return adopted

    def _check_duration(self, seconds: float | None) -> None:
        if seconds is not None and seconds > self.longest:
            raise MediaNotReadable(self.job.name, f"is longer than {self.longest / 3600:g} h, which this server takes")


def probe(media: Path, name: str) -> Media:
    """Return what a source holds; errors call it `name`. Raises `MediaError`."""
    try:
        with open_media(str(media)) as opened:
            return opened
    except MediaNotReadable as error:
        raise MediaNotReadable(name, error.reason) from None


def write_captions(folder: Path, captions: Captions) -> None:
    """Write what a caption job makes. Raises `OutputNotWritten`."""
    transcript = captions.to("json")
    assert isinstance(transcript, str)
    atomic_write_text(folder / "report.json", render_report(captions.report))
    atomic_write_text(folder / "transcript.json", transcript)


def read_contents(folder: Path) -> Contents:
    """Return transcript and report of a caption job. Raises `FormatError`, `OSError`."""
    return format_named("json").read((folder / "transcript.json").read_bytes())


def _options_for(settings: JobSettings, captioning: CaptionOptions) -> CaptionOptions:
    hints = captioning.hints
    hints = replace(
        hints,
        language=settings.language or hints.language,
        prompt=settings.prompt or hints.prompt,
        hotwords=settings.hotwords or hints.hotwords,
    )
    return replace(captioning, hints=hints, profile=settings.profile or captioning.profile)
