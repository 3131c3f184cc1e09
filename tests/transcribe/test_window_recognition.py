"""Windows in the pipeline: their text comes back to its regions, and none of it is lost or recognised twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.align import Alignment, SpokenText, open_aligner
from captioner.backends import Hints, Recognition, Traits
from captioner.backends.scripted import Scripted
from captioner.journal import journaled
from captioner.pipeline import caption
from captioner.transcribe import ContextMode, RegionResult, WindowResult, transcribe, windows_of
from captioner.values import Audio, Span, Word
from captioner.word_timing import time_words
from tests.align.test_word_timing import LINES, TRUTH

RATE = 16_000
LONGEST = 28.0


def region(start: float, loudness: float, seconds: float = 1.0) -> Audio:
    """Return a region of one level; `Levels` recognises the level."""
    return Audio(np.full(round(seconds * RATE), loudness, np.float32), RATE, start)


REGIONS = [region(2.0 * index, (index + 1) / 10) for index in range(4)]
TEXT = " one two three four"


WINDOWS = Traits("levels", preferred_clip=LONGEST, word_times=True)


@dataclass
class Levels:
    """A backend that names the levels in a clip: 0.1 is "one". It refuses clips in `lost`, by their text."""

    lost: dict[str, Recognition] = field(default_factory=dict)
    words: bool = True
    calls: list[tuple[str, str | None]] = field(default_factory=list)
    traits: Traits = WINDOWS

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            words = tuple(self._words(clip))
            text = "".join(word.text for word in words)
            self.calls.append((text, hints.prompt))
            yield self.lost.get(text) or Recognition("ok", text, words if self.words else ())

    def _words(self, clip: Audio) -> Iterator[Word]:
        for number, name in enumerate(TEXT.split(), 1):
            found = np.flatnonzero(np.isclose(clip.samples, number / 10))
            if len(found):
                yield Word(clip.time_of(int(found[0])), clip.time_of(int(found[-1]) + 1), f" {name}")

    def close(self) -> None:
        pass


FAILED = Recognition("failed", reason="no answer", attempts=3)
TRUNCATED = Recognition("truncated", " one two", reason="cut off")


def run(backend: Levels, regions: list[Audio] = REGIONS) -> list[RegionResult]:
    windows = windows_of(regions, backend.traits.preferred_clip)
    return list(time_words(transcribe(windows, backend, Hints()), None))


def texts(results: Iterable[RegionResult]) -> list[str | None]:
    return [result.segment.text.strip() if result.segment else None for result in results]


def test_the_text_of_a_window_comes_back_to_its_regions() -> None:
    backend = Levels()
    results = run(backend)
    assert len(backend.calls) == 1
    assert texts(results) == TEXT.split()
    for index, (result, clip) in enumerate(zip(results, REGIONS, strict=True)):
        assert (result.report.index, result.report.start, result.report.end) == (index, clip.start, clip.end)
        assert result.report.timing == "backend"
        assert result.segment is not None
        (word,) = result.segment.words
        assert (word.start, word.end) == pytest.approx((clip.start, clip.end))
    assert [result.report.attempts for result in results] == [1, 0, 0, 0]


def test_a_region_without_words_is_empty() -> None:
    results = run(Levels(), [*REGIONS[:2], region(4.0, 0.9), *REGIONS[3:]])
    assert [result.report.status for result in results] == ["ok", "ok", "empty", "ok"]
    assert texts(results) == ["one", "two", None, "four"]


def test_a_window_without_speech_is_empty_in_every_region() -> None:
    backend = Levels(lost={TEXT: Recognition("empty")})
    assert [result.report.status for result in run(backend)] == ["empty"] * 4


@pytest.mark.parametrize("lost", [FAILED, TRUNCATED, Recognition("blocked", reason="policy")])
def test_a_lost_window_is_recognised_region_by_region(lost: Recognition) -> None:
    backend = Levels(lost={TEXT: lost, " two": FAILED})
    results = run(backend)
    assert [call for call, _ in backend.calls] == [TEXT, " one", " two", " three", " four"]
    assert [result.report.status for result in results] == ["ok", "failed", "ok", "ok"]
    assert texts(results) == ["one", None, "three", "four"]
    assert [result.report.attempts for result in results] == [lost.attempts + 1, 3, 1, 1]


def test_a_text_that_ends_early_is_completed() -> None:
    """The rest of the window begins with the last region that has words, which may lack some."""
    (window,) = windows_of(REGIONS, LONGEST)
    words = tuple(Word(span.start, span.end, text) for span, text in zip(window.spans, (" one", " two"), strict=False))
    backend = Levels(lost={TEXT: Recognition("ok", " one two", words)})
    results = run(backend)
    assert [call for call, _ in backend.calls] == [TEXT, " two three four"]
    assert texts(results) == TEXT.split()
    assert [result.report.attempts for result in results] == [1, 1, 0, 0]


@pytest.mark.parametrize("text", [" one two", " one two three four"])
def test_words_at_impossible_times_do_not_cut_a_text_short(text: str) -> None:
    """Words that do not spell the text, or all lie at its start, do not tell where it ends."""
    words = tuple(Word(0.0, 0.01, f"{word:>30}") for word in text.split())
    for recognition in (
        Recognition("ok", TEXT, (Word(0.0, 0.5, " one"),)),
        Recognition("ok", "".join(word.text for word in words), words),
    ):
        backend = Levels(lost={TEXT: recognition})
        results = run(backend)
        assert [call for call, _ in backend.calls] == [TEXT]
        assert "".join("".join(filter(None, texts(results))).split()) == "".join(recognition.text.split())


def test_words_that_are_not_in_order_give_no_times() -> None:
    (window,) = windows_of(REGIONS, LONGEST)
    ends = [span.end for span in window.spans]
    words = tuple(Word(end - 0.5, end, text) for end, text in zip(ends[::-1], (" one", " two", " six"), strict=False))
    (result, *_) = time_words([WindowResult(window, Recognition("ok", " one two six", words))], None)
    assert result.report.reason == "the words of the backend are not in order; their times are not used"
    assert result.report.timing is None


def test_words_that_are_nearly_in_order_keep_their_times() -> None:
    (window,) = windows_of(REGIONS[:1], LONGEST)
    words = (Word(0.2, 0.4, " one"), Word(0.1, 0.3, " two"), Word(0.5, 0.7, " six"))
    (result,) = time_words([WindowResult(window, Recognition("ok", " one two six", words))], None)
    assert result.segment
    assert [word.start for word in result.segment.words] == [0.2, 0.2, 0.5]


def test_silence_at_the_end_of_a_window_is_asked_for_once() -> None:
    regions = [REGIONS[0], region(2.0, 0.9), region(4.0, 0.9)]
    backend = Levels()
    assert texts(run(backend, regions)) == ["one", None, None]
    assert [call for call, _ in backend.calls] == [" one", ""]


def test_a_window_that_was_not_sent_is_not_sent_region_by_region() -> None:
    backend = Levels(lost={TEXT: replace(FAILED, attempts=0)})
    assert [result.report.status for result in run(backend)] == ["failed"] * 4
    assert len(backend.calls) == 1


@pytest.mark.parametrize("aligner", ["none", "pauses", "espeak"])
def test_text_without_times_is_divided_among_the_regions(speech_file: Path, aligner: str) -> None:
    backend = Scripted(lines=[" ".join(LINES)])
    backend.traits = replace(backend.traits, preferred_clip=LONGEST)
    made = caption(speech_file, backend=backend, hints=Hints("en"), align=aligner)
    assert [segment.text for segment in made.transcript.segments] == LINES
    for segment, sentence in zip(made.transcript.segments, TRUTH, strict=True):
        assert segment.start < sentence["start"] < sentence["end"] < segment.end
        assert bool(segment.words) == (aligner != "none")
        for word in segment.words:
            assert segment.start <= word.start <= word.end <= segment.end
    assert [region.timing for region in made.report.regions] == [aligner if aligner != "none" else None] * 3


def test_an_aligner_knows_the_silences_and_the_words_of_the_backend() -> None:
    seen: list[SpokenText] = []

    class Watching:
        name = "watching"

        def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
            raise AssertionError("only the recording is aligned")

        def align_recording(self, texts: Iterable[SpokenText]) -> Iterator[Alignment]:
            for spoken in texts:
                seen.append(spoken)
                yield Alignment(spoken.anchors)

    (window,) = windows_of(REGIONS, LONGEST)
    list(time_words(transcribe([window], Levels(), Hints()), Watching()))
    assert seen[0].silences == window.silences
    assert [word.start for word in seen[0].anchors] == [span.start for span in window.spans]


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 3)), min_size=1, max_size=8))
def test_words_are_in_order_and_inside_their_regions_whatever_their_times(times: list[tuple[float, float]]) -> None:
    (window,) = windows_of(REGIONS, LONGEST)
    words = tuple(Word(start, start + length, f" {index}") for index, (start, length) in enumerate(times))
    recognition = Recognition("ok", "".join(word.text for word in words), words)
    results = list(time_words([WindowResult(window, recognition)], None))
    assert [result.report.start for result in results] == [clip.start for clip in REGIONS]
    assert "".join(f" {text}" for text in texts(results) if text) == recognition.text
    for result in results:
        spans = result.segment.words if result.segment else ()
        assert all(result.report.start <= word.start <= word.end <= result.report.end for word in spans)
    assert list(time_words([WindowResult(window, recognition)], None)) == results


class Journal:
    """Runs with one journal."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, backend: Levels, regions: list[Audio] = REGIONS, *, context: bool = False) -> list[RegionResult]:
        with_journal = journaled(backend, self.path)
        windows = windows_of(regions, backend.traits.preferred_clip)
        mode: ContextMode = "previous" if context else "none"
        results = transcribe(windows, with_journal, Hints(), mode, with_journal.stored)
        done = list(time_words(results, open_aligner("none")))
        with_journal.close()
        return done


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite")


