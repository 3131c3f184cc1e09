"""Text that recognisers invent: left out where the audio does not confirm it, kept where somebody says it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.align import load_aligner
from captioner.backends import Recognition
from captioner.backends.invented_phrases import CREDITS, PHRASES, invented
from captioner.backends.scripted import Scripted
from captioner.pipeline import Captions, caption, caption_script
from captioner.text_checks import mark_suspected
from captioner.text_checks.suspected import suspicion
from captioner.transcribe import RegionResult
from captioner.values import Audio, RegionReport, Samples, Segment, Word
from tests.align.voices import RATE, spoken

SAID = [
    ("en", "You."),
    ("en", "Thank you."),
    ("en", "Thanks for watching!"),
    ("de", "Vielen Dank."),
    ("de", "Untertitel der Amara.org-Community"),
    ("fr", "Merci d'avoir regardé cette vidéo !"),
    ("ru", "Продолжение следует..."),
    ("es", "Gracias por ver el video."),
    ("pt", "Obrigado."),
    ("it", "Sottotitoli creati dalla comunità Amara.org"),
    ("ko", "시청해주셔서 감사합니다"),
    ("ar", "نانسي قنقر"),
]
INVENTED = [*SAID, ("ja", "ご視聴ありがとうございました"), ("en", "you"), ("en", "Bye. Bye.")]
CHINESE = [("zh", "谢谢观看"), ("zh", "請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目")]
NEVER = [("en", "Thank you, Tom."), ("en", "You know."), ("de", "Danke, gut."), ("zh", "谢谢你的帮助"), ("en", "42")]


def region(text: str, samples: Samples, language: str, matches: bool | None) -> RegionResult:
    clip = Audio(np.asarray(samples, np.float32), RATE)
    report = RegionReport(0.0, clip.duration, 0, "ok", text)
    return RegionResult(report, Segment(0.0, clip.duration, text, language=language), matches, clip)


def noise(seconds: float, level: float = 0.05) -> Samples:
    return (np.random.default_rng(3).normal(size=round(seconds * RATE)) * level).astype(np.float32)


def in_noise(voice: Samples, decibels: float) -> Samples:
    """Return a voice, with a quarter of a second around it, that many dB above the noise."""
    padded = np.pad(voice, RATE // 4)
    level = np.sqrt(np.mean(voice**2)) / 10 ** (decibels / 20)
    return np.asarray(padded + noise(len(padded) / RATE, level), np.float32)


@pytest.mark.parametrize(("language", "text"), [*INVENTED, *CHINESE])
@pytest.mark.parametrize("matches", [None, False])
def test_an_invented_text_over_noise_is_suspected(language: str, text: str, matches: bool | None) -> None:
    assert suspicion(region(text, noise(2.0), language, matches))


@pytest.mark.parametrize(("language", "text"), NEVER)
def test_any_other_text_is_not(language: str, text: str) -> None:
    assert suspicion(region(text, noise(2.0), language, False)) is None


@pytest.mark.parametrize(("language", "text"), SAID)
def test_a_text_that_is_said_is_kept(language: str, text: str) -> None:
    samples = in_noise(spoken(text, language), 50.0)
    clip = Audio(samples, RATE)
    matches = load_aligner("espeak").align(clip, text, language).matches
    assert suspicion(region(text, samples, language, matches)) is None
    assert suspicion(region(text, samples, language, None)) is None  # without an aligner


@pytest.mark.parametrize(("language", "text"), [each for each in SAID if invented(each[1]) == "phrase"])
def test_a_phrase_that_is_said_in_noise_is_kept_whatever_the_aligner_finds(language: str, text: str) -> None:
    samples = in_noise(spoken(text, language), 6.0)
    assert suspicion(region(text, samples, language, False)) is None


def test_too_much_voice_for_the_text() -> None:
    speech = in_noise(spoken("The harbour was quiet when the last boat of the evening came in from the sea."), 50.0)
    assert suspicion(region("Thank you.", speech, "en", False))
    assert suspicion(region("Thank you.", speech, "en", None))
    assert suspicion(region("Thank you.", speech, "en", True)) is None


def test_a_loop_is_suspected_over_noise_and_not_over_as_much_speech() -> None:
    loop = "I will take a look. " * 4
    assert suspicion(region(loop, noise(8.0), "en", False))
    assert suspicion(region(loop, in_noise(spoken(loop), 50.0), "en", False)) is None


def test_lost_regions_and_empty_clips() -> None:
    lost = region("Thank you.", noise(2.0), "en", False)
    assert suspicion(replace(lost, report=replace(lost.report, status="truncated"))) is None
    assert suspicion(replace(lost, segment=None)) is None
    assert suspicion(replace(lost, clip=None, matches=None)) is None
    assert suspicion(region("Thank you.", noise(0.0), "en", None))


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_phrases_match_without_case_accents_and_punctuation(language: str) -> None:
    for phrase in PHRASES[language]:
        assert invented(phrase.upper()) == invented(f"- {phrase} ...{phrase}") == "phrase"
        assert invented(f"{phrase} 12") is None


def test_credits() -> None:
    for text in (
        "Untertitelung des ZDF für funk, 2017",
        "Sous-titrage ST' 501",
        "Субтитры сделал DimaTorzok",
        "Altyazı M.K.",
        "字幕由Amara.org社区提供",
        "Napisy stworzone przez społeczność Amara.org",
        "Ondertitels ingediend door de Amara.org gemeenschap",
    ):
        assert invented(text) == "credit"
    assert invented("I made captions at amara.org for years. " * 4) is None
    assert set(CREDITS) - {"any"} <= set(PHRASES)


def test_a_long_loop_of_phrases_is_judged_at_once() -> None:
    assert invented("bye" * 5000) == "phrase"
    assert invented("bye" * 5000 + "x") is None


texts = st.sampled_from(["", "Thank you.", "you you", "Yes.", "♪", "谢谢观看", "no " * 12])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(texts, st.floats(0.0, 2.0), st.sampled_from([None, True, False]))), st.booleans())
def test_no_region_is_lost_and_no_time_or_text_changes(
    regions: list[tuple[str, float, bool | None]], keep: bool
) -> None:
    before: list[RegionResult] = []
    start = 0.0
    for text, seconds, matches in regions:
        clip = replace(Audio(noise(seconds), RATE), start=start)
        report = RegionReport(start, clip.end, len(before), "ok" if text else "empty", text)
        words = (Word(start, clip.end, text),)
        before.append(RegionResult(report, Segment(start, clip.end, text, words) if text else None, matches, clip))
        start = clip.end
    after = list(mark_suspected(before, keep=keep))
    assert [replace(result.report, suspected=None) for result in after] == [result.report for result in before]
    for old, new in zip(before, after, strict=True):
        assert new.clip is None
        assert new.segment == (None if new.report.suspected and not keep else old.segment)


def made(source: Path, keep: bool = False) -> Captions:
    lines: list[str | Recognition] = ["One two three four.", "Thank you.", "Untertitel der Amara.org-Community"]
    return caption(source, backend=Scripted(lines=lines), align="espeak", keep_suspected=keep)


def test_the_captions_of_a_file(speech_file: Path) -> None:
    left_out, kept = made(speech_file), made(speech_file, keep=True)
    for captions in (left_out, kept):
        assert [bool(each.suspected) for each in captions.report.regions] == [False, True, True]
        assert [each.status for each in captions.report.regions] == ["ok"] * 3
        assert captions.report.regions[1].text == "Thank you."
        assert not captions.report.lost
        assert len(captions.report.suspected) == 2
    assert [cue.text for cue in left_out.cues] == ["One two three four."]
    assert len(kept.cues) == len(kept.transcript.segments) == 3


def test_a_script_is_never_suspected(speech_file: Path) -> None:
    script = "Thank you. Thanks for watching! Untertitel der Amara.org-Community."
    captions = caption_script(speech_file, script, backend=Scripted(lines=[""]))
    assert " ".join(" ".join(cue.text.split()) for cue in captions.cues) == script
    assert not captions.report.suspected
