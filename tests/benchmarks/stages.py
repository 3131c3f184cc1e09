"""CPU time of each stage of a talk, measured alone on the results of the stage before it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from captioner.align import load_aligner
from captioner.backends import Hints, load_backend
from captioner.cues import make_cues
from captioner.formats import FORMATS, Contents
from captioner.media import open_media, read_audio
from captioner.profiles import profile_for
from captioner.speech import speech_clips
from captioner.speech.silero_torch import TorchSilero
from captioner.transcribe import transcribe, windows_of
from captioner.values import Audio, Segment, Transcript
from captioner.word_timing import time_words
from tests.benchmarks import Lengths
from tests.benchmarks.measuring import cpu_seconds, read_whole, talk, text_of
from tests.paths import SAMPLES


@dataclass(frozen=True)
class Stage:
    """The CPU time of a stage."""

    name: str

    own: float
    """Seconds in captioner's process."""

    children: float
    """Seconds in child processes."""

    baseline: float | None = None
    """Seconds that the stage takes without captioner's optimisation; None if it has none."""


def stages(lengths: Lengths) -> Sequence[Stage]:
    """Return the stages of a talk in order."""
    watch = Stopwatch()
    period = read_whole(SAMPLES / "lighthouse.mp4").duration
    with TemporaryDirectory() as folder:
        film = talk(lengths.talk, Path(folder))
        with watch.timing("media: ffmpeg decodes, audio comes through a pipe"), open_media(str(film)) as media:
            blocks = list(read_audio(media))
    with silero_loop():
        baseline = cpu_seconds(lambda: list(speech_clips(iter(blocks))))
    with watch.timing("speech: probabilities, regions, clips", baseline):
        clips = list(speech_clips(iter(blocks)))
    texts = [text_of(clip, period) for clip in clips]
    with watch.timing("transcribe: a backend that takes no time, and the report"):
        results = list(transcribe(windows_of(clips, None), load_backend("scripted", lines=texts), Hints("en")))
    segments = [one.segment for one in time_words(results, None)]
    words = Transcript(tuple(with_word_times(watch, clips, [one for one in segments if one])), "en")
    with watch.timing("cues: line breaks, reading speed, pauses"):
        cues = make_cues(words, profile_for("en"))
    with watch.timing("formats: SRT"):
        FORMATS["srt"].write(Contents(tuple(cues)))
    return watch.stages


@contextmanager
def silero_loop() -> Iterator[None]:
    """Within this context, silero's own loop finds speech: one call of its model for each 32 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("captioner.speech.frame_scorer.load_speech_model", TorchSilero)
        yield


def with_word_times(watch: Stopwatch, clips: Sequence[Audio], segments: Sequence[Segment]) -> Iterator[Segment]:
    """Yield the segments with word times by espeak."""
    aligner = load_aligner("espeak")
    with watch.timing("align: word times by espeak"):
        timed = [aligner.align(clip, one.text, "en").words for clip, one in zip(clips, segments, strict=True)]
    for segment, words in zip(segments, timed, strict=True):
        yield Segment(segment.start, segment.end, segment.text, words, language="en")


class Stopwatch:
    """Measures one stage after the other."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []

    @contextmanager
    def timing(self, name: str, baseline: float | None = None) -> Iterator[None]:
        """Within this context, measure the stage `name`."""
        before = os.times()
        yield
        after = os.times()
        own = after.user + after.system - before.user - before.system
        children = after.children_user + after.children_system - before.children_user - before.children_system
        self.stages.append(Stage(name, own, children, baseline))
