"""Cues and lines broken again by the rules of a profile, without changing a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from captioner.cues import make_cues
from captioner.lint.fix import fix
from captioner.lint.reflow import reflow
from captioner.text.width import is_visible
from captioner.transform.cue_wording import in_one_line
from captioner.transform.transformation import CaptionStyle, between_fixed
from captioner.values import Cue, Segment, Transcript

DIALOGUE = ("-", "\N{EN DASH}", "\N{EM DASH}", "\N{HYPHEN}")
"""Beginnings of lines of two speakers in one cue."""


@dataclass(frozen=True)
class NoOptions:
    """An operation without options."""


def rebreak(cues: Sequence[Cue], options: NoOptions, style: CaptionStyle) -> list[Cue]:
    """Return the same text in the cues and lines that read best by the profile, timed by the words.

    Cues with styles, with a position or with two speakers stay as they are.
    """
    # Only spaces at breaks change: no punctuation.
    rules = replace(style.profile, japanese_spaces=False, bare_line_ends=False, dialogue="")
    return between_fixed(cues, _stays, lambda run: _rebroken(run, replace(style, profile=rules)), style.gap)


def split_long(cues: Sequence[Cue], options: NoOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues, those with too much text or too long a duration split where it reads best."""
    return sorted((part for cue in cues for part in _split(cue, style)), key=lambda cue: cue.start)


def fixed_cues(cues: Sequence[Cue], options: NoOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues with all faults fixed that `captioner lint --fix` can fix."""
    return list(fix(cues, style.profile, language=style.language, frame_rate=style.frame_rate).cues)


def _split(cue: Cue, style: CaptionStyle) -> list[Cue]:
    lines, profile = cue.text.split("\n"), style.profile
    fits = len(lines) <= profile.lines and all(profile.columns(line.strip()) <= profile.width for line in lines)
    if fits and cue.duration <= profile.maximum_duration:
        return [cue]
    return reflow(cue, profile, style.language, style.frame_rate)


def _stays(cue: Cue) -> bool:
    lines = cue.text.split("\n")
    return bool(cue.styles or cue.position or (len(lines) > 1 and any(line.startswith(DIALOGUE) for line in lines)))


def _rebroken(run: Sequence[Cue], style: CaptionStyle) -> list[Cue]:
    segments = tuple(_segments(run, style.language))
    made = make_cues(
        Transcript(segments, style.language),
        style.profile,
        frame_rate=style.frame_rate,
        shot_changes=style.shot_changes,
    )
    # What is left out by make_cues, such as a cue of punctuation alone, must not be lost.
    return made if _visible(made) == _visible(run) else list(run)


def _segments(run: Sequence[Cue], language: str | None) -> Iterator[Segment]:
    for line in map(in_one_line, run):
        start, end = line.start, line.end
        if line.words:
            start, end = line.words[0].start, max(line.words[0].start, line.words[-1].end)
        yield Segment(start, end, line.text, line.words, line.speaker, language)


def _visible(cues: Sequence[Cue]) -> str:
    return "".join(character for cue in cues for character in cue.text if is_visible(character))
