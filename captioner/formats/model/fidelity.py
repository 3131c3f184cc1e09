"""What a format keeps of a cue, and how to say what it does not: nothing is lost in silence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Literal

from captioner.formats.model.styled_text import TextStyle, merged, runs
from captioner.values import Cue, Position, StyleSpan

Look = Literal["italic", "bold", "underline", "color"]
LOOKS: tuple[Look, ...] = ("italic", "bold", "underline", "color")

SPEAKERS = "speakers"
"""What is said of a format that has no place for who speaks."""

MOVED = 0.1
"""Seconds. No format's grain is that coarse: a time that moves further was not rounded, it was not kept."""


_NOUN = re.compile(r" (?:before|in|inside|of|on|outside|that|with|without) ")


class Losses(Counter[str]):
    """How often each thing was lost, by its name in the singular."""

    def phrases(self) -> tuple[str, ...]:
        """`("1 comment", "3 regions")`, in the order in which they were met first."""
        return tuple(f"{count} {name if count == 1 else _plural(name)}" for name, count in self.items() if count)


def _plural(name: str) -> str:
    """`cues without text`: the noun stands before what is said of it."""
    noun = _NOUN.split(name)[0]
    return f"{noun}{'es' if noun.endswith('s') else 's'}{name[len(noun) :]}"


def restricted_to(
    cue: Cue,
    *,
    looks: Collection[Look] = (),
    place: Literal["no", "anchor", "whole"] = "no",
    words: bool = False,
    speaker: bool = False,
) -> Cue:
    """The cue with no more than a format holds: these `looks` of its styles, its place, word times and speaker.

    Where only the anchor of a place is held, it is the ninth of the picture in which the place lies, and vertical
    writing goes. The bottom centre is no position.
    """
    styles = merged(held for style in cue.styles for held in _looks(style, looks).over(style.first, style.last))
    return replace(
        cue,
        styles=styles,
        position=_place(cue.position, place),
        words=cue.words if words else (),
        speaker=cue.speaker if speaker else None,
    )


def _ninth(position: Position) -> int:
    """The key of the number pad for the part of the picture where a point lies, or the anchor where it has none."""
    row, column = divmod(position.anchor - 1, 3)
    column = column if position.x is None else min(int(position.x * 3 / 100), 2)
    row = row if position.y is None else 2 - min(int(position.y * 3 / 100), 2)
    return row * 3 + column + 1


def _looks(style: StyleSpan, held: Collection[Look]) -> TextStyle:
    return TextStyle(
        style.italic and "italic" in held,
        style.bold and "bold" in held,
        style.underline and "underline" in held,
        style.color if "color" in held else None,
    )


def _place(position: Position | None, held: str) -> Position | None:
    if position is None or held == "no":
        return None
    kept = position if held == "whole" else Position(_ninth(position))
    return None if kept == Position() else kept


def without_white(cue: Cue) -> Cue:
    """The cue without the color white, for formats in which it is what all text has of which nothing is said."""
    shown = ((_looks(style, LOOKS if style.color != "#ffffff" else LOOKS[:3]), style) for style in cue.styles)
    return replace(cue, styles=merged(held for look, style in shown for held in look.over(style.first, style.last)))


def losses_between(cues: Iterable[Cue], kept: Sequence[Cue]) -> tuple[str, ...]:
    """What is in the cues and not in those that a format keeps of them, behind a "the": `styles of 3 cues`."""
    whole = sorted(cues, key=lambda cue: cue.start)
    if len(whole) < len(kept):
        return ("overlap of cues shown at once", *_of_cues(_gone(whole, kept)))
    if len(whole) > len(kept):
        return (f"text of {len(whole) - len(kept)} of {len(whole)} cues", *_of_cues(_gone(whole, kept)))
    return _of_cues(Counter(name for cue, held in zip(whole, kept, strict=True) for name in _differences(cue, held)))


def _of_cues(lost: Counter[str]) -> tuple[str, ...]:
    return tuple(f"{name} of {count} {'cue' if count == 1 else 'cues'}" for name, count in lost.items())


def _gone(whole: Iterable[Cue], kept: Iterable[Cue]) -> Counter[str]:
    """What cues have and none that is kept has, where there are more of them or fewer."""
    held = {name for cue in kept for name in _has(cue)}
    return Counter(name for cue in whole for name in _has(cue) if name not in held)


def _has(cue: Cue) -> list[str]:
    """What a cue has besides its text."""
    place, speaker, words = _place(cue.position, "whole"), cue.speaker, cue.words
    found = {"styles": cue.styles, "place": place, SPEAKERS: speaker, "word times": words}
    return [name for name, there in found.items() if there]


def _breaks(cue: Cue) -> int:
    return cue.text.count("\n")


def _differences(cue: Cue, held: Cue) -> list[str]:
    differing = {
        "text": cue.text.split() != held.text.split(),
        "line breaks": _breaks(cue) != _breaks(held),
        "styles": [looks for _, looks in runs(cue)] != [looks for _, looks in runs(held)],
        "place": _place(cue.position, "whole") != held.position,
        SPEAKERS: cue.speaker != held.speaker,
        "word times": bool(cue.words) and not held.words,
        "times": max(abs(cue.start - held.start), abs(cue.end - held.end)) > MOVED,
    }
    return [name for name, differs in differing.items() if differs]
