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
        self, source: str, running: Runner, session: Session, telling: SinkFanout, console: Console, *, quiet: bool
    ) -> None:
        self._source, self._running, self._session, self._telling = source, running, session, telling
        self._console, self._quiet = console, quiet
        self._said = float("-inf")
        self._told: dict[str, str | None] = {}

    def look(self, now: float) -> None:
        """Say what is new; `now` in seconds of any clock that never goes back."""
        self._tell_troubles()
        self._tell_status(now)

    def end(self) -> None:
        """Leave the line of status."""
        if sys.stderr.isatty() and not self._quiet:
            click.echo(err=True)

    def _tell_troubles(self) -> None:
        self.warn_once(self._source, self._running.away)
        self.warn_once("backend", self._session.counts.failing)
        for outlet in self._telling.outlets:
            self.warn_once(outlet.name, outlet.trouble)

    def warn_once(self, what: str, trouble: str | None) -> None:
        """Say a trouble when it begins, and when it is over."""
        if trouble != self._told.get(what):
            if trouble:
                self._console.warn(f"{what}: {trouble}")
            elif self._told.get(what):
                self._console.say(f"{what}: goes on")
            self._told[what] = trouble

    def _tell_status(self, now: float) -> None:
        terminal = sys.stderr.isatty()
        if self._quiet or now - self._said < (EVERY_ON_TERMINAL if terminal else EVERY):
            return
        self._said = now
        line = self.status()
        if terminal:
            click.echo(f"\r\033[K{line}", err=True, nl=False)
        else:
            self._console.say(line)

    def standing(self) -> SessionStatus:
        """How things stand, in figures."""
        counts, running = self._session.counts, self._running
        return SessionStatus(
            heard=counts.heard,
            settled=counts.settled,
            lag=counts.lag,
            speed=counts.spoken / counts.hearing if counts.hearing else 0.0,
            regions=counts.regions,
            lost=counts.lost,
            cues=counts.cues,
            reconnects=running.reconnects,
            dropped={outlet.name: outlet.dropped for outlet in self._telling.outlets},
            trouble=running.away or counts.failing,
        )

    def status(self) -> str:
        """How things stand, in a line."""
        counts = self._session.counts
        speed = f", hears {counts.spoken / counts.hearing:.1f} times real time" if counts.hearing > 0 else ""
        lost = f", {counts.lost} lost" if counts.lost else ""
        again = f", {counted(self._running.reconnects, 'reconnect')}" if self._running.reconnects else ""
        return (
            f"{format_clock(counts.heard)}  lag {counts.lag:.1f} s{speed}, "
            f"{counted(counts.regions, 'region')}{lost}, {counted(counts.cues, 'cue')}{again}"
        )

    def judge(self) -> int:
        """Say what became of it, in a line; returns the exit code."""
        counts = self._session.counts
        self._console.say(f"{self._source}: {counted(counts.cues, 'cue')} from {counts.heard:.0f} s of the stream")
        for outlet in self._telling.outlets:
            if outlet.dropped:
                self._console.warn(f"{outlet.name}: {counted(outlet.dropped, 'event')} could not be delivered")
        if counts.lost:
            self._console.warn(f"{self._source}: speech was lost in {counted(counts.lost, 'region')}")
        return SPEECH_LOST if counts.lost else 0
