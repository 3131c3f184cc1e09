"""Where the time of a talk goes: each stage by itself, on what the stage before it made, in processor time."""

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
from captioner.transcribe import transcribe
from captioner.values import Audio, Segment, Transcript
from tests.benchmarks import Lengths
from tests.benchmarks.measuring import processor_seconds, said_in, talk
from tests.paths import SAMPLES


@dataclass(frozen=True)
class Stage:
    """What a stage took, in seconds of processor time: captioner's own, and that of programs beside it.

    `before` is what it took in the plain way, where captioner found a better one.
    """

    name: str
    own: float
    beside: float
    before: float | None = None


def stages(lengths: Lengths) -> Sequence[Stage]:
    """Those of a talk, in order."""
    watch = Stopwatch()
    with TemporaryDirectory() as folder:
        film = talk(lengths.talk, Path(folder))
        with open_media(str(SAMPLES / "lighthouse.mp4")) as media:
            period = media.duration or 0.0
        with watch.timing("media: ffmpeg decodes, its sound comes through a pipe"), open_media(str(film)) as media:
            blocks = list(read_audio(media))
    with plain_silero():
        before = processor_seconds(lambda: list(speech_clips(iter(blocks))))
    with watch.timing("speech: probabilities, regions, clips", before):
        clips = list(speech_clips(iter(blocks)))
    heard = said(clips, period)
    with watch.timing("transcribe: clips to a recogniser that takes no time, and the ledger"):
        segments = [one.segment for one in transcribe(clips, load_backend("scripted", lines=heard), Hints("en"))]
    words = Transcript(tuple(in_time(watch, clips, [one for one in segments if one])), "en")
    with watch.timing("cues: line breaks, reading speed, pauses"):
        cues = make_cues(words, profile_for("en"))
    with watch.timing("formats: SRT"):
        FORMATS["srt"].write(Contents(tuple(cues)))
    return watch.stages


@contextmanager
def plain_silero() -> Iterator[None]:
    """Meanwhile speech is found by silero's own loop, one call for each 32 ms, as by everybody who uses the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("captioner.speech.frame_scorer.load_speech_model", TorchSilero)
        yield


def said(clips: Sequence[Audio], period: float) -> list[str]:
    """The sample's sentences in each clip."""
    return [said_in(clip, period) for clip in clips]


def in_time(watch: Stopwatch, clips: Sequence[Audio], segments: Sequence[Segment]) -> Iterator[Segment]:
    """The same segments, their words timed by what espeak-ng says."""
    aligner = load_aligner("espeak")
    with watch.timing("align: words in time by espeak-ng"):
        timed = [aligner.align(clip, one.text, "en").words for clip, one in zip(clips, segments, strict=True)]
    for segment, words in zip(segments, timed, strict=True):
        yield Segment(segment.start, segment.end, segment.text, words, language="en")


class Stopwatch:
    """Takes the time of one stage after the other."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []

    @contextmanager
    def timing(self, name: str, plain: float | None = None) -> Iterator[None]:
        before = os.times()
        yield
        after = os.times()
        own = after.user + after.system - before.user - before.system
        beside = after.children_user + after.children_system - before.children_user - before.children_system
        self.stages.append(Stage(name, own, beside, plain))
