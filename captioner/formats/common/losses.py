"""Counts what is lost when a file is read or written, so that nothing is lost silently."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from captioner.formats.common.styled_text import runs
from captioner.values import Cue, Position

CuePart = Literal["overlaps", "text", "line breaks", "styles", "positions", "speaker names", "word times", "cue times"]
"""The parts of a cue that a format may be unable to store; an overlap is one with a cue shown at the same time."""

ROUNDING = 0.1
"""Seconds. No format rounds times by this much: a time that differs by more was not stored."""

_NOUN = re.compile(r" (?:before|below|in|inside|of|on|outside|that|with|without) ")


class Losses(Counter[str]):
    """The number of things that a reader left out or repaired, by the singular name of the thing."""

    def phrases(self) -> tuple[str, ...]:
        """Return `("1 comment", "3 regions")`, in the order of their first occurrence."""
        return tuple(f"{count} {name if count == 1 else _plural(name)}" for name, count in self.items() if count)


def _plural(name: str) -> str:
    """Return `cues without text` for `cue without text`: the noun ends before the first preposition."""
    noun = _NOUN.split(name)[0]
    if noun.endswith("y"):
        return f"{noun[:-1]}ies{name[len(noun) :]}"
    return f"{noun}{'es' if noun.endswith('s') else 's'}{name[len(noun) :]}"


class CueLosses(Counter[CuePart]):
    """The number of cues that lose each of their parts in a file. It is empty if the file stores everything."""

    def phrases(self) -> tuple[str, ...]:
        """Return `("line breaks (7 cues)", "styles (1 cue)")`, to follow "cannot store"."""
        counts = [(part, self[part]) for part in get_args(CuePart) if part in self]
        return tuple(f"{part} ({count} {'cue' if count == 1 else 'cues'})" for part, count in counts)

    def without(self, *parts: CuePart) -> CueLosses:
        """Return the losses except those of some parts."""
        return CueLosses({part: count for part, count in self.items() if part not in parts})


def cue_losses(cues: Iterable[Cue], stored: Sequence[Cue]) -> CueLosses:
    """Return the parts that `cues` have and `stored`, the cues as a file holds them, do not.

    Where there are more or fewer stored cues than cues, they cannot be compared one by one: then a part is lost from
    all cues that have it if no stored cue has it.
    """
    ordered = sorted(cues, key=lambda cue: cue.start)
    if len(ordered) == len(stored):
        pairs = zip(ordered, stored, strict=True)
        return CueLosses(part for cue, held in pairs for part in _differences(cue, held))
    if len(ordered) > len(stored):
        losses = CueLosses({"text": len(ordered) - len(stored)})
    else:
        losses = CueLosses({"overlaps": _overlaps(ordered)})
    stored_parts = {part for cue in stored for part in _parts(cue)}
    losses.update(part for cue in ordered for part in _parts(cue) if part not in stored_parts)
    return losses


def _overlaps(ordered: Iterable[Cue]) -> int:
    """Return the number of cues that begin before all earlier ones have ended."""
    count, last_end = 0, 0.0
    for cue in ordered:
        count += cue.start < last_end
        last_end = max(last_end, cue.end)
    return count


def _parts(cue: Cue) -> list[CuePart]:
    """Return the parts that a cue has besides its text."""
    parts: dict[CuePart, object] = {
        "styles": cue.styles,
        "positions": _position(cue),
        "speaker names": cue.speaker,
        "word times": cue.words,
    }
    return [part for part, value in parts.items() if value]


def _differences(cue: Cue, held: Cue) -> list[CuePart]:
    differences: dict[CuePart, bool] = {
        "text": cue.text.split() != held.text.split(),
        "line breaks": cue.text.count("\n") != held.text.count("\n"),
        "styles": [style for _, style in runs(cue)] != [style for _, style in runs(held)],
        "positions": _position(cue) != held.position,
        "speaker names": cue.speaker != held.speaker,
        "word times": bool(cue.words) and not held.words,
        "cue times": max(abs(cue.start - held.start), abs(cue.end - held.end)) > ROUNDING,
    }
    return [part for part, differs in differences.items() if differs]


def _position(cue: Cue) -> Position | None:
    """Return the position of a cue; None for the bottom centre, the default position."""
    return None if cue.position == Position() else cue.position
