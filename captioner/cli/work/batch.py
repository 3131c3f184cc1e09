"""The work of `captioner batch`: finds the sources, runs those that wait, and says what became of all."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import click

from captioner.backends import Backend, backend_info, load_backend
from captioner.batch.batch_metrics import BatchMetrics, metrics_server
from captioner.batch.batch_report import LeftOut, csv_report, json_report, totals_of
from captioner.batch.batch_source import Source
from captioner.batch.batch_worker import BatchWorker, WorkerSettings
from captioner.batch.driver import run_batch
from captioner.batch.driver_lock import only_driver
from captioner.batch.executor import Executor
from captioner.batch.job import Outcome
from captioner.batch.ledger import Entry, Ledger, ledger_path
from captioner.batch.plan import Renewal, jobs_to_run, planned_sources
from captioner.batch.process_executor import ProcessExecutor
from captioner.batch.result_names import (
    check_pattern,
    refuse_report_over,
    refuse_unusable_folder,
    result_patterns,
    result_root,
)
from captioner.batch.source_identity import identity_of
from captioner.batch.sources import find_sources
from captioner.batch.takeover import NOT_UTF8, TakeoverFile
from captioner.batch.thread_executor import ThreadExecutor
from captioner.batch.travelling_journal import TravellingJournal
from captioner.batch.watching import GrowingFiles, Stamp, changes
from captioner.batch.worker_count import room_for_workers, shares, usable_gpus, usual_gpus, usual_processes
from captioner.budget import LimitedBackend, SpeechLimit
from captioner.cli.console import Console
from captioner.cli.messages import SPEECH_LOST, counted, printable, say_error
from captioner.cli.work.backend_session import backend_arguments, go_offline, price_of, refuse_language, speech_limits
from captioner.cli.work.batch_progress import batch_progress
from captioner.cli.work.caption import CaptionRequest, backend_request, caption_options, writing_options
from captioner.cli.work.caption_output import write_result
from captioner.errors import JournalNotUsable, UsageError
from captioner.formats import format_named
from captioner.media import path_of
from captioner.result_records import ResultRecords, default_state_path
from captioner.settings import Settings

CLOUD_SOURCES = 4
"""Sources at a time with a cloud backend: while one is decoded, others wait for the service."""


@dataclass(frozen=True, kw_only=True)
class BatchRequest:
    """The flags of `captioner batch`."""

    caption: CaptionRequest
    """Those that the default command has too."""

    name: str = "{stem}"
    language_tag: str = "bcp47"
    probe: bool = False
    workers: int | None = None
    executor: str = "auto"
    ray_address: str | None = None
    gpus_per_worker: float | None = None
    status: bool = False
    watch: bool = False
    metrics: int | None = None


def batch_request(**flags: Any) -> BatchRequest:
    """Return the request of all flags of the command."""
    own = {field.name: flags.pop(field.name) for field in fields(BatchRequest) if field.name in flags}
    return BatchRequest(caption=CaptionRequest(**flags), **own)


def run_folders(request: CaptionRequest, settings: Settings) -> int:
    """Run a batch for the default command, which was given a folder or a glob. Raises `UsageError`."""
    unfit = {"-o": request.output, "--burn": request.burn, "--mux": request.mux, "--dry-run": request.dry_run}
    for flag, value in unfit.items():
        if value:
            raise UsageError(f"{flag} takes no folder or glob; name the files")
    return run_batch_command(BatchRequest(caption=request), settings)


def run_batch_command(request: BatchRequest, settings: Settings) -> int:
    """Run or show a batch; returns the exit code: that of the first source that failed, else 7 if speech was lost."""
    console = Console(quiet=request.caption.quiet)
    if request.status:
        return _show_status(request)
    if not request.caption.inputs:
        raise UsageError("name at least one source: a file, a folder, a glob, a manifest or a URL")
    if request.caption.report is not None and Path(request.caption.report).suffix.lower() not in (".json", ".csv"):
        raise UsageError(f"--report {request.caption.report}: the name must end in .json or .csv")
    check_pattern(request.name)
    if request.caption.offline:
        go_offline(request.caption.inputs, request.caption.backend)
    metrics = BatchMetrics()
    with nullcontext() if request.metrics is None else metrics_server(request.metrics, metrics):
        if request.watch:
            return _watch(request, settings, console, metrics)
        return _caption_once(request, settings, console, metrics)


def _caption_once(request: BatchRequest, settings: Settings, console: Console, metrics: BatchMetrics) -> int:
    left_out: list[LeftOut] = []

    def leave_out(name: str, reason: str) -> None:
        console.warn(f"{name}: left out, {reason}")
        left_out.append(LeftOut(name, reason))

    sources = find_sources(request.caption.inputs, probe=request.probe, leave_out=leave_out)
    return _caption(request, sources, settings, console, metrics, left_out=left_out)


def _watch(request: BatchRequest, settings: Settings, console: Console, metrics: BatchMetrics) -> int:
    """Caption what is there and what arrives, until the run is interrupted."""
    folders = [Path(name) for name in request.caption.inputs if Path(name).is_dir()]
    if len(folders) < len(request.caption.inputs):
        raise UsageError("--watch takes folders")
    if request.caption.max_cost is not None or request.caption.max_minutes is not None:
        raise UsageError("--watch takes no --max-cost and no --max-minutes")
    with _open_worker(request, settings, console):  # so that a wrong flag is said before anything has arrived
        pass
    growing, done = GrowingFiles(), dict[str, Stamp]()
    for _ in changes(folders, growing):
        complete = growing.without(_sources_so_far(request))
        stamps = {source.address: growing.stamp(source) for source in complete}
        new = {address for address, stamp in stamps.items() if done.get(address) != stamp}
        if new:  # all are given, since the names of results depend on all
            shown = {identity_of(address) for address in new}
            _caption(request, complete, settings, console, metrics, shown)
            done |= stamps
    return 0


def _sources_so_far(request: BatchRequest) -> list[Source]:
    with suppress(UsageError):  # nothing has arrived yet
        return find_sources(request.caption.inputs, probe=request.probe)
    return []


def _caption(
    request: BatchRequest,
    sources: Sequence[Source],
    settings: Settings,
    console: Console,
    metrics: BatchMetrics,
    shown: Container[str] | None = None,
    left_out: Sequence[LeftOut] = (),
) -> int:
    """Caption the sources; only what became of those in `shown` is said, of all where it is None."""
    if request.caption.offline:
        go_offline([source.address for source in sources], request.caption.backend)  # a manifest may hold URLs
    with _open_worker(request, settings, console) as (worker_settings, backend, limit):
        return _run(request, sources, worker_settings, backend, limit, console, metrics, shown, left_out)


@contextmanager
def _open_worker(
    request: BatchRequest, settings: Settings, console: Console
) -> Iterator[tuple[WorkerSettings, Backend, SpeechLimit | None]]:
    """Open the backend, so that what is wrong with it or the flags is said before any work is done."""
    options = caption_options(request.caption, settings)
    asked = backend_request(request.caption, options)
    name, arguments, notice = backend_arguments(asked, settings, console)
    with closing(load_backend(name, **arguments)) as backend:
        refuse_language(backend, asked.language)
        price = price_of(backend, settings)
        limits = list(speech_limits(backend, price, asked))
        if notice:
            console.say(notice.format(model=backend.traits.model))
        worker = WorkerSettings(
            backend=name,
            backend_options=tuple(arguments.items()),
            options=replace(options, align=request.caption.align),  # each worker opens its own
            formats=tuple(format_named(name).name for name in request.caption.formats or ("srt",)),
            writing=writing_options(request.caption),
            tag_form=request.language_tag,
            price=price,
        )
        yield worker, backend, min(limits, key=lambda limit: limit.seconds, default=None)


def _executor(
    request: BatchRequest, settings: WorkerSettings, backend: Backend, limit: SpeechLimit | None, jobs: int
) -> Executor:
    kind = request.executor
    if kind == "auto":
        kind = "ray" if request.ray_address else "threads" if backend.traits.remote else "processes"
    if kind == "threads":
        limited = backend if limit is None else LimitedBackend(backend, limit)
        return ThreadExecutor(BatchWorker(settings, limited), request.workers or CLOUD_SOURCES)
    backend.close()  # each worker opens its own
    if kind == "ray":
        return _ray_executor(request, settings, limit, jobs)
    info = backend_info(settings.backend)
    count = request.workers or usual_processes(info)
    return ProcessExecutor(list(shares(settings, min(count, jobs))), limit, usable_gpus(info))


def _ray_executor(request: BatchRequest, settings: WorkerSettings, limit: SpeechLimit | None, jobs: int) -> Executor:
    from captioner.batch.ray_executor import RayExecutor, connect

    ray, gpus = connect(request.ray_address), request.gpus_per_worker
    if gpus is None:
        gpus = usual_gpus(backend_info(settings.backend), ray)
    count = request.workers or room_for_workers(ray, gpus)
    return RayExecutor(ray, list(shares(settings, min(count, jobs))), limit, gpus)


def _run(
    request: BatchRequest,
    sources: Sequence[Source],
    settings: WorkerSettings,
    backend: Backend,
    limit: SpeechLimit | None,
    console: Console,
    metrics: BatchMetrics,
    shown: Container[str] | None = None,
    left_out: Sequence[LeftOut] = (),
) -> int:
    patterns = result_patterns(sources, request.caption.directory, request.name)
    root = result_root(patterns.values(), request.caption.directory)
    if request.caption.report is not None:
        refuse_report_over(request.caption.report, request.caption.inputs, patterns, settings.suffixes())
    folder = request.caption.directory or root
    records = ResultRecords(default_state_path(), console.warn)
    renewal = Renewal(retry_failed=request.caption.retry_failed, overwrite=request.caption.overwrite)
    with only_driver(root), closing(Ledger(ledger_path(), root)) as ledger:
        if request.caption.directory is not None:
            refuse_unusable_folder(request.caption.directory)
        planned = planned_sources(sources, patterns, settings)
        settings = _with_travelling_journal(settings, folder, console)
        takeover = TakeoverFile(folder, {source.source: source.key for source in planned})
        ledger.plan(planned)
        ledger.adopt(takeover.entries())
        jobs = jobs_to_run(sources, patterns, settings, ledger, records, renewal)
        executor = _executor(request, settings, backend, limit, len(jobs))
        try:
            with batch_progress(console, jobs, len(sources)) as show, metrics.of_ledger(ledger.counts):

                def count(outcome: Outcome) -> None:
                    metrics.add(outcome)
                    show(outcome)

                failure = run_batch(jobs, executor, ledger, takeover, count)
        finally:
            entries = list(ledger.planned_entries())
            if request.caption.report is not None:
                report = csv_report if request.caption.report.lower().endswith(".csv") else json_report
                write_result(request.caption.report, report(entries, left_out).encode("utf-8", NOT_UTF8))
        if failure is not None:
            say_error(failure)
        said = [entry for entry in entries if shown is None or entry.identity in shown]
        for line in problems(said):
            console.warn(line)
        if any(entry.state == "failed" for entry in said):
            console.say("sources that failed are tried again with --retry-failed, or when they or the options change")
        console.say(described(said))
    codes = [entry.exit_code for entry in entries if entry.state == "failed"]
    skipped = any(entry.state == "skipped" for entry in entries)
    if failure is not None:
        return failure.exit_code
    return codes[0] if codes else SPEECH_LOST if any(entry.state == "lost" for entry in entries) else int(skipped)


def _with_travelling_journal(settings: WorkerSettings, folder: str, console: Console) -> WorkerSettings:
    """Return the settings with a journal that also has what another machine recognised for results in `folder`."""
    path, results = settings.options.journal, path_of(folder)
    if not isinstance(path, Path) or results is None:
        return settings
    journal = TravellingJournal(path, results)
    try:
        journal.adopt(console.warn)
    except JournalNotUsable:  # each source says that it is not used
        return settings
    return replace(settings, options=replace(settings.options, journal=journal))


def problems(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield a line for each source that needs somebody."""
    for entry in entries:
        if entry.state == "failed":
            yield entry.error or f"{entry.source}: failed"
        elif entry.state == "lost":
            yield f"{entry.source}: {counted(entry.figures.lost, 'region')} of speech lost (use --retry-failed)"
        elif entry.state == "skipped":
            yield f"{entry.source}: skipped, {entry.error}"


