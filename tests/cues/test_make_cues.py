"""Properties of the cues of any transcript in any style."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, zip_longest

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from captioner.cues import laid_out_cues, make_cues, time_cues
from captioner.cues.break_units import BreakUnit, units_of
from captioner.cues.punctuation_style import apply_punctuation_style
from captioner.profiles import PROFILES, Profile, profile_named
from captioner.text.graphemes import graphemes
from captioner.text.punctuation import is_punctuation
from captioner.text.width import is_visible
from captioner.values import Cue, Segment, Transcript, Word
from tests.cues.cue_inputs import disorderly, orderly, profiles, segment, spoken

FRAME_RATES = tuple(map(Fraction, ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001")))

transcripts = orderly() | disorderly()
frame_rates = st.sampled_from((None, *FRAME_RATES))
unhurried = settings(deadline=None)


def is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def visible_graphemes(text: str) -> list[str]:
    """The graphemes of a text, without spaces and other graphemes that show nothing."""
    chunks = re.split(r"[\s\u200b\ufeff]+", text)
    return [grapheme for chunk in chunks for grapheme in graphemes(chunk) if is_visible(grapheme)]


def all_cues(
    transcript: Transcript,
    profile: Profile,
    frame_rate: Fraction | None = None,
    shot_changes: Iterable[float] = (),
) -> list[Cue]:
    """The cues with those of punctuation alone, which `make_cues` leaves out."""
    cues = laid_out_cues(transcript, profile, frame_rate=frame_rate, shot_changes=shot_changes)
    return [apply_punctuation_style(cue, profile) for cue in cues]


@dataclass(frozen=True)
class ShownWords:
    """A cue and the words that begin and end it; None if it begins or ends inside a word."""

    cue: Cue
    first: Word | None
    last: Word | None
    speakers: frozenset[str | None]


def shown_words(cues: list[Cue], transcript: Transcript) -> Iterator[ShownWords]:
    """The words that each cue shows, by counting letters."""
    letters = [
        (word, segment.speaker)
        for segment in transcript.segments
        for word in segment.words
        for character in word.text
        if not is_blank(character)
    ]
    at = 0
    for cue in cues:
        end = at + sum(not is_blank(character) for character in cue.text)
        words = [word for word, _ in letters[at:end]]
        begins = at == 0 or letters[at - 1][0] is not words[0]
        ends = end == len(letters) or letters[end][0] is not words[-1]
        speakers = frozenset(speaker for _, speaker in letters[at:end])
        yield ShownWords(cue, words[0] if begins else None, words[-1] if ends else None, speakers)
        at = end
    assert at == len(letters)


@unhurried
@given(transcripts, profiles(), frame_rates)
def test_cues_are_in_order_and_never_overlap(
    transcript: Transcript, profile: Profile, frame_rate: Fraction | None
) -> None:
    cues = make_cues(transcript, profile, frame_rate=frame_rate)
    assert all(before.end <= after.start for before, after in pairwise(cues))


@unhurried
@given(transcripts, profiles(), frame_rates)
def test_all_cues_but_those_of_punctuation_are_shown(
    transcript: Transcript, profile: Profile, frame_rate: Fraction | None
) -> None:
    plain = replace(profile, bare_line_ends=False, japanese_spaces=False)
    cues = all_cues(transcript, plain, frame_rate)
    assert make_cues(transcript, plain, frame_rate=frame_rate) == [cue for cue in cues if not is_punctuation(cue.text)]


@unhurried
@given(transcripts, profiles())
def test_no_character_is_lost_or_changed(transcript: Transcript, profile: Profile) -> None:
    shown = "".join(cue.text for cue in all_cues(transcript, profile))
    text = "".join(segment.text for segment in transcript.segments)
    assert [c for c in shown if not is_blank(c)] == [c for c in text if not is_blank(c)]


@unhurried
@given(orderly(), profiles())
def test_no_space_is_invented(transcript: Transcript, profile: Profile) -> None:
    text = " ".join(segment.text for segment in transcript.segments)
    at = 0
    for line in "\n".join(cue.text for cue in all_cues(transcript, profile)).split("\n"):
        for character in line:
            if character.isspace():
                assert is_blank(text[at])
            while text[at] != character and is_blank(text[at]):
                at += 1
            at += text[at] == character


@unhurried
@given(transcripts, profiles())
def test_lines_are_few_and_fit(transcript: Transcript, profile: Profile) -> None:
    for cue in make_cues(transcript, profile):
        lines = cue.text.split("\n")
        assert len(lines) <= profile.lines
        for line in lines:
            assert profile.columns(line) <= profile.width or len(visible_graphemes(line)) == 1


@unhurried
@given(transcripts, profiles())
def test_no_cue_line_or_unit_tears_a_grapheme(transcript: Transcript, profile: Profile) -> None:
    expected = visible_graphemes("\n".join(segment.text for segment in transcript.segments))
    lines = "\n".join(cue.text for cue in all_cues(transcript, profile))
    assert visible_graphemes(lines) == expected
    units = "\n".join(unit.text for unit in units_of(transcript, profile))
    assert visible_graphemes(units) == expected


@pytest.mark.parametrize("width", [2, 3, 5, 8])
@pytest.mark.parametrize(
    "text",
    [
        "🇩🇪🇫🇷🇯🇵🇰🇷",
        "\u1112\u1161\u11ab\u1100\u1173\u11af",
        "क्षत्रियस्त्री",
        "ಕ್ಷಮಿಸಿ",
        "ශ්\u200dරීලංකා",
        "กำลังน้ำท่วม",
        "မြန်မာနိုင်ငံ",
        "👩\u200d👩\u200d👧👍\U0001f3fd",
    ],
)
def test_words_of_wide_graphemes_are_cut_between_them(text: str, width: int) -> None:
    profile = replace(profile_named("default"), width=width, lines=1)
    text *= 4
    cues = make_cues(Transcript((Segment(0.0, 60.0, text),)), profile)
    assert len(cues) > 1
    assert [grapheme for cue in cues for grapheme in graphemes(cue.text)] == graphemes(text)
    assert all(profile.columns(cue.text) <= width or len(graphemes(cue.text)) == 1 for cue in cues)


@unhurried
@given(orderly(), profiles(), frame_rates)
def test_a_cue_starts_no_later_than_its_first_word(
    transcript: Transcript, profile: Profile, frame_rate: Fraction | None
) -> None:
    """The exception is several cues in one frame, where lines are very narrow: each waits for the one before."""
    frame = 0.0 if frame_rate is None else float(1 / frame_rate)
    waited = 0
    for shown in shown_words(all_cues(transcript, profile, frame_rate=frame_rate), transcript):
        assert shown.first is None or shown.cue.start <= shown.first.start + waited * frame
        waited = waited + 1 if shown.cue.duration <= 1.001 * frame else 0


@unhurried
@given(orderly(), profiles(), frame_rates)
def test_a_cue_stays_to_its_last_word_or_to_the_gap_before_the_next(
    transcript: Transcript, profile: Profile, frame_rate: Fraction | None
) -> None:
    cues = all_cues(transcript, profile, frame_rate=frame_rate)
    gap = float(profile.gap_at(frame_rate))
    for shown, following in zip_longest(shown_words(cues, transcript), cues[1:]):
        if shown.last and shown.cue.end < shown.last.end:
            left = following.start - shown.cue.end
            assert left <= gap + 0.001
            assert left <= shown.cue.duration + 0.001


@unhurried
@given(transcripts, profiles(), frame_rates)
def test_the_gap_is_left_but_never_takes_more_than_half_of_a_cue(
    transcript: Transcript, profile: Profile, frame_rate: Fraction | None
) -> None:
    cues = make_cues(transcript, profile, frame_rate=frame_rate)
    tick = 0.001 if frame_rate is None else float(1 / frame_rate)
    for before, after in pairwise(cues):
        gap = after.start - before.end
        assert gap > profile.gap_at(frame_rate) - 1e-6 or before.duration - gap <= tick + 1e-6


@unhurried
@given(transcripts, profiles(), st.sampled_from(FRAME_RATES))
def test_every_time_is_a_whole_frame(transcript: Transcript, profile: Profile, frame_rate: Fraction) -> None:
    for cue in make_cues(transcript, profile, frame_rate=frame_rate):
        for time in (cue.start, cue.end):
            assert time == float(round(time * frame_rate) / frame_rate)


@unhurried
@given(orderly(), profiles(), frame_rates, st.lists(st.floats(0, 10_100), max_size=40))
def test_cuts_move_a_cue_by_half_a_second_at_most(
    transcript: Transcript, profile: Profile, frame_rate: Fraction | None, cuts: list[float]
) -> None:
    cues = all_cues(transcript, profile, frame_rate, cuts)
    assert all(before.end <= after.start for before, after in pairwise(cues))
    frame = 0.001 if frame_rate is None else float(1 / frame_rate)
    waited = 0
    for shown in shown_words(cues, transcript):
        if shown.first:
            assert -0.5 - profile.lead - 0.05 < shown.cue.start - shown.first.start < 0.4 + waited * frame
        waited = waited + 1 if shown.cue.duration <= 1.001 * frame else 0


@unhurried
@given(orderly(), profiles())
def test_another_speaker_ends_a_cue(transcript: Transcript, profile: Profile) -> None:
    for shown in shown_words(all_cues(transcript, profile), transcript):
        assert shown.speakers == {shown.cue.speaker}


@unhurried
@given(orderly(), profiles())
def test_a_long_silence_ends_a_cue(transcript: Transcript, profile: Profile) -> None:
    cues = all_cues(transcript, profile)
    for before, after in pairwise(units_of(transcript, profile)):
        if after.start - before.end >= profile.pause * 1000 + 1:
            assert cue_of(before, cues) < cue_of(after, cues)


@unhurried
@given(orderly(), profiles())
def test_durations_are_within_limits_where_the_words_allow_it(transcript: Transcript, profile: Profile) -> None:
    cues = all_cues(transcript, profile)
    units = Counter(cue_of(unit, cues) for unit in units_of(transcript, profile))
    for index, cue in enumerate(cues):
        assert cue.duration <= profile.maximum_duration + 1e-6 or units[index] == 1
        if cue.duration < profile.minimum_duration - 0.001:
            assert cues[index + 1].start - cue.start < profile.minimum_duration + profile.gap + 0.002


def cue_of(unit: BreakUnit, cues: list[Cue]) -> int:
    """The index of the cue that shows a unit."""
    return bisect_right([cue.start for cue in cues], unit.start / 1000) - 1


@unhurried
@given(
    st.lists(st.sampled_from(["yes", "no", "I", "we", "我们", "的", "是"]), min_size=1, max_size=40), st.floats(0, 100)
)
def test_words_at_one_instant_are_spread_over_their_region(texts: list[str], at: float) -> None:
    words = tuple(Word(at, at, " " + text) for text in texts)
    region = Segment(at, at + 20, "".join(word.text for word in words), words)
    cues = make_cues(Transcript((region,)), profile_named("default"))
    assert cues[0].start <= at
    assert cues[-1].end >= at + 19


@unhurried
@given(transcripts, profiles(), st.sampled_from(("", "-", "- ")))
def test_marks_and_dashes_are_all_that_a_style_may_change(
    transcript: Transcript, profile: Profile, dialogue: str
) -> None:
    styled = replace(profile, japanese_spaces=True, bare_line_ends=True, dialogue=dialogue)
    letters = [c for cue in all_cues(transcript, styled) for c in cue.text if not is_blank(c) and c not in "，、。-"]
    text = "".join(segment.text for segment in transcript.segments)
    assert letters == [c for c in text if not is_blank(c) and c not in "，、。-"]


@unhurried
@given(orderly(), profiles())
def test_two_speakers_have_a_line_each_or_a_cue_each(transcript: Transcript, profile: Profile) -> None:
    for cue in make_cues(transcript, replace(profile, dialogue="@@")):
        lines = [line.startswith("@@") for line in cue.text.split("\n")]
        assert not any(lines) or (lines == [True, True] and cue.speaker is None)


@unhurried
@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 9000), st.integers(1, 4)), max_size=12),
    frame_rates,
    st.lists(st.floats(0, 60), max_size=9),
)
@example(spoken=[(0, 1, 1), (0, 1, 1), (0, 1, 2), (0, 501, 4)], frame_rate=None, cuts=[])
def test_existing_cues_are_timed_like_cues_made_from_the_same_words(
    spoken: list[tuple[int, int, int]], frame_rate: Fraction | None, cuts: list[float]
) -> None:
    """Each cue is the turn of another speaker, so that `make_cues` makes the same cues."""
    profile = replace(profile_named("default"), dialogue="")
    cues, now = [], 0
    for place, (pause, lasting, times) in enumerate(spoken):
        start, now = now + pause, now + pause + lasting
        cues.append(Cue(start / 1000, now / 1000, "Hello" * times, speaker=f"speaker {place}"))
    turns = [Segment(c.start, c.end, c.text, (Word(c.start, c.end, c.text),), speaker=c.speaker) for c in cues]
    made = make_cues(Transcript(tuple(turns)), profile, frame_rate=frame_rate, shot_changes=cuts)
    timed = time_cues(cues, profile, frame_rate=frame_rate, shot_changes=cuts)
    assert [(cue.text, cue.start, cue.end) for cue in timed] == [(cue.text, cue.start, cue.end) for cue in made]


def test_silence_makes_no_cue() -> None:
    silence = (Segment(0, 1, ""), Segment(1, 2, " \n\u200b"), Segment(2, 3, "\x00", (Word(2, 3, "\x00"),)))
    assert make_cues(Transcript(), PROFILES["default"]) == []
    assert make_cues(Transcript(silence), PROFILES["default"]) == []


def test_a_word_with_a_wrong_time_moves_no_other_word() -> None:
    words = [Word(at, at + 0.4, f" {name}") for at, name in enumerate(("zero", "one", "two", "three", "four", "five"))]
    for stray in (Word(900.0, 901.0, " three"), Word(0.0, 0.1, " three")):
        faulty = Transcript((segment([*words[:3], stray, *words[4:]]),))
        cues = make_cues(faulty, profile_named("default"))
        assert " ".join(cue.text for cue in cues) == "zero one two three four five"
        assert cues[0].start == 0
        assert 5.4 <= cues[-1].end < 8


def test_words_that_overlap_end_where_the_next_begins() -> None:
    words = [Word(0, 5, "Hello there."), Word(2, 6, " Who is it?"), Word(4, 4.5, " Me.")]
    cues = make_cues(Transcript((segment(words),)), profile_named("default"))
    assert [(cue.start, cue.text) for cue in cues] == [(0, "Hello there."), (2, "Who is it?"), (4, "Me.")]


def test_a_word_is_split_only_where_a_line_or_a_cue_ends() -> None:
    words = [Word(1, 2, "Die"), Word(2, 6, " Donaudampfschifffahrt", 0.5), Word(6, 7, "。")]
    profile = profile_named("default")
    (whole,) = make_cues(Transcript((segment(words),), "de"), profile)
    assert whole.words == tuple(words)
    narrow = make_cues(Transcript((segment(words),), "de"), replace(profile, width=13))
    parts = [[(word.text, word.confidence) for word in cue.words] for cue in narrow]
    assert parts == [[("Die", None), ("\nDonaudampfsch", 0.5)], [("ifffahrt", 0.5), ("。", None)]]
    assert [cue.words[-1].end for cue in narrow] == [cue.words[0].start for cue in narrow[1:]] + [7]


def test_words_without_times_get_none() -> None:
    bare = Segment(0, 4, "No times here.")
    timed = segment([Word(5, 6, "But"), Word(6, 7, " here.")])
    instant = segment([Word(9, 9, "Not"), Word(9, 9, " here.")])
    cues = make_cues(Transcript((bare, timed, instant)), profile_named("default"))
    assert [(cue.text, cue.words) for cue in cues] == [
        ("No times here.", ()), ("But here.", timed.words), ("Not here.", ()),
    ]  # fmt: skip


def test_segments_are_joined_by_a_space_unless_their_script_has_none() -> None:
    def joined(*texts: str) -> str:
        parts = [Segment(index, index + 0.9, text) for index, text in enumerate(texts)]
        return "/".join(cue.text for cue in make_cues(Transcript(tuple(parts)), profile_named("default")))

    assert joined("one", "two") == "one two"
    assert joined("one", " two") == "one two"
    assert joined("今天", "很好") == "今天很好"


def test_cues_of_an_hour_of_words() -> None:
    sentence = "I never thought that I would say this, but it is much better than the first one. "
    cues = make_cues(spoken(sentence * 700, "en"), profile_named("netflix-en"))
    assert cues[-1].end > 3500
    assert len(cues) == 700
