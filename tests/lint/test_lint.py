"""Properties of lint: cues that captioner makes have no structural fault, and a fixed file is never worse."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from captioner.cues import make_cues
from captioner.lint import RULES, Finding, lint
from captioner.lint.fix import SEVERE, fix
from captioner.profiles import Profile
from captioner.text.width import is_visible
from captioner.values import Cue, Position, Segment, StyleSpan, Transcript, Word
from tests.cues.cue_inputs import disorderly, orderly, profiles, spoken, visible_texts

STRUCTURAL = {"marks", "order", "overlap", "blank", "line-width", "line-count", "frame-grid"}

frame_rates = st.sampled_from((None, Fraction(25), Fraction(24000, 1001)))


NARROW = Profile(name="any", source="a test", width=2, lines=1, cps=1.0)


styles = st.builds(
    lambda profile, rules: replace(profile, **rules),
    profiles(),
    st.fixed_dictionaries(
        {"japanese_spaces": st.booleans(), "bare_line_ends": st.booleans(), "dialogue": st.sampled_from(("", "- "))}
    ),
)


@given(orderly() | disorderly(), styles, frame_rates, st.lists(st.floats(0, 30), max_size=4))
@example(spoken("the \x1b𠀀", "en"), NARROW, None, [])
@example(Transcript((Segment(0, 1, "。\x00"),)), replace(NARROW, japanese_spaces=True), None, [])
def test_made_cues_have_no_structural_fault(
    transcript: Transcript, profile: Profile, frame_rate: Fraction | None, cuts: list[float]
) -> None:
    cues = make_cues(transcript, profile, frame_rate=frame_rate, shot_changes=cuts)
    findings = lint(cues, profile, language=transcript.language, frame_rate=frame_rate)
    assert not [finding for finding in findings if finding.rule in STRUCTURAL]
    short_gaps = [finding for finding in findings if finding.rule == "short-gap"]
    assert not [finding for finding in short_gaps if leaves_room(finding, cues, profile, frame_rate)]


def leaves_room(finding: Finding, cues: list[Cue], profile: Profile, frame_rate: Fraction | None) -> bool:
    """Whether the cue before is long enough to leave the gap and half of its duration."""
    assert finding.index is not None
    before = cues[finding.index - 1]
    return finding.start - before.start > 2 * profile.gap_at(frame_rate) + 2 / (frame_rate or 1000)


def visible(cues: Sequence[Cue]) -> list[str]:
    return sorted(character for cue in cues for character in cue.text if is_visible(character))


@st.composite
def faulty_cues(draw: st.DrawFn) -> list[Cue]:
    """Cues with any fault: overlapping, out of order, too wide, too short, with words, styles and positions."""
    cues = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, 20_000))
        end = start + draw(st.integers(1, 12_000))
        lines = [
            " ".join(draw(st.lists(visible_texts, min_size=1, max_size=9))) for _ in range(draw(st.integers(1, 3)))
        ]
        text = "\n".join(line for line in lines if line.strip() and "\n" not in line) or "x"
        style = (StyleSpan(0, draw(st.integers(1, len(text))), italic=True),) if draw(st.booleans()) else ()
        words = timed_words(text, start, end) if draw(st.booleans()) else ()
        position = draw(st.sampled_from((None, None, Position(8))))
        cues.append(Cue(start / 1000, end / 1000, text, None, words, style, position))
    return cues


def timed_words(text: str, start: int, end: int) -> tuple[Word, ...]:
    parts = re.findall(r"\s*\S+\s*$|\s*\S+", text)
    boundaries = [(start + (end - start) * index / len(parts)) / 1000 for index in range(len(parts) + 1)]
    return tuple(Word(*span, part) for span, part in zip(pairwise(boundaries), parts, strict=True))


@given(faulty_cues(), profiles(), st.sampled_from((None, "en", "zh")), frame_rates)
@example([Cue(0, 0.001, "the"), Cue(0.039, 0.04, "the")], replace(NARROW, gap=0.0, chain=0.0), None, Fraction(25))
def test_a_fixed_file_is_better_keeps_its_text_and_has_nothing_left_to_fix(
    cues: list[Cue], profile: Profile, language: str | None, frame_rate: Fraction | None
) -> None:
    fixed = fix(cues, profile, language=language, frame_rate=frame_rate)
    repeats = {change.index for change in fixed.changes if "it shows the same" in change.message}
    assert visible(fixed.cues) == visible([cue for index, cue in enumerate(cues) if index not in repeats])
    before, after = (
        Counter(finding.rule for finding in lint(version, profile, language=language, frame_rate=frame_rate))
        for version in (cues, fixed.cues)
    )
    assert sum(after[rule] for rule in SEVERE) <= sum(before[rule] for rule in SEVERE)
    assert all(after[rule] == 0 for rule in ("order", "blank", "edge-space"))
    if len(fixed.cues) == len(cues):
        errors = [sum(count[rule] for rule in count if RULES[rule].level == "error") for count in (before, after)]
        assert errors[1] <= errors[0]
    again = fix(fixed.cues, profile, language=language, frame_rate=frame_rate)
    assert (again.cues, again.changes) == (fixed.cues, ())
