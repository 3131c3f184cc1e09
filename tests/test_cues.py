"""What holds for the cues of any transcript in any style."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.cues import make_cues
from captioner.cues.characters import clings
from captioner.cues.units import Unit, units_of
from captioner.profiles import PROFILES, Profile, profile_named
from captioner.values import Cue, Segment, Transcript, Word
from tests.cue_inputs import disorderly, orderly, profiles, segment, spoken

transcripts = orderly() | disorderly()
unhurried = settings(deadline=None)


def is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


@dataclass(frozen=True)
class Said:
    """A cue, the words that begin and end it (None where it begins or ends inside one)."""

    cue: Cue
    first: Word | None
    last: Word | None
    speakers: frozenset[str | None]


def said(cues: list[Cue], transcript: Transcript) -> Iterator[Said]:
    """Which words each cue shows, found by counting letters."""
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
        yield Said(cue, words[0] if begins else None, words[-1] if ends else None, speakers)
        at = end
    assert at == len(letters)


@unhurried
@given(transcripts, profiles())
def test_cues_are_in_order_and_never_overlap(transcript: Transcript, profile: Profile) -> None:
    assert all(before.end <= after.start for before, after in pairwise(make_cues(transcript, profile)))


@unhurried
@given(transcripts, profiles())
def test_no_character_is_lost_or_changed(transcript: Transcript, profile: Profile) -> None:
    shown = "".join(cue.text for cue in make_cues(transcript, profile))
    text = "".join(segment.text for segment in transcript.segments)
    assert [c for c in shown if not is_blank(c)] == [c for c in text if not is_blank(c)]


@unhurried
@given(orderly(), profiles())
def test_no_space_is_invented(transcript: Transcript, profile: Profile) -> None:
    text = " ".join(segment.text for segment in transcript.segments)
    at = 0
    for line in "\n".join(cue.text for cue in make_cues(transcript, profile)).split("\n"):
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
            is_letter = all(clings(before, after) for before, after in pairwise(line))
            assert profile.columns(line) <= profile.width or is_letter


@unhurried
@given(orderly(), profiles())
def test_no_word_is_clipped(transcript: Transcript, profile: Profile) -> None:
    for shown in said(make_cues(transcript, profile), transcript):
        assert shown.first is None or shown.cue.start <= shown.first.start
        assert shown.last is None or shown.cue.end >= shown.last.end


@unhurried
@given(transcripts, profiles())
def test_cues_of_words_carry_them_in_order(transcript: Transcript, profile: Profile) -> None:
    timed = all(segment.words and segment.start < segment.end for segment in transcript.segments)
    words = [word for cue in make_cues(transcript, profile) for word in cue.words]
    assert all(before.end <= after.start for before, after in pairwise(words))
    for cue in make_cues(transcript, profile):
        assert cue.words or not timed


@unhurried
@given(orderly(), profiles())
def test_a_cue_says_when_each_of_its_words_is_heard(transcript: Transcript, profile: Profile) -> None:
    heard = {(word.start, word.end) for segment in transcript.segments for word in segment.words}
    for shown in said(make_cues(transcript, profile), transcript):
        first, last = shown.cue.words[0], shown.cue.words[-1]
        assert shown.first is None or first.start == shown.first.start
        assert shown.last is None or last.end == shown.last.end
        if shown.first and shown.last and "\n" not in shown.cue.text:
            assert all((word.start, word.end) in heard for word in shown.cue.words)


@unhurried
@given(orderly(), profiles())
def test_the_gap_is_kept_where_the_words_leave_room(transcript: Transcript, profile: Profile) -> None:
    for before, after in pairwise(said(make_cues(transcript, profile), transcript)):
        gap = round(after.cue.start - before.cue.end, 3)
        assert gap >= profile.gap or before.last is None or before.cue.end == before.last.end


@unhurried
@given(orderly(), profiles())
def test_another_speaker_ends_a_cue(transcript: Transcript, profile: Profile) -> None:
    for shown in said(make_cues(transcript, profile), transcript):
        assert shown.speakers == {shown.cue.speaker}


@unhurried
@given(orderly(), profiles())
def test_a_long_silence_ends_a_cue(transcript: Transcript, profile: Profile) -> None:
    cues = make_cues(transcript, profile)
    for before, after in pairwise(units_of(transcript, profile)):
        if after.start - before.end >= profile.pause * 1000 + 1:
            assert cue_of(before, cues) < cue_of(after, cues)


@unhurried
@given(orderly(), profiles())
def test_durations_are_kept_where_the_words_allow_it(transcript: Transcript, profile: Profile) -> None:
    cues = make_cues(transcript, profile)
    units = Counter(cue_of(unit, cues) for unit in units_of(transcript, profile))
    for index, cue in enumerate(cues):
        assert cue.duration <= profile.maximum_duration + 1e-6 or units[index] == 1
        if cue.duration < profile.minimum_duration - 0.001:
            assert cues[index + 1].start - cue.start < profile.minimum_duration + profile.gap + 0.002


def cue_of(unit: Unit, cues: list[Cue]) -> int:
    """The index of the cue that shows a unit."""
    return bisect_right([cue.start for cue in cues], unit.start / 1000) - 1


@unhurried
@given(
    st.lists(st.sampled_from(["yes", "no", "I", "we", "我们", "的", "是"]), min_size=1, max_size=40), st.floats(0, 100)
)
def test_words_at_one_instant_are_spread_over_their_region(texts: list[str], at: float) -> None:
    words = tuple(Word(at, at, " " + text) for text in texts)
    heard = Segment(at, at + 20, "".join(word.text for word in words), words)
    cues = make_cues(Transcript((heard,)), profile_named("default"))
    assert cues[0].start <= at
    assert cues[-1].end >= at + 19


def test_nothing_said_makes_no_cue() -> None:
    silence = (Segment(0, 1, ""), Segment(1, 2, " \n\u200b"), Segment(2, 3, "\x00", (Word(2, 3, "\x00"),)))
    assert make_cues(Transcript(), PROFILES["default"]) == []
    assert make_cues(Transcript(silence), PROFILES["default"]) == []


def test_one_word_astray_moves_no_other() -> None:
    words = [Word(at, at + 0.4, f" {name}") for at, name in enumerate(("zero", "one", "two", "three", "four", "five"))]
    for stray in (Word(900.0, 901.0, " three"), Word(0.0, 0.1, " three")):
        bent = Transcript((segment([*words[:3], stray, *words[4:]]),))
        cues = make_cues(bent, profile_named("default"))
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


def test_nobody_invents_times_for_words_that_have_none() -> None:
    bare = Segment(0, 4, "No times here.")
    timed = segment([Word(5, 6, "But"), Word(6, 7, " here.")])
    instant = segment([Word(9, 9, "Not"), Word(9, 9, " here.")])
    cues = make_cues(Transcript((bare, timed, instant)), profile_named("default"))
    assert [(cue.text, cue.words) for cue in cues] == [
        ("No times here.", ()), ("But here.", timed.words), ("Not here.", ()),
    ]  # fmt: skip


def test_segments_meet_with_a_space_unless_their_script_has_none() -> None:
    def joined(*texts: str) -> str:
        parts = [Segment(index, index + 0.9, text) for index, text in enumerate(texts)]
        return "/".join(cue.text for cue in make_cues(Transcript(tuple(parts)), profile_named("default")))

    assert joined("one", "two") == "one two"
    assert joined("one", " two") == "one two"
    assert joined("今天", "很好") == "今天很好"


def test_an_hour_of_words_is_done_at_once() -> None:
    sentence = "I never thought that I would say this, but it is much better than the first one. "
    cues = make_cues(spoken(sentence * 700, "en"), profile_named("netflix-en"))
    assert cues[-1].end > 3500
    assert len(cues) == 700
