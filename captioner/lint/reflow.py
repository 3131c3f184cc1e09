"""New line breaks for a cue, and several cues for one that is too long, without changing a word."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

from captioner.cues import break_lines, make_cues
from captioner.lint.split_cue import TimedText, split_cue
from captioner.lint.text_rules import spaced_han
from captioner.profiles import Profile
from captioner.text.line_breaks import may_break
from captioner.text.scripts import meet_unspaced
from captioner.text.speaking_time import speech_weights
from captioner.text.width import is_visible
from captioner.values import Cue, Segment, Span, Transcript

_NEW_PARAGRAPH = re.compile(r"\s*[-‐–—♪♫#>\[(（【*]")
"""A line that begins on purpose: a second speaker, a song, a sound."""

_TEXT_AS_IT_IS: dict[str, Any] = {"japanese_spaces": False, "bare_line_ends": False, "dialogue": ""}
"""Profile options that change no character."""

_TIMES_AS_THEY_ARE: dict[str, Any] = {"lead": 0.0, "tail": 0.0, "chain": 0.0, "pause": 3600.0}
"""Profile options that neither move a cue beyond its speech nor split it at a pause."""

SHORTEST = 0.001
"""Seconds: the shortest cue that a file can hold."""


def without_extra_space(cue: Cue) -> Cue | None:
    """Return the cue without blank lines, white space at line ends, and spaces between single Chinese characters.

    None if no visible character is left.
    """
    lines = [_without_han_spaces(line.strip()) for line in cue.text.split("\n") if is_visible(line)]
    text = "\n".join(lines)
    if text == cue.text:
        return cue
    return split_cue(cue, [(cue, text)])[0] if lines else None


def _without_han_spaces(line: str) -> str:
    while run := spaced_han(line):
        line = line.replace(run, run.replace(" ", ""))
    return line


def reflow(cue: Cue, profile: Profile, language: str | None, frame_rate: Fraction | None = None) -> list[Cue]:
    """Return the cue with better line breaks or, if it does not fit, as several cues.

    Unchanged if a word would be split.

    A line that begins on purpose is not joined to the one above; if the cue does not fit, it becomes a cue of its own.
    """
    profile = replace(profile, **_TIMES_AS_THEY_ARE, **_TEXT_AS_IT_IS)
    paragraphs = _paragraphs(cue.text.split("\n"))
    fits = len(paragraphs) == 1 and cue.duration <= profile.maximum_duration
    broken = break_lines(paragraphs[0], profile, language) if fits else None
    parts = [(Span(cue.start, cue.end), broken)] if broken else _split(cue, paragraphs, profile, language, frame_rate)
    return [cue] if _splits_a_word("\n".join(paragraphs), [text for _, text in parts]) else split_cue(cue, parts)


def _paragraphs(lines: list[str]) -> list[str]:
    """Return the lines that continue each other joined, with a space unless the script is written without."""
    paragraphs = lines[:1]
    for line in lines[1:]:
        if _NEW_PARAGRAPH.match(line):
            paragraphs.append(line)
        else:
            space = "" if meet_unspaced(paragraphs[-1][-1], line[0]) else " "
            paragraphs[-1] += space + line
    return paragraphs


def _splits_a_word(text: str, parts: list[str]) -> bool:
    """Return whether a line break of the parts is inside a word of the text."""
    after_spaces = set(accumulate((len(_visible(word)) for word in text.split()), initial=0))
    lines = [_visible(line) for part in parts for line in part.split("\n")]
    breaks = list(accumulate(map(len, lines)))[:-1]
    visible = "".join(lines)
    return any(index not in after_spaces and not may_break(visible, index) for index in breaks)


def _visible(text: str) -> str:
    """Return the visible characters."""
    return "".join(filter(is_visible, text))


def _split(
    cue: Cue, paragraphs: list[str], profile: Profile, language: str | None, frame_rate: Fraction | None
) -> list[TimedText]:
    """Return the cue as several that fill its time, by its word times, else by the speaking time of its text."""
    spans = _paragraph_spans(cue, paragraphs)
    if min(span.duration for span in spans) < SHORTEST:
        return [(cue, cue.text)]
    parts = split_cue(cue, list(zip(spans, paragraphs, strict=True)))
    segments = tuple(_segment(part, str(number), language) for number, part in enumerate(parts))
    made = make_cues(Transcript(segments, language), profile, frame_rate=frame_rate)
    if not made or sum(len(_visible(part.text)) for part in made) < len(_visible("".join(paragraphs))):
        return [(cue, cue.text)]  # punctuation that would stand alone is not made a cue
    starts = [cue.start, *(max(part.start, cue.start) for part in made[1:])]
    ends = [*(min(part.end, cue.end) for part in made[:-1]), cue.end]
    if any(end - start < SHORTEST for start, end in zip(starts, ends, strict=True)):
        return [(cue, cue.text)]
    return [(Span(start, end), part.text) for start, end, part in zip(starts, ends, made, strict=True)]


def _paragraph_spans(cue: Cue, paragraphs: list[str]) -> list[Span]:
    """Return the cue's time, divided among the paragraphs by how long they take to say."""
    spoken = list(accumulate((sum(speech_weights(paragraph)) for paragraph in paragraphs), initial=0.0))
    boundaries = [round(cue.start + cue.duration * weight / (spoken[-1] or 1.0), 3) for weight in spoken[1:-1]]
    return [Span(start, max(start, end)) for start, end in pairwise((cue.start, *boundaries, cue.end))]


def _segment(part: Cue, speaker: str, language: str | None) -> Segment:
    """Return a paragraph as a segment with a speaker of its own, so that no cue holds two of them."""
    start, end = (part.words[0].start, part.words[-1].end) if part.words else (part.start, part.end)
    return Segment(start, end, part.text, part.words, speaker, language)
