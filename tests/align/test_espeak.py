"""Word times by espeak-ng, on real and on synthetic speech, and the clips that it leaves to the pauses."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from captioner.align import load_aligner, readings
from captioner.align.espeak import LONGEST
from captioner.align.espeak_library import LONGEST_WORD, synthesize
from captioner.align.espeak_voices import voice_for
from captioner.values import Audio, Span
from tests.align.test_aligners import TEXTS
from tests.align.voices import RATE, noisy, silence, spoken, spoken_with_marks
from tests.paths import TOP

COMMON = [
    "af",
    "ar",
    "cmn",
    "da",
    "de",
    "el",
    "en",
    "en-GB",
    "es",
    "fa",
    "fi",
    "fr",
    "he",
    "hi",
    "id",
    "it",
    "ja",
    "ko",
    "nl",
]
COMMON += ["pl", "pt", "pt-BR", "ru", "sv", "th", "tr", "uk", "vi", "yue", "zh"]


@pytest.fixture(scope="module")
def sentences(speech_file: Path) -> list[tuple[Span, str]]:
    """The sentences that flite says in `speech`, and when."""
    known = json.loads(speech_file.with_suffix(".json").read_text("utf-8"))["sentences"]
    return [(Span(one["start"], one["end"]), one["text"]) for one in known]


def test_sentences_far_apart_in_one_clip(speech: Audio, sentences: list[tuple[Span, str]]) -> None:
    alignment = load_aligner("espeak").align(speech, " ".join(text for _, text in sentences), "en")
    first = 0
    for span, text in sentences:
        words = alignment.words[first : first + len(text.split())]
        first += len(words)
        assert words[0].start == pytest.approx(span.start, abs=0.08)
        assert words[-1].end == pytest.approx(span.end, abs=0.12)
    assert alignment.doubt is None
    assert alignment.matches


@pytest.mark.parametrize("decibels", [40, 20])
def test_words_keep_their_place_in_noise_and_at_another_pace(decibels: float) -> None:
    """A voice at another pitch and pace, whose word times are known from the voice itself."""
    text = "Every morning the old baker opens his little shop before the sun is up"
    clean = synthesize(text, "en-us")
    assert clean is not None
    slow = spoken(text, pace=130, pitch=70)
    scale = len(slow) / RATE / (len(clean.samples) / clean.sample_rate)
    clip = Audio(noisy(np.concatenate((silence(0.5), slow)), decibels), RATE)
    words = load_aligner("espeak").align(clip, text, "en").words
    expected = [0.5 + scale * second for _, second in clean.marks]
    assert np.abs(np.array([word.start for word in words]) - expected).mean() < 0.05


def test_numbers_units_and_latin_words_inside_chinese_get_times() -> None:
    text = "价格是25%左右，GLM模型很好。"
    words = load_aligner("espeak").align(Audio(spoken(text, "cmn"), RATE), text, "zh").words
    by_text = {word.text: word for word in words}
    assert by_text["25%"].duration > 0.5
    assert by_text["GLM"].duration > 0.2
    assert min(word.duration for word in words) > 0.02


def test_a_text_that_does_not_match_the_audio_is_timed_by_pauses(
    speech: Audio, sentences: list[tuple[Span, str]]
) -> None:
    clip = speech.clip(sentences[0][0])
    text = "Zoological museums usually own hundreds of enormous, unlabelled skeletons from Argentina."
    alignment = load_aligner("espeak").align(clip, text, "en")
    assert alignment.words == load_aligner("pauses").align(clip, text, "en").words
    assert alignment.doubt == "the text does not match the audio"
    assert alignment.matches is False


def test_a_clip_too_long_to_compare_is_doubted() -> None:
    clip = Audio(silence(LONGEST + 1), RATE, 2.0)
    alignment = load_aligner("espeak").align(clip, "one two", "en")
    assert len(alignment.words) == 2
    assert alignment.doubt == "the audio is longer than 40 s without a pause"


def test_a_language_that_espeak_cannot_read_is_timed_by_pauses_without_a_doubt(speech: Audio) -> None:
    alignment = load_aligner("espeak").align(speech, "សួស្តី ពិភពលោក", "km")
    assert alignment.words == load_aligner("pauses").align(speech, "សួស្តី ពិភពលោក", "km").words
    assert alignment.timed_by == "pauses"
    assert alignment.doubt is None


def test_japanese_without_pykakasi_is_timed_by_pauses(monkeypatch: pytest.MonkeyPatch, speech: Audio) -> None:
    monkeypatch.setitem(sys.modules, "pykakasi", None)
    readings._converter.cache_clear()
    alignment = load_aligner("espeak").align(speech, "東京へ行く。", "ja")
    readings._converter.cache_clear()
    assert alignment.words == load_aligner("pauses").align(speech, "東京へ行く。", "ja").words
    assert alignment.timed_by == "pauses"
    assert alignment.doubt is None


def test_kanji_are_converted_to_kana() -> None:
    """Each part of the kana belongs to its part of the text, although the emoji between them is dropped."""
    reading = readings.reading_of("東京😀へ、GLM を2回", "ja")
    assert reading is not None
    assert reading.text.split() == ["とうきょう", "へ", "、", "GLM", "を", "2", "かい"]
    assert list((reading.positions or {}).values()) == [0, 2, 3, 4, 5, 9, 10, 11]


def test_japanese_words_lie_where_they_are_said() -> None:
    """Synthesized from kana, aligned in kanji."""
    kana, text = "わたしは きのう がっこうで ほんを よみました。", "私は昨日学校で本を読みました。"
    sound, marks = spoken_with_marks(kana, "ja+f2", pace=150)
    words = load_aligner("espeak").align(Audio(noisy(sound, 25), RATE), text, "ja").words
    assert "".join(word.text for word in words) == text
    starts = {word.text: word.start for word in words}
    known = {kana[place : place + 2]: time for place, time in marks}
    for kanji, syllables in (("昨", "きの"), ("学", "がっ"), ("本", "ほん"), ("読", "よみ")):
        assert starts[kanji] == pytest.approx(known[syllables], abs=0.08)


def test_a_word_that_nobody_can_say_is_not_synthesized() -> None:
    assert synthesize("a" * (LONGEST_WORD + 1), "en-us") is None
    assert synthesize("ah " * 100, "en-us") is not None


@pytest.mark.parametrize("language", COMMON)
def test_every_voice_of_the_table_exists(language: str) -> None:
    voice = voice_for(language, "")
    assert voice is not None
    assert synthesize("1 2 3", voice) is not None


def test_threads_share_one_espeak(speech: Audio, sentences: list[tuple[Span, str]]) -> None:
    aligner = load_aligner("espeak")
    jobs = [(speech.clip(span), text, "en") for span, text in sentences]
    alone = [aligner.align(*job) for job in jobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda job: aligner.align(*job), jobs * 6))
    assert together == alone * 6


TEXTS_AND_VOICES = [(text, voice) for voice, text in TEXTS.values()] + [("rero talo", "fi"), ("  hello  ", "nl")]


def digests() -> list[str]:
    """A digest of the samples and marks of every text in its voice."""
    speeches = [synthesize(text, voice) for text, voice in TEXTS_AND_VOICES]
    return [
        hashlib.sha256(speech.samples.tobytes() + repr(speech.marks).encode()).hexdigest()
        for speech in speeches
        if speech
    ]


def test_a_text_sounds_the_same_whatever_was_synthesized_before_it() -> None:
    first = digests()
    assert len(first) == len(TEXTS_AND_VOICES)
    for before in ("a", "re re", "Krähe", "one, two.\n\nthree"):
        spoken(before, "sv", pitch=70)
        assert digests() == first
        assert synthesize(before, "en-us")


def test_a_text_sounds_the_same_in_another_process() -> None:
    script = "from tests.align.test_espeak import digests, synthesize; synthesize('perro', 'es'); print(*digests())"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=TOP)
    assert ran.stdout.split() == digests()
