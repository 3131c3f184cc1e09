"""What the user sees of a live stream: a line of status, troubles when they begin and end, and what became of it."""

from __future__ import annotations

import sys

import click

from captioner.cli.console import Console
from captioner.cli.messages import SPEECH_LOST, counted
from captioner.live.session.runner import Runner, SinkFanout
from captioner.live.session.session import Session
from captioner.live.session.status import SessionStatus
from captioner.timestamps import format_clock

EVERY, EVERY_ON_TERMINAL = 60.0, 1.0
"""Seconds between two lines of status."""


class StatusLine:
    """Looks at a running stream and says what it sees on standard error; only troubles if `quiet`."""

    def __init__(
        self, source: str, runner: Runner, session: Session, sinks: SinkFanout, console: Console, *, quiet: bool
    ) -> None:
        self._source, self._runner, self._session, self._sinks = source, runner, session, sinks
        self._console, self._quiet = console, quiet
        self._last_shown = float("-inf")
        self._shown_problems: dict[str, str | None] = {}

    def update(self, now: float) -> None:
        """Say what is new; `now` in seconds of any clock that never goes back."""
        self._warn_of_problems()
        self._show_status(now)

    def end(self) -> None:
        """Leave the line of status."""
        if sys.stderr.isatty() and not self._quiet:
            click.echo(err=True)

    def _warn_of_problems(self) -> None:
        self.warn_once(self._source, self._runner.disconnected)
        self.warn_once("backend", self._session.counts.backend_error)
        for outlet in self._sinks.workers:
            self.warn_once(outlet.name, outlet.error)

    def warn_once(self, what: str, problem: str | None) -> None:
        """Say a trouble when it begins, and when it is over."""
        if problem != self._shown_problems.get(what):
            if problem:
                self._console.warn(f"{what}: {problem}")
            elif self._shown_problems.get(what):
                self._console.say(f"{what}: goes on")
            self._shown_problems[what] = problem

    def _show_status(self, now: float) -> None:
        terminal = sys.stderr.isatty()
        if self._quiet or now - self._last_shown < (EVERY_ON_TERMINAL if terminal else EVERY):
            return
        self._last_shown = now
        line = self.status()
        if terminal:
            click.echo(f"\r\033[K{line}", err=True, nl=False)
        else:
            self._console.say(line)

    def session_status(self) -> SessionStatus:
        """How things stand, in figures."""
        counts, running = self._session.counts, self._runner
        return SessionStatus(
            audio_end=counts.audio_end,
            final_until=counts.final_until,
            lag=counts.lag,
            speed=counts.recognised_speech / counts.recognition_time if counts.recognition_time else 0.0,
            regions=counts.regions,
            lost=counts.lost,
            cues=counts.cues,
            reconnects=running.reconnects,
            dropped={outlet.name: outlet.dropped for outlet in self._sinks.workers},
            problem=running.disconnected or counts.backend_error,
        )

    def status(self) -> str:
        """How things stand, in a line."""
        counts = self._session.counts
        speed = f", hears {counts.recognised_speech / counts.recognition_time:.1f} times real time" if counts.recognition_time > 0 else ""
        lost = f", {counts.lost} lost" if counts.lost else ""
        again = f", {counted(self._runner.reconnects, 'reconnect')}" if self._runner.reconnects else ""
        return (
            f"{format_clock(counts.audio_end)}  lag {counts.lag:.1f} s{speed}, "
            f"{counted(counts.regions, 'region')}{lost}, {counted(counts.cues, 'cue')}{again}"
        )

    def finish(self) -> int:
        """Say what became of it, in a line; returns the exit code."""
        counts = self._session.counts
        self._console.say(f"{self._source}: {counted(counts.cues, 'cue')} from {counts.audio_end:.0f} s of the stream")
        for outlet in self._sinks.workers:
            if outlet.dropped:
                self._console.warn(f"{outlet.name}: {counted(outlet.dropped, 'event')} could not be delivered")
        if counts.lost:
            self._console.warn(f"{self._source}: speech was lost in {counted(counts.lost, 'region')}")
        return SPEECH_LOST if counts.lost else 0
