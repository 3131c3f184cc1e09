"""The work of `captioner translate`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

from captioner.cli.console import Console
from captioner.cli.messages import SPEECH_LOST, attempt_all, counted
from captioner.cli.work.caption_input import CaptionFile, open_captions
from captioner.cli.work.caption_output import write_result, write_targets
from captioner.cli.work.existing_results import ExistingResults
from captioner.cli.work.jobs import Job, plan_jobs, refuse_report_over, without_existing
from captioner.cli.work.profile_choice import profile_by_language
from captioner.cli.work.subtitle_arguments import parse_file_name
from captioner.errors import UsageError
from captioner.formats import transcript_of
from captioner.journal import default_path
from captioner.languages import asked_language
from captioner.output import STANDARD, WritingOptions
from captioner.profiles import Profile
from captioner.settings import Settings
from captioner.timestamps import format_clock
from captioner.translate import (
    LineReport,
    TranslatedCaptions,
    TranslationOptions,
    Translator,
    load_translator,
    read_glossary,
    translate_cues,
    translate_transcript,
)
from captioner.values import Report


@dataclass(frozen=True, kw_only=True)
class TranslateRequest:
    """The flags of `captioner translate`."""

    files: tuple[str, ...]
    target: str
    source: str | None
    output: str | None
    directory: str | None
    formats: tuple[str, ...]
    translator: str
    translator_options: tuple[tuple[str, Any], ...]
    model: str | None
    base_url: str | None
    glossary: str | None
    keep_cues: bool
    profile: str | None
    profile_options: tuple[tuple[str, Any], ...]
    frame_rate: Fraction | Literal["none"] | None
    report: str | None
    no_journal: bool
    overwrite: bool
    skip_existing: bool
    quiet: bool


def translate_files(request: TranslateRequest, settings: Settings) -> int:
    """Translate every file.

    Returns the exit code: that of the first error, else 7 if a line has no translation, else that of the results that
    are kept.
    """
    console = Console(quiet=request.quiet)
    target = asked_language(request.target)
    jobs = plan_jobs(
        request.files,
        output=request.output,
        directory=request.directory,
        formats=request.formats,
        stem=partial(translated_stem, language=target),
    )
    if request.report is not None:
        refuse_report_over(Path(request.report), jobs)
    profile = profile_by_language(request.profile, request.profile_options, settings)(target)
    glossary = read_glossary(request.glossary) if request.glossary else ()
    existing = ExistingResults(
        console, overwrite=request.overwrite, skip_existing=request.skip_existing, inputs=len(request.files)
    )
    todo = without_existing(jobs, existing)
    if not todo:
        return existing.code
    options = TranslationOptions(
        target=target,
        source=asked_language(request.source) if request.source else None,
        glossary=glossary,
        journal=None if request.no_journal else default_path(),
        warn=console.warn,
    )
    with closing(load_translator(request.translator, **_translator_options(request))) as translator:
        if translator.traits.remote:
            console.say(f"the text is sent to {translator.traits.model or translator.traits.name}")
        run = _TranslationRun(request, options, profile, translator, console)
        try:
            code = attempt_all(todo, run.attempt)
        finally:
            run.write_report()
    return code or existing.code


def _translator_options(request: TranslateRequest) -> dict[str, Any]:
    given = {"model": request.model, "base_url": request.base_url}
    return {**dict(request.translator_options), **{name: value for name, value in given.items() if value is not None}}


def translated_stem(path: str, language: str) -> str:
    """Return the name of a translation without its ending: the language takes the place of the one in the name.

    >>> translated_stem("talks/talk.en.sdh.srt", "zh"), translated_stem("talk.json", "pt-BR")
    ('talk.zh.sdh', 'talk.pt-BR')
    """
    if path == STANDARD:
        return f"stdin.{language}"
    stem, *parts = Path(path).stem.split(".")
    named = [index for index, part in enumerate(parts) if parse_file_name(f"x.{part}.srt")[0]]
    if named:
        parts[named[0]] = language
    else:
        flags = sum(not parse_file_name(f"x.{part}.srt")[1] for part in parts)
        parts.insert(flags, language)
    return ".".join([stem, *parts])


class _TranslationRun:
    """One run over several files; keeps what became of every line for the report."""

    def __init__(
        self,
        request: TranslateRequest,
        options: TranslationOptions,
        profile: Profile,
        translator: Translator,
        console: Console,
    ) -> None:
        self._request, self._options, self._profile = request, options, profile
        self._translator, self._console = translator, console
        self._lines: dict[str, Sequence[LineReport]] = {}

    def attempt(self, job: Job) -> int:
        """Translate one file and write its results; returns its exit code. Raises `CaptionerError`."""
        file = open_captions(job.source, frame_rate=_rate(self._request.frame_rate))
        source = self._options.source or _language_of(file)
        if source == self._options.target:
            raise UsageError(f"{job.source} is in {source} already; name another language with --to")
        with self._console.counting(job.source) as on_progress:
            options = replace(self._options, source=source, on_progress=on_progress)
            translated = self._translated(file, options)
        self._lines[job.source] = translated.lines
        self._write(job, file, translated)
        self._print_result(job, translated)
        return SPEECH_LOST if translated.untranslated else 0

    def _translated(self, file: CaptionFile, options: TranslationOptions) -> TranslatedCaptions:
        name = str(Path(file.path))
        rate = _rate(self._request.frame_rate) or file.contents.programme.frame_rate
        if self._request.keep_cues:
            cues = file.cues_by(self._profile)
            return translate_cues(cues, self._profile, self._translator, options, source_name=name)
        transcript = file.contents.transcript
        if transcript is None:
            transcript = transcript_of(file.contents.cues or ())
        shots = file.contents.report.shot_changes if file.contents.report else ()
        return translate_transcript(
            transcript,
            self._profile,
            self._translator,
            options,
            source_name=name,
            frame_rate=rate,
            shot_changes=shots,
        )

    def _write(self, job: Job, file: CaptionFile, translated: TranslatedCaptions) -> None:
        writing = WritingOptions(frame_rate=self._request.frame_rate)
        programme = replace(writing.applied_to(file.contents.programme), language=self._options.target)
        report = file.contents.report or Report(
            job.source, max((cue.end for cue in translated.cues), default=0.0), "translate"
        )
        report = replace(report, language=self._options.target)
        contents = replace(
            file.contents, cues=translated.cues, transcript=translated.transcript, report=report, programme=programme
        )
        write_targets(job.targets, contents, writing, self._console.warn)

    def _print_result(self, job: Job, translated: TranslatedCaptions) -> None:
        cues, lines = counted(len(translated.cues), "cue"), counted(len(translated.lines), "line")
        cached = sum(line.outcome.cached for line in translated.lines)
        stored = f", {cached} of them in the journal" if cached else ""
        self._console.say(f"{job.source}: {cues} from {lines}{stored}{job.arrow}")
        for kind, found, say in (
            ("may be wrong", translated.doubtful, self._console.say),
            ("not translated, the text stays as it was", translated.untranslated, self._console.warn),
        ):
            if found:
                first = f"first at {format_clock(found[0].start)}: {found[0].outcome.reason}"
                say(f"{job.source}: {counted(len(found), 'line')} {kind}, {first}")

    def write_report(self) -> None:
        """Write the file of --report: each file with each of its lines."""
        if self._request.report is None:
            return
        files = [{"source": source, "lines": list(map(_entry, lines))} for source, lines in self._lines.items()]
        path = None if self._request.report == STANDARD else Path(self._request.report)
        write_result(path, json.dumps({"target": self._options.target, "files": files}, ensure_ascii=False) + "\n")


def _entry(line: LineReport) -> dict[str, Any]:
    outcome = line.outcome
    return {
        "start": round(line.start, 3),
        "end": round(line.end, 3),
        "source": line.source,
        "text": outcome.text,
        "reason": outcome.reason,
        "cached": outcome.cached,
    }


def _language_of(file: CaptionFile) -> str | None:
    contents = file.contents
    if contents.transcript is not None and contents.transcript.language:
        return contents.transcript.language
    return contents.programme.language or (None if file.path == STANDARD else parse_file_name(file.path)[0])


def _rate(frame_rate: Fraction | Literal["none"] | None) -> Fraction | None:
    return frame_rate if isinstance(frame_rate, Fraction) else None
