"""Puts labels and sounds, which are shown but not spoken, back into the transcript of a script."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from captioner.script.placement import MissingText, PlacedUnit, ScriptPlacement
from captioner.script.script_units import script_units
from captioner.script.unspoken import UnspokenText, without_unspoken
from captioner.values import RegionReport, Segment

_Insertion = tuple[int, bool, str]
"""Position in the text of a segment, whether the text belongs to the word before it, and the text, spaces included."""


def show_unspoken(
    script: str,
    spans: Sequence[UnspokenText],
    placement: ScriptPlacement,
    regions: Sequence[RegionReport],
    segments: Sequence[Segment],
) -> tuple[tuple[Segment, ...], list[MissingText]]:
    """Return `segments` with the labels and sounds of `script`, and those that have no word to stand with.

    A label is shown with the word after it. A sound is shown with the word before it on its line, or else with the
    word after it. Headings are not shown. `spans` are the unspoken parts of `script`; `placement` is that of the script
    without them over `regions`; `segments` are those of the same regions.
    """
    units = {unit.position: unit for unit in placement.units}
    positions = _word_positions(script, spans)
    insertions: dict[float, list[_Insertion]] = defaultdict(list)
    missing = []
    for span in spans:
        if span.kind == "heading":
            continue
        place = _place(script, span, positions, units)
        if place is None:
            missing.append(MissingText(span.first, span.last, 0.0))
        else:
            unit, is_after = place
            position = unit.last if is_after else unit.first
            end = unit.position + unit.last - unit.first
            between = script[end : span.first] if is_after else script[span.last : unit.position]
            space = between if not between or between.isspace() else " "
            shown = script[span.first : span.last]
            shown = f"{space}{shown}" if is_after else f"{shown}{space}"
            insertions[regions[unit.region].start].append((position, is_after, shown))
    return tuple(_with_insertions(segment, insertions[segment.start]) for segment in segments), missing


def _word_positions(script: str, spans: Sequence[UnspokenText]) -> list[int]:
    """Return where each spoken unit begins in the script, without the spaces before it."""
    spoken = without_unspoken(script, spans)
    texts = ((unit, spoken[unit.first : unit.last]) for unit in script_units(spoken))
    return [unit.last - len(text.lstrip()) for unit, text in texts]


def _place(
    script: str, span: UnspokenText, positions: Sequence[int], units: dict[int, PlacedUnit]
) -> tuple[PlacedUnit, bool] | None:
    """Return the word that an unspoken part is shown with, and whether the part stands after it."""
    index = bisect_left(positions, span.first)
    before = positions[index - 1] if index else None
    after = positions[index] if index < len(positions) else None
    if span.kind == "sound" and before is not None and ("\n" not in script[before : span.first] or after is None):
        return (units[before], True) if before in units else None
    return (units[after], False) if after in units else None


def _with_insertions(segment: Segment, insertions: Sequence[_Insertion]) -> Segment:
    text, words = segment.text, list(segment.words)
    for position, is_after, shown in reversed(insertions):
        text = text[:position] + shown + text[position:]
        first = 0
        for index, word in enumerate(words):
            last = first + len(word.text)
            if first < position <= last if is_after else first <= position < last:
                inside = position - first
                words[index] = replace(word, text=word.text[:inside] + shown + word.text[inside:])
                break
            first = last
    return replace(segment, text=text, words=tuple(words))