@pytest.mark.parametrize("context", [False, True])
def test_a_window_is_recognised_once(journal: Journal, context: bool) -> None:
    first, second = Levels(), Levels()
    before = journal.run(first, context=context)
    after = journal.run(second, context=context)
    assert second.calls == []
    assert texts(after) == texts(before)
    assert all(result.report.cached for result in after)


@pytest.mark.parametrize("context", [False, True])
def test_results_of_single_regions_are_used(journal: Journal, context: bool) -> None:
    by_region = Levels(traits=replace(WINDOWS, preferred_clip=None))
    journal.run(by_region, context=context)
    assert len(by_region.calls) == 4
    backend = Levels()
    assert texts(journal.run(backend, context=context)) == TEXT.split()
    assert backend.calls == []


def test_regions_without_a_result_stay_together(journal: Journal) -> None:
    journal.run(Levels(), REGIONS[:1])
    backend = Levels()
    assert texts(journal.run(backend)) == TEXT.split()
    assert [call for call, _ in backend.calls] == [" two three four"]
    again = Levels()
    assert texts(journal.run(again)) == TEXT.split()
    assert again.calls == []


def test_only_the_regions_that_failed_are_recognised_again(journal: Journal) -> None:
    journal.run(Levels(lost={TEXT: FAILED, " two": FAILED}))
    backend = Levels()
    assert texts(journal.run(backend)) == TEXT.split()
    assert [call for call, _ in backend.calls] == [" two"]


def test_the_context_is_the_text_of_the_window_before() -> None:
    far = [region(start, level) for start, level in ((0.0, 0.1), (2.0, 0.2), (20.0, 0.3), (22.0, 0.4))]
    backend = Levels(lost={" one two": FAILED})
    list(transcribe(windows_of(far, LONGEST), backend, Hints(prompt="A talk."), "previous"))
    assert backend.calls == [
        (" one two", "A talk."),
        (" one", "A talk."),
        (" two", "A talk."),
        (" three four", "A talk.\n two"),
    ]


def test_windows_hold_silence_only_where_the_media_does() -> None:
    touching = [region(0.0, 0.1), region(1.0, 0.2)]
    (window,) = windows_of(touching, LONGEST)
    assert window.silences == ()
    assert window.spans == (Span(0.0, 1.0), Span(1.0, 2.0))
