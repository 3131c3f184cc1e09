"""The command `python -m tests.kills`: kill -9 and SIGHUP at random moments of every command that writes results.

A fault is a result that is half written, a temporary file that is left behind (after SIGHUP at once, after kill -9 when
the same command has run again), an ffmpeg that goes on without captioner, a journal that is damaged, or a next run
that fails. tests/test_kills.py runs a part.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import av
import click

from captioner.batch.takeover import NAME
from captioner.batch.travelling_journal import FOLDER
from tests.command_process import CommandRun, Ended
from tests.fuzz import CAPTIONS, SPEECH, captions_complete, temporary_folder
from tests.media.media_factory import ffmpeg, picture_source

SCRIPTED = ("--backend", "scripted", "--backend-option", "delay=0.1")

MARK = "CAPTIONER_TEST_RUN"
"""A variable that each run has in its environment, and with it every program that it starts."""

ORPHANS_END = 3.0
"""Seconds after which no program of a killed run may go on."""


GOING_ON = (".state", ".lines", FOLDER)
"""Ends of the files from which `live` and `batch` go on when they are started again."""


@dataclass(frozen=True)
class Work:
    """A command with its words: its sources lie in the folder SOURCES, its results in the current one."""

    name: str
    words: tuple[str, ...]


WORKS = (
    Work("caption", ("SOURCES/talk.flac", "-d", ".", "-f", "srt,json", "--report", "report.json", *SCRIPTED)),
    Work("burn", ("burn", "SOURCES/film.mp4", "SOURCES/cues.srt:en", "-o", "burned.mp4", "--preset", "medium")),
    Work("mux", ("mux", "SOURCES/film.mp4", "SOURCES/cues.srt:en", "-o", "tracks.mkv")),
    Work("convert", ("convert", "SOURCES/long.srt", "long.vtt")),
    Work("export", ("export", "SOURCES/talk.json", "-d", ".", "-f", "srt,vtt")),
    Work("batch", ("batch", "SOURCES/talk.flac", "SOURCES/film.mp4", "-d", ".", "--workers", "2", *SCRIPTED)),
    Work("live", ("live", "SOURCES/talk.m3u8", "--from-start", "-o", "live.srt", "--record", "live.json", *SCRIPTED)),
)
"""Every command that writes results."""


class Trials:
    """A folder with sources, and the results of each command when nothing disturbs it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        sources = folder / "sources"
        sources.mkdir()
        ffmpeg("-stream_loop", "3", "-i", SPEECH, sources / "talk.flac")
        picture = ("-f", "lavfi", "-i", picture_source(40).replace("64x48", "640x360"))
        ffmpeg(*picture, "-i", sources / "talk.flac", "-c:v", "mpeg4", "-c:a", "aac", "-t", "12", sources / "film.mp4")
        hls = ("-f", "hls", "-hls_time", "2", "-hls_list_size", "0")
        ffmpeg("-i", sources / "talk.flac", "-c:a", "aac", *hls, sources / "talk.m3u8")
        (sources / "cues.srt").write_text(CAPTIONS)
        cue = "{0}\n{1:02}:{2:02}:{3:02},000 --> {1:02}:{2:02}:{3:02},900\nLine {0}.\n\n"
        cues = (cue.format(n + 1, n // 3600, n // 60 % 60, n % 60) for n in range(5_000))
        (sources / "long.srt").write_text("".join(cues))
        self._run(("SOURCES/talk.flac", "-o", "SOURCES/talk.json", *SCRIPTED), self._new_folder()).wait()
        self._undisturbed: dict[str, tuple[Path, float]] = {}

    def disturb(self, work: Work, number: signal.Signals, seed: int) -> Iterator[str]:
        """Send a signal to the command at a random moment, then run it again; yield what is wrong after either."""
        whole, seconds = self._whole(work)
        run = self._new_folder()
        process = self._run(work.words, run)
        time.sleep(random.Random(f"{work.name} {number} {seed}").random() * seconds)
        with suppress(ProcessLookupError):
            os.kill(process.process.pid or 0, number)
        killed = process.wait(20)
        yield from (f"after the signal: {fault}" for fault in self._faults(killed, run, whole, number))
        again = self._run((*work.words, "--overwrite"), run).wait()
        if again.fault or again.code:
            yield f"the next run ends with {again.code}: {again.fault or again.output[-300:]}"
        yield from (f"after the next run: {fault}" for fault in wrong_files(run, whole, parts_too=True))
        if missing := {path.name for path in whole.iterdir()} - {path.name for path in run.iterdir()}:
            yield f"after the next run: no {', '.join(sorted(missing))}"

    def _faults(self, ended: Ended, run: Path, whole: Path, number: signal.Signals) -> Iterator[str]:
        if "Traceback" in ended.output:
            yield f"a traceback: {ended.output.strip().splitlines()[-1]}"
        if number != signal.SIGKILL and ended.code == -signal.SIGKILL:
            yield f"still there 20 s after {number.name}"
        yield from wrong_files(run, whole, parts_too=number != signal.SIGKILL, going_on=GOING_ON)
        yield from (f"goes on: {program}" for program in orphans(str(run)))
        yield from damaged_journal(self._folder / "journal.sqlite")

    def _whole(self, work: Work) -> tuple[Path, float]:
        """The folder with the results of a command that nothing disturbs, and the seconds that it takes."""
        if work.name not in self._undisturbed:
            run, began = self._new_folder(), time.monotonic()
            ended = self._run(work.words, run).wait()
            assert ended.code == 0, ended
            self._undisturbed[work.name] = run, time.monotonic() - began
        return self._undisturbed[work.name]

    def _run(self, words: tuple[str, ...], folder: Path) -> CommandRun:
        environment = {"CAPTIONER_JOURNAL": str(self._folder / "journal.sqlite"), MARK: str(folder)}
        placed = [word.replace("SOURCES", str(self._folder / "sources")) for word in words]
        return CommandRun(placed, folder, environment, limit=60)

    def _new_folder(self) -> Path:
        self._count += 1
        folder = self._folder / f"run{self._count}"
        folder.mkdir()
        return folder


def wrong_files(folder: Path, whole: Path, *, parts_too: bool, going_on: tuple[str, ...] = ()) -> Iterator[str]:
    """The files of a folder that are half written, or with `parts_too` that a whole run does not leave.

    Files whose name ends as one of `going_on` may be there.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix == ".part" or not (whole / path.name).exists():
            if parts_too and not path.name.endswith(going_on or "/"):
                yield f"{path.name} is left behind"
        elif not complete(path, whole / path.name):
            yield f"{path.name} is half written"


def complete(path: Path, whole: Path) -> bool:
    """Whether a result is complete: as long as the one of a whole run, or a live one without half a cue."""
    if path.suffix in {".mp4", ".mkv"}:
        return packets(path) == packets(whole)
    if path.name == NAME:
        return True  # half a line at its end is left out, which the next run shows
    if path.suffix == ".json":
        return isinstance(json.loads(path.read_text("utf-8") or "0"), dict)
    if path.stem == "live":
        return captions_complete(path)
    return path.read_bytes() == whole.read_bytes()


def packets(path: Path) -> dict[int, int]:
    """The packets of each stream of a video; none of one that does not open."""
    try:
        with av.open(str(path)) as container:
            counts = dict.fromkeys(range(len(container.streams)), 0)
            for packet in container.demux():
                counts[packet.stream.index] += packet.size > 0
            return counts
    except av.FFmpegError:
        return {}


def orphans(mark: str) -> list[str]:
    """The programs that a run has started and that go on without it; they are ended."""
    deadline = time.monotonic() + ORPHANS_END
    while (found := _marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for process in found:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return list(found.values())


def _marked(mark: str) -> Mapping[int, str]:
    """The processes, by number, whose environment has the mark."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"{MARK}={mark}\0".encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:80]
    return found


def damaged_journal(path: Path) -> Iterator[str]:
    """What is wrong with a journal."""
    if path.exists():
        with closing(sqlite3.connect(path)) as connection:
            answer = connection.execute("PRAGMA integrity_check").fetchall()
            if answer != [("ok",)]:
                yield f"the journal is damaged: {answer}"


SIGNALS = {"kill": (signal.SIGKILL, 6, 60), "hangup": (signal.SIGHUP, 6, 30)}
"""The signals, and how many times a short run and a long one send each, over all commands in turn."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(list(SIGNALS)), metavar="[SIGNAL]...")
@click.option("--seed", default=0, help="Seed of the first moment.  [default: 0]")
@click.option("--count", type=click.IntRange(1), help="How many times each signal is sent.")
@click.option("--long", is_flag=True, help="60 kills and 30 SIGHUPs.")
def main(names: tuple[str, ...], seed: int, count: int | None, long: bool) -> None:
    """Send each SIGNAL (kill, hangup) to every command at random moments and print the faults."""
    total = 0
    with temporary_folder() as folder:
        trials = Trials(folder)
        for name in names or SIGNALS:
            number, few, many = SIGNALS[name]
            size = count or (many if long else few)
            faults = 0
            for turn in range(seed, seed + size):
                work = WORKS[turn % len(WORKS)]
                for fault in trials.disturb(work, number, turn):
                    faults += 1
                    click.echo(f"{name} {work.name} --seed {turn}: {fault}")
            click.echo(f"{name}: {size} signals, {faults} faults")
            total += faults
    raise SystemExit(1 if total else 0)


if __name__ == "__main__":
    main()
