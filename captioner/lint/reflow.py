"""Lines broken anew, and a cue that holds too much parted, without touching a word."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from captioner.cues import break_lines, make_cues
from captioner.cues.characters import is_unspaced, is_visible, may_part
from captioner.lint.respell import Shown, respelled
from captioner.lint.text import spaced_han
from captioner.profiles import Profile
from captioner.values import Cue, Segment, Span, Transcript

_OF_ITS_OWN = re.compile(r"\s*[-‐–—♪♫#>\[(（【*]")
"""A line that somebody began on purpose: a second speaker, a song, a sound."""

_AS_IT_STANDS: dict[str, Any] = {"japanese_spaces": False, "bare_line_ends": False, "dialogue": ""}


def cleaned(cue: Cue) -> Cue | None:
    """A cue without white space at the edges of its lines, blank lines, and spaces between lone Chinese characters.

    None where nothing is left to see.
    """
    lines = [_joined_han(line.strip()) for line in cue.text.split("\n") if is_visible(line)]
    text = "\n".join(lines)
    if text == cue.text:
        return cue
    return respelled(cue, [(cue, text)])[0] if lines else None


def _joined_han(line: str) -> str:
    while run := spaced_han(line):
        line = line.replace(run, run.replace(" ", ""))
    return line


def reflowed(cue: Cue, profile: Profile, language: str | None, frame_rate: Fraction | None = None) -> list[Cue]:
    """A cue in better lines, or else as several; the cue itself where a line was begun on purpose or a word is torn."""
    profile = replace(profile, lead=0.0, tail=0.0, chain=0.0, pause=3600.0, **_AS_IT_STANDS)
    lines = cue.text.split("\n")
    if any(_OF_ITS_OWN.match(line) for line in lines[1:]):
        return [cue]
    text = _one_line(lines)
    broken = break_lines(text, profile, language) if cue.duration <= profile.maximum_duration else None
    pieces = [(Span(cue.start, cue.end), broken)] if broken else _parted(cue, text, profile, language, frame_rate)
    return [cue] if _is_torn(text, [shown for _, shown in pieces]) else respelled(cue, pieces)


def _is_torn(text: str, pieces: list[str]) -> bool:
    """Whether a line break stands inside a word."""
    spaced = {len(_seen(text[: match.end()])) for match in re.finditer(r"\s", text)}
    lines = [_seen(line) for piece in pieces for line in piece.split("\n")]
    at = 0
    for above, below in pairwise(lines):
        at += len(above)
        if at not in spaced and not may_part(above[-1], below[0]):
            return True
    return False


def _seen(text: str) -> str:
    """The visible characters."""
    return "".join(filter(is_visible, text))


def _one_line(lines: list[str]) -> str:
    text = ""
    for line in lines:
        meets_unspaced = text and is_unspaced(text[-1]) and is_unspaced(line[0])
        text += line if not text or meets_unspaced else " " + line
    return text


def _parted(cue: Cue, text: str, profile: Profile, language: str | None, frame_rate: Fraction | None) -> list[Shown]:
    """The cue as several that fill its time: by the times of its words, or by how long its characters take to say."""
    words = respelled(cue, [(cue, text)])[0].words
    segment = Segment(cue.start, cue.end, text, words, cue.speaker, language)
    made = make_cues(Transcript((segment,), language), profile, frame_rate=frame_rate)
    spans = [(max(piece.start, cue.start), min(piece.end, cue.end)) for piece in made[:-1]]
    spans += [(max(piece.start, cue.start), cue.end) for piece in made[-1:]]
    if any(end - start < 0.001 for start, end in spans):
        return [(cue, cue.text)]
    return [(Span(*span), piece.text) for span, piece in zip(spans, made, strict=True)]
