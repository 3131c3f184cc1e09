"""Rules for every aligner: the words spell the text, and their times are in order and inside the clip."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.align import BUILT_IN, Aligner, Alignment, load_aligner, open_aligner
from captioner.align.espeak import Espeak
from captioner.align.pause_aligner import Pauses
from captioner.errors import BackendError, UnknownName
from captioner.media import open_media, read_audio
from captioner.values import Audio, Word
from tests.align.flite_voices import SENTENCES, VOICES, flite_installed, flite_speech
from tests.align.voices import RATE, noisy, silence, spoken, spoken_with_marks
from tests.paths import DOCS

OURS = [name for name in BUILT_IN if name != "qwen3"]  # which needs a model: test_qwen3.py
ALIGNERS = {name: load_aligner(name) for name in OURS}

SENTENCE = "The quick brown fox, in 2019, jumped over 3 % of the lazy dogs."

TEXTS = {
    "en": ("en-us", SENTENCE),
    "zh": ("cmn", "我在2019年买了GLM模型，涨了6.1%。今天天气很好！"),
    "yue": ("yue", "我今日好開心，因為天氣好好。"),
    "ja": ("ja", "わたしは「きのう」ほんをよみました。"),
    "ko": ("ko", "안녕하세요, 반갑습니다. 오늘은 3월 5일입니다."),
    "de": ("de", "Das kostet 12,50 €, sagte er – und ging."),
    "fr": ("fr", "« Bonjour ! » dit-elle ; l’été arrive aujourd’hui."),
    "es": ("es", "¿Qué hora es? ¡Son las 10:30 de la mañana!"),
    "ar": ("ar", "مرحبا بالعالم العربي، كيف حالكم اليوم؟"),
    "hi": ("hi", "नमस्ते दुनिया, आप कैसे हैं? मैं ठीक हूँ।"),
    "th": ("th", "สวัสดีครับ ผมชื่อสมชาย ไปเที่ยวกัน"),
}

ODD = {
    "nothing": "",
    "blanks": " \t\n ",
    "punctuation": "... ?! —",
    "emoji": "😀👩‍👩‍👧🇩🇪",
    "marks": "\u0301\u0300\u200b\u200d",
    "null": "a\0b",
    "half a character": "a \ud83d b",
    "markup": "<speak>&amp; [[h@'loU]]</speak>",
    "spaces around": "  hello   world  ",
    "lines": "one\ntwo\r\n\r\nthree",
    "a long word": "a" * 5000,
    "a long number": "1" * 3000,
    "a long text": "and so on, " * 2000,
    "right to left": "\u202bشكرا\u202c 123",
}

NOISE = np.random.default_rng(7).normal(0, 0.1, RATE).astype(np.float32)

CLIPS = {
    "none": Audio(silence(0), RATE, 3.0),
    "one sample": Audio(np.ones(1, np.float32), RATE, 3.0),
    "30 ms": Audio(NOISE[:480], RATE, 3.0),
    "silence": Audio(silence(1), RATE, 3.0),
    "noise": Audio(NOISE, RATE, 3.0),
    "full scale": Audio(np.sign(NOISE), RATE, 1e6 + 1 / 3),
    "8 kHz": Audio(NOISE, 8000, 3.0),
    "44.1 kHz": Audio(NOISE, 44100, 3.0),
}


@pytest.fixture(params=OURS)
def aligner(request: pytest.FixtureRequest) -> Aligner:
    return ALIGNERS[request.param]


def check(words: tuple[Word, ...], clip: Audio, text: str) -> None:
    """Fail unless `words` follow the rules."""
    assert "".join(word.text for word in words) == text
    assert all(clip.start <= word.start <= word.end <= clip.end for word in words)
    assert all(before.end <= after.start for before, after in pairwise(words))


@pytest.mark.parametrize("language", list(TEXTS))
def test_the_words_spell_the_text_in_every_language(aligner: Aligner, language: str) -> None:
    voice, text = TEXTS[language]
    clip = Audio(spoken(text, voice), RATE, 12.0)
    words = aligner.align(clip, text, language).words
    check(words, clip, text)
    assert len(words) >= 4
    assert sum(word.duration > 0 for word in words) >= 0.9 * len(words)
    assert words[-1].end - words[0].start > 0.7 * clip.duration


ALL_TEXTS = TEXTS | {
    "ru": ("ru", "Съешь ещё этих мягких французских булок, да выпей же чаю."),
    "el": ("el", "Καλημέρα κόσμε, τι κάνετε σήμερα;"),
    "he": ("he", "שלום עולם, מה שלומך היום?"),
    "zh-Hans": ("cmn", "我们用 GLM-ASR 处理了 2500 个视频，速度是 3.5 倍，效果 very good。"),
}
SILENT_LETTERS = {"ar", "th", "zh", "zh-Hans"}
"""Scripts written without vowels, or whose letters have other names than sounds: letters give little information."""


@pytest.mark.parametrize("language", list(ALL_TEXTS))
def test_words_of_another_voice_are_timed(aligner: Aligner, language: str) -> None:
    """A high voice at another pace, with some noise; the times of its marked words are known."""
    voice, text = ALL_TEXTS[language]
    sound, marks = spoken_with_marks(text, f"{voice}+f2", pace=150, pitch=70)
    clip = Audio(noisy(np.concatenate((silence(0.4), sound)), 25), RATE, 5.0)
    words = aligner.align(clip, text, language).words
    check(words, clip, text)
    errors = [abs(word.start - 5.4 - known) for word, known in known_starts(words, marks)]
    assert len(errors) >= 3
    rough = isinstance(aligner, Pauses)
    assert np.mean(errors) < (0.4 if rough and language in SILENT_LETTERS else 0.06 if rough else 0.04)


def known_starts(words: tuple[Word, ...], marks: list[tuple[int, float]]) -> Iterator[tuple[Word, float]]:
    """The words that begin at a mark of the voice, and the time of the mark."""
    known = dict(reversed(marks))
    at = 0
    for word in words:
        first = at + len(word.text) - len(word.text.lstrip(" «¿¡「"))
        at += len(word.text)
        if first in known:
            yield word, known[first]


@pytest.mark.parametrize(("file", "language"), [("zh/aishell_BAC009S0724W0121", "zh"), ("fr/leopard_test_fr", "fr")])
def test_two_independent_aligners_agree(testdata: Path, file: str, language: str) -> None:
    """espeak uses a synthetic voice, pauses a table of letters: on real speech both give nearly the same times."""
    reference = testdata / "audio" / f"{file}.ref.json"
    text = json.loads(reference.read_text("utf-8"))["transcript"]
    one, other = (ALIGNERS[name].align(read(reference), text, language).words for name in ("espeak", "pauses"))
    assert np.mean([abs(mine.start - yours.start) for mine, yours in zip(one, other, strict=True)]) < 0.06


@pytest.mark.parametrize(
    ("file", "mean"), [("praatio_mary", 0.1), ("ljspeech/LJ001-0004", 0.06), ("ljspeech/LJ001-0008", 0.06)]
)
def test_real_speech(aligner: Aligner, testdata: Path, file: str, mean: float) -> None:
    reference = testdata / "audio/en" / f"{file}.ref.json"
    known = json.loads(reference.read_text("utf-8"))
    words = aligner.align(read(reference), known["transcript"], "en").words
    expected = [(word["start"], word["end"]) for word in known["words"]]
    assert np.abs(np.array([(word.start, word.end) for word in words]) - expected).mean() < mean


def read(reference: Path) -> Audio:
    """The audio that a reference belongs to."""
    (path,) = reference.parent.glob(f"{reference.name.removesuffix('.ref.json')}.[wfmo]*")
    with open_media(str(path)) as media:
        blocks = list(read_audio(media))
    return Audio(np.concatenate([block.samples for block in blocks]), blocks[0].sample_rate)


@pytest.mark.skipif(not flite_installed(), reason="flite is not installed")
@pytest.mark.parametrize("voice", VOICES)
def test_words_of_flite_voices(aligner: Aligner, voice: str) -> None:
    text = " ".join(SENTENCES[1:3])
    clip, known = flite_speech(text, voice, start=7.0)
    words = aligner.align(clip, text, "en").words
    check(words, clip, text)
    errors = [(ours.start - word.start, ours.end - word.end) for ours, word in zip(words, known, strict=True)]
    assert np.abs(errors).mean() < (0.06 if isinstance(aligner, Pauses) else 0.03)


@pytest.mark.parametrize("sound", list(CLIPS))
@pytest.mark.parametrize("text", list(ODD))
def test_unusual_text_or_audio_raises_no_error(aligner: Aligner, text: str, sound: str) -> None:
    check(aligner.align(CLIPS[sound], ODD[text], None).words, CLIPS[sound], ODD[text])


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.characters(categories=["L", "M", "N", "P", "S", "Z"]) | st.sampled_from(" ,.好เก"), max_size=40),
    seconds=st.floats(0, 2),
    start=st.integers(0, 10**9).map(lambda samples: samples / RATE),
    seed=st.integers(0, 9),
    language=st.sampled_from([None, "en", "zh", "th", "xx", "pt-BR", "nonsense"]),
)
@pytest.mark.parametrize("name", OURS)
def test_any_text_over_any_audio(
    name: str, text: str, seconds: float, start: float, seed: int, language: str | None
) -> None:
    random = np.random.default_rng(seed)
    loudness = np.repeat(random.uniform(0, 0.2, 40), RATE // 20)[: round(seconds * RATE)]
    clip = Audio((loudness * random.normal(0, 1, len(loudness))).astype(np.float32), RATE, start)
    check(ALIGNERS[name].align(clip, text, language).words, clip, text)


def test_an_unknown_name_lists_the_known_aligners() -> None:
    with pytest.raises(UnknownName, match="espeak, pauses, qwen3"):
        load_aligner("psychic")


def test_auto_is_the_best_aligner_that_can_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(open_aligner("auto"), Espeak)
    monkeypatch.setitem(BUILT_IN, "espeak", "tests.nowhere:Espeak")
    assert isinstance(open_aligner("auto"), Pauses)
    assert open_aligner("none") is None


def test_a_plug_in_is_loaded_like_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUILT_IN, "plugged", f"{__name__}:Even")
    alignment = load_aligner("plugged").align(Audio(silence(1), RATE), "all of it", None)
    assert alignment == Alignment((Word(0.0, 1.0, "all of it"),))


def test_the_aligner_of_the_docs_page_follows_the_rules() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / "alignment.md").read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "alignment.md", "exec"), names)
    aligner = names["Even"]()
    assert isinstance(aligner, Aligner)
    clip = Audio(silence(1), RATE, 3.0)
    check(aligner.align(clip, "all of it", None).words, clip, "all of it")


@pytest.mark.parametrize("place", ["tests.nowhere:Even", f"{__name__}:Nothing", f"{__name__}:NoAligner"])
def test_a_broken_plug_in_is_a_backend_error(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setitem(BUILT_IN, "broken", place)
    with pytest.raises(BackendError, match=r"^broken: its plug-in"):
        load_aligner("broken")


class Even:
    """The smallest possible aligner."""

    name = "even"

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        return Alignment((Word(clip.start, clip.end, text),))


class NoAligner:
    """A class without the methods of an aligner."""