def described(entries: Sequence[Entry]) -> str:
    """Return the totals of a batch in one line."""
    totals = totals_of(entries)
    order = ("done", "lost", "failed", "skipped", "running", "waiting")
    names = {"lost": "with lost speech"}
    states = [f"{totals.states[state]} {names.get(state, state)}" for state in order if totals.states.get(state)]
    hours = totals.duration / 3600
    costs = "".join(f", {cost} so far" for cost in totals.costs)
    return f"{counted(len(entries), 'source')}: {', '.join(states)}; {hours:.2f} h captioned{costs}"


def _show_status(request: BatchRequest) -> int:
    root = _root_of_status(request)
    if not ledger_path().exists():
        raise UsageError(f"no batch has written into {request.caption.directory or root}")
    with closing(Ledger(ledger_path(), root)) as ledger:
        entries = list(ledger.entries())
        with suppress(UsageError), only_driver(root):  # there is no driver, so what it left running waits
            entries = [replace(entry, state="waiting") if entry.state == "running" else entry for entry in entries]
    if not entries:
        raise UsageError(f"no batch has written into {request.caption.directory or root}")
    for line in (*problems(entries), described(entries)):
        click.echo(printable(line))
    return 0


def _root_of_status(request: BatchRequest) -> str:
    if request.caption.directory is None and not request.caption.inputs:
        raise UsageError("--status needs -d, or the sources of the batch")
    if request.caption.directory is not None:
        return result_root((), request.caption.directory)
    sources = find_sources(request.caption.inputs, probe=request.probe)
    return result_root(result_patterns(sources, None, request.name).values(), None)
