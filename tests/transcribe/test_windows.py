"""Recognition windows: every region in one window, times that map to the media and back, and cuts at long silences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from captioner.transcribe.recognition_windows import (
    KEPT_SILENCE,
    LONGEST_SILENCE,
    METERED_SILENCE,
    Window,
    join,
    windows_of,
)
from captioner.values import Audio

RATE = 1000
LONGEST = 28.0

LENGTHS = st.floats(0.05, 15.0)
SILENCES = st.one_of(st.just(0.0), st.floats(0.0, 1.0), st.floats(0.0, 10.0))


def regions_of(*lengths_and_silences: tuple[float, float]) -> list[Audio]:
    """Return regions with the given seconds of speech, each after the given seconds of silence."""
    regions, position, noise = [], 0, np.random.default_rng(0)
    for length, silence in lengths_and_silences:
        position += round(silence * RATE)
        samples = noise.uniform(-0.5, 0.5, round(length * RATE)).astype(np.float32)
        regions.append(Audio(samples, RATE, position / RATE))
        position += len(samples)
    return regions


RECORDINGS = st.lists(st.tuples(LENGTHS, SILENCES), min_size=1, max_size=20).map(lambda parts: regions_of(*parts))


@example(regions_of((LONGEST + 1, 0.5)), LONGEST)
@given(RECORDINGS, st.sampled_from([None, 16.0, LONGEST]))
def test_the_samples_of_each_region_are_in_one_window_in_order(regions: list[Audio], longest: float | None) -> None:
    windows = list(windows_of(regions, longest))
    assert [region.start for window in windows for region in window.regions] == [region.start for region in regions]
    for window in windows:
        assert longest is None or len(window.regions) == 1 or window.clip.duration <= longest
        quiet = window.clip.samples.copy()
        for region, span in zip(window.regions, window.spans, strict=True):
            assert np.array_equal(window.clip.clip(span).samples, region.samples)
            quiet[round((span.start - window.clip.start) * RATE) :][: len(region.samples)] = 0
        assert not quiet.any()
        assert window.clip.start == window.regions[0].start
        assert all(silence.duration <= KEPT_SILENCE + 1 / RATE for silence in window.silences)
    joined = np.concatenate([region.samples for window in windows for region in window.regions])
    assert np.array_equal(joined, np.concatenate([region.samples for region in regions]))


@given(RECORDINGS, st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_times_map_to_the_media_and_back(regions: list[Audio], shares: list[float]) -> None:
    for window in windows_of(regions, LONGEST):
        times = [window.clip.start + share * window.clip.duration for share in sorted(shares)]
        there = [window.media_time(time) for time in times]
        assert there == sorted(there)
        assert [window.clip_time(time) for time in there] == pytest.approx(times, abs=1e-6)
        for region, span in zip(window.regions, window.spans, strict=True):
            assert window.media_time(span.start) == pytest.approx(region.start, abs=1e-6)
            inside = span.start + 0.4 * span.duration
            assert window.media_time(inside) == pytest.approx(region.start + 0.4 * region.duration, abs=1e-6)


@given(RECORDINGS)
def test_no_window_crosses_a_long_silence(regions: list[Audio]) -> None:
    for window in windows_of(regions, LONGEST):
        assert all(after.start - before.end <= LONGEST_SILENCE for before, after in pairwise(window.regions))


def lengths_of(windows: Iterator[Window]) -> list[int]:
    return [len(window.regions) for window in windows]


def test_a_single_region_is_its_own_clip() -> None:
    (region,) = regions_of((2.0, 1.0))
    window = join([region])
    assert window.clip is region
    assert window.silences == ()


def test_neighbours_are_joined_up_to_the_longest_window() -> None:
    regions = regions_of(*[(5.0, 0.5)] * 5)
    assert lengths_of(windows_of(regions, LONGEST)) == [5]
    assert lengths_of(windows_of(regions, None)) == [1] * 5


def test_a_window_ends_at_the_longest_silence() -> None:
    silences = [0.0, 0.5, 0.5, 1.2, 0.5, 0.5, 0.5, 0.5]
    assert lengths_of(windows_of(regions_of(*[(5.0, silence) for silence in silences]), LONGEST)) == [3, 5]


def test_the_last_window_is_not_short() -> None:
    regions = regions_of(*[(5.0, 0.5)] * 5, (5.0, 0.2))
    assert lengths_of(windows_of(regions, LONGEST)) == [4, 2]


def test_regions_are_read_only_a_window_ahead() -> None:
    pulled: list[float] = []

    def regions() -> Iterator[Audio]:
        for region in regions_of(*[(5.0, 0.5)] * 100):
            pulled.append(region.start)
            yield region

    windows = windows_of(regions(), LONGEST)
    next(windows)
    assert len(pulled) <= 10


def test_a_window_keeps_less_silence_for_a_metered_backend() -> None:
    for kept in (KEPT_SILENCE, METERED_SILENCE):
        (window,) = windows_of(regions_of((5.0, 1.0), (5.0, 1.0), (5.0, 1.0)), LONGEST, kept)
        assert [round(silence.duration, 3) for silence in window.silences] == [kept, kept]
        assert [round(silence.duration, 3) for silence in window.part(0, 2).silences] == [kept]
