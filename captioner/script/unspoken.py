"""Finds the parts of a script that are shown or read but not said: labels, sound descriptions, notes and headings.

A text says by its form what is not spoken, and the form is ambiguous: "Anna: no" has a speaker label, "Remember: no"
has none. Capitals, brackets and repetition decide. A wrong decision costs little, because the text is shown all the
same: unspoken text that is taken for speech moves the words next to it, and spoken text that is taken for a label gets
the time of its neighbours.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from captioner.script.script_labels import label_ends

UnspokenKind = Literal["label", "sound", "heading"]
"""label: who speaks. sound: a sound, music or a direction. heading: what orders the script, as "SCENE 1"."""

LONGEST_SOUND = 160
"""Characters of a description in brackets; a longer one more likely has a bracket that was never closed."""

MOST_WORDS = 6
"""Words in round brackets at the edge of a sentence that are taken for a direction, as "(he sighs)"."""

MOST_CHARACTERS = 12
"""The same in scripts without spaces."""


class UnspokenText(NamedTuple):
    """A part of a text that is not spoken."""

    first: int
    """Position of its first character."""
    last: int
    """Position after its last character."""
    kind: UnspokenKind


_LINE = re.compile(r"[^\n]+")
_BRACKETS = re.compile(r"\[[^\[\]]*\]|［[^［］]*］|【[^【】]*】|〔[^〔〕]*〕")
_ROUND_BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）")
_NOTES = "♩♪♫♬🎵🎶🎼"
_NOTE = re.compile(f"[{_NOTES}]")
_TIME = re.compile(r"[\[(]?\d{1,2}:\d\d:\d\d(?:[.,]\d{1,3})?[\])]?|[\[(]\d{1,2}:\d\d(?:[.,]\d{1,3})?[\])]")
"""A time of a transcript: with hours, or in brackets; "10:30" alone may be spoken."""

_SENTENCE_END = re.compile(r"[.!?…。！？։؟।]['\"”’»」』*_)\]]*\s*$")

_HEADING = re.compile(
    r"""\s*(?:
      \#{1,6}\s+\S.*                                          # Markdown
    | \W*(?:INT|EXT|EST|INT\.?/EXT|I/E)\b[./\s][^a-z]*        # a scene heading of a screenplay
    | (?:FADE\s(?:IN|OUT)|FADE\sTO\s[A-Z ]+|[A-Z ]+\sTO)[:.]  # a transition
    | \W*(?:ACT|SCENE|Act|Scene)\s+(?:\d+|[IVXLC]+)\b(?:\s*[.:,–—-]\s*[^.!?\n]{0,60})?\W*
    )\s*""",
    re.VERBOSE,
)


def unspoken_spans(text: str) -> tuple[UnspokenText, ...]:
    """Return the parts of `text` that are not spoken, in order and without overlap.

    `text` is a script, or the cues of a caption file joined by line breaks. See docs/scripts.md for what counts.

    >>> text = "HOST: No. (laughs)\\nHOST: [DOOR SLAMS] It is 10:30."
    >>> [text[first:last] for first, last, _ in unspoken_spans(text)]
    ['HOST:', '(laughs)', 'HOST:', '[DOOR SLAMS]']
    """
    found = list(_headings(text))
    for spans in (_times(text), _brackets(text), _songs(text), _starred(text)):
        found = _merged([*found, *spans])
    blanked = without_unspoken(text, found)
    found = _merged([*found, *(UnspokenText(first, last, "label") for first, last in label_ends(blanked))])
    return tuple(_merged([*found, *_round_brackets(without_unspoken(text, found))]))


def without_unspoken(text: str, spans: Sequence[UnspokenText]) -> str:
    """Return `text` with spaces in place of `spans`; line breaks and so all positions stay."""
    pieces = []
    position = 0
    for first, last, _ in spans:
        pieces += [text[position:first], re.sub(r"[^\n]", " ", text[first:last])]
        position = last
    return "".join([*pieces, text[position:]])


def _merged(spans: list[UnspokenText]) -> list[UnspokenText]:
    """Return the spans in order; one that overlaps an earlier one only extends it."""
    merged: list[UnspokenText] = []
    for span in sorted(spans, key=lambda span: (span.first, -span.last)):
        if merged and span.first < merged[-1].last:
            merged[-1] = merged[-1]._replace(last=max(merged[-1].last, span.last))
        else:
            merged.append(span)
    return merged


def _headings(text: str) -> Iterator[UnspokenText]:
    """Yield lines that only order a script. A line between two "#" is a song, as in teletext."""
    for line in _LINE.finditer(text):
        stripped = line.group().strip()
        if re.fullmatch(r"#\s.*\s#|#.*\w.*#", stripped):
            yield UnspokenText(line.start(), line.end(), "sound")
        elif _HEADING.fullmatch(line.group()):
            yield UnspokenText(line.start(), line.end(), "heading")


def _times(text: str) -> Iterator[UnspokenText]:
    for line in _LINE.finditer(text):
        if time := _TIME.match(line.group().lstrip(" \t-–")):
            first = line.start() + line.group().index(time.group())
            yield UnspokenText(first, first + len(time.group()), "heading")


def _brackets(text: str) -> Iterator[UnspokenText]:
    for match in _BRACKETS.finditer(text):
        if len(match.group()) <= LONGEST_SOUND and "\n\n" not in match.group():
            yield UnspokenText(match.start(), match.end(), "sound")


def _songs(text: str) -> Iterator[UnspokenText]:
    """Yield what stands between musical notes. A note that opens a line may lack the closing one."""
    lines = list(_LINE.finditer(text))
    opened: int | None = None
    for number, line in enumerate(lines):
        notes = [match.start() for match in _NOTE.finditer(line.group())]
        if not notes:
            continue
        before = line.group()[: notes[0]].strip(" \t-–")
        first = notes[0] if not before or len(notes) > 1 else None
        if first is None:
            # Only a note that closes: the song began on this line or at the note that opened an earlier one.
            low = number if opened is None or number - opened > 2 else opened + 1
            yield from (UnspokenText(other.start(), other.end(), "sound") for other in lines[low : number + 1])
            opened = None
        else:
            closes = len(notes) > 1 and not line.group()[notes[-1] :].strip(_NOTES + " \t")
            last = len(line.group()) if len(notes) == 1 or closes else notes[-1] + 1
            yield UnspokenText(line.start() + first, line.start() + last, "sound")
            opened = None if closes else number


def _starred(text: str) -> Iterator[UnspokenText]:
    """Yield lines in single asterisks, as "*laughs*"; in a sentence they are emphasis."""
    for line in _LINE.finditer(text):
        if re.fullmatch(r"[\s\-–]*\*[^*]+\*\s*", line.group()):
            yield UnspokenText(line.start() + line.group().index("*"), line.end(), "sound")


def _round_brackets(text: str) -> Iterator[UnspokenText]:
    """Yield directions in round brackets: on a line of their own, in capitals, or short at the edge of a sentence."""
    starts = [line.start() for line in _LINE.finditer(text)]
    for match in _ROUND_BRACKETS.finditer(text):
        inside = match.group()[1:-1].strip()
        letters = [character for character in inside if character.isalpha()]
        if not letters or len(inside) > LONGEST_SOUND or "\n\n" in inside:
            continue
        start = starts[bisect_right(starts, match.start()) - 1]
        before = text[start : match.start()].strip(" \t-–>")
        after = text[match.end() :].split("\n", 1)[0].strip()
        alone = not before and not after.strip(".!?")
        at_edge = (not before or bool(_SENTENCE_END.search(before)) or len(inside) == 1) and _is_short(inside)
        if alone or at_edge or (len(letters) > 1 and all(letter.isupper() for letter in letters)):
            yield UnspokenText(match.start(), match.end(), "sound")


def _is_short(text: str) -> bool:
    words = text.split()
    return len(words) <= MOST_WORDS and (text.isascii() or len(words) > 1 or len(text) <= MOST_CHARACTERS)
