"""Cues get back the times of their speech from the pattern of pauses alone, or a refusal."""

from __future__ import annotations

import random
from bisect import bisect_left
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from captioner.errors import RetimingRefused
from captioner.retime import RetimedPart, Retiming, describe_retiming, find_retiming, move_cues
from captioner.retime.pause_retiming import RATES
from captioner.values import Cue, Span
from tests.retime.films import EXACT, ROUGH, TRANSLATED, CaptionStyle, captions_of, film_speech

SCENE = 300.0
"""Seconds at which scenes are cut out or added in these tests."""


def shifted(cues: list[Span], offset: float, rate: Fraction = Fraction(1)) -> list[Span]:
    """Return the cues that a retiming by `rate` and `offset` brings to the times of `cues`."""
    return [Span((cue.start - offset) / float(rate), (cue.end - offset) / float(rate)) for cue in cues]


def errors(retiming: Retiming, old: list[Span], right: list[Span]) -> list[float]:
    """Return how far the starts of the cues are from the right ones, in seconds; infinity for a cue without a time."""
    found = [float("inf")] * len(old)
    for part in retiming.parts:
        for number in range(part.first, part.last):
            found[number] = abs(part.at(old[number].start) - right[number].start)
    return found


@given(st.integers(0, 99), st.floats(-600, 600), st.sampled_from(RATES))
@settings(max_examples=25)
def test_an_offset_of_ten_minutes_and_the_speeds_of_films_are_undone(seed: int, offset: float, rate: Fraction) -> None:
    chance = random.Random(seed)
    speech = film_speech(chance, 600)
    right = captions_of(chance, speech)
    assume(right[0].start >= offset)
    old = shifted(right, offset, rate)
    retiming = find_retiming(old, speech)
    assert len(retiming.parts) == 1
    assert retiming.parts[0].rate == rate
    assert max(errors(retiming, old, right)) < 0.1


@given(st.integers(0, 99), st.sampled_from((EXACT, TRANSLATED)))
@settings(max_examples=20)
def test_captions_in_time_stay(seed: int, style: CaptionStyle) -> None:
    chance = random.Random(seed)
    speech = film_speech(chance, 300)
    cues = captions_of(chance, speech, style)
    assert max(errors(find_retiming(cues, speech), cues, cues)) < 0.1


@pytest.mark.parametrize("seed", range(1, 13))
def test_cues_of_a_scene_that_the_media_lacks_have_no_time(seed: int) -> None:
    chance = random.Random(seed)
    seconds = chance.uniform(8, 90)
    speech = film_speech(chance, 600)
    old = captions_of(chance, speech)
    speech = [
        Span(span.start - seconds, span.end - seconds) if span.start >= SCENE else span
        for span in speech
        if not SCENE <= span.start < SCENE + seconds
    ]
    first, last = (bisect_left(old, time - 0.3, key=lambda cue: cue.start) for time in (SCENE, SCENE + seconds))
    before, after = find_retiming(old, speech).parts
    assert (before.offset, after.offset) == pytest.approx((0.0, -seconds), abs=0.1)
    assert abs(before.last - first) <= 1
    assert abs(after.first - last) <= 1


@given(st.integers(0, 99), st.floats(8, 200))
@settings(max_examples=20)
def test_a_scene_that_the_captions_lack_is_found_within_a_cue(seed: int, seconds: float) -> None:
    chance = random.Random(seed)
    speech = film_speech(chance, 600)
    right = captions_of(chance, speech, EXACT)
    old = [cue for cue in right if not SCENE <= cue.start < SCENE + seconds]
    right = old
    first = next(number for number, cue in enumerate(old) if cue.start >= SCENE)
    old = [Span(cue.start - seconds, cue.end - seconds) if cue.start >= SCENE else cue for cue in old]
    assume(all(before.end <= after.start for before, after in pairwise(old)))
    retiming = find_retiming(old, speech)
    before, after = retiming.parts
    assert (before.offset, after.offset) == pytest.approx((0.0, seconds), abs=0.1)
    assert abs(after.first - first) <= 1


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("seconds", [150, 400])
def test_captions_of_another_film_are_refused(seed: int, seconds: int) -> None:
    chance = random.Random(seed)
    speech = film_speech(chance, seconds)
    cues = captions_of(chance, film_speech(chance, seconds))
    with pytest.raises(RetimingRefused):
        find_retiming(cues, speech)


def test_rough_captions_of_a_long_film_are_retimed() -> None:
    chance = random.Random(5)
    speech = film_speech(chance, 3600)
    right = captions_of(chance, speech, ROUGH)
    old = shifted(right, -42.0)
    assert max(errors(find_retiming(old, speech), old, right)) < 0.1


def test_speech_without_a_pause_gives_no_times() -> None:
    cues = captions_of(random.Random(1), film_speech(random.Random(1), 120))
    with pytest.raises(RetimingRefused):
        find_retiming(cues, [Span(0.0, 120.0)])


def test_few_captions_and_no_speech_are_refused() -> None:
    with pytest.raises(RetimingRefused, match="3 spoken captions are too few"):
        find_retiming([Span(1, 2), Span(3, 4), Span(5, 6)], [Span(1, 2)])
    with pytest.raises(RetimingRefused, match="no speech"):
        find_retiming([Span(index, index + 0.5) for index in range(9)], [])


def test_cues_without_words_move_like_their_nearest_neighbours() -> None:
    cues = [Cue(1, 2, "a"), Cue(2.2, 3, "[door]"), Cue(10, 11, "[wind]"), Cue(11.5, 12, "b"), Cue(14, 15, "c")]
    retiming = Retiming((RetimedPart(0, 1, Fraction(1), 5.0), RetimedPart(1, 3, Fraction(1), 20.0)), 1.0)
    moved = move_cues(cues, [0, 3, 4], retiming)
    assert [cue.start for cue in moved.cues] == pytest.approx([6.0, 7.2, 30.0, 31.5, 34.0])
    assert moved.missing == ()
    assert describe_retiming(retiming, [cues[0], cues[3], cues[4]]).startswith("moved in 2 parts: ")


spans_of_cues = st.lists(st.tuples(st.floats(0.01, 5), st.floats(0.1, 4)), min_size=1, max_size=12)


@given(spans_of_cues, st.lists(st.floats(-30, 30), min_size=2, max_size=2), st.integers(0, 12), st.sampled_from(RATES))
def test_every_cue_is_moved_or_missing(
    gaps: list[tuple[float, float]], offsets: list[float], split: int, rate: Fraction
) -> None:
    cues, time = [], 0.0
    for number, (pause, length) in enumerate(gaps):
        cues.append(Cue(time + pause, time + pause + length, str(number)))
        time = cues[-1].end
    bounds = (0, min(split, len(cues)), len(cues))
    parts = tuple(RetimedPart(bounds[index], bounds[index + 1], rate, offsets[index]) for index in range(2))
    moved = move_cues(cues, range(len(cues)), Retiming(parts, 1.0))
    assert sorted(cue.text for cue in (*moved.cues, *moved.missing)) == sorted(cue.text for cue in cues)
    assert [cue.start for cue in moved.cues] == sorted(cue.start for cue in moved.cues)
