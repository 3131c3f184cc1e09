"""Speech outside a fault is captioned at its time, once: a sender that dies, and a full disk."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from captioner.backends import Hints, Recognition, Traits
from captioner.formats import srt, vtt
from captioner.formats.transcript import json as transcript
from captioner.live.events import Event as LiveEvent
from captioner.live.events import RegionReported, StreamEnded
from captioner.live.session import clip_queue, runner
from captioner.live.session.runner import Runner, SinkFanout
from captioner.live.session.session import RecognitionConfig, Session
from captioner.live.session.source_reader import ConnectionLost, SourceReader
from captioner.live.sinks.growing_files import SrtFile
from captioner.live.sinks.hls_captions import HlsCaptions
from captioner.live.sinks.transcript_recorder import TranscriptRecorder
from captioner.live.sinks.worker import SinkWorker
from captioner.live.source.decoder import Packet
from captioner.live.source.live_source import HlsEnded, SegmentRead, SourceInterrupted, SourceItem
from captioner.live.source.playlist import MediaSegment, media_playlist
from captioner.live.stream_clock import SAMPLE_RATE, TICKS, StreamClock
from captioner.values import Audio, Report
from tests.live.live_stream import wait_until
from tests.live.test_stream_clock import ScriptedSource
from tests.speech.speech_parts import three_sentences

STEP = 0.25
"""Seconds of audio in a packet."""


class TimedBackend:
    """A backend whose text for a clip is the clip's time."""

    traits = Traits("timed")

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        return (Recognition("ok", f"At {clip.start:.2f}.") for clip in clips)

    def close(self) -> None: ...


