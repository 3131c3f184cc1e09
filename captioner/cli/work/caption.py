"""The work of the default command: each input in turn, and one sentence for each that fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

import click

from captioner.align import open_aligner
from captioner.backends import Backend, Hints
from captioner.budget import DryRunBackend
from captioner.cli.console import Console
from captioner.cli.messages import SPEECH_LOST, attempt_all, counted, printable
from captioner.cli.work.backend_session import BackendRequest, BackendSession, go_offline, hotwords_in, open_backend
from captioner.cli.work.caption_output import write_result, write_targets
from captioner.cli.work.existing_results import RecordedResults
from captioner.cli.work.jobs import Job, plan_jobs, refuse_report_over, without_existing
from captioner.cli.work.profile_choice import profile_by_language
from captioner.cli.work.video_jobs import VideoOutputs
from captioner.errors import CaptionerError, MediaError, MediaNotReadable, UsageError
from captioner.formats import FORMATS, Contents, Programme, render_failure, render_report
from captioner.journal import default_path
from captioner.languages import asked_language
from captioner.media import AudioSelection, open_media, path_of, picture_of
from captioner.output import STANDARD, Captions, WritingOptions
from captioner.pipeline import CaptionOptions, caption, caption_script, video_frame_rate
from captioner.render import Subtitles
from captioner.result_records import ResultRecords, default_state_path
from captioner.settings import Settings
from captioner.speech import SpeechOptions
from captioner.text_checks import ChineseScript
from captioner.timestamps import format_clock
from captioner.transcribe import ContextMode
from captioner.validation import options_from
from captioner.values import Cue, Report

LONGEST_WARNING = 300
"""Characters of a warning that are printed. A warning may hold a whole script."""


@dataclass(frozen=True, kw_only=True)
class CaptionRequest:
    """The flags of the default command; defaults apply to flags that a command lacks."""

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
    script_language: str | None = None
    chinese_script: ChineseScript = "auto"
    keep_suspected: bool = False
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
    skip_existing: bool = False
    quiet: bool = False
    verbose: bool = False


def caption_all(request: CaptionRequest, settings: Settings, script: str | Sequence[Cue] | None = None) -> int:
    """Caption every input, with the words of `script` where there is one.

    Returns the exit code: that of the first error, else 7 if speech was lost, now or in a result that is kept, else
    that of the results that are kept.
    """
    console = Console(quiet=request.quiet, verbose=request.verbose)
    jobs = plan_jobs(request.inputs, output=request.output, directory=request.directory, formats=request.formats)
    videos = VideoOutputs(burn=request.burn, mux=request.mux)
    videos.check_for(request.inputs)
    if request.report not in (None, STANDARD):
        refuse_report_over(Path(request.report), jobs)
    options = caption_options(request, settings)
    asked = backend_request(request, options)
    if request.offline:
        go_offline(request.inputs, asked.name)
    existing = _existing_results(request, console)
    todo = without_existing(jobs, existing, more=videos.missing)
    if not todo:
        return existing.code
    with open_backend(asked, settings, console) as session:
        run = _CaptionRun(request, options, script, session, videos, existing, console)
        try:
            code = attempt_all(todo, run.attempt)
        finally:
            run.write_reports(todo)
    return code if code not in (0, SPEECH_LOST) else max(code, existing.code)


def _existing_results(request: CaptionRequest, console: Console) -> RecordedResults:
    """Return the rule for existing results; a dry run, which writes none, shows what all of them would cost."""
    chosen = request.overwrite or request.skip_existing or request.retry_failed
    return RecordedResults(
        console,
        ResultRecords(default_state_path(), console.warn),
        overwrite=request.overwrite or (request.dry_run and not chosen),
        skip_existing=request.skip_existing,
        retry_failed=request.retry_failed,
        inputs=len(request.inputs),
    )


def caption_options(request: CaptionRequest, settings: Settings) -> CaptionOptions:
    """Return the options that the flags give, except for the backend. Raises `UsageError` before any work is done."""
    if request.retry_failed and request.no_journal:
        raise UsageError("--retry-failed needs the journal to know what failed; leave out --no-journal")
    language = None if request.language is None else asked_language(request.language)
    return CaptionOptions(
        profile=profile_by_language(request.profile, request.profile_options, settings),
        frame_rate=request.frame_rate or "media",
        shot_changes=request.shot_changes and not request.dry_run,
        hints=Hints(language, request.prompt, (*request.hotwords, *hotwords_in(request.hotwords_file))),
        context=request.context,
        align=None if request.dry_run else open_aligner(request.align),
        selection=AudioSelection(request.audio_track, request.channel, request.start, request.end),
        speech=options_from(SpeechOptions, settings.speech, f"{settings.path} [speech]"),
        chinese_script=request.chinese_script,
        keep_suspected=request.keep_suspected,
        journal=None if request.no_journal else default_path(),
    )


def writing_options(request: CaptionRequest) -> WritingOptions:
    """Return how the results are written; the frame rate of the flags comes with the captions."""
    return WritingOptions(
        start_timecode=request.start_timecode,
        drop_frame=request.drop_frame,
        word_times=request.word_times,
        speaker_label=request.speaker_label,
    )


def backend_request(request: CaptionRequest, options: CaptionOptions) -> BackendRequest:
    """Return the backend that the flags ask for, with its options and limits."""
    return BackendRequest(
        backend=request.backend,
        options=request.backend_options,
        model=request.model,
        concurrency=request.concurrency,
        base_url=request.base_url,
        language=options.hints.language,
        offline=request.offline,
        dry_run=request.dry_run,
        max_cost=request.max_cost,
        max_minutes=request.max_minutes,
    )


class _CaptionRun:
    """One run over several inputs; keeps the reports and the errors of inputs that failed."""

    def __init__(
        self,
        request: CaptionRequest,
        options: CaptionOptions,
        script: str | Sequence[Cue] | None,
        session: BackendSession,
        videos: VideoOutputs,
        existing: RecordedResults,
        console: Console,
    ) -> None:
        self._request = request
        self._options, self._script, self._session = options, script, session
        self._writing = writing_options(request)
        self._asked = replace(self._writing, frame_rate=request.frame_rate)
        self._videos = videos
        self._existing = existing
        self._console = console
        self._reports: dict[str, Report] = {}
        self._errors: dict[str, str] = {}

    def attempt(self, job: Job) -> int:
        """Caption one input, or show what that would cost; returns its exit code. Raises `CaptionerError`."""
        try:
            return self._dry_run(job) if self._request.dry_run else self._caption_job(job)
        except CaptionerError as error:
            self._errors[job.source] = str(error)
            raise

    def _caption_job(self, job: Job) -> int:
        """Caption one input and write its results."""
        self._refuse_unwritable(job)
        captions = self._caption(job, self._session.backend)
        lost = len(captions.report.lost) + captions.report.missing_segments
        record = partial(self._existing.record, lost=lost)
        write_targets(job.targets, self._contents(job, captions), self._writing, self._console.warn, record)
        self._print_result(job, captions)
        if captions.cues:
            track = Subtitles(job.source, captions.cues, captions.transcript.language, frozenset({"default"}))
            self._videos.make(job.source, track, existing=self._existing, console=self._console)
        return SPEECH_LOST if lost else 0

    def _refuse_unwritable(self, job: Job) -> None:
        """Raise `FormatError` before recognition, if a format needs a frame rate or a timecode that is not known.

        A pipe or a URL is opened once, so its frame rate is not known before.
        """
        formats = [target.format for target in job.targets if set(target.format.parts) == {"cues", "programme"}]
        path = path_of(job.source)
        if formats and job.source != STANDARD and path is not None and path.is_file():
            with open_media(job.source) as media:
                known = self._asked.applied_to(Programme(frame_rate=video_frame_rate(media)))
            for format in formats:
                format.write(Contents(cues=(), programme=known))

    def _dry_run(self, job: Job) -> int:
        """Print what would be sent and what it costs. Sends nothing, and writes nothing but the report."""
        backend = DryRunBackend(self._session.backend)
        estimate = backend.estimate(self._caption(job, backend).report.regions)
        click.echo(f"{printable(job.source)}: {self._session.describe_cost(estimate)}")
        return 0

    def _caption(self, job: Job, backend: Backend) -> Captions:
        with self._console.progress(job.source) as callback:
            options = replace(self._options, backend=backend, on_progress=callback)
            try:
                if self._script is None:
                    captions = caption(job.source, options)
                else:
                    captions = caption_script(
                        job.source, self._script, options, script_language=self._request.script_language
                    )
            except MediaNotReadable as error:
                raise _explained(error) from error
        self._reports[job.source] = captions.report
        return captions

    def _contents(self, job: Job, captions: Captions) -> Contents:
        programme = captions.programme
        if any("programme" in target.format.parts for target in job.targets):
            programme = _with_size(programme, job.source)
        programme = self._writing.applied_to(programme)
        return Contents(captions.cues, captions.transcript, captions.report, programme)

    def write_reports(self, jobs: Sequence[Job]) -> None:
        """Write the file of --report: an object for one input, a list of them for several.

        An input that failed, or that the run did not reach, has its object too, with an error.
        """
        name = self._request.report
        if name is None:
            return
        path = None if name == STANDARD else Path(name)
        replaces = self._request.retry_failed or self._request.dry_run
        if path is not None and path.exists() and not replaces and self._existing.keeps_file("report", path):
            return
        texts = [self._report_of(job.source) for job in jobs]
        write_result(path, f"[{','.join(texts)}]\n" if len(self._request.inputs) > 1 else texts[0])

    def _report_of(self, source: str) -> str:
        report, error = self._reports.get(source), self._errors.get(source)
        return render_failure(source, error or "not attempted") if report is None else render_report(report, error)

    def _print_result(self, job: Job, captions: Captions) -> None:
        """Print the result of one source. What is wrong or missing is printed even if `quiet`."""
        regions = captions.report.regions
        for warning in captions.report.warnings:
            self._console.warn(f"{job.source}: {_shortened(warning)}")
        if not regions:
            self._console.say(f"{job.source}: no speech found, 0 cues{job.arrow}")
            return
        cues, speech = counted(len(captions.cues), "cue"), sum(region.duration for region in regions)
        self._console.say(f"{job.source}: {cues} from {speech:.0f} s of speech{job.arrow}")
        self._print_doubts(job.source, captions.report)

    def _print_doubts(self, source: str, report: Report) -> None:
        """Print which regions may be wrong, and which are lost."""
        if suspected := report.suspected:
            first = f"first at {format_clock(suspected[0].start)}: {_shortened(suspected[0].text)!r}"
            what = "shown" if self._request.keep_suspected else "left out; show it with --keep-suspected"
            self._console.say(f"{source}: text of {counted(len(suspected), 'region')} is suspected, {first} ({what})")
        doubtful = [region for region in report.regions if region.status == "ok" and region.reason]
        if doubtful := [region for region in doubtful if not region.suspected]:
            first = f"first at {format_clock(doubtful[0].start)}: {doubtful[0].reason}"
            self._console.say(f"{source}: {counted(len(doubtful), 'region')} may be wrong, {first}")
        if lost := report.lost:
            seconds = sum(region.duration for region in lost)
            first = f"{lost[0].status} at {format_clock(lost[0].start)}: {lost[0].reason or 'unknown reason'}"
            self._console.warn(f"{source}: {seconds:.1f} s of speech lost in {counted(len(lost), 'region')}; {first}")


def _explained(error: MediaNotReadable) -> MediaNotReadable:
    """Return the error; for a caption file, and for a format after a blank, with what the user may have meant."""
    if error.source in FORMATS:
        return MediaNotReadable(error.source, f"{error.reason}; to write several formats: -f srt,{error.source}")
    suffixes = {suffix for format in FORMATS.values() for suffix in (format.suffix, *format.aliases)} - {".txt"}
    if Path(error.source).suffix.lower() not in suffixes or not Path(error.source).is_file():
        return error
    return MediaNotReadable(
        error.source, "is a caption file, not media; see 'captioner convert' and 'captioner export'"
    )


def _shortened(warning: str) -> str:
    """Return the start of a warning; the report has all of it."""
    return warning if len(warning) <= LONGEST_WARNING else f"{warning[:LONGEST_WARNING]} ... (complete in --report)"


def _with_size(programme: Programme, source: str) -> Programme:
    """Return the programme with the size of the source's picture, where it has one and can be opened again."""
    try:
        with open_media(source) as media:
            picture = picture_of(media)
    except (MediaError, UsageError):
        return programme
    return replace(programme, width=picture.display_width, height=picture.height)
