"""The stages of a live session, in one thread: what is told, when, and what is given up when hearing is slow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.backends import Hints, Recognition, Traits, load_backend
from captioner.cues.incremental import incremental_cues
from captioner.errors import BackendError
from captioner.live.events import LOST_MARKER, StreamProgress
from captioner.live.session.caption_stream import CaptionCursor
from captioner.live.session.partials import Partial, next_partial
from captioner.live.stream_clock import Epoch
from captioner.profiles import PROFILES
from captioner.values import Audio, Segment
from tests.live.live_parts import TestedSession, shifted, silence, speech_chunks
from tests.speech.speech_parts import three_sentences


def test_a_sentence_is_final_soon_after_its_end_and_at_its_time() -> None:
    stage = TestedSession()
    delays = []
    for piece in speech_chunks(10.0):
        before = len(stage.finals)
        stage.play(iter([piece]))
        delays += [stage.now - end for _, end in three_sentences()[1][before : len(stage.finals)]]
    stage.end()
    assert [caption.text for caption in stage.finals] == ["One.", "Two.", "Three."]
    for caption, (start, _) in zip(stage.finals, three_sentences()[1], strict=True):
        assert caption.start == pytest.approx(start, abs=0.25)  # a region's padding: the words have no times here
    assert sorted(delays)[1] <= 0.8
    assert [caption.seq for caption in stage.finals] == [1, 2, 3]


def test_nothing_begins_before_what_was_said_to_be_settled() -> None:
    stage = TestedSession()
    stage.play(speech_chunks(40.0))
    stage.end()
    settled = 0.0
    for event in stage.events:
        if isinstance(event, StreamProgress):
            assert event.final_until >= settled
            settled = event.final_until
        elif event in stage.finals:
            assert event.start >= settled - 0.001
    assert len(stage.finals) == 12
    assert settled == pytest.approx(40.0, abs=0.1)


def test_no_region_crosses_an_epoch() -> None:
    speech = list(speech_chunks(3.0))
    stage = TestedSession()
    middle = len(speech) // 2
    second = [shifted(piece, Epoch(1, speech[middle].audio.start, 5)) for piece in speech[middle:]]
    stage.play(iter([*speech[:middle], *second]))
    stage.end()
    border = speech[middle].audio.start
    assert len(stage.region_reports) == 2
    assert stage.region_reports[0].report.end <= border <= stage.region_reports[1].report.start


def test_sound_that_an_earlier_run_told_of_is_not_heard_again() -> None:
    stage = TestedSession(deaf_until=3.9)
    stage.play(speech_chunks(10.0))
    stage.end()
    assert len(stage.finals) == 2
    assert stage.finals[0].start > 3.9


class SlowBackend:
    """Hears nothing for as long as it is told to, then hears in a given share of real time."""

    def __init__(self, stage: list[TestedSession], *, share: float = 0.0, fails: tuple[float, float] = (0.0, 0.0)) -> None:
        self.traits = Traits("slow")
        self._stage, self._share, self._fails = stage, share, fails

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            if self._fails[0] <= self._stage[0].now < self._fails[1]:
                raise BackendError("slow", "no connection")
            self._stage[0].idle_until = self._stage[0].now + self._share * clip.duration
            yield Recognition("ok", f"At {clip.start:.1f}.")
            if self._share:
                return

    def close(self) -> None: ...


def slow_stage(**facts: object) -> TestedSession:
    box: list[TestedSession] = []
    box.append(TestedSession(SlowBackend(box, **facts)))  # type: ignore[arg-type]
    return box[0]


def assert_all_accounted(stage: TestedSession, sentences: int) -> None:
    regions = [account.report for account in stage.region_reports]
    assert [region.index for region in regions] == list(range(len(regions)))
    assert len(regions) >= sentences
    for before, after in pairwise(stage.finals):
        assert before.end <= after.start + 1e-9
        assert before.seq < after.seq


def test_a_backend_that_fails_for_a_while_is_asked_again_for_what_it_missed() -> None:
    stage = slow_stage(fails=(15.0, 35.0))
    stage.play(speech_chunks(90.0))
    stage.end()
    assert_all_accounted(stage, 27)
    assert not any(caption.lost for caption in stage.finals)
    assert len(stage.finals) == 27


def test_a_backend_that_fails_for_too_long_leaves_a_hole_that_is_marked() -> None:
    stage = slow_stage(fails=(15.0, 75.0))
    stage.play(speech_chunks(120.0))
    stage.end()
    assert_all_accounted(stage, 36)
    holes = [caption for caption in stage.finals if caption.lost]
    assert {caption.text for caption in holes} == {LOST_MARKER}
    lost = [account.report for account in stage.region_reports if account.report.lost]
    assert {region.status for region in lost} == {"failed"}
    assert len(lost) == len(holes)
    assert all(15.0 - 10 <= caption.start < 75.0 for caption in holes)
    heard_last = [caption.text for caption in stage.finals][-6:]
    assert LOST_MARKER not in heard_last


def test_a_backend_that_fails_at_once_ends_the_run() -> None:
    stage = slow_stage(fails=(0.0, 100.0))
    with pytest.raises(BackendError, match="no connection"):
        stage.play(speech_chunks(10.0))


def test_lag_is_bounded_where_hearing_cannot_keep_up() -> None:
    stage = slow_stage(share=2.5)
    most = 0.0
    for piece in speech_chunks(200.0):
        stage.play(iter([piece]))
        most = max(most, stage.session.counts.lag)
    stage.end()
    assert_all_accounted(stage, 40)
    assert 12.0 < most < 32.0
    assert any(account.report.lost for account in stage.region_reports)
    assert any(not account.report.lost for account in stage.region_reports[-8:])


def test_drafts_come_while_somebody_speaks_and_their_settled_part_stays() -> None:
    stage = TestedSession(load_backend("sphinx"), partials=True)
    stage.play(speech_chunks(10.0))
    stage.end()
    first = stage.partials[0]
    assert first.end - first.start <= 1.0
    assert stage.events.index(first) < stage.events.index(stage.finals[0])
    for before, after in pairwise(stage.partials):
        if before.region == after.region:
            assert after.text.startswith(before.text[: before.stable_chars])
            assert after.stable_chars >= before.stable_chars
    assert any(draft.stable_chars for draft in stage.partials)


def test_a_draft_of_what_was_no_speech_is_taken_back() -> None:
    """A word that breaks off after a tenth of a second is too short to be speech."""
    stage = TestedSession(partials=True)
    begun = three_sentences()[1][0][0]
    stage.play(speech_chunks(begun + 0.1))
    stage.play(silence(begun + 0.1, 4.0))
    (draft, taken_back) = stage.partials
    assert (draft.region, taken_back.region, draft.text, taken_back.text) == (0, 0, "One.", "")
    assert not stage.region_reports
    stage.play(speech_chunks(10.0, start=4.0))
    stage.end()
    assert [caption.region for caption in stage.finals] == [0, 1, 2]
    assert not any(draft.text == "" for draft in stage.partials[2:])


def test_a_run_that_goes_on_goes_on_with_its_numbers() -> None:
    stage = TestedSession(mark=CaptionCursor(seq=31, region=4, finals=9))
    stage.play(speech_chunks(10.0))
    assert stage.session.cursor.region == 7
    told = [(caption.seq, caption.region, caption.final_number) for caption in stage.finals]
    assert told == [(31, 4, 10), (32, 5, 11), (33, 6, 12)]


@given(st.lists(st.text("ab ,.B我们", max_size=12), max_size=8))
def test_what_two_hearings_agree_on_is_never_taken_back(hearings: list[str]) -> None:
    draft = Partial()
    for heard in hearings:
        following = next_partial(draft, heard)
        assert following.text.startswith(draft.text[: draft.stable_chars])
        assert draft.stable_chars <= following.stable_chars <= len(following.text)
        draft = following


def test_hearings_agree_whatever_their_capitals_and_commas() -> None:
    draft = next_partial(next_partial(Partial(), "So, we can"), "so we can see")
    assert (draft.text[: draft.stable_chars], draft.text) == ("so we can", "so we can see")
    assert next_partial(draft, "so we saw the sea").text == "so we can the sea"
    chinese = next_partial(next_partial(Partial(), "今天天气"), "今天天气很")
    assert chinese.stable_chars == 4


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(0, 2), st.floats(0.05, 8), st.lists(st.sampled_from(["so", "we went"]), min_size=1)),
        max_size=8,
    ),
    st.sampled_from(sorted(PROFILES)),
)
def test_cues_of_one_segment_after_another_are_in_order_and_hold_its_text(
    spoken: list[tuple[float, float, list[str]]], profile: str
) -> None:
    time = free = 0.0
    for pause, length, words in spoken:
        start, time = time + pause, time + pause + length
        segment = Segment(start, time, " ".join(words))
        cues = incremental_cues(segment, PROFILES[profile], language="en", free_from=free, free_until=time + 0.2)
        assert " ".join(" ".join(cue.text.split("\n")) for cue in cues) == segment.text
        for cue in cues:
            assert cue.start >= free
            assert cue.end > cue.start
            free = cue.end


def test_a_cue_leaves_when_somebody_else_begins_to_speak() -> None:
    segment = Segment(1.0, 4.0, "A rather long sentence that takes quite a while to read, and was said fast.")
    profile = PROFILES["default"]
    (late,) = incremental_cues(segment, profile, language="en", free_from=0.0, free_until=9.0)
    (soon,) = incremental_cues(segment, profile, language="en", free_from=0.0, free_until=4.25)
    assert late.end == 4.5
    assert soon.end == 4.25


def test_silence_is_heard_as_nothing() -> None:
    stage = TestedSession()
    stage.play(silence(0.0, 5.0))
    stage.end()
    assert not stage.finals
    assert isinstance(stage.events[-1], StreamProgress)
    assert stage.events[-1].final_until == pytest.approx(5.0, abs=0.1)
