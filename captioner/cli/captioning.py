"""The work of the default command: every input in turn, one sentence for each that fails."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from captioner.backends import Backend, Hints, load_backend
from captioner.backends.choice import choose, standing
from captioner.cli.console import Console
from captioner.cli.errors import SPEECH_LOST, attempt_all
from captioner.cli.files import Job, plan, without_existing, write_whole
from captioner.errors import UsageError
from captioner.formats import render_report
from captioner.languages import speaks
from captioner.settings import Settings, options_from
from captioner.timestamps import format_clock

if TYPE_CHECKING:
    from captioner.pipeline import Captions
    from captioner.values import Report


@dataclass(frozen=True, kw_only=True)
class Request:
    """The flags of the default command, named as they are there."""

    inputs: tuple[str, ...]
    output: str | None
    directory: str | None
    formats: tuple[str, ...]
    profile: str | None
    backend: str
    backend_options: tuple[tuple[str, Any], ...]
    model: str | None
    language: str | None
    prompt: str | None
    hotwords: tuple[str, ...]
    audio_track: str | None
    channel: str
    start: float | None
    end: float | None
    report: str | None
    overwrite: bool
    quiet: bool
    verbose: bool


def caption_all(request: Request, settings: Settings) -> int:
    """Caption every input; returns the exit code: that of the first error, else 7 if speech was lost, else 0."""
    console = Console(quiet=request.quiet, verbose=request.verbose)
    jobs = plan(request.inputs, output=request.output, directory=request.directory, formats=request.formats)
    settled = _settle(request, settings)
    todo = without_existing(jobs, overwrite=request.overwrite, say=console.say)
    if not todo:
        return 0
    with closing(_load(request, settings, console)) as backend:
        _refuse_language(backend, request.language)
        run = _Run(console, backend, settled)
        code = attempt_all(todo, run.caption)
        run.write_reports(request.report, many=len(todo) > 1)
    return code


def _settle(request: Request, settings: Settings) -> dict[str, Any]:
    """Everything that `pipeline.caption` takes beside the source; raises `UsageError` before any work is done."""
    from captioner.languages import asked_language
    from captioner.media import Listen
    from captioner.profiles import profile_named
    from captioner.speech import SpeechOptions

    language = asked_language(request.language) if request.language else None
    return {
        "profile": profile_named(request.profile) if request.profile else None,
        "hints": Hints(language, request.prompt, request.hotwords),
        "listen": Listen(request.audio_track, request.channel, request.start, request.end),
        "speech": options_from(SpeechOptions, settings.speech, f"{settings.path} [speech]"),
    }


def _load(request: Request, settings: Settings, console: Console) -> Backend:
    chosen = choose() if request.backend == "auto" else standing(request.backend)
    if request.backend == "auto" and chosen.notice:
        console.say(chosen.notice)
    options = {**settings.backends.get(chosen.name, {}), **dict(request.backend_options)}
    if request.model is not None:
        options["model"] = request.model
    return load_backend(chosen.name, **options)


def _refuse_language(backend: Backend, language: str | None) -> None:
    heard = backend.traits.languages
    if language and heard and not any(speaks(tag, language) for tag in heard):
        raise UsageError(
            f"{backend.traits.name} hears {', '.join(heard)} and not {language}; name another backend with --backend"
        )


class _Run:
    """One run over several inputs with one backend; keeps the reports."""

    def __init__(self, console: Console, backend: Backend, settled: dict[str, Any]) -> None:
        self._console = console
        self._backend = backend
        self._settled = settled
        self._reports: list[Report] = []

    def caption(self, job: Job) -> int:
        """Caption one input and write its results."""
        from captioner.pipeline import caption

        with self._console.watching(job.source) as watch:
            captions = caption(job.source, backend=self._backend, watch=watch, **self._settled)
        for target in job.targets:
            write_whole(target.path, target.format.write(captions.cues, captions.transcript, captions.report))
        self._reports.append(captions.report)
        self._tell(job, captions)
        return SPEECH_LOST if captions.report.lost else 0

    def write_reports(self, path: str | None, *, many: bool) -> None:
        """--report: one object for one input, a list of them for several."""
        if path is None:
            return
        texts = [render_report(report) for report in self._reports]
        write_whole(Path(path), f"[{','.join(texts)}]\n" if many else "".join(texts))

    def _tell(self, job: Job, captions: Captions) -> None:
        for warning in captions.report.warnings:
            self._console.say(f"{job.source}: {warning}")
        if not captions.report.regions:
            self._console.say(f"{job.source}: no speech was found, so there is no cue{job.arrow}")
            return
        speech = sum(region.duration for region in captions.report.regions)
        self._console.say(f"{job.source}: {len(captions.cues)} cues from {speech:.0f} s of speech{job.arrow}")
        if lost := captions.report.lost:
            seconds = sum(region.duration for region in lost)
            first = f"{lost[0].status} at {format_clock(lost[0].start)}: {lost[0].reason}"
            self._console.say(f"{job.source}: {seconds:.1f} s of speech in {len(lost)} regions were lost; {first}")
