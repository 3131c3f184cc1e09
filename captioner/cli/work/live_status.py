"""The messages of a live stream: a status line, problems when they begin and end, and a summary."""

from __future__ import annotations

import sys

import click

from captioner.cli.console import Console
from captioner.cli.messages import SPEECH_LOST, counted
from captioner.live.session.runner import Runner, SinkFanout
from captioner.live.session.session import Session
from captioner.live.session.status import SessionStatus
from captioner.timestamps import format_clock

INTERVAL, TERMINAL_INTERVAL = 60.0, 1.0
"""Seconds between two status lines, in a log and on a terminal."""


class StatusLine:
    """Prints the status of a running stream to standard error; only problems if `quiet`."""

    def __init__(
        self, source: str, runner: Runner, session: Session, sinks: SinkFanout, console: Console, *, quiet: bool
    ) -> None:
        self._source, self._runner, self._session, self._sinks = source, runner, session, sinks
        self._console, self._quiet = console, quiet
        self._last_shown = float("-inf")
        self._shown_problems: dict[str, str | None] = {}

    def update(self, now: float) -> None:
        """Print what is new. `now` is in seconds of any monotonic clock."""
        self._warn_of_problems()
        self._show_status(now)

    def end(self) -> None:
        """Leave the status line of a terminal."""
        if sys.stderr.isatty() and not self._quiet:
            click.echo(err=True)

    def warn_once(self, part: str, problem: str | None) -> None:
        """Print a problem of a part of the run when it begins, and again when it is over."""
        if problem == self._shown_problems.get(part):
            return
        if problem:
            self._console.warn(f"{part}: {problem}")
        elif self._shown_problems.get(part):
            self._console.say(f"{part}: works again")
        self._shown_problems[part] = problem

    def session_status(self) -> SessionStatus:
        """Return the status in figures."""
        counts, runner = self._session.counts, self._runner
        return SessionStatus(
            audio_end=counts.audio_end,
            final_until=counts.final_until,
            lag=counts.lag,
            speed=counts.recognised_speech / counts.recognition_time if counts.recognition_time else 0.0,
            regions=counts.regions,
            lost=counts.lost,
            lost_seconds=counts.lost_seconds,
            cues=counts.cues,
            reconnects=runner.reconnects,
            dropped={worker.name: worker.dropped for worker in self._sinks.workers},
            problem=runner.disconnected or counts.backend_error,
        )

    def finish(self) -> int:
        """Print a summary; returns the exit code."""
        counts = self._session.counts
        self._console.say(f"{self._source}: {counted(counts.cues, 'cue')} from {counts.audio_end:.0f} s of the stream")
        for worker in self._sinks.workers:
            if worker.dropped:
                self._console.warn(f"{worker.name}: {counted(worker.dropped, 'event')} could not be delivered")
        if counts.suspected:
            self._console.say(f"{self._source}: text of {counted(counts.suspected, 'region')} is suspected")
        if counts.lost:
            regions = f"{counted(counts.lost, 'region')} ({counts.lost_seconds:.1f} s)"
            self._console.warn(f"{self._source}: speech was lost in {regions}")
        return SPEECH_LOST if counts.lost else 0

    def _warn_of_problems(self) -> None:
        self.warn_once(self._source, self._runner.disconnected)
        self.warn_once("backend", self._session.counts.backend_error)
        if lost := self._session.counts.last_lost:
            place = f"{format_clock(lost.start)} to {format_clock(lost.end)}"
            self.warn_once("lost", f"{place}: {lost.reason or lost.status}")
        for worker in self._sinks.workers:
            self.warn_once(worker.name, worker.error)

    def _show_status(self, now: float) -> None:
        terminal = sys.stderr.isatty()
        if self._quiet or now - self._last_shown < (TERMINAL_INTERVAL if terminal else INTERVAL):
            return
        self._last_shown = now
        line = _status_text(self.session_status())
        if terminal:
            click.echo(f"\r\033[K{line}", err=True, nl=False)
        else:
            self._console.say(line)


def _status_text(status: SessionStatus) -> str:
    speed = f", recognises at {status.speed:.1f} times real time" if status.speed else ""
    lost = f", {status.lost} lost" if status.lost else ""
    reconnects = f", {counted(status.reconnects, 'reconnect')}" if status.reconnects else ""
    return (
        f"{format_clock(status.audio_end)}  lag {status.lag:.1f} s{speed}, "
        f"{counted(status.regions, 'region')}{lost}, {counted(status.cues, 'cue')}{reconnects}"
    )