def talk(start: float, end: float, *, ahead: float = 0.0) -> list[SourceItem | float | SourceInterrupted]:
    """Part of a talk of three sentences in ten seconds, over and over, with each packet at the moment at which it ends.

    The sender's clock is `ahead` seconds ahead of the talk's. A segment of an HLS playlist ends every two seconds.
    """
    speech = three_sentences()[0][: 10 * SAMPLE_RATE]
    loop = np.concatenate([speech, np.zeros(10 * SAMPLE_RATE - len(speech), np.float32)])
    size = round(STEP * SAMPLE_RATE)
    script: list[SourceItem | float | SourceInterrupted] = []
    for number in range(round(start / STEP), round(end / STEP)):
        samples = np.take(loop, range(number * size, (number + 1) * size), mode="wrap")
        script += [STEP, Packet(round((number * STEP + ahead) * TICKS), samples)]
        if (number + 1) % 8 == 0:
            script.append(SegmentRead(MediaSegment((number + 1) // 8 - 1, "x.ts", 2.0), 2.0, 0))
    return script


def sentences(end: float) -> list[tuple[float, float]]:
    """Start and end of each sentence of the talk, up to the second `end`."""
    spans = [(10 * turn + start, 10 * turn + stop) for turn in range(20) for start, stop in three_sentences()[1]]
    return [(start, stop) for start, stop in spans if stop < end]


class ScriptedRun:
    """A session over a script, in one thread, with a caption file, a transcript and a rendition."""

    def __init__(self, folder: Path, *script: SourceItem | float | SourceInterrupted) -> None:
        self.folder = folder
        self.source = ScriptedSource(*script)
        self.sinks = SinkFanout()
        self.sinks.workers = [
            SinkWorker("srt", SrtFile(str(folder / "a.srt"))),
            SinkWorker("hls", HlsCaptions(str(folder / "hls"))),
            SinkWorker("record", TranscriptRecorder(str(folder / "a.json"), Report("talk", 0.0, "timed"))),
        ]
        now = lambda: self.source.time  # noqa: E731 - used twice
        self.session = Session(RecognitionConfig(TimedBackend()), self.sinks, now=now)
        self.reader = SourceReader(self.source, StreamClock(), reconnect_timeout=60.0, now=now, sleep=self.source.sleep)
        self.items = self.reader.read()

    def run_until(self, until: float) -> None:
        """Read and recognise up to the second `until` of the source's time."""
        for item in self.items:
            if isinstance(item, ConnectionLost):
                self.session.flush()
            elif not isinstance(item, HlsEnded):
                self.session.push(item)
            self._recognise()
            if self.source.time >= until:
                return

    def end(self) -> None:
        """Run to the end of the stream."""
        self.run_until(float("inf"))
        self.session.flush()
        self._recognise()
        self.sinks(StreamEnded())
        for worker in self.sinks.workers:
            worker.close(20.0)

    def _recognise(self) -> None:
        while not self.session.queue.empty:
            self.session.recognise()

    def in_file(self) -> list[float]:
        """The start of each caption in the file."""
        return [cue.start for cue in srt.parse((self.folder / "a.srt").read_text("utf-8")).cues or ()]

    def in_transcript(self) -> list[float]:
        """The start of each segment in the transcript."""
        contents = transcript.parse((self.folder / "a.json").read_text("utf-8"))
        assert contents.transcript is not None
        return [segment.start for segment in contents.transcript.segments]

    def in_rendition(self) -> list[float]:
        """The start of each caption in the rendition, where it is in every segment that shows it."""
        playlist = media_playlist((self.folder / "hls/captions.m3u8").read_text("utf-8"), "")
        assert playlist.ended
        assert all(before.sequence + 1 == after.sequence for before, after in pairwise(playlist.segments))
        texts = [(self.folder / "hls" / segment.address).read_text("utf-8") for segment in playlist.segments]
        return sorted({cue.start for text in texts for cue in vtt.parse(text).cues or ()})


def assert_once(starts: list[float], expected: list[tuple[float, float]], tolerance: float) -> None:
    """A region begins up to a quarter of a second before its speech."""
    for truth, _ in expected:
        assert sum(abs(start - truth) < tolerance for start in starts) == 1, (truth, starts)
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("ahead", [0.0, 5000.0], ids=["its clock runs on", "its clock starts again"])
def test_a_sender_that_dies_for_twenty_seconds_is_captioned_before_and_after(ahead: float, tmp_path: Path) -> None:
    died, back = 11.5, 31.5  # in the middle of a sentence, both
    # The reader waits for half a second before it calls again.
    gone: list[SourceItem | float | SourceInterrupted] = [SourceInterrupted("gone"), back - died - 0.5]
    run = ScriptedRun(tmp_path, *talk(0.0, died), *gone, *talk(back, 60.0, ahead=ahead))
    run.end()
    expected = [(start, end) for start, end in sentences(60.0) if end < died or start > back]
    for starts in (run.in_file(), run.in_transcript(), run.in_rendition()):
        assert_once(starts, expected, 0.35)
        assert len(expected) <= len(starts) <= len(expected) + 3  # the halves of two sentences, and a mark
    assert run.session.counts.lost == 1
    assert run.session.counts.lost_seconds == pytest.approx(back - died, abs=STEP)


class BlockedBackend:
    """A backend that recognises one clip, and never returns from the second."""

    traits = Traits("blocked")

    def __init__(self) -> None:
        self.blocked = Event()
        self._worked = False

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for _ in clips:
            if self._worked:
                self.blocked.set()
                Event().wait()
            self._worked = True
            yield Recognition("ok", "One.")

    def close(self) -> None: ...


def test_what_a_stop_leaves_unrecognised_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "FINISH_TIMEOUT", 0.0)
    backend, events = BlockedBackend(), list[LiveEvent]()

    def more(seconds: float) -> None:
        backend.blocked.wait()
        wait_until(lambda: session.counts.audio_end >= 20.0)
        running.stop()

    source = ScriptedSource(*talk(0.0, 20.0), SourceInterrupted("gone"))
    session = Session(RecognitionConfig(backend), events.append)
    reader = SourceReader(source, StreamClock(), reconnect_timeout=60.0, now=lambda: source.time, sleep=more)
    running = Runner(reader, session, SinkFanout())
    running.run()
    reports = [event.report for event in events if isinstance(event, RegionReported)]
    assert [(report.index, report.reason) for report in reports] == [
        (0, None),
        *((number, runner.STOPPED_REASON) for number in range(1, 6)),
    ]
    assert session.counts.lost == 5


class WaitingBackend:
    """A backend that begins when as much speech waits for it as will."""

    traits = Traits("waiting")

    def __init__(self) -> None:
        self.session: Session | None = None
        self.most_waiting = 0.0

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        assert self.session
        for _ in clips:
            before = 0.0
            while not self.most_waiting:
                waiting = self.session.queue.waiting_speech
                self.most_waiting, before = (waiting if waiting == before > 9.0 else 0.0), waiting
                time.sleep(0.3)
            yield Recognition("ok", "A clip.")

    def close(self) -> None: ...


def test_a_pipe_that_is_faster_than_real_time_waits_for_the_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "EARLY_SPEECH", 10.0)
    monkeypatch.setattr(clip_queue, "MAX_QUEUED_SPEECH", 25.0)
    backend, events = WaitingBackend(), list[LiveEvent]()
    packets = [item for item in talk(0.0, 60.0) if isinstance(item, Packet)]
    source = ScriptedSource(*(replace(packet, idle=0.0) for packet in packets), HlsEnded())
    backend.session = session = Session(RecognitionConfig(backend), events.append)
    Runner(SourceReader(source, StreamClock(), reconnect_timeout=60.0), session, SinkFanout()).run()
    assert 10.0 < backend.most_waiting < 25.0
    assert session.counts.lost == 0
    assert session.counts.audio_end == 60.0


def test_a_full_disk_costs_no_caption_once_there_is_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    run = ScriptedRun(tmp_path, *talk(0.0, 60.0))
    run.run_until(15.0)
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        run.run_until(45.0)
        wait_until(lambda: all("no space left" in (worker.error or "") for worker in run.sinks.workers))
    run.end()
    assert [(worker.dropped, worker.error) for worker in run.sinks.workers] == [(0, None)] * 3
    for starts in (run.in_file(), run.in_transcript(), run.in_rendition()):
        assert_once(starts, sentences(60.0), 0.35)
        assert len(starts) == 18
    assert not list(tmp_path.glob("**/*.part"))
