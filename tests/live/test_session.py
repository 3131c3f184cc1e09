"""A live session in one thread: which events come, when, and what is skipped when recognition is slow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.backends import Hints, Recognition, Traits, load_backend
from captioner.cli.work.live import live_speech
from captioner.cues.incremental import incremental_cues
from captioner.errors import BackendError, SettingsError
from captioner.live.events import LOST_MARKER, StreamProgress
from captioner.live.session.caption_stream import CaptionCursor
from captioner.live.session.clip_queue import SKIPPED_REASON
from captioner.live.session.lag import lag_limits
from captioner.live.session.partials import Partial, next_partial
from captioner.live.session.source_reader import AudioChunk
from captioner.live.session.streaming_vad import LIVE_SPEECH
from captioner.live.stream_clock import Epoch
from captioner.profiles import PROFILES
from captioner.settings import Settings
from captioner.speech import SpeechOptions
from captioner.values import Audio, Segment
from tests.live.live_parts import SteppedSession, shifted, silence, speech_chunks
from tests.speech.speech_parts import three_sentences


def test_a_sentence_is_final_soon_after_its_end_and_at_its_time() -> None:
    session = SteppedSession()
    delays = []
    for chunk in speech_chunks(10.0):
        before = len(session.finals)
        session.play(iter([chunk]))
        delays += [session.now - end for _, end in three_sentences()[1][before : len(session.finals)]]
    session.end()
    assert [caption.text for caption in session.finals] == ["One.", "Two.", "Three."]
    for caption, (start, _) in zip(session.finals, three_sentences()[1], strict=True):
        assert caption.start == pytest.approx(start, abs=0.25)  # the padding of a region: the words have no times here
    assert sorted(delays)[1] <= 0.8
    assert [caption.seq for caption in session.finals] == [1, 2, 3]


def test_no_caption_begins_before_what_is_final() -> None:
    session = SteppedSession()
    session.play(speech_chunks(40.0))
    session.end()
    final_until = 0.0
    for event in session.events:
        if isinstance(event, StreamProgress):
            assert event.final_until >= final_until
            final_until = event.final_until
        elif event in session.finals:
            assert event.start >= final_until - 0.001
    assert len(session.finals) == 12
    assert final_until == pytest.approx(40.0, abs=0.1)


def test_no_region_crosses_an_epoch() -> None:
    speech = list(speech_chunks(3.0))
    session = SteppedSession()
    middle = len(speech) // 2
    second = [shifted(chunk, Epoch(1, speech[middle].audio.start, 5)) for chunk in speech[middle:]]
    session.play(iter([*speech[:middle], *second]))
    session.end()
    border = speech[middle].audio.start
    assert len(session.region_reports) == 2
    assert session.region_reports[0].report.end <= border <= session.region_reports[1].report.start


def test_audio_that_an_earlier_run_captioned_is_not_recognised_again() -> None:
    session = SteppedSession(resume_at=3.9)
    session.play(speech_chunks(10.0))
    session.end()
    assert len(session.finals) == 2
    assert session.finals[0].start > 3.9


class SlowBackend:
    """Fails between two times, and takes `share` times the length of a clip."""

    def __init__(
        self, box: list[SteppedSession], *, share: float = 0.0, fails: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        self.traits = Traits("slow")
        self._box, self._share, self._fails = box, share, fails

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            if self._fails[0] <= self._box[0].now < self._fails[1]:
                raise BackendError("slow", "no connection")
            self._box[0].idle_until = self._box[0].now + self._share * clip.duration
            yield Recognition("ok", f"At {clip.start:.1f}.")
            if self._share:
                return

    def close(self) -> None: ...


def slow_session(*, speech: SpeechOptions = LIVE_SPEECH, **options: object) -> SteppedSession:
    box: list[SteppedSession] = []
    box.append(SteppedSession(SlowBackend(box, **options), speech=speech))  # type: ignore[arg-type]
    return box[0]


def assert_all_reported(session: SteppedSession, sentences: int) -> None:
    regions = [reported.report for reported in session.region_reports]
    assert [region.index for region in regions] == list(range(len(regions)))
    assert len(regions) >= sentences
    for before, after in pairwise(session.finals):
        assert before.end <= after.start + 1e-9
        assert before.seq < after.seq


def test_clips_are_recognised_later_where_the_backend_fails_for_a_while() -> None:
    session = slow_session(fails=(15.0, 35.0))
    session.play(speech_chunks(90.0))
    session.end()
    assert_all_reported(session, 27)
    assert not any(caption.lost for caption in session.finals)
    assert len(session.finals) == 27


def test_lost_speech_is_marked_where_the_backend_fails_for_too_long() -> None:
    session = slow_session(fails=(15.0, 75.0))
    session.play(speech_chunks(120.0))
    session.end()
    assert_all_reported(session, 36)
    marked = [caption for caption in session.finals if caption.lost]
    assert {caption.text for caption in marked} == {LOST_MARKER}
    lost = [reported.report for reported in session.region_reports if reported.report.lost]
    assert {region.status for region in lost} == {"failed"}
    assert len(lost) == len(marked)
    assert all(15.0 - 10 <= caption.start < 75.0 for caption in marked)
    last_texts = [caption.text for caption in session.finals][-6:]
    assert LOST_MARKER not in last_texts


def test_a_backend_that_fails_at_once_ends_the_run() -> None:
    session = slow_session(fails=(0.0, 100.0))
    with pytest.raises(BackendError, match="no connection"):
        session.play(speech_chunks(10.0))


def test_lag_is_bounded_where_recognition_cannot_keep_up() -> None:
    session = slow_session(share=2.5)
    most = 0.0
    for chunk in speech_chunks(200.0):
        session.play(iter([chunk]))
        most = max(most, session.session.counts.lag)
    session.end()
    assert_all_reported(session, 40)
    assert 12.0 < most < 32.0
    assert any(reported.report.lost for reported in session.region_reports)
    assert any(not reported.report.lost for reported in session.region_reports[-8:])


class StuckBackend:
    """Speech goes on for `seconds` while it works on each clip."""

    traits = Traits("stuck")

    def __init__(self, box: list[SteppedSession], chunks: Iterator[AudioChunk], seconds: float) -> None:
        self._box, self._chunks, self._seconds = box, chunks, seconds

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        session = self._box[0]
        for clip in clips:
            until = session.now + self._seconds
            while session.now < until and (chunk := next(self._chunks, None)):
                session.play(iter([chunk]), recognise=False)
                assert session.session.counts.lag <= session.limit
            yield Recognition("ok", f"At {clip.start:.1f}.")

    def close(self) -> None: ...


def stuck_session(seconds: float, max_lag: float, *, length: float = 200.0) -> SteppedSession:
    """A session after a stream of `length` seconds, whose backend takes `seconds` for each clip."""
    box: list[SteppedSession] = []
    chunks = speech_chunks(length)
    box.append(SteppedSession(StuckBackend(box, chunks, seconds), limits=lag_limits(max_lag)))
    box[0].limit = max_lag + 0.1  # a chunk is 0.1 s long
    for chunk in chunks:
        box[0].play(iter([chunk]))
    box[0].end()
    return box[0]


@pytest.mark.parametrize("max_lag", [5.0, 10.0, 30.0])
@pytest.mark.parametrize("seconds", [3.0, 9.0, 40.0, 1000.0])
def test_the_limit_of_the_lag_holds_however_long_the_backend_takes_for_a_clip(seconds: float, max_lag: float) -> None:
    session = stuck_session(seconds, max_lag)
    assert_all_reported(session, 60)
    lost = [reported.report for reported in session.region_reports if reported.report.lost]
    assert len(lost) == session.session.counts.lost == sum(caption.lost for caption in session.finals)
    assert {region.reason for region in lost} <= {SKIPPED_REASON}
    assert bool(lost) is (seconds >= 9.0 or max_lag == 5.0)
    if seconds < max_lag - 4:
        assert len(session.region_reports) - len(lost) >= 200 / (seconds + 3) - 2


def test_a_result_that_comes_after_its_clip_was_lost_is_dropped() -> None:
    session = stuck_session(40.0, 30.0, length=39.0)
    first = session.region_reports[0].report
    assert (first.status, first.reason) == ("failed", SKIPPED_REASON)
    assert [caption.region for caption in session.finals] == list(range(len(session.region_reports)))


def test_speech_without_a_result_is_lost_where_the_run_is_stopped() -> None:
    session = SteppedSession()
    session.play(speech_chunks(20.0), recognise=False)
    session.session.flush()
    session.session.give_up("captioner was stopped")
    assert [reported.report.reason for reported in session.region_reports] == ["captioner was stopped"] * 6
    assert session.session.queue.empty


def test_partials_come_during_speech_and_their_stable_part_stays() -> None:
    session = SteppedSession(load_backend("sphinx"), partials=True)
    session.play(speech_chunks(10.0))
    session.end()
    first = session.partials[0]
    assert first.end - first.start <= 1.0
    assert session.events.index(first) < session.events.index(session.finals[0])
    for before, after in pairwise(session.partials):
        if before.region == after.region:
            assert after.text.startswith(before.text[: before.stable_chars])
            assert after.stable_chars >= before.stable_chars
    assert any(partial.stable_chars for partial in session.partials)


def test_a_partial_of_what_was_not_speech_is_withdrawn() -> None:
    """A word that breaks off after a tenth of a second is too short to be speech."""
    session = SteppedSession(partials=True)
    begun = three_sentences()[1][0][0]
    session.play(speech_chunks(begun + 0.1))
    session.play(silence(begun + 0.1, 4.0))
    (partial, withdrawn) = session.partials
    assert (partial.region, withdrawn.region, partial.text, withdrawn.text) == (0, 0, "One.", "")
    assert not session.region_reports
    session.play(speech_chunks(10.0, start=4.0))
    session.end()
    assert [caption.region for caption in session.finals] == [0, 1, 2]
    assert not any(partial.text == "" for partial in session.partials[2:])


def test_a_run_that_continues_continues_its_numbers() -> None:
    session = SteppedSession(cursor=CaptionCursor(seq=31, region=4, finals=9))
    session.play(speech_chunks(10.0))
    assert session.session.cursor.region == 7
    numbers = [(caption.seq, caption.region, caption.final_number) for caption in session.finals]
    assert numbers == [(31, 4, 10), (32, 5, 11), (33, 6, 12)]


@given(st.lists(st.text("ab ,.B我们", max_size=12), max_size=8))
def test_what_two_results_agree_on_is_never_withdrawn(results: list[str]) -> None:
    partial = Partial()
    for result in results:
        following = next_partial(partial, result)
        assert following.text.startswith(partial.text[: partial.stable_chars])
        assert partial.stable_chars <= following.stable_chars <= len(following.text)
        partial = following


def test_results_agree_whatever_their_capitals_and_commas() -> None:
    partial = next_partial(next_partial(Partial(), "So, we can"), "so we can see")
    assert (partial.text[: partial.stable_chars], partial.text) == ("so we can", "so we can see")
    assert next_partial(partial, "so we saw the sea").text == "so we can the sea"
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
        cues = incremental_cues(segment, PROFILES[profile], language="en", start_after=free, silent_until=time + 0.2)
        assert " ".join(" ".join(cue.text.split("\n")) for cue in cues) == segment.text
        for cue in cues:
            assert cue.start >= free
            assert cue.end > cue.start
            free = cue.end


def test_a_cue_ends_when_the_next_speech_begins() -> None:
    segment = Segment(1.0, 4.0, "A rather long sentence that takes quite a while to read, and was said fast.")
    profile = PROFILES["default"]
    (late,) = incremental_cues(segment, profile, language="en", start_after=0.0, silent_until=9.0)
    (soon,) = incremental_cues(segment, profile, language="en", start_after=0.0, silent_until=4.25)
    assert late.end == 4.5
    assert soon.end == 4.25


def test_speech_settings_change_the_regions_and_keep_the_earlier_end_of_live_ones() -> None:
    speech = live_speech(Settings(Path("config.toml"), speech={"minimum_silence": 2.0}))
    assert speech == replace(LIVE_SPEECH, minimum_silence=2.0)
    session = SteppedSession(speech=speech)
    session.play(speech_chunks(10.0))
    session.end()
    assert len(session.region_reports) == 1
    assert live_speech(Settings(Path("config.toml"))) == LIVE_SPEECH


@pytest.mark.parametrize(
    ("speech", "reason"),
    [({"treshold": 0.4}, "'treshold'"), ({"threshold": 4.0}, "between 0 and 1"), ({"lead": 12.0}, "longest_region")],
)
def test_wrong_speech_settings_are_refused(speech: dict[str, object], reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        live_speech(Settings(Path("config.toml"), speech=speech))


def test_a_region_is_never_limited_to_less_than_its_padding_and_a_word() -> None:
    session = slow_session(share=2.5, speech=replace(LIVE_SPEECH, lead=3.0, tail=3.0, longest_region=12.0))
    session.play(speech_chunks(60.0))
    session.end()
    assert_all_reported(session, 1)


def test_silence_gives_no_caption() -> None:
    session = SteppedSession()
    session.play(silence(0.0, 5.0))
    session.end()
    assert not session.finals
    assert isinstance(session.events[-1], StreamProgress)
    assert session.events[-1].final_until == pytest.approx(5.0, abs=0.1)
