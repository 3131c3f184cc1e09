"""How cues are moved to shot changes, frame by frame at 24 frames a second."""

from __future__ import annotations

from fractions import Fraction

import pytest

from captioner.cues import make_cues
from captioner.profiles import profile_named
from captioner.values import Transcript, Word
from tests.cues.cue_inputs import segment

FILM = Fraction(24)


def shown(words: list[tuple[int, int, str]], cuts: list[int], rate: Fraction = FILM) -> list[tuple[int, int]]:
    """The frames at which the cues of `words` start and end.

    Each word is (first frame, the frame after its last, text); `cuts` are frames.
    """
    inside = Fraction(1, 500)  # words have whole milliseconds
    speech = segment(
        [Word(float(first / rate + inside), float(last / rate - inside), text) for first, last, text in words]
    )
    shots = [float(cut / rate) for cut in cuts]
    cues = make_cues(Transcript((speech,)), profile_named("netflix"), frame_rate=rate, shot_changes=shots)
    return [(round(cue.start * rate), round(cue.end * rate)) for cue in cues]


@pytest.mark.parametrize(
    ("cut", "start"),
    [
        (87, 100),  # 13 frames before the words: too far
        (88, 100),
        (89, 89),  # 11 before: the cue starts with the cut
        (99, 99),
        (100, 100),
        (101, 101),  # 1 to 8 after: the cue waits for the cut
        (108, 108),
        (109, 97),  # 9 to 11 after: it starts half a second before the cut
        (111, 99),
        (112, 100),
    ],
)
def test_a_cue_starts_with_a_cut_or_half_a_second_before(cut: int, start: int) -> None:
    assert shown([(100, 160, "Hello there.")], [cut]) == [(start, 160)]


@pytest.mark.parametrize(
    ("cut", "end"),
    [
        (148, 160),
        (149, 161),  # spoken beyond the cut: it stays for half a second after it
        (159, 171),
        (160, 158),  # the tail of the last word gives way to the gap before the cut
        (162, 160),
        (171, 169),  # in sight of the cut it stays until then
        (172, 160),
    ],
)
def test_a_cue_ends_two_frames_before_a_cut_or_half_a_second_after(cut: int, end: int) -> None:
    assert shown([(100, 160, "Hello there.")], [cut]) == [(100, end)]


def test_a_short_cue_is_not_shortened() -> None:
    assert shown([(100, 110, "Hello.")], [115]) == [(100, 127)]
    assert shown([(100, 110, "Hello.")], []) == [(100, 120)]


def test_a_cue_does_not_start_early_over_words_that_are_still_spoken() -> None:
    words = [(100, 160, "Hello there."), (162, 200, " Who is it?")]
    assert shown(words, [155]) == [(100, 160), (162, 200)]
    assert shown(words, [161]) == [(100, 159), (161, 200)]


def test_half_a_second_is_half_a_second_at_any_rate() -> None:
    assert shown([(200, 300, "Hello there.")], [171], Fraction(60000, 1001)) == [(171, 300)]
    assert shown([(200, 300, "Hello there.")], [222], Fraction(60000, 1001)) == [(222, 300)]
    assert shown([(200, 300, "Hello there.")], [223], Fraction(60000, 1001)) == [(193, 300)]


def test_without_a_frame_rate_cuts_are_in_milliseconds() -> None:
    speech = segment([Word(10.0, 12.0, "Hello there.")])
    (cue,) = make_cues(Transcript((speech,)), profile_named("netflix"), shot_changes=[9.8, 12.3])
    assert (cue.start, cue.end) == (9.8, 12.216)
