"""Hours of a live stream on a simulated clock, with faults.

Senders return with other timestamps or stall, segments are missed, the process is stopped, a backend fails or is slow.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np

from captioner.backends import Hints, Recognition, Traits
from captioner.errors import BackendError
from captioner.formats import srt
from captioner.live.events import Caption, Event, RegionReported
from captioner.live.session.session import RecognitionConfig, Session
from captioner.live.session.source_reader import NO_AUDIO, AudioChunk, LostAudio, SourceReader
from captioner.live.sinks.growing_files import SrtFile
from captioner.live.sinks.hls_captions import HlsCaptions
from captioner.live.source.decoder import Packet
from captioner.live.source.live_source import MissingAudio, SourceInterrupted, SourceItem
from captioner.live.stream_clock import SAMPLE_RATE, TICKS, WRAP, StreamClock
from captioner.values import Audio, Samples
from tests.speech.speech_parts import three_sentences

STEP = 0.25
"""Seconds of audio in a packet."""

MISSING = ("gone", "a segment is missing", NO_AUDIO)
"""Why audio is missing."""


@dataclass
class Soak:
    """A run of `seconds` of stream time with a number of `faults`; the other fields are its results."""

    folder: Path
    seconds: float
    faults: int
    seed: int = 1
    now: float = 1000.0
    events: int = 0
    captions: int = 0
    lost: int = 0
    most_lag: float = 0.0
    regions: int = 0
    memory: list[int] = field(default_factory=list)  # bytes, every 5,000 events
    spoken: int = 0  # sentences that were sent completely
    sent: float = 0.0  # seconds of the stream, with those that never came
    received: float = 0.0  # seconds of audio that the reader gave out
    reported: float = 0.0  # seconds that the reports call lost because their audio is missing
    skipped: float = 0.0  # seconds that the reports call lost although their audio came
    broken: list[str] = field(default_factory=list)  # violations

    def run(self) -> None:
        """Run to the end of the stream."""
        random = Random(self.seed)
        self._last: Caption | None = None
        self._number = 0
        now = lambda: self.now  # noqa: E731 - a clock
        self._srt = SrtFile(str(self.folder / "a.srt"))
        self._hls = HlsCaptions(str(self.folder / "hls"), now=now)
        plan = sorted(random.uniform(30, self.seconds - 30) for _ in range(self.faults))
        self._failing_until = self._busy_until = self._slow_until = 0.0
        self._slowness = 3.0
        session = Session(RecognitionConfig(_SoakBackend(self)), self._emit, now=now)
        source = _SoakSource(self, plan, random)
        clock = StreamClock()
        reader = SourceReader(source, clock, reconnect_timeout=600, now=now, sleep=source.wait)
        threads, files = threading.active_count(), _open_files()
        for item in reader.read():
            if isinstance(item, (AudioChunk, LostAudio)):
                session.push(item)
                self.received += item.audio.duration if isinstance(item, AudioChunk) else 0.0
                self.most_lag = max(self.most_lag, session.counts.lag)
                while self.now >= self._busy_until and session.queue.wait(0.0):
                    self._busy_until = max(self.now + session.recognise(), self._busy_until)
        self._failing_until = self._slow_until = 0.0
        session.flush()
        while not session.queue.empty:
            session.recognise()
        if threading.active_count() > threads + 1 or _open_files() > files + 1:
            self.broken.append("threads or files are left open")
        if abs(self.sent - clock.time) > 0.1 or abs(self.sent - self.received - self.reported) > 0.1:
            self.broken.append(
                f"{self.sent} s sent, {self.received} received, {self.reported} lost, {clock.time} in all"
            )
        if abs(self.skipped + self.reported - session.counts.lost_seconds) > 0.1:
            self.broken.append(f"{session.counts.lost_seconds} s counted as lost")
        if session.counts.final_until != session.counts.audio_end:
            self.broken.append(f"final until {session.counts.final_until} of {session.counts.audio_end}")
        self._check()

    def _emit(self, event: Event) -> None:
        self.events += 1
        if isinstance(event, RegionReported):
            if event.report.index != self._number:
                self.broken.append(f"region {event.report.index} after {self._number - 1}")
            self._number += 1
            self.regions += 1
            self.lost += event.report.lost
            if event.report.lost and event.report.reason in MISSING:
                self.reported += event.report.duration
            elif event.report.lost:
                self.skipped += event.report.duration
        if isinstance(event, Caption):
            if self._last and (event.start < self._last.end - 1e-9 or event.seq != self._last.seq + 1):
                self.broken.append(f"{event} after {self._last}")
            self._last = event
            self.captions += 1
        for sink in (self._srt, self._hls):
            sink.handle(event)
        if self.events % 5000 == 0:
            self.memory.append(_resident())

    def _check(self) -> None:
        cues = srt.parse((self.folder / "a.srt").read_text("utf-8")).cues or ()
        if len(cues) != self.captions:
            self.broken.append(f"{len(cues)} cues in the file, {self.captions} captions emitted")
        if any(before.end > after.start for before, after in pairwise(cues)):
            self.broken.append("cues in the file overlap")


class _SoakSource:
    """Three sentences in ten seconds, over and over, with a fault at each stream second of the plan."""

    name = "soak"

    def __init__(self, soak: Soak, plan: list[float], random: Random) -> None:
        self._soak, self._plan, self._random = soak, plan, random
        self._ticks = random.randrange(WRAP)
        self._sent = 0.0
        self._buffered = 0.0  # seconds of audio that came while the process was stopped
        speech = three_sentences()[0][: 10 * SAMPLE_RATE]
        self._loop: Samples = np.concatenate([speech, np.zeros(10 * SAMPLE_RATE - len(speech), np.float32)])

    def items(self) -> Iterator[SourceItem]:
        """Packets of one connection. The first one says when it was sent, as that of `StreamSource` does."""
        size = round(STEP * SAMPLE_RATE)
        due: float | None = self._soak.now
        while self._sent < self._soak.seconds:
            at, ticks = round(self._sent % 10.0 * SAMPLE_RATE), self._ticks
            self._pass(STEP, STEP)  # a packet comes when it is complete
            yield Packet(ticks, self._loop[at : at + size], due=due)
            due = None
            self._soak.spoken += (self._sent % 10.0) in (3.5, 6.5, 9.5)
            if self._plan and self._sent >= self._plan[0]:
                self._plan.pop(0)
                yield from self._fault()

    def _pass(self, seconds: float, sent: float) -> None:
        self._sent += sent
        self._soak.sent += seconds
        at_once = min(self._buffered, seconds)
        self._buffered -= at_once
        self._soak.now += seconds - at_once
        self._ticks = (self._ticks + round(seconds * TICKS)) % WRAP

    def wait(self, seconds: float) -> None:
        """Let the sender go on while the reader waits."""
        self._pass(seconds, 0.0)

    def _fault(self) -> Iterator[SourceItem]:
        soak, kind = self._soak, self._random.randrange(9)
        if kind in (0, 1):  # the sender dies, and what it sent before waits no longer
            self._pass(self._buffered + self._random.uniform(1, 20), 0.0)
            if kind == 1:  # it returns with another clock; otherwise its clock ran on
                self._ticks = self._random.randrange(WRAP)
            raise SourceInterrupted("gone")
        if kind == 2:  # its clock jumps
            self._ticks = self._random.randrange(WRAP)
        elif kind == 5:  # it stalls, or the process is stopped, and what it sent meanwhile is lost
            self._pass(self._random.uniform(1, 40), 0.0)
        elif kind == 6:  # the process is stopped, and what was sent meanwhile waits
            stopped = self._random.uniform(1, 40)
            soak.now += stopped
            self._buffered += stopped
        elif kind == 7:  # segments are missed, and their duration is known
            missed = self._random.uniform(1, 40)
            self._pass(missed, 0.0)
            yield MissingAudio(missed, "a segment is missing")
        elif kind == 8:  # the backend takes half a minute and more for each clip
            soak._slow_until, soak._slowness = soak.now + self._random.uniform(30, 120), 20.0
        elif kind == 3:
            soak._failing_until = soak.now + self._random.uniform(1, 60)
        else:
            soak._slow_until, soak._slowness = soak.now + self._random.uniform(1, 120), 3.0


class _SoakBackend:
    """Recognises everything, unless it fails or is slower than real time."""

    def __init__(self, soak: Soak) -> None:
        self.traits = Traits("soak")
        self._soak = soak
        self._clips = 0

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            if self._clips and self._soak.now < self._soak._failing_until:
                raise BackendError("soak", "fails")
            self._clips += 1
            yield Recognition("ok", f"Line {self._clips}.")
            if self._soak.now < self._soak._slow_until:
                self._soak._busy_until = self._soak.now + self._soak._slowness * clip.duration
                return

    def close(self) -> None: ...


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _resident() -> int:
    """Memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
