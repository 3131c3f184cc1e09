"""From what was said, and when, to what is shown, and when.

    transcript -> spoken.py      when each character is said
               -> units.py       what no line may be broken inside
               -> breaks.py      what a break between two units costs
               -> optimise.py    the cues and lines that cost least
               -> shown.py       when each cue comes and goes, on whole frames (grid.py) and beside cuts (shots.py)
    -> marks.py       the marks that a style shows otherwise

Cues are in order, never overlap and are never blank; they hold the transcript's text with nothing changed but the
spaces at which lines break; each is there from its first word to its last, whose tail gives way to the gap before a cue
that follows at once. A cue made of words in time carries them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from captioner.cues.break_units import BreakUnit, units_of
from captioner.cues.cue_timing import CueTiming
from captioner.cues.optimiser import Layout, Optimiser
from captioner.cues.punctuation_style import apply_punctuation_style
from captioner.cues.shot_snapping import ShotChanges
from captioner.cues.time_grid import TimeGrid
from captioner.profiles import Profile
from captioner.values import Cue, Segment, Transcript, Word


def make_cues(
    transcript: Transcript,
    profile: Profile,
    *,
    frame_rate: Fraction | None = None,
    shot_changes: Iterable[float] = (),
) -> list[Cue]:
    """The captions of a transcript in the style of a profile, in order.

    Where the video's `frame_rate`, in frames a second, is known, cues come and go with whole frames. `shot_changes` are
    the seconds at which the picture cuts.
    """
    units = units_of(transcript, profile)
    grid = TimeGrid(frame_rate)
    layouts = Optimiser(units, profile, grid, ShotChanges(shot_changes, grid)).layouts()
    return [apply_punctuation_style(_cue(units, layout, profile), profile) for layout in layouts]


def time_cues(
    cues: Sequence[Cue],
    profile: Profile,
    *,
    frame_rate: Fraction | None = None,
    shot_changes: Iterable[float] = (),
) -> list[Cue]:
    """Cues as they are, each shown as one whose words are spoken from its start to its end.

    They are in order and do not overlap. `frame_rate` and `shot_changes` are `make_cues`'.
    """
    grid = TimeGrid(frame_rate)
    spoken = [(round(1000 * cue.start), round(1000 * cue.end)) for cue in cues]
    screen = CueTiming(spoken, profile, grid, ShotChanges(shot_changes, grid))
    each = [(place, place + 1) for place in range(len(cues))]
    times = screen.times(each, [profile.reading_time(cue.text) for cue in cues])
    return [
        replace(cue, start=grid.seconds(start), end=grid.seconds(end))
        for cue, (start, end) in zip(cues, times, strict=True)
    ]


def break_lines(text: str, profile: Profile, language: str | None) -> str | None:
    """A text in the lines of one cue, broken where it reads best; None where one cue cannot hold it."""
    units = units_of(Transcript((Segment(0.0, 1.0, text, language=language),)), profile)
    lines = Optimiser(units, profile, TimeGrid(), ShotChanges((), TimeGrid())).lines() if units else None
    return None if lines is None else "\n".join(_line(units[first:last]) for first, last in lines)


def _cue(units: list[BreakUnit], layout: Layout, profile: Profile) -> Cue:
    lines = [units[first:last] for first, last in layout.lines]
    speakers = {unit.speaker for line in lines for unit in line}
    dash = profile.dialogue if len(speakers) > 1 else ""
    text = "\n".join(dash + _line(line) for line in lines)
    return Cue(layout.start, layout.end, text, None if dash else lines[0][0].speaker, _words(lines, dash))


def _line(units: list[BreakUnit]) -> str:
    return units[0].text + "".join(unit.space + unit.text for unit in units[1:])


def _words(lines: list[list[BreakUnit]], dash: str) -> tuple[Word, ...]:
    """The words of a cue, each with what stands before it; none where not all of its text has words."""
    words: list[Word] = []
    for line in lines:
        for unit in line:
            if not unit.words:
                return ()
            between = unit.space if unit is not line[0] else f"\n{dash}" if words else dash
            first, *others = unit.words
            if unit.continues and unit is not line[0]:
                begun = words.pop()
                first = replace(begun, end=first.end, text=begun.text + between + first.text)
            else:
                first = replace(first, text=between + first.text)
            words += (first, *others)
    return tuple(words)
