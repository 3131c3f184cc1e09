"""From probabilities to regions: silero's own search as a stream, with a limit on the length of a region."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from silero_vad.utils_vad import get_speech_timestamps_from_probs

from captioner.speech import FRAME, SAMPLE_RATE, RegionFinder, SpeechOptions
from captioner.speech.split import deepest_pause

Regions = list[tuple[int, int]]


@st.composite
def probabilities(draw: st.DrawFn, longest: int = 400) -> list[float]:
    """Stretches of frames in which the model is certain, uncertain, or undecided."""
    stretch = st.tuples(st.sampled_from([0.01, 0.2, 0.34, 0.36, 0.42, 0.5, 0.7, 0.99]), st.integers(1, 40))
    stretches = draw(st.lists(stretch, min_size=1, max_size=30))
    return [value for value, frames in stretches for _ in range(frames)][:longest]


@st.composite
def options(draw: st.DrawFn) -> SpeechOptions:
    return SpeechOptions(
        threshold=draw(st.sampled_from([0.3, 0.5, 0.6])),
        minimum_speech=draw(st.sampled_from([0.0, 0.1, 0.25])),
        minimum_silence=draw(st.sampled_from([0.0, 0.1, 0.5, 1.0])),
        lead=draw(st.sampled_from([0.0, 0.03, 0.15, 0.4])),
        tail=draw(st.sampled_from([0.0, 0.03, 0.1, 0.4])),
        longest_region=draw(st.sampled_from([1.8, 3.0, 5.0, math.inf])),
    )


def levels(values: list[float]) -> list[float]:
    return [20 * value - 40 for value in values]


def find(values: list[float], chosen: SpeechOptions, samples: int | None = None, step: int = 10_000) -> Regions:
    finder = RegionFinder(chosen)
    regions: Regions = []
    for at in range(0, len(values), step):
        part = values[at : at + step]
        regions += finder.push(part, levels(part))
    return regions + finder.flush(FRAME * len(values) if samples is None else samples)


@settings(deadline=None)
@given(
    probabilities(),
    st.sampled_from([30, 50, 60]),
    st.sampled_from([0, 100, 250]),
    st.sampled_from([0, 100, 500]),
    st.sampled_from([0, 30, 200]),
    st.integers(0, FRAME - 1),
)
def test_regions_equal_those_of_silero(
    values: list[float], threshold: int, speech: int, silence: int, padding: int, missing: int
) -> None:
    """They are equal to the sample, for all parameters, also with an incomplete last frame."""
    samples = FRAME * len(values) - missing
    expected = get_speech_timestamps_from_probs(
        values,
        threshold=threshold / 100,
        min_speech_duration_ms=speech,
        min_silence_duration_ms=silence,
        speech_pad_ms=padding,
        audio_length_samples=samples,
    )
    chosen = SpeechOptions(threshold / 100, speech / 1000, silence / 1000, padding / 1000, padding / 1000, math.inf)
    assert find(values, chosen, samples) == [(region["start"], region["end"]) for region in expected]


@settings(deadline=None)
@given(probabilities(), options(), st.integers(1, 50))
def test_block_size_changes_nothing(values: list[float], chosen: SpeechOptions, step: int) -> None:
    assert find(values, chosen, step=step) == find(values, chosen)


@settings(deadline=None)
@given(probabilities(), options())
def test_regions_are_in_order_and_within_their_length(values: list[float], chosen: SpeechOptions) -> None:
    regions = find(values, chosen)
    bounds = [bound for region in regions for bound in region]
    assert bounds == sorted(bounds)
    assert all(0 <= start < end <= FRAME * len(values) for start, end in regions)
    assert all(end - start <= chosen.longest_region * SAMPLE_RATE for start, end in regions)


@settings(deadline=None)
@given(probabilities(), options())
def test_only_short_speech_is_dropped(values: list[float], chosen: SpeechOptions) -> None:
    regions = find(values, chosen)
    uncut = SpeechOptions(chosen.threshold, 0.0, chosen.minimum_silence, 0.0, 0.0)
    for start, end in find(values, uncut):
        if end - start > (chosen.minimum_speech + 0.001) * SAMPLE_RATE:
            voiced = [at for at in range(start, end, FRAME) if values[at // FRAME] >= chosen.threshold]
            assert all(any(first <= at and at + FRAME <= last for first, last in regions) for at in voiced)


@settings(deadline=None)
@given(probabilities(), options())
def test_audio_is_needed_until_no_region_can_contain_it(values: list[float], chosen: SpeechOptions) -> None:
    finder = RegionFinder(chosen)
    needed = 0
    for value in values:
        regions = finder.push([value], [-20.0])
        assert all(start >= needed for start, _ in regions)
        assert finder.needed_from >= needed
        needed = finder.needed_from
    assert all(start >= needed for start, _ in finder.flush(FRAME * len(values)))


@pytest.mark.parametrize("endless", [0.99, 0.01, 0.4])
def test_an_endless_stream_needs_no_more_audio_than_a_region(endless: float) -> None:
    """Endless speech, endless silence, and audio of which the model is never certain."""
    chosen = SpeechOptions()
    finder = RegionFinder(chosen)
    finder.push([0.99] * 10 + [0.1], [-20.0] * 11)
    for frame in range(12, 20_000):
        finder.push([endless], [-20.0])
        assert frame * FRAME - finder.needed_from <= (chosen.longest_region + 1) * SAMPLE_RATE


def test_long_speech_is_split_at_the_deepest_pause() -> None:
    voice, breath, gap = [0.9] * 100, [0.4] * 6, [0.1] * 6
    values = voice + breath + voice + gap + voice + breath + voice
    chosen = SpeechOptions(minimum_silence=0.5, lead=0.0, tail=0.0, longest_region=11.0)
    middle = FRAME * (100 + 6 + 100 + 3)
    assert find(values, chosen) == [(0, middle), (middle, FRAME * len(values))]


def test_the_quieter_of_two_equal_frames_is_the_pause() -> None:
    track = [(0.9, -20.0)] * 40
    track[24:29] = [(0.9, -50.0)] * 5
    assert deepest_pause(track, 10, 35) in (26, 27)


def test_a_part_is_at_least_a_second_long() -> None:
    values = [0.9] * 10 + [0.3] * 3 + [0.9] * 800
    regions = find(values, SpeechOptions(minimum_silence=1.0))
    assert min(end - start for start, end in regions) >= SAMPLE_RATE
    assert np.sum([end - start for start, end in regions]) == FRAME * len(values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": 0.0},
        {"threshold": 1.5},
        {"minimum_speech": -1.0},
        {"minimum_silence": math.inf},
        {"lead": math.nan},
        {"longest_region": 0.5},
        {"longest_region": math.nan},
    ],
)
def test_impossible_options_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SpeechOptions(**wrong)
