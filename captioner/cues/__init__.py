"""Makes cues, the text on screen with its times, from a transcript with word times.

    transcript -> transcript_text.py when each character is said
               -> break_units.py     text that no line break may cut
               -> break_costs.py     what a break between two units costs
               -> optimiser.py       the cues and lines that cost least
               -> cue_timing.py      when each cue is shown: on whole frames (time_grid.py), by cuts (shot_snapping.py)
    -> punctuation_style.py          the punctuation that a style shows in another way

Cues are in order, never overlap and are never blank. They hold the transcript's text; only the spaces change at which
lines break, and what would be a cue of punctuation alone is left out. Each cue is shown from its first word to its
last; where another cue follows at once, the end of the last word gives way to the gap before it. A cue whose words have
times carries the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from captioner.cues.break_units import BreakUnit, units_of
from captioner.cues.cue_timing import CueTiming
from captioner.cues.optimiser import Layout, Optimiser
from captioner.cues.punctuation_style import apply_punctuation_style
from captioner.cues.shot_snapping import ShotChanges
from captioner.cues.time_grid import TimeGrid
from captioner.profiles import Profile
from captioner.text.punctuation import is_punctuation
from captioner.values import Cue, Segment, Transcript, Word


def make_cues(
    transcript: Transcript,
    profile: Profile,
    *,
    frame_rate: Fraction | None = None,
    shot_changes: Iterable[float] = (),
) -> list[Cue]:
    """Return the captions of a transcript in the style of a profile, in order.

    `frame_rate` is the video's, in frames a second; where it is known, cues start and end on whole frames.
    `shot_changes` are the seconds at which the picture cuts; cues that start or end near one are moved to it.
    """
    cues = laid_out_cues(transcript, profile, frame_rate=frame_rate, shot_changes=shot_changes)
    return [apply_punctuation_style(cue, profile) for cue in cues if not is_punctuation(cue.text)]


def laid_out_cues(
    transcript: Transcript, profile: Profile, *, frame_rate: Fraction | None = None, shot_changes: Iterable[float] = ()
) -> Iterator[Cue]:
    """Yield the captions that hold all text of a transcript, also those of punctuation alone, which are not shown."""
    units = units_of(transcript, profile)
    grid = TimeGrid(frame_rate)
    layouts = Optimiser(units, profile, grid, ShotChanges(shot_changes, grid)).layouts()
    return (_cue(units, layout, profile) for layout in layouts)


def time_cues(
    cues: Sequence[Cue],
    profile: Profile,
    *,
    frame_rate: Fraction | None = None,
    shot_changes: Iterable[float] = (),
) -> list[Cue]:
    """Return the same cues, each shown as `make_cues` would if its words were spoken from its start to its end.

    The cues must be in order and must not overlap. `frame_rate` and `shot_changes` are as for `make_cues`.
    """
    grid = TimeGrid(frame_rate)
    spoken = [(round(1000 * cue.start), round(1000 * cue.end)) for cue in cues]
    timing = CueTiming(spoken, profile, grid, ShotChanges(shot_changes, grid))
    ranges = [(index, index + 1) for index in range(len(cues))]
    times = timing.times(ranges, [profile.reading_time(cue.text) for cue in cues])
    return [
        replace(cue, start=grid.seconds(start), end=grid.seconds(end))
        for cue, (start, end) in zip(cues, times, strict=True)
    ]


def break_lines(text: str, profile: Profile, language: str | None) -> str | None:
    """Return a text in the lines of one cue, broken where it reads best; None if it does not fit in one cue."""
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
    """Return the words of a cue, each with the text before it; empty unless all text of the cue has words."""
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
