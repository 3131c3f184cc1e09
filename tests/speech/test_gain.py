"""Gain for quiet audio: quiet speech is detected, quiet noise is not, and ordinary audio gets no gain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.speech import FRAME, SAMPLE_RATE, SpeechOptions, load_speech_model, speech_clips
from captioner.speech.gain import LOOKAHEAD, QuietGain, amplify, frame_levels
from captioner.values import Samples
from tests.speech.speech_parts import (
    Spans,
    amplified,
    blocks,
    decoded,
    noises,
    recordings,
    shared,
    spoken,
    ten_minutes,
    three_sentences,
    two_speakers,
)

WHISPER = -53.0
"""dBFS of the 95th percentile frame of whispered speech, which GLM-ASR still recognises well."""

NON_SPEECH = (
    "audio/nonspeech/loud_noise_8s.wav",
    "audio/nonspeech/silence_2s.wav",
    "audio/vad/aeneas_n.wav",
    "audio/vad/aeneas_zero.wav",
    "video/tears_of_steel_clip.webm",
)


def loudness(samples: Samples) -> float:
    return float(np.percentile(frame_levels(samples[: len(samples) // 512 * 512]), 95))


def regions(samples: Samples) -> list[tuple[float, float]]:
    return [(clip.start, clip.end) for clip in speech_clips(blocks(samples))]


def duration(spans: Spans) -> float:
    return sum(end - start for start, end in spans)


def normalised(samples: Samples, level: float = -20.0) -> Samples:
    return amplified(samples, level - loudness(samples))


def two_readers(readings: list[tuple[Samples, Spans]], decibels: float) -> tuple[Samples, Spans]:
    """Return readings that alternate between loud and quiet, 0.1 s apart, and when the quiet ones speak."""
    parts: list[Samples] = []
    quiet: Spans = []
    for index, (samples, words) in enumerate(readings):
        start = sum(map(len, parts)) / SAMPLE_RATE
        first, last = round(words[0][0] * SAMPLE_RATE), round(words[-1][1] * SAMPLE_RATE)
        parts.append(normalised(samples, -20 + decibels * (index % 2))[first:last])
        parts.append(np.zeros(SAMPLE_RATE // 10, np.float32))
        shift = start - first / SAMPLE_RATE
        quiet += [(begin + shift, end + shift) for begin, end in words] if index % 2 else []
    return np.concatenate(parts), quiet


def gains(levels: list[float], step: int = 10_000) -> list[float]:
    quiet = QuietGain()
    parts = [quiet.push(np.array(levels[at : at + step], np.float32)) for at in range(0, len(levels), step)]
    return [float(gain) for gain in np.concatenate([*parts, quiet.flush()])]


def test_levels_of_square_waves() -> None:
    square = np.tile(np.array([1, -1], np.float32), 256)
    assert frame_levels(np.concatenate((square, square / 10, square * 0))).tolist() == pytest.approx([0, -20, -120])


@settings(deadline=None)
@given(st.lists(st.floats(-120, 0), min_size=1, max_size=400), st.integers(1, 60))
def test_each_frame_has_one_gain_for_any_block_size(levels: list[float], step: int) -> None:
    found = gains(levels, step)
    assert found == pytest.approx(gains(levels), abs=1e-4)
    assert len(found) == len(levels)
    assert all(0 <= gain <= 40 for gain in found)


def test_an_ordinary_voice_and_its_pauses_are_not_amplified() -> None:
    speech, breath = [-25.0, -18.0, -30.0] * 20, [-70.0] * 120
    assert set(gains((speech + breath) * 4)[:-LOOKAHEAD]) == {0.0}


def test_the_gain_is_gone_before_a_loud_voice_begins() -> None:
    found = gains([-60.0] * 200 + [-20.0] * 20)
    assert found[100] == pytest.approx(35)
    assert found[200:] == [0.0] * 20


def test_a_click_does_not_hide_a_whisper() -> None:
    assert gains([-55.0] * 100 + [-10.0] * 2 + [-55.0] * 100)[50:150] == pytest.approx([30] * 100)


def test_a_gain_of_zero_changes_nothing() -> None:
    speech = three_sentences()[0][: 512 * 200]
    assert np.array_equal(amplify(speech, np.zeros(200, np.float32), 0.0), speech)


def test_the_gain_changes_smoothly() -> None:
    ones = np.full(512 * 4, 0.01, np.float32)
    amplified_ones = amplify(ones, np.array([0, 20, 20, 0], np.float32), 0.0)
    assert amplified_ones[511], amplified_ones[1023] == pytest.approx((0.01, 0.1))
    assert np.abs(np.diff(amplified_ones)).max() < 0.001


@pytest.mark.parametrize("level", [-20, -35, WHISPER, -60])
def test_speech_of_any_level_is_detected(level: float) -> None:
    samples, sentences = three_sentences()
    found = regions(amplified(samples, level - loudness(samples)))
    assert len(found) == 3
    for (start, end), (first, last) in zip(found, sentences, strict=True):
        assert start < first + 0.16 < end  # the recording has a short silence before each voice
        assert start == pytest.approx(first, abs=0.25)
        assert end == pytest.approx(last, abs=0.4)


@pytest.mark.parametrize("decibels", [-40, 0, 30])
@pytest.mark.parametrize("name", noises(1))
def test_noise_is_not_speech_at_any_level(name: str, decibels: float) -> None:
    assert regions(amplified(noises(6)[name], decibels)) == []


def test_a_whisper_after_a_loud_voice_is_detected() -> None:
    """The first seconds after the loud voice get no gain."""
    samples, sentences = three_sentences()
    found = regions(np.concatenate((samples, amplified(samples, WHISPER - loudness(samples)))))
    second = [(start + len(samples) / 16_000, end + len(samples) / 16_000) for start, end in sentences]
    assert shared(found, second[1:]) > 0.95 * sum(end - start for start, end in second[1:])


@pytest.mark.parametrize("gap", [0.05, 0.3])
@pytest.mark.parametrize("decibels", [-20, -30])
def test_a_quiet_answer_right_after_a_loud_sentence(decibels: float, gap: float) -> None:
    samples, sentences = three_sentences()
    samples = normalised(samples)
    # The recording has a moment of silence before and after each voice.
    cuts = [samples[round((a + 0.1) * SAMPLE_RATE) : round((b - 0.1) * SAMPLE_RATE)] for a, b in sentences]
    for quiet in cuts:
        spoken_twice, start = two_speakers(cuts[0], quiet, decibels, gap)
        noise = 10 ** (-80 / 20) * np.random.default_rng(1).normal(size=2 * SAMPLE_RATE)
        found = regions(np.concatenate((spoken_twice, noise.astype(np.float32))))
        answer = [(start + 0.06, start + len(quiet) / SAMPLE_RATE - 0.06)]
        assert shared(found, answer) > 0.97 * duration(answer)
        assert found[-1][1] < answer[0][1] + 0.6


def test_the_short_gain_begins_right_after_a_loud_voice() -> None:
    assert gains([-70.0] * 200 + [-20.0] * 60 + [-50.0] * 20)[260:268] == [0.0] * 4 + [25.0] * 4


def test_steady_noise_after_a_loud_voice_gets_no_gain() -> None:
    assert set(gains([-60.0] * 30 + [-20.0] * 60 + [-60.0] * 40 + [-20.0] * 30)[30:]) == {0.0}


@pytest.mark.parametrize("name", ten_minutes())
def test_ten_minutes_without_speech(name: str) -> None:
    """The only region is one that silero detects without a gain too."""
    samples = ten_minutes()[name]
    plain = load_speech_model().probabilities(samples[: len(samples) // FRAME * FRAME])
    for start, end in regions(samples):
        first, last = (round(time * SAMPLE_RATE / FRAME) for time in (start, end))
        assert plain[first:last].max() >= SpeechOptions().threshold
        assert name == "notes"


@pytest.mark.parametrize("decibels", [-20, -30])
def test_the_quieter_of_two_real_speakers(testdata: Path, decibels: float) -> None:
    """97 % of the speech of the quiet speaker lies in a region."""
    files = [path for name, path in recordings(testdata).items() if "librivox_austen" in name or "ljspeech" in name]
    readings = [(decoded(path), spoken(path.with_suffix(".ref.json"))) for path in files]
    loud, quiet = readings[5:10], readings[:5]
    turns = [one for pair in zip(loud, quiet, strict=True) for one in pair]
    for order in (turns, turns[::-1]):
        samples, words = two_readers(order, decibels)
        assert shared(regions(samples), words) > 0.97 * duration(words)


@pytest.mark.parametrize("level", [None, WHISPER])
def test_real_speech_is_detected(testdata: Path, level: float | None) -> None:
    """At least 98 % as recorded, and 95 % as a whisper."""
    detected = total = 0.0
    for name, path in recordings(testdata).items():
        reference = path.with_suffix(".ref.json")
        if name in NON_SPEECH or not reference.exists():
            continue
        samples = decoded(path)
        found = regions(samples if level is None else amplified(samples, level - loudness(samples)))
        truth = spoken(reference)
        detected += shared(found, truth)
        total += sum(end - start for start, end in truth)
    assert total > 400
    assert detected / total > (0.98 if level is None else 0.95)


@pytest.mark.parametrize("decibels", [-40, -20, 0, 30])
@pytest.mark.parametrize("name", NON_SPEECH)
def test_real_audio_without_speech_gives_no_region(testdata: Path, name: str, decibels: float) -> None:
    assert regions(amplified(decoded(testdata / name), decibels)) == []
