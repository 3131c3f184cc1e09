"""Words in time for what was heard without: beside the recogniser, in order, and with the doubt in the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from captioner.align import Timer, open_timer
from captioner.backends import Hints, Recognition
from captioner.backends.scripted import Scripted
from captioner.errors import UnknownName
from captioner.pipeline import Captions, caption
from captioner.transcribe import RegionResult, transcribe
from captioner.values import Audio, RegionReport, Segment, Word
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


def test_the_words_of_the_backend_are_kept(speech_file: Path) -> None:
    word = Word(1.5, 2.0, LINES[0])
    made = captions(speech_file, [Recognition("ok", LINES[0], (word,)), *LINES[1:]])
    assert made.transcript.segments[0].words == (word,)
    assert len(made.transcript.segments[1].words) == 7


def test_a_text_that_nobody_can_say_so_fast_is_doubted_in_the_ledger(speech_file: Path) -> None:
    made = captions(speech_file, [*LINES[:2], "far too much to say " * 30])
    reasons = [region.reason for region in made.report.regions]
    assert reasons == [None, None, "the sound is too short for its text, so its words are timed by pauses"]
    assert made.transcript.segments[2].words
    assert not made.report.lost


@pytest.fixture
def clips(speech: Audio) -> list[Audio]:
    return [Audio(speech.samples[:16_000], speech.sample_rate, float(second)) for second in range(4)]


def test_order_is_kept_and_the_sound_let_go(clips: list[Audio]) -> None:
    heard: list[str | Recognition] = ["one", Recognition("failed", "", reason="no answer"), "", "four"]
    outcomes = list(time_words(transcribe(clips, Scripted(lines=heard), Hints()), open_timer("pauses")))
    assert [outcome.report.status for outcome in outcomes] == ["ok", "failed", "empty", "ok"]
    assert [outcome.segment and len(outcome.segment.words) for outcome in outcomes] == [1, None, None, 1]
    assert all(outcome.clip is None for outcome in outcomes)


def test_no_more_than_two_sounds_wait(clips: list[Audio]) -> None:
    taken: list[int] = []

    def outcomes() -> Iterator[RegionResult]:
        for index, clip in enumerate(clips):
            taken.append(index)
            yield RegionResult(
                RegionReport(clip.start, clip.end, index, "ok"), Segment(clip.start, clip.end, "word"), clip
            )

    timed = time_words(outcomes(), open_timer("pauses"))
    next(timed)
    assert taken == [0, 1]
    assert len(list(timed)) == 3


def test_an_aligner_that_spells_something_else_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    timer = Timer("pauses")
    monkeypatch.setattr(timer, "_aligner", _Deaf())
    clip = Audio(np.zeros(16_000, np.float32), 16_000)
    words, doubt = timer.time(clip, "text", "en")
    assert words == ()
    assert doubt == "the words of pauses do not spell the text, so their times are not used"


class _Deaf:
    def align(self, clip: Audio, text: str, language: str | None) -> tuple[Word, ...]:
        return (Word(clip.start, clip.end, "something else"),)


def test_an_unknown_aligner_is_refused_before_anything_is_heard(speech_file: Path) -> None:
    with pytest.raises(UnknownName, match="unknown aligner 'magic'"):
        captions(speech_file, align="magic")
