"""Lines broken anew, and a cue that holds too much parted, without touching a word."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

from captioner.cues import break_lines, make_cues
from captioner.lint.respell import Shown, respelled
from captioner.lint.text_rules import spaced_han
from captioner.profiles import Profile
from captioner.text.line_breaks import may_break
from captioner.text.scripts import meet_unspaced
from captioner.text.speaking_time import speech_weights
from captioner.text.width import is_visible
from captioner.values import Cue, Segment, Span, Transcript

_OF_ITS_OWN = re.compile(r"\s*[-‐–—♪♫#>\[(（【*]")
"""A line that somebody began on purpose: a second speaker, a song, a sound."""

_AS_IT_STANDS: dict[str, Any] = {"japanese_spaces": False, "bare_line_ends": False, "dialogue": ""}

SHORTEST = 0.001
"""Seconds: a cue of less is none in any file."""


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
    """A cue in better lines, or else as several; the cue itself where that would tear a word.

    Lines that were begun on purpose are not joined: each speech becomes a cue of its own, or more.
    """
    profile = replace(profile, lead=0.0, tail=0.0, chain=0.0, pause=3600.0, **_AS_IT_STANDS)
    speeches = _speeches(cue.text.split("\n"))
    one = len(speeches) == 1 and cue.duration <= profile.maximum_duration
    broken = break_lines(speeches[0], profile, language) if one else None
    pieces = [(Span(cue.start, cue.end), broken)] if broken else _parted(cue, speeches, profile, language, frame_rate)
    return [cue] if _is_torn("\n".join(speeches), [shown for _, shown in pieces]) else respelled(cue, pieces)


def _speeches(lines: list[str]) -> list[str]:
    """The lines, each that goes on joined to the one before: by a space, unless both scripts do without."""
    speeches = lines[:1]
    for line in lines[1:]:
        if _OF_ITS_OWN.match(line):
            speeches.append(line)
        else:
            space = "" if meet_unspaced(speeches[-1][-1], line[0]) else " "
            speeches[-1] += space + line
    return speeches


def _is_torn(text: str, pieces: list[str]) -> bool:
    """Whether a line break stands inside a word."""
    spaced = {len(_seen(text[: match.end()])) for match in re.finditer(r"\s", text)}
    lines = [_seen(line) for piece in pieces for line in piece.split("\n")]
    seen = "".join(lines)
    return any(edge not in spaced and not may_break(seen, edge) for edge in accumulate(map(len, lines[:-1])))


def _seen(text: str) -> str:
    """The visible characters."""
    return "".join(filter(is_visible, text))


def _parted(
    cue: Cue, speeches: list[str], profile: Profile, language: str | None, frame_rate: Fraction | None
) -> list[Shown]:
    """The cue as several that fill its time: by the times of its words, or by how long its characters take to say."""
    shares = _shares(cue, speeches)
    if min(share.duration for share in shares) < SHORTEST:
        return [(cue, cue.text)]
    parts = respelled(cue, list(zip(shares, speeches, strict=True)))
    segments = tuple(_segment(part, str(number), language) for number, part in enumerate(parts))
    made = make_cues(Transcript(segments, language), profile, frame_rate=frame_rate)
    starts = [cue.start, *(max(piece.start, cue.start) for piece in made[1:])]
    ends = [*(min(piece.end, cue.end) for piece in made[:-1]), cue.end]
    if any(end - start < SHORTEST for start, end in zip(starts, ends, strict=True)):
        return [(cue, cue.text)]
    return [(Span(start, end), piece.text) for start, end, piece in zip(starts, ends, made, strict=True)]


def _shares(cue: Cue, speeches: list[str]) -> list[Span]:
    """The cue's time, shared among speeches by how long they take to say."""
    passed = list(accumulate((sum(speech_weights(speech)) for speech in speeches), initial=0.0))
    edges = [round(cue.start + cue.duration * at / (passed[-1] or 1.0), 3) for at in passed[1:-1]]
    return [Span(start, max(start, end)) for start, end in pairwise((cue.start, *edges, cue.end))]


def _segment(part: Cue, speaker: str, language: str | None) -> Segment:
    """A speech, as if nobody else said it: no cue then goes on into the next."""
    spoken = (part.words[0].start, part.words[-1].end) if part.words else (part.start, part.end)
    return Segment(*spoken, part.text, part.words, speaker, language)
