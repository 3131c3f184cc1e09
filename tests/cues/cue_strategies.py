"""Hypothesis strategies for the content of caption files: any text at any time."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import strategies as st

from captioner.formats.common.styled_text import TextStyle, merge_spans
from captioner.values import Cue, Position, StyleSpan, Word

ODD_LINES = (
    "1",
    "42",
    " 7 ",
    "00:00:01,000",
    "00:00:01.000 → 00:00:02.000",
    "WEBVTT",
    "NOTE to self",
    "STYLE",
    "REGION",
    "- Anna: no",
    "a & b &amp; c &lt;",
    "I <3 you, x < y > z",
    "<unk> <v Bob>said</v> <00:00:01.000>",
    r"{\an8}C:\new\Name \h",
    "\"quotes\" and 'these'",
    "  spaces around\t ",
    "שלום \u200f!",
    "日本語　です",
    "👩‍👩‍👧 🎬",
    "one\u2028two\u2029three\x85four\x1cfive\x0bsix\x0cseven",
    "\u200b\u2060\ufeff",
    "\ufeffafter a mark",
    "|",
)

lines = st.sampled_from(ODD_LINES) | st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), min_size=1)
"""Lines that every text format stores unchanged, except `-->`."""

texts = st.lists(lines.filter(str.strip), min_size=1, max_size=3).map("\n".join)

plain_texts = st.lists(
    st.text(st.characters(categories=["L", "N", "P", "S"], codec="utf-8"), min_size=1), min_size=1, max_size=3
).map(lambda lines: "\n".join(lines).replace("-->", "→"))
"""Letters, numbers, punctuation and symbols, which no reader interprets."""

names = st.none() | st.sampled_from(("Anna", "Dr. O'Neil & Sons <Ltd>", "安娜", "A.B.C"))


@st.composite
def ordered_cues(draw: st.DrawFn, texts: st.SearchStrategy[str] = texts, *, speakers: bool = False) -> list[Cue]:
    """Cues on whole milliseconds that do not overlap, up to weeks after the start."""
    cues: list[Cue] = []
    end = 0
    for text in draw(st.lists(texts, max_size=6)):
        start = end + draw(st.integers(0, 10**9))
        end = start + draw(st.integers(1, 10**6))
        cues.append(Cue(start / 1000, end / 1000, text, draw(names) if speakers else None))
    return cues


colors = st.none() | st.sampled_from(("#ffff00", "#ff8000", "#00ffff", "#ffffff"))
text_styles = st.builds(TextStyle, st.booleans(), st.booleans(), st.booleans(), colors)
shares = st.none() | st.floats(0, 100)
positions = st.none() | st.builds(Position, st.integers(1, 9), shares, shares, st.sampled_from(("", "rl", "lr")))


@st.composite
def styles(draw: st.DrawFn, text: str) -> tuple[StyleSpan, ...]:
    """Style spans for some parts of a text."""
    edges = draw(st.lists(st.integers(0, len(text)), max_size=4, unique=True).map(sorted))
    return merge_spans(style for first, last in pairwise(edges) for style in draw(text_styles).over(first, last))


@st.composite
def words(draw: st.DrawFn, start: int, end: int, text: str) -> tuple[Word, ...]:
    """The words that spell a text, one after another between two milliseconds, or no words."""
    spelled = re.findall(r"\s*\S+(?:\s+\Z)?", text) if draw(st.booleans()) else []
    times = sorted(draw(st.lists(st.integers(start, end), min_size=2 * len(spelled), max_size=2 * len(spelled))))
    spans = zip(times[::2], times[1::2], spelled, strict=True)
    return tuple(Word(first / 1000, last / 1000, word) for first, last, word in spans)


@st.composite
def rich_cues(draw: st.DrawFn) -> list[Cue]:
    """Cues with everything that a cue can hold."""
    return [draw(_rich(cue)) for cue in draw(ordered_cues(speakers=True))]


@st.composite
def _rich(draw: st.DrawFn, cue: Cue) -> Cue:
    timed = draw(words(round(cue.start * 1000), round(cue.end * 1000), cue.text))
    return Cue(cue.start, cue.end, cue.text, cue.speaker, timed, draw(styles(cue.text)), draw(positions))
