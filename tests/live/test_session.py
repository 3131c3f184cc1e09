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
from captioner.live.events import HOLE, Settled
from captioner.live.session.caption_stream import CaptionCursor
from captioner.live.session.partials import Partial, agree
from captioner.live.session.stream_clock import Epoch
from captioner.profiles import PROFILES
from captioner.values import Audio, Segment
from tests.live.live_parts import Stage, shifted, silence, sounds
from tests.speech.speech_parts import three_sentences


def test_a_sentence_is_final_soon_after_its_end_and_at_its_time() -> None:
    stage = Stage()
    delays = []
    for piece in sounds(10.0):
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
    stage = Stage()
    stage.play(sounds(40.0))
    stage.end()
    settled = 0.0
    for event in stage.told:
        if isinstance(event, Settled):
            assert event.until >= settled
            settled = event.until
        elif event in stage.finals:
            assert event.start >= settled - 0.001
    assert len(stage.finals) == 12
    assert settled == pytest.approx(40.0, abs=0.1)


def test_no_region_crosses_an_epoch() -> None:
    speech = list(sounds(3.0))
    stage = Stage()
    middle = len(speech) // 2
    second = [shifted(piece, Epoch(1, speech[middle].audio.start, 5)) for piece in speech[middle:]]
    stage.play(iter([*speech[:middle], *second]))
    stage.end()
    border = speech[middle].audio.start
    assert len(stage.accounts) == 2
    assert stage.accounts[0].report.end <= border <= stage.accounts[1].report.start


def test_sound_that_an_earlier_run_told_of_is_not_heard_again() -> None:
    stage = Stage(deaf_until=3.9)
    stage.play(sounds(10.0))
    stage.end()
    assert len(stage.finals) == 2
    assert stage.finals[0].start > 3.9


class Slow:
    """Hears nothing for as long as it is told to, then hears in a given share of real time."""

    def __init__(self, stage: list[Stage], *, share: float = 0.0, fails: tuple[float, float] = (0.0, 0.0)) -> None:
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


def slow_stage(**facts: object) -> Stage:
    box: list[Stage] = []
    box.append(Stage(Slow(box, **facts)))  # type: ignore[arg-type]
    return box[0]


def assert_all_accounted(stage: Stage, sentences: int) -> None:
    regions = [account.report for account in stage.accounts]
    assert [region.index for region in regions] == list(range(len(regions)))
    assert len(regions) >= sentences
    for before, after in pairwise(stage.finals):
        assert before.end <= after.start + 1e-9
        assert before.seq < after.seq


def test_a_backend_that_fails_for_a_while_is_asked_again_for_what_it_missed() -> None:
    stage = slow_stage(fails=(15.0, 35.0))
    stage.play(sounds(90.0))
    stage.end()
    assert_all_accounted(stage, 27)
    assert not any(caption.lost for caption in stage.finals)
    assert len(stage.finals) == 27


def test_a_backend_that_fails_for_too_long_leaves_a_hole_that_is_marked() -> None:
    stage = slow_stage(fails=(15.0, 75.0))
    stage.play(sounds(120.0))
    stage.end()
    assert_all_accounted(stage, 36)
    holes = [caption for caption in stage.finals if caption.lost]
    assert {caption.text for caption in holes} == {HOLE}
    lost = [account.report for account in stage.accounts if account.report.lost]
    assert {region.status for region in lost} == {"failed"}
    assert len(lost) == len(holes)
    assert all(15.0 - 10 <= caption.start < 75.0 for caption in holes)
    heard_last = [caption.text for caption in stage.finals][-6:]
    assert HOLE not in heard_last


def test_a_backend_that_fails_at_once_ends_the_run() -> None:
    stage = slow_stage(fails=(0.0, 100.0))
    with pytest.raises(BackendError, match="no connection"):
        stage.play(sounds(10.0))


