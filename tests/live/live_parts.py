"""Shared by the tests of live captions: speech on a stream's clock, and a session in one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from captioner.backends import Backend, load_backend
from captioner.live.events import Caption, Event, RegionReported
from captioner.live.session.session import RecognitionConfig, Session
from captioner.live.session.source_reader import AudioChunk
from captioner.live.session.streaming_vad import LIVE_SPEECH
from captioner.live.stream_clock import Epoch
from captioner.speech import SpeechOptions
from captioner.text_checks import ChineseScript
from captioner.values import Audio
from tests.speech.speech_parts import three_sentences

RATE = 16_000
EPOCH = Epoch(0, 0.0, 126_000)


def speech_chunks(seconds: float = 10.0, *, start: float = 0.0, step: float = 0.1) -> Iterator[AudioChunk]:
    """Three sentences in ten seconds, over and over, in chunks of `step` seconds."""
    speech = three_sentences()[0][: 10 * RATE]
    loop = np.concatenate([speech, np.zeros(10 * RATE - len(speech), np.float32)])
    size = round(step * RATE)
    for at in range(0, round(seconds * RATE), size):
        samples = np.take(loop, range(at, at + size), mode="wrap")
        yield AudioChunk(Audio(samples, RATE, start + at / RATE), EPOCH)


def silence(start: float, end: float, *, step: float = 0.1) -> Iterator[AudioChunk]:
    """Silence in chunks of `step` seconds."""
    for number in range(round((end - start) / step)):
        yield AudioChunk(Audio(np.zeros(round(step * RATE), np.float32), RATE, start + number * step), EPOCH)


class SteppedSession:
    """A session in one thread, on a clock that runs with the stream's."""

    def __init__(
        self,
        backend: Backend | None = None,
        *,
        partials: bool = False,
        speech: SpeechOptions = LIVE_SPEECH,
        chinese_script: ChineseScript = "auto",
        keep_suspected: bool = False,
        **options: object,
    ) -> None:
        self.events: list[Event] = []
        self.now = 0.0
        backend = backend or load_backend("scripted", lines=["One.", "Two.", "Three."])
        config = RecognitionConfig(
            backend, partials=partials, speech=speech, chinese_script=chinese_script, keep_suspected=keep_suspected
        )
        clock: Callable[[], float] = lambda: self.now  # noqa: E731 - a name for a type
        self.session = Session(config, self.events.append, now=clock, **options)  # type: ignore[arg-type]
        self.idle_until = 0.0
        self.limit = float("inf")  # of the lag, for a backend that checks it

    def play(self, chunks: Iterator[AudioChunk], *, recognise: bool = True) -> None:
        """Push each chunk at the moment at which it ends, and recognise what waits."""
        for chunk in chunks:
            self.now = max(self.now, chunk.audio.end)
            self.session.push(chunk)
            if recognise:
                self.recognise()

    def recognise(self) -> None:
        """Recognise what waits, unless the backend is waiting to be retried."""
        while self.now >= self.idle_until and self.session.queue.wait(0.0):
            self.idle_until = max(self.now + self.session.recognise(), self.idle_until)

    def end(self) -> None:
        self.session.flush()
        while not self.session.queue.empty:
            self.now += 1.0
            self.recognise()

    @property
    def finals(self) -> list[Caption]:
        return [event for event in self.events if isinstance(event, Caption) and event.is_final]

    @property
    def partials(self) -> list[Caption]:
        return [event for event in self.events if isinstance(event, Caption) and not event.is_final]

    @property
    def region_reports(self) -> list[RegionReported]:
        return [event for event in self.events if isinstance(event, RegionReported)]


def shifted(chunk: AudioChunk, epoch: Epoch) -> AudioChunk:
    """The same chunk in another epoch."""
    return replace(chunk, epoch=epoch)
