"""Word times of whole recordings: the aligner learns how they sound, and notices texts that belong elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.align import Alignment, SpokenText, align_recording, incremental_aligner, load_aligner
from captioner.align.espeak import FIRST_SECONDS
from captioner.align.espeak_library import synthesize
from captioner.align.noise_mask import MOST_NOISE, masked, noise_shares
from captioner.align.phone_models import SILENCE, PhoneModels
from captioner.align.phones import PhoneFrames, phone_thirds
from captioner.align.text_guide import text_guide
from captioner.align.timed_words import words_outside
from captioner.values import Audio, Span, Word
from tests.align.flite_voices import SENTENCES, flite_installed, flite_speech
from tests.align.test_aligners import CLIPS, check
from tests.align.voices import noisy, spoken

ESPEAK = load_aligner("espeak")

needs_flite = pytest.mark.skipif(not flite_installed(), reason="flite is not installed")


def recording(
    count: int, decibels: float | None = None, voice: str = "slt"
) -> list[tuple[SpokenText, tuple[Word, ...]]]:
    """Return sentences of a voice of flite, one after another, with the times of their words."""
    texts, start = [], 0.0
    for text in SENTENCES[:count]:
        clip, words = flite_speech(text, voice, start)
        if decibels is not None:
            clip = Audio(noisy(clip.samples, decibels), clip.sample_rate, start)
        texts.append((SpokenText(clip, text, "en"), words))
        start = clip.end + 0.5
    return texts


def mean_error(alignments: list[Alignment], known: list[tuple[Word, ...]]) -> float:
    """Return the mean error of starts and ends in seconds."""
    pairs = [
        pair
        for alignment, words in zip(alignments, known, strict=True)
        for pair in zip(alignment.words, words, strict=True)
    ]
    return float(np.mean([abs(ours.start - word.start) + abs(ours.end - word.end) for ours, word in pairs]) / 2)


@needs_flite
@pytest.mark.parametrize(("decibels", "most"), [(None, 0.013), (10, 0.04)])
def test_words_are_more_exact_when_the_recording_is_known(decibels: float | None, most: float) -> None:
    texts, known = zip(*recording(8, decibels), strict=True)
    together = mean_error(list(align_recording(ESPEAK, texts)), list(known))
    alone = mean_error([ESPEAK.align(one.clip, one.text, "en") for one in texts], list(known))
    assert together < min(most, alone)


@needs_flite
def test_a_stream_is_learned_clip_by_clip() -> None:
    texts, known = zip(*recording(8), strict=True)
    aligner = incremental_aligner(ESPEAK)
    assert aligner.name == ESPEAK.name
    learning = list(align_recording(aligner, texts))
    alone = [ESPEAK.align(one.clip, one.text, "en") for one in texts]
    assert learning[0] == alone[0]
    assert mean_error(learning[3:], list(known[3:])) < mean_error(alone[3:], list(known[3:]))
    assert list(align_recording(incremental_aligner(ESPEAK), texts)) == learning


def test_another_aligner_is_incremental_as_it_is() -> None:
    pauses = load_aligner("pauses")
    assert incremental_aligner(pauses) is pauses


@needs_flite
@pytest.mark.parametrize("decibels", [None, 10])
def test_a_text_of_another_clip_is_noticed_and_not_learned(decibels: float | None) -> None:
    texts = [spoken for spoken, _ in recording(8, decibels)]
    mixed = [*texts]
    mixed[2] = SpokenText(texts[2].clip, texts[6].text, "en")
    alignments = list(align_recording(ESPEAK, mixed))
    assert [alignment.matches for alignment in alignments] == [True, True, False, *[True] * 5]
    doubts = [alignment.doubt for alignment in alignments]
    assert doubts == [None, None, "the text does not match the audio", *[None] * 5]


@needs_flite
def test_a_recording_is_read_a_minute_ahead_and_then_clip_by_clip() -> None:
    texts = [spoken for spoken, _ in recording(18)]
    taken: list[SpokenText] = []

    def counted() -> Iterator[SpokenText]:
        for one in texts:
            taken.append(one)
            yield one

    alignments = align_recording(ESPEAK, counted())
    next(alignments)
    ahead = len(taken)
    seconds = sum(spoken.clip.duration for spoken in taken)
    assert FIRST_SECONDS <= seconds < FIRST_SECONDS + taken[-1].clip.duration
    for _ in range(ahead - 1):
        next(alignments)
    assert len(taken) == ahead
    next(alignments)
    assert len(taken) == ahead + 1


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(CLIPS.values())),
            st.text(st.characters(categories=["L", "N", "P", "Z"]) | st.sampled_from(" ,.abcde"), max_size=40),
            st.sampled_from([None, "en", "zh", "xx"]),
        ),
        max_size=12,
    )
)
def test_any_texts_over_any_clips(parts: list[tuple[Audio, str, str | None]]) -> None:
    texts = [SpokenText(*part) for part in parts]
    alignments = list(align_recording(ESPEAK, texts))
    for alignment, spoken_text in zip(alignments, texts, strict=True):
        check(alignment.words, spoken_text.clip, spoken_text.text)
    assert list(align_recording(ESPEAK, texts)) == alignments


@needs_flite
def test_the_times_of_a_backend_say_which_of_two_places_is_meant() -> None:
    first, _ = flite_speech(SENTENCES[1])
    second, known = flite_speech(SENTENCES[1], start=first.duration)
    clip = Audio(np.concatenate((first.samples, second.samples)), first.sample_rate)
    rough = tuple(Word(word.start - 0.2, word.end - 0.2, word.text) for word in known)
    (alignment,) = align_recording(ESPEAK, [SpokenText(clip, SENTENCES[1], "en", rough)])
    assert alignment.words[1].start > first.duration
    check(alignment.words, clip, SENTENCES[1])


@needs_flite
def test_speech_that_a_backend_left_out_is_passed_over() -> None:
    clips = [flite_speech(SENTENCES[number], start=5.0 * number)[0] for number in (3, 4, 5)]
    samples = np.concatenate([clip.samples for clip in clips])
    last, known = flite_speech(SENTENCES[5], start=clips[0].duration + clips[1].duration)
    _, begin = flite_speech(SENTENCES[3])
    words = (*begin, replace(known[0], text=f" {known[0].text}"), *known[1:])
    text = "".join(word.text for word in words)
    rough = tuple(replace(word, start=max(0, word.start - 0.1), end=word.end + 0.1) for word in words)
    (alignment,) = align_recording(ESPEAK, [SpokenText(Audio(samples, last.sample_rate), text, "en", rough)])
    check(alignment.words, Audio(samples, last.sample_rate), text)
    assert alignment.matches
    assert np.median([abs(ours.start - word.start) for ours, word in zip(alignment.words, words, strict=True)]) < 0.02
    assert alignment.words[-1].start == pytest.approx(words[-1].start, abs=0.05)


@needs_flite
def test_no_word_lies_in_a_known_silence() -> None:
    speech, _ = flite_speech(SENTENCES[1])
    babble, _ = flite_speech(SENTENCES[2])
    clip = Audio(np.concatenate((babble.samples, speech.samples, babble.samples)), speech.sample_rate, 3.0)
    middle = Span(3 + babble.duration, 3 + babble.duration + speech.duration)
    silences = (Span(3.0, middle.start), Span(middle.end, clip.end))
    (alignment,) = align_recording(ESPEAK, [SpokenText(clip, SENTENCES[1], "en", silences=silences)])
    assert alignment.matches
    assert all(middle.start <= word.start <= word.end <= middle.end for word in alignment.words)


def test_words_outside_silences_keep_their_longer_part() -> None:
    words = [Word(0, 2, "a"), Word(2, 3, "b"), Word(3, 6, "c"), Word(6, 7, "d")]
    outside = words_outside((Span(1.5, 3.5), Span(4, 4.5), Span(6.8, 9)), words)
    times = [(word.start, word.end) for word in outside]
    assert times == [(0, 1.5), (1.5, 1.5), (4.5, 6), (6, 6.8)]


def test_a_guide_of_another_text_or_of_impossible_times_is_not_used() -> None:
    assert text_guide([Word(0, 1, "one")], "one two", 0.0) is None
    assert text_guide([Word(0, 0.1, "one"), Word(0.1, 0.2, " two")], "one two", 0.0) is None
    assert text_guide([], "", 0.0) is None
    guide = text_guide([Word(5, 6, "one"), Word(8, 9, " two")], "one two", 4.0)
    assert guide is not None
    assert guide.times.tolist() == [1, 2, 4, 5]
    assert guide.positions.tolist() == [0, 3, 3, 7]


def test_phones_are_reported_although_another_user_turned_them_off() -> None:
    first = synthesize("stop it", "en-us")
    spoken("hello")  # tests.align.voices initializes the library without phones
    again = synthesize("stop it", "en-us")
    assert first is not None
    assert again is not None
    assert again.phones == first.phones
    assert [name for name, _ in again.phones if not name.startswith("_")][:2] == ["s", "t2"]
    assert np.array_equal(again.samples, first.samples)


def test_the_voice_is_masked_band_by_band() -> None:
    power = np.array([[1.0, 1.0]] * 20 + [[101.0, 1.0]] * 20, np.float32)
    is_voiced = np.arange(40) >= 20
    shares = noise_shares(power, np.log10(power.sum(axis=1)), is_voiced)
    assert shares == pytest.approx([0.01, MOST_NOISE])
    voice = np.array([[4.0, 2.0], [0.0, 0.0]], np.float32)
    assert masked(voice, np.array([True, False]), shares) == pytest.approx(np.array([[4.04, 22.0], [0.04, 20.0]]))


def test_models_tell_phones_and_silence_apart() -> None:
    random = np.random.default_rng(1)
    models = PhoneModels(2)
    columns = models.columns(PhoneFrames(("a", "b"), np.array([0, 30])), 60)
    assert columns.tolist() == sorted(columns.tolist())
    centres = np.array([[0.0, 9.0], *[[3.0, 0.0]] * 3, *[[-3.0, 0.0]] * 3])
    labels = np.concatenate((np.repeat(columns, 10), np.full(200, SILENCE)))
    frames = (centres[labels] + random.normal(0, 1, (len(labels), 2))).astype(np.float32)
    models.learn(frames, labels)
    costs = models.fit().costs(np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 9.0]], np.float32))
    assert [int(number) for number in (costs.argmin(axis=1) + 2) // 3] == [1, 2, 0]


def test_a_phone_has_three_thirds() -> None:
    assert [phone_thirds(count).tolist() for count in range(5)] == [[], [1], [0, 2], [0, 1, 2], [0, 0, 1, 2]]
