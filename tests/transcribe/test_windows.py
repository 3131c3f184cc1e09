"""Recognition windows: every region in one window, times that map to the media and back, and cuts at long silences.

With the history of a recording, a window is an excerpt of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from captioner.transcribe.audio_history import AudioHistory
from captioner.transcribe.recognition_windows import (
    EDGE,
    KEPT_SILENCE,
    LONGEST_SILENCE,
    METERED_SILENCE,
    Window,
    excerpt,
    join,
    windows_of,
)
from captioner.values import Audio, Span

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


def recording_of(regions: list[Audio], rest: float = 0.0) -> Audio:
    """Return a recording with the regions, quiet noise between them, and `rest` seconds of it at the end."""
    length = round((regions[-1].end + rest) * RATE)
    samples = np.random.default_rng(1).uniform(-0.01, 0.01, length).astype(np.float32)
    for region in regions:
        first = round(region.start * RATE)
        samples[first : first + len(region.samples)] = region.samples
    return Audio(samples, RATE)


def excerpts_of(regions: list[Audio], recording: Audio, block: float = 1.0) -> list[Window]:
    """Return the windows of regions that are read from blocks of a recording."""
    history = AudioHistory()
    size = round(block * RATE)
    positions = range(0, len(recording.samples), size)
    blocks = history.record(Audio(recording.samples[first : first + size], RATE, first / RATE) for first in positions)

    def read() -> Iterator[Audio]:
        for region in regions:
            while history.held.end < min(region.end + 1, recording.end):  # a region is final some time after its end
                next(blocks)
            yield region
        for _ in blocks:
            pass

    return list(windows_of(read(), LONGEST, history=history))


@given(RECORDINGS, st.floats(0.0, 2.0))
def test_a_window_that_fits_is_an_excerpt_of_the_recording(regions: list[Audio], rest: float) -> None:
    recording = recording_of(regions, rest)
    windows = excerpts_of(regions, recording)
    assert [len(window.regions) for window in windows] == lengths_of(windows_of(regions, LONGEST))
    for number, window in enumerate(windows):
        stretch = window.regions[-1].end - window.regions[0].start
        assert (window.kept_silence is None) == (stretch <= LONGEST)
        if window.kept_silence is not None:
            assert window.clip.duration == pytest.approx(join(window.regions).clip.duration)
            continue
        around = Span(window.clip.start, window.clip.end)
        assert np.array_equal(window.clip.samples, recording.clip(around).samples)
        assert window.clip.duration <= LONGEST + 1 / RATE
        before = windows[number - 1].regions[-1].end if number else 0.0
        after = windows[number + 1].regions[0].start if number + 1 < len(windows) else recording.end
        edge = min(EDGE, (LONGEST - stretch) / 2)
        assert window.clip.start == pytest.approx(max(before, window.regions[0].start - edge), abs=1 / RATE)
        assert window.clip.end == pytest.approx(min(after, window.regions[-1].end + edge), abs=1 / RATE)
        times = sorted([*window.spans, *window.silences], key=lambda span: span.start)
        assert sum(span.duration for span in times) == pytest.approx(window.clip.duration, abs=1e-6)
        assert window.media_time(around.start) == pytest.approx(around.start, abs=1e-6)
        assert window.media_time(around.end) == pytest.approx(around.end, abs=1e-6)


def test_the_part_of_an_excerpt_is_an_excerpt() -> None:
    regions = regions_of((5.0, 0.2), (5.0, 0.4), (5.0, 2.5))
    recording = recording_of(regions)
    (window,) = excerpts_of(regions, recording)
    part = window.part(1, 2)
    assert (part.clip.start, part.clip.end) == (5.2, 5.6 + 5.0 + EDGE)
    assert np.array_equal(part.clip.samples, recording.clip(Span(5.2, 11.6)).samples)
    assert [(silence.start, silence.end) for silence in part.silences] == [(5.2, 5.6), (10.6, 11.6)]
    assert not part.is_region
    assert all(window.is_region for window in part.divided())


def test_a_history_holds_the_last_seconds_and_zeros_in_gaps() -> None:
    history = AudioHistory(10.0)
    one = np.ones(RATE, np.float32)
    starts = [float(start) for start in range(20) if start != 15]
    assert [block.start for block in history.record(Audio(one, RATE, start) for start in starts)] == starts
    assert history.held == Span(9.0, 20.0)
    sound = history.sound(Span(8.5, 16.5), RATE)
    assert (sound.start, sound.end) == (8.5, 16.5)
    assert np.array_equal(np.flatnonzero(sound.samples == 0), [*range(500), *range(6500, 7500)])


def test_the_samples_of_a_region_stay_where_the_history_has_none() -> None:
    (region,) = regions_of((2.0, 1.0))
    window = excerpt([region], Audio(np.zeros(4 * RATE, np.float32), RATE))
    assert np.array_equal(window.clip.samples[RATE : 3 * RATE], region.samples)
