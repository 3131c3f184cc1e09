"""The work of the default command: every input in turn, one sentence for each that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

import click

from captioner.align import open_timer
from captioner.backends import Backend, Hints
from captioner.budget import DryRunBackend, estimate
from captioner.cli.console import Console
from captioner.cli.messages import SPEECH_LOST, attempt_all, counted, printable
from captioner.cli.work.backend_session import BackendSession, hotwords_in, open_backend
from captioner.cli.work.caption_output import WritingOptions, title_of, write_targets
from captioner.cli.work.jobs import STANDARD, Job, plan, refuse_report_over, without_existing, write_whole
from captioner.cli.work.offline import go_offline
from captioner.cli.work.profile_choice import asked_style
from captioner.cli.work.video_jobs import Videos
from captioner.errors import MediaError, UsageError
from captioner.formats import Contents, Programme, render_report
from captioner.languages import asked_language
from captioner.media import AudioSelection, open_media, path_of, picture_of
from captioner.pipeline import Captions, caption, video_frame_rate
from captioner.render import Subtitles
from captioner.settings import Settings, options_from
from captioner.speech import SpeechOptions
from captioner.timestamps import format_clock
from captioner.transcribe import ContextMode
from captioner.values import Report

LONGEST_WARNING = 300
"""Characters of a warning that are shown: one may hold a whole script."""


@dataclass(frozen=True, kw_only=True)
class CaptionRequest:
    """The flags of the default command, named as they are there, and at rest where a command has them not."""

    inputs: tuple[str, ...]
    output: str | None = None
    directory: str | None = None
    formats: tuple[str, ...] = ()
    profile: str | None = None
    profile_options: tuple[tuple[str, Any], ...] = ()
    frame_rate: Fraction | Literal["none"] | None = None
    shot_changes: bool = False
    start_timecode: str | None = None
    drop_frame: bool = False
    word_times: bool = False
    speaker_label: str | None = None
    backend: str = "auto"
    backend_options: tuple[tuple[str, Any], ...] = ()
    model: str | None = None
    language: str | None = None
    prompt: str | None = None
    hotwords: tuple[str, ...] = ()
    hotwords_file: str | None = None
    context: ContextMode = "none"
    align: str = "auto"
    concurrency: int | None = None
    base_url: str | None = None
    audio_track: str | None = None
    channel: str = "mix"
    start: float | None = None
    end: float | None = None
    burn: str | None = None
    mux: str | None = None
    report: str | None = None
    no_journal: bool = False
    offline: bool = False
    dry_run: bool = False
    max_cost: float | None = None
    max_minutes: float | None = None
    retry_failed: bool = False
    overwrite: bool = False
    quiet: bool = False
    verbose: bool = False


Way = Callable[..., Captions]
"""`pipeline.caption`, or what takes a source and these options as it does."""


def caption_all(request: CaptionRequest, settings: Settings, way: Way = caption) -> int:
    """Caption every input; returns the exit code: that of the first error, else 7 if speech was lost, else 0."""
    if request.offline:
        go_offline(request.inputs, request.backend)
    console = Console(quiet=request.quiet, verbose=request.verbose)
    jobs = plan(request.inputs, output=request.output, directory=request.directory, formats=request.formats)
    videos = Videos(burn=request.burn, mux=request.mux)
    videos.refuse_for(request.inputs)
    if request.report not in (None, STANDARD):
        refuse_report_over(Path(request.report), jobs)
    settled = _settled(request, settings, way)
    anew = request.overwrite or request.retry_failed or request.dry_run
    todo = without_existing(jobs, overwrite=anew, say=console.say, more=videos.missing)
    if not todo:
        return 0
    with open_backend(request, settings, console, offline=request.offline) as hearing:
        run = _Run(console, hearing, partial(settled, journal=hearing.journal), request, videos)
        code = attempt_all(todo, run.rehearse if request.dry_run else run.caption)
    if request.report is not None:
        run.write_reports(request.report, many=len(todo) > 1, overwrite=anew)
    return code


def _settled(request: CaptionRequest, settings: Settings, way: Way) -> Way:
    """`way` with all that the flags say; raises `UsageError` before any work is done."""
    if request.retry_failed and request.no_journal:
        raise UsageError("--retry-failed needs the journal to know what was heard; leave --no-journal out")
    language = None if request.language is None else asked_language(request.language)
    return partial(
        way,
        profile=asked_style(request.profile, request.profile_options, settings),
        frame_rate=request.frame_rate or "media",
        shot_changes=request.shot_changes and not request.dry_run,
        hints=Hints(language, request.prompt, (*request.hotwords, *hotwords_in(request.hotwords_file))),
        context=request.context,
        align=None if request.dry_run else open_timer(request.align),
        selection=AudioSelection(request.audio_track, request.channel, request.start, request.end),
        speech=options_from(SpeechOptions, settings.speech, f"{settings.path} [speech]"),
    )


class _Run:
    """One run over several inputs; keeps the reports."""

    def __init__(
        self, console: Console, hearing: BackendSession, settled: Way, request: CaptionRequest, videos: Videos
    ) -> None:
        self._console = console
        self._hearing = hearing
        self._settled = settled
        self._writing = WritingOptions(
            start_timecode=request.start_timecode,
            drop_frame=request.drop_frame,
            word_times=request.word_times,
            speaker_label=request.speaker_label,
        )
        self._asked = replace(self._writing, frame_rate=request.frame_rate)
        self._videos = videos
        self._overwrite = request.overwrite
        self._reports: list[Report] = []

    def caption(self, job: Job) -> int:
        """Caption one input and write its results."""
        self._refuse_unwritable(job)
        captions = self._caption(job, self._hearing.backend)
        write_targets(job.targets, self._contents(job, captions), self._writing, self._console.warn)
        self._tell(job, captions)
        if captions.cues:
            track = Subtitles(job.source, captions.cues, captions.transcript.language, frozenset({"default"}))
            self._videos.make(job.source, track, overwrite=self._overwrite, console=self._console)
        return SPEECH_LOST if captions.report.lost else 0

    def _refuse_unwritable(self, job: Job) -> None:
        """Raises `FormatError` before a file is heard, where a format wants a frame rate or a label that nobody gave.

        What flows, or comes from elsewhere, is opened once, and tells its rate when it is heard.
        """
        formats = [target.format for target in job.targets if set(target.format.parts) == {"cues", "programme"}]
        path = path_of(job.source)
        if formats and job.source != STANDARD and path is not None and path.is_file():
            with open_media(job.source) as media:
                known = self._asked.on(Programme(frame_rate=video_frame_rate(media)))
            for format in formats:
                format.write(Contents(cues=(), programme=known))

    def rehearse(self, job: Job) -> int:
        """--dry-run: say what would be sent and what that costs; send nothing and write nothing but the report."""
        captions = self._caption(job, DryRunBackend(self._hearing.backend))
        click.echo(f"{printable(job.source)}: {self._hearing.price_tag(estimate(captions.report.regions))}")
        return 0

    def _caption(self, job: Job, backend: Backend) -> Captions:
        with self._console.watching(job.source) as watch:
            captions = self._settled(job.source, backend=backend, on_progress=watch)
        self._reports.append(captions.report)
        return captions

    def _contents(self, job: Job, captions: Captions) -> Contents:
        known = Programme(
            title=title_of(job.source),
            language=captions.transcript.language,
            duration=captions.report.duration,
            frame_rate=captions.report.frame_rate,
        )
        if any("programme" in target.format.parts for target in job.targets):
            known = _with_size(known, job.source)
        return Contents(captions.cues, captions.transcript, captions.report, self._writing.on(known))

    def write_reports(self, name: str, *, many: bool, overwrite: bool) -> None:
        """--report: one object for one input, a list of them for several; one that is there is left alone."""
        path = None if name == STANDARD else Path(name)
        if path is not None and path.exists() and not overwrite:
            self._console.say(f"{path} is there already and is left alone; --overwrite writes it anew")
            return
        texts = [render_report(report) for report in self._reports]
        write_whole(path, f"[{','.join(texts)}]\n" if many else "".join(texts))

    def _tell(self, job: Job, captions: Captions) -> None:
        """What became of a source. That something is wrong or missing is said to the quiet as well."""
        regions = captions.report.regions
        for warning in captions.report.warnings:
            self._console.warn(f"{job.source}: {_in_short(warning)}")
        if not regions:
            self._console.say(f"{job.source}: no speech was found, so there is no cue{job.arrow}")
            return
        cues, speech = counted(len(captions.cues), "cue"), sum(region.duration for region in regions)
        self._console.say(f"{job.source}: {cues} from {speech:.0f} s of speech{job.arrow}")
        if doubtful := [region for region in regions if region.status == "ok" and region.reason]:
            first = f"at {format_clock(doubtful[0].start)}: {doubtful[0].reason}"
            kept = counted(len(doubtful), "doubtful region")
            self._console.say(f"{job.source}: {kept} kept, the first {first}")
        if lost := captions.report.lost:
            seconds = sum(region.duration for region in lost)
            first = f"{lost[0].status} at {format_clock(lost[0].start)}: {lost[0].reason or 'nobody knows why'}"
            where = counted(len(lost), "region")
            self._console.warn(f"{job.source}: {seconds:.1f} s of speech lost in {where}; {first}")


def _in_short(warning: str) -> str:
    """A warning without the most of a long text that stands in it; the report has it whole."""
    return warning if len(warning) <= LONGEST_WARNING else f"{warning[:LONGEST_WARNING]} ... (--report has all of it)"


def _with_size(programme: Programme, source: str) -> Programme:
    """With the size of the source's picture, where it has one that can be looked at twice."""
    try:
        with open_media(source) as media:
            picture = picture_of(media)
    except (MediaError, UsageError):
        return programme
    return replace(programme, width=picture.display_width, height=picture.height)