def test_lag_is_bounded_where_hearing_cannot_keep_up() -> None:
    stage = slow_stage(share=2.5)
    most = 0.0
    for piece in sounds(200.0):
        stage.play(iter([piece]))
        most = max(most, stage.session.counts.lag)
    stage.end()
    assert_all_accounted(stage, 40)
    assert 12.0 < most < 32.0
    assert any(account.report.lost for account in stage.accounts)
    assert any(not account.report.lost for account in stage.accounts[-8:])


def test_drafts_come_while_somebody_speaks_and_their_settled_part_stays() -> None:
    stage = Stage(load_backend("sphinx"), drafts=True)
    stage.play(sounds(10.0))
    stage.end()
    first = stage.drafts[0]
    assert first.end - first.start <= 1.0
    assert stage.told.index(first) < stage.told.index(stage.finals[0])
    for before, after in pairwise(stage.drafts):
        if before.region == after.region:
            assert after.text.startswith(before.text[: before.stable])
            assert after.stable >= before.stable
    assert any(draft.stable for draft in stage.drafts)


def test_a_draft_of_what_was_no_speech_is_taken_back() -> None:
    """A word that breaks off after a tenth of a second is too short to be speech."""
    stage = Stage(drafts=True)
    begun = three_sentences()[1][0][0]
    stage.play(sounds(begun + 0.1))
    stage.play(silence(begun + 0.1, 4.0))
    (draft, taken_back) = stage.drafts
    assert (draft.region, taken_back.region, draft.text, taken_back.text) == (0, 0, "One.", "")
    assert not stage.accounts
    stage.play(sounds(10.0, start=4.0))
    stage.end()
    assert [caption.region for caption in stage.finals] == [0, 1, 2]
    assert not any(draft.text == "" for draft in stage.drafts[2:])


def test_a_run_that_goes_on_goes_on_with_its_numbers() -> None:
    stage = Stage(mark=CaptionCursor(seq=31, number=4, finals=9))
    stage.play(sounds(10.0))
    assert stage.session.mark.number == 7
    told = [(caption.seq, caption.region, caption.number) for caption in stage.finals]
    assert told == [(31, 4, 10), (32, 5, 11), (33, 6, 12)]


@given(st.lists(st.text("ab ,.B我们", max_size=12), max_size=8))
def test_what_two_hearings_agree_on_is_never_taken_back(hearings: list[str]) -> None:
    draft = Partial()
    for heard in hearings:
        following = agree(draft, heard)
        assert following.text.startswith(draft.text[: draft.stable])
        assert draft.stable <= following.stable <= len(following.text)
        draft = following


def test_hearings_agree_whatever_their_capitals_and_commas() -> None:
    draft = agree(agree(Partial(), "So, we can"), "so we can see")
    assert (draft.text[: draft.stable], draft.text) == ("so we can", "so we can see")
    assert agree(draft, "so we saw the sea").text == "so we can the sea"
    chinese = agree(agree(Partial(), "今天天气"), "今天天气很")
    assert chinese.stable == 4


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
        cues = incremental_cues(segment, PROFILES[profile], language="en", start_after=free, silent_until=time + 0.2)
        assert " ".join(" ".join(cue.text.split("\n")) for cue in cues) == segment.text
        for cue in cues:
            assert cue.start >= free
            assert cue.end > cue.start
            free = cue.end


def test_a_cue_leaves_when_somebody_else_begins_to_speak() -> None:
    segment = Segment(1.0, 4.0, "A rather long sentence that takes quite a while to read, and was said fast.")
    profile = PROFILES["default"]
    (late,) = incremental_cues(segment, profile, language="en", start_after=0.0, silent_until=9.0)
    (soon,) = incremental_cues(segment, profile, language="en", start_after=0.0, silent_until=4.25)
    assert late.end == 4.5
    assert soon.end == 4.25


def test_silence_is_heard_as_nothing() -> None:
    stage = Stage()
    stage.play(silence(0.0, 5.0))
    stage.end()
    assert not stage.finals
    assert isinstance(stage.told[-1], Settled)
    assert stage.told[-1].until == pytest.approx(5.0, abs=0.1)
