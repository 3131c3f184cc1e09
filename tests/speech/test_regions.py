"""Audio blocks in, clips of speech out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from captioner.speech import (
    FRAME,
    SAMPLE_RATE,
    RegionFinder,
    SpeechOptions,
    load_speech_model,
    speech_clips,
)
from captioner.speech.silero_torch import TorchSilero
from captioner.speech.stream import SpeechStream
from captioner.values import Audio, Samples
from tests.speech.speech_parts import amplified, blocks, decoded, merged, noises, recordings, three_sentences

AS_SILERO = SpeechOptions(0.5, minimum_speech=0.25, minimum_silence=0.1, lead=0.03, tail=0.03, longest_region=math.inf)


def spans(samples: Samples, size: int = 32_000, start: float = 0.0) -> list[tuple[float, float]]:
    return [(clip.start, clip.end) for clip in speech_clips(blocks(samples, size, start))]


def endless_speech(seconds: float) -> Samples:
    """The sentences without pauses, repeated."""
    samples, sentences = three_sentences()
    voice = np.concatenate(
        [samples[round((a + 0.1) * SAMPLE_RATE) : round((b - 0.1) * SAMPLE_RATE)] for a, b in sentences]
    )
    return np.resize(voice, round(seconds * SAMPLE_RATE))


def test_each_sentence_is_one_complete_clip() -> None:
    samples, sentences = three_sentences()
    clips = list(speech_clips(blocks(samples)))
    assert len(clips) == len(sentences)
    for clip, (start, end) in zip(clips, sentences, strict=True):
        assert start - 0.25 < clip.start <= start + 0.05  # a voice begins a little after its file begins
        assert end - 0.05 <= clip.end < end + 0.3


def test_clips_are_the_unchanged_audio() -> None:
    samples = amplified(three_sentences()[0], -40)
    for clip in speech_clips(blocks(samples, start=7.5)):
        first = round((clip.start - 7.5) * SAMPLE_RATE)
        assert np.array_equal(clip.samples, samples[first : first + len(clip.samples)])


@pytest.mark.parametrize("size", [100, FRAME, 999, 10**6])
def test_any_block_size_gives_the_same_regions(size: int) -> None:
    samples, _ = three_sentences()
    assert spans(samples, size) == spans(samples)


def test_the_clock_starts_at_the_first_block() -> None:
    samples, _ = three_sentences()
    later = [(start + 3600.25, end + 3600.25) for start, end in spans(samples)]
    assert spans(samples, start=3600.25) == later


def test_no_region_spans_a_gap_in_the_media() -> None:
    samples, _ = three_sentences()
    cut = round(5.2 * SAMPLE_RATE)  # in the middle of the second sentence
    parts = [*blocks(samples[:cut]), *blocks(samples[cut:], start=65.2)]
    found = [(clip.start, clip.end) for clip in speech_clips(parts)]
    assert [start for start, _ in found] == pytest.approx([0.8, 4.1, 65.2, 67.1], abs=0.1)
    assert found[1][1] == pytest.approx(5.2, abs=0.01)


def test_a_clip_is_returned_as_soon_as_its_end_is_certain() -> None:
    samples, sentences = three_sentences()
    pulled: list[float] = []

    def live() -> Iterator[Audio]:
        for block in blocks(samples, FRAME):
            pulled.append(block.end)
            yield block

    clip = next(speech_clips(live()))
    assert pulled[-1] - clip.end < 1.2
    assert pulled[-1] < sentences[1][0] + 0.6


def test_long_speech_is_split_without_loss() -> None:
    samples = endless_speech(60)
    found = spans(samples)
    assert len(found) > 3
    assert all(1 <= end - start <= SpeechOptions().longest_region for start, end in found)
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    assert sum(end - start for start, end in merged(found)) > 0.99 * (found[-1][1] - found[0][0])


@pytest.mark.parametrize("audio", [endless_speech(40), noises(40)["pink"], np.zeros(40 * SAMPLE_RATE, np.float32)])
def test_an_endless_stream_needs_little_memory(audio: Samples) -> None:
    stream = SpeechStream(SpeechOptions(), 0.0)
    for block in blocks(audio, SAMPLE_RATE // 2):
        stream.push(block.samples)
        assert stream.buffered < 18


def test_audio_without_speech_has_no_clips() -> None:
    assert spans(np.zeros(0, np.float32)) == spans(np.zeros(100, np.float32)) == []
    assert spans(noises(5)["white"]) == []
    assert list(speech_clips([])) == []


def test_another_sample_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="8000"):
        list(speech_clips([Audio(np.zeros(8000, np.float32), 8000)]))


def test_regions_of_real_recordings_equal_those_of_silero(testdata: Path) -> None:
    """Every region is equal, to the sample."""
    from silero_vad.utils_vad import get_speech_timestamps
    from torch import from_numpy

    package_model = TorchSilero().model
    count = 0
    for name, path in recordings(testdata).items():
        samples = decoded(path)
        expected = [
            (region["start"], region["end"]) for region in get_speech_timestamps(from_numpy(samples), package_model)
        ]
        frames = np.pad(samples, (0, -len(samples) % FRAME))
        probabilities = load_speech_model().probabilities(frames).tolist()
        finder = RegionFinder(AS_SILERO)
        found = finder.push(probabilities, [0.0] * len(probabilities)) + finder.flush(len(samples))
        assert found == expected, name
        count += len(found)
    assert count > 300
