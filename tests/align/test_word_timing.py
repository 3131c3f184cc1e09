"""Word times for results without them: in order, beside the backend, with the aligner's doubt in the report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from captioner.align import Alignment, SpokenText, align_recording, open_aligner
from captioner.backends import Hints, Recognition
from captioner.backends.scripted import Scripted
from captioner.errors import UnknownName
from captioner.pipeline import Captions, caption
from captioner.transcribe import Window, WindowResult, transcribe, windows_of
from captioner.values import Audio, Segment, Word
from captioner.word_timing import time_words
from tests.paths import DATA

TRUTH = json.loads((DATA / "three_sentences.json").read_text("utf-8"))["sentences"]
LINES = [sentence["text"] for sentence in TRUTH]


def captions(source: Path, lines: Iterable[str | Recognition] = LINES, align: str = "auto") -> Captions:
    return caption(source, backend=Scripted(lines=list(lines)), hints=Hints("en"), align=align)


def test_each_sentence_is_timed_where_it_is_said(speech_file: Path) -> None:
    made = captions(speech_file)
    for segment, sentence in zip(made.transcript.segments, TRUTH, strict=True):
        assert "".join(word.text for word in segment.words) == sentence["text"]
        assert segment.words[0].start == pytest.approx(sentence["start"], abs=0.08)
        assert segment.words[-1].end == pytest.approx(sentence["end"], abs=0.08)
    assert made.report.align == "espeak"


def test_cues_begin_and_end_with_the_words_and_not_with_the_region(speech_file: Path) -> None:
    timed, untimed = captions(speech_file), captions(speech_file, align="none")
    for cue, loose in zip(timed.cues, untimed.cues, strict=True):
        assert loose.start < cue.start < cue.end < loose.end
    assert untimed.report.align is None
    assert not any(segment.words for segment in untimed.transcript.segments)


WORD = Word(1.5, 2.0, LINES[0], confidence=0.5)
TIMED = Recognition("ok", LINES[0], (WORD,))


def test_words_of_the_backend_are_refined(speech_file: Path) -> None:
    made = captions(speech_file, [TIMED, *LINES[1:]])
    words = made.transcript.segments[0].words
    assert words[0].start == pytest.approx(TRUTH[0]["start"], abs=0.08)
    assert {word.confidence for word in words} == {0.5}
    assert [region.timing for region in made.report.regions] == ["espeak"] * 3


def test_words_of_the_backend_are_kept_if_asked(speech_file: Path) -> None:
    made = captions(speech_file, [TIMED, *LINES[1:]], align="backend")
    assert made.transcript.segments[0].words == (WORD,)
    assert [region.timing for region in made.report.regions] == ["backend", "espeak", "espeak"]
    alone = captions(speech_file, [TIMED, *LINES[1:]], align="none")
    assert alone.transcript.segments[0].words == (WORD,)
    assert [region.timing for region in alone.report.regions] == ["backend", None, None]


def test_words_of_the_backend_are_the_fallback(speech_file: Path) -> None:
    text = "far too much to say " * 30
    made = captions(speech_file, [Recognition("ok", text, (Word(1.5, 2.0, text),)), *LINES[1:]])
    assert len(made.transcript.segments[0].words) == 1
    report = made.report.regions[0]
    assert report.timing == "backend"
    assert report.reason == "the text is too long for the audio; the words are timed by the backend"


def test_exact_words_of_the_backend_are_kept(speech_file: Path) -> None:
    backend = Scripted(lines=[TIMED, *LINES[1:]])
    backend.traits = replace(backend.traits, word_times=True, exact_word_times=True)
    made = caption(speech_file, backend=backend, hints=Hints("en"))
    assert made.transcript.segments[0].words == (WORD,)
    assert [region.timing for region in made.report.regions] == ["backend", None, None]
    assert made.report.align is None


def test_a_text_too_long_for_its_region_is_doubted_in_the_report(speech_file: Path) -> None:
    made = captions(speech_file, [*LINES[:2], "far too much to say " * 30])
    reasons = [region.reason for region in made.report.regions]
    assert reasons == [None, None, "the text is too long for the audio; the words are timed by pauses"]
    assert made.transcript.segments[2].words
    assert not made.report.lost


@pytest.fixture
def clips(speech: Audio) -> list[Audio]:
    return [Audio(speech.samples[:16_000], speech.sample_rate, float(second)) for second in range(4)]


def test_results_stay_in_order(clips: list[Audio]) -> None:
    lines: list[str | Recognition] = ["one", Recognition("failed", "", reason="no answer"), "", "four"]
    recognised = transcribe(windows_of(clips, None), Scripted(lines=lines), Hints())
    results = list(time_words(recognised, open_aligner("pauses")))
    assert [result.report.status for result in results] == ["ok", "failed", "empty", "ok"]
    assert [result.segment and len(result.segment.words) for result in results] == [1, None, None, 1]


def test_at_most_three_clips_are_in_memory(clips: list[Audio]) -> None:
    taken: list[int] = []

    def results() -> Iterator[WindowResult]:
        for index, window in enumerate(windows_of(clips, None)):
            taken.append(index)
            yield WindowResult(window, Recognition("ok", "word"))

    timed = time_words(results(), open_aligner("pauses"))
    next(timed)
    assert len(taken) <= 3
    assert len(list(timed)) == 3


def test_words_that_do_not_spell_the_text_are_not_used() -> None:
    (timed,) = time_words([WindowResult(second_of_silence(), Recognition("ok", "text"))], _OtherWords())
    assert timed.segment == Segment(0.0, 1.0, "text")
    assert timed.report.reason == "the words of other do not spell the text; their times are not used"


def test_words_of_the_backend_that_do_not_spell_the_text_are_not_used() -> None:
    result = WindowResult(second_of_silence(), Recognition("ok", "text", (Word(0.1, 0.9, "next"),)))
    (timed,) = time_words([result], None)
    assert timed.segment == Segment(0.0, 1.0, "text")
    assert timed.report.reason == "the words of the backend do not spell the text; their times are not used"


def second_of_silence() -> Window:
    return next(windows_of([Audio(np.zeros(16_000, np.float32), 16_000)], None))


class _OtherWords:
    name = "other"

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        return Alignment((Word(clip.start, clip.end, "something else"),))


def test_an_aligner_may_read_the_whole_recording_before_it_answers(clips: list[Audio]) -> None:
    lines: list[str | Recognition] = ["one", Recognition("failed", "", reason="no answer"), "", "four"]
    results = list(time_words(transcribe(windows_of(clips, None), Scripted(lines=lines), Hints()), _WholeRecording()))
    texts = [result.segment and result.segment.words[0].text for result in results]
    assert texts == ["one", None, None, "four"]


class _WholeRecording:
    name = "whole"

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        raise AssertionError("only the recording is aligned")

    def align_recording(self, texts: Iterable[SpokenText]) -> Iterator[Alignment]:
        for spoken in list(texts):
            yield Alignment((Word(spoken.clip.start, spoken.clip.end, spoken.text),))


def test_an_error_of_the_aligner_ends_the_run(clips: list[Audio]) -> None:
    with pytest.raises(RuntimeError, match="too few alignments"):
        list(time_words(transcribe(windows_of(clips, None), Scripted(lines=["text"] * 4), Hints()), _NoAlignments()))


class _NoAlignments(_OtherWords):
    def align_recording(self, texts: Iterable[SpokenText]) -> Iterator[Alignment]:
        return iter(())


def test_an_aligner_of_single_clips_aligns_a_recording(clips: list[Audio]) -> None:
    aligner = open_aligner("pauses")
    assert aligner is not None
    texts = [SpokenText(clip, "one two") for clip in clips]
    assert list(align_recording(aligner, texts)) == [aligner.align(clip, "one two", None) for clip in clips]


def test_an_unknown_aligner_is_refused_before_recognition_starts(speech_file: Path) -> None:
    with pytest.raises(UnknownName, match="unknown aligner 'magic'"):
        captions(speech_file, align="magic")
