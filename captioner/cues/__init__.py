"""From what was said, and when, to what is shown, and when.

    transcript -> spoken.py      when each character is said
               -> units.py       what no line may be broken inside
               -> breaks.py      what a break between two units costs
               -> optimise.py    the cues and lines that cost least
               -> shown.py       when each cue comes and goes

Cues are in order, never overlap and are never blank; they hold the transcript's text with nothing changed but the
spaces at which lines break; each is there from its first word to its last.
"""

from __future__ import annotations

from captioner.cues.optimise import Layout, Optimiser
from captioner.cues.units import Unit, units_of
from captioner.profiles import Profile
from captioner.values import Cue, Transcript


def make_cues(transcript: Transcript, profile: Profile) -> list[Cue]:
    """The captions of a transcript in the style of a profile, in order."""
    units = units_of(transcript, profile)
    return [_cue(units, layout) for layout in Optimiser(units, profile).layouts()]


def _cue(units: list[Unit], layout: Layout) -> Cue:
    text = "\n".join(_line(units[first:last]) for first, last in layout.lines)
    speaker = units[layout.lines[0][0]].speaker
    return Cue(layout.start / 1000, layout.end / 1000, text, speaker)


def _line(units: list[Unit]) -> str:
    return units[0].text + "".join(unit.space + unit.text for unit in units[1:])
