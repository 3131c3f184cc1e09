"""Captions one source after the other with one open backend, and writes the results."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from captioner.backends import Backend, load_backend
from captioner.backends.stoppable_backend import StoppableBackend
from captioner.batch.job import BatchJob, Figures, Outcome, ResultFile
from captioner.batch.result_names import TAG_FORMS
from captioner.budget import NO_COST, Cost, LimitedBackend, MeteredBackend, Price, SpeechLimit
from captioner.errors import CaptionerError
from captioner.formats import Contents, Format, format_named
from captioner.output import Captions, WritingOptions, write_contents, write_file
from captioner.pipeline import CaptionOptions, caption
from captioner.result_records import ResultRecords, default_state_path
from captioner.stores import is_store

_log = logging.getLogger("captioner.batch")

UNKNOWN_LANGUAGE = "und"
"""The tag in the name of a result whose language is not known, as BCP 47 has it."""


class SourceFault(CaptionerError):
    """A source met a fault of captioner or of a library that it uses."""

    def __init__(self, source: str, fault: str) -> None:
        super().__init__(source, fault)
        self.source, self.fault = source, fault

    def _message(self) -> str:
        return f"{self.source}: unexpected error: {self.fault}"


@dataclass(frozen=True)
class WorkerSettings:
    """All that a worker needs beside its jobs. It can be pickled."""

    backend: str

    backend_options: tuple[tuple[str, Any], ...] = ()

    options: CaptionOptions = field(default_factory=CaptionOptions)
    """The options of every source; the backend in it is not used."""

    formats: tuple[str, ...] = ("srt",)

    writing: WritingOptions = field(default_factory=WritingOptions)

    tag_form: str = "bcp47"
    """The form of a language tag in the name of a result; see `TAG_FORMS`."""

    price: Price | None = None
    """What the backend costs; None if that is not known."""

    def suffixes(self) -> tuple[str, ...]:
        """Return the endings of the results of one source."""
        return tuple(format_named(name).suffix for name in self.formats)


class Records(Protocol):
    """The record of results, here or on the driver's machine; see `ResultRecords`."""

    def add(self, result: Path | str, data: bytes, lost: int) -> None:
        """Record that `data` is being written to `result`."""
        ...


class BatchWorker:
    """Captions sources with one open backend."""

    def __init__(self, settings: WorkerSettings, backend: Backend, records: Records | None = None) -> None:
        """`backend` is closed with the worker; `records` is None for those of this machine."""
        self._settings, self._backend = settings, StoppableBackend(backend)
        self._records = records or ResultRecords(default_state_path(), _log.warning)
        self._formats = [format_named(name) for name in settings.formats]

    def run(self, job: BatchJob, step: Callable[[], None] = lambda: None) -> Outcome:
        """Caption one source and write its results. Errors are part of the outcome.

        `step` is called at each progress; a `CaptionerError` that it raises ends the job before its results.
        """
        started, metered = time.monotonic(), MeteredBackend(self._backend)
        try:
            captions = caption(job.source, self._options_for(job, metered, step))
            results = tuple(self._write(job, captions, format) for format in self._formats)
            outcome = Outcome(job, results, figures(captions), warnings=captions.report.warnings)
        except CaptionerError as error:
            outcome = Outcome(job, error=error)
        except Exception as error:  # a fault of captioner or a library must not end the whole batch
            _log.debug("captioning %r failed", job.source, exc_info=True)
            outcome = Outcome(job, error=SourceFault(job.source, f"{type(error).__name__}: {error}".rstrip(": ")))
        return replace(
            outcome,
            figures=replace(outcome.figures, sent=metered.seconds),
            seconds=time.monotonic() - started,
            cost=self._cost_of(metered.seconds),
        )

    def _cost_of(self, seconds: float) -> Cost:
        price = self._settings.price
        return NO_COST if price is None else Cost(price.of(seconds), price.currency)

    def stop(self) -> None:
        """Let sources that other threads are captioning fail before their next clip is sent."""
        self._backend.stopped.set()

    def close(self) -> None:
        """Close the backend."""
        self._backend.close()

    def _options_for(self, job: BatchJob, backend: Backend, step: Callable[[], None]) -> CaptionOptions:
        options, hints = self._settings.options, self._settings.options.hints
        hints = replace(
            hints,
            language=job.options.language or hints.language,
            prompt=job.options.prompt or hints.prompt,
            hotwords=(*hints.hotwords, *job.options.hotwords),
        )
        return replace(options, backend=backend, hints=hints, on_progress=lambda _: step())

    def _write(self, job: BatchJob, captions: Captions, format: Format) -> ResultFile:
        programme = self._settings.writing.applied_to(captions.programme)
        contents = Contents(captions.cues, captions.transcript, captions.report, programme)
        written = write_contents(format, contents, self._settings.writing).data
        data = written.encode("utf-8") if isinstance(written, str) else written
        language = TAG_FORMS[self._settings.tag_form](captions.transcript.language or UNKNOWN_LANGUAGE)
        path = job.results.path(language, format.suffix)
        place = path if is_store(path) else Path(path)
        self._records.add(place, data, len(captions.report.lost))
        write_file(place, data)
        return ResultFile(path, hashlib.sha256(data).hexdigest())


def open_worker(settings: WorkerSettings, limit: SpeechLimit | None, records: Records | None = None) -> BatchWorker:
    """Return a worker with a backend of its own, within a limit that all workers share. Raises `BackendError`."""
    backend = load_backend(settings.backend, **dict(settings.backend_options))
    return BatchWorker(settings, backend if limit is None else LimitedBackend(backend, limit), records)


def figures(captions: Captions) -> Figures:
    """Return what the captions of one source amount to."""
    report = captions.report
    return Figures(
        duration=report.duration or 0.0,
        speech=sum(region.duration for region in report.regions),
        regions=len(report.regions),
        lost=len(report.lost),
        cues=len(captions.cues),
        language=captions.transcript.language,
    )
