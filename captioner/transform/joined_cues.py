"""Cues joined: those that are too short to be read alone, and those that show the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from captioner.cues import break_lines
from captioner.text.joining import space_between
from captioner.transform.cue_wording import CueT, with_text
from captioner.transform.edited_words import in_order, spread_words
from captioner.transform.transformation import CaptionStyle
from captioner.values import Cue, Word


@dataclass(frozen=True)
class MergeShortOptions:
    """Options of `merge-short`; None is the rule of the profile."""

    shorter_than: float | None = None
    """Seconds: only cues that are shorter are joined to a neighbour."""

    gap: float | None = None
    """Seconds that may lie between the two at most."""


@dataclass(frozen=True)
class MergeSameOptions:
    """Options of `merge-same`."""

    gap: float = 0.25
    """Seconds that may lie between the two at most."""


def merge_short(cues: Sequence[Cue], options: MergeShortOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues, short ones joined to the one before or after where both fit in one cue of the profile."""
    limit = style.profile.minimum_duration if options.shorter_than is None else options.shorter_than
    longest_gap = style.profile.pause if options.gap is None else options.gap

    def join(first: Cue, second: Cue) -> Cue | None:
        if min(first.duration, second.duration) >= limit or second.start - first.end > longest_gap:
            return None
        alike = (first.speaker, first.position) == (second.speaker, second.position)
        if not alike or second.end - first.start > style.profile.maximum_duration:
            return None
        joined = joined_cue(first, second, space_between(first.text, second.text))
        broken = break_lines(" ".join(joined.text.split()), style.profile, style.language)
        return None if broken is None else with_text(joined, broken)

    return _joined(cues, join)


def merge_same(cues: Sequence[Cue], options: MergeSameOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues, those that show the same text one after the other as one."""

    def join(first: Cue, second: Cue) -> Cue | None:
        shown = first.text, first.speaker, first.position, first.styles
        if shown != (second.text, second.speaker, second.position, second.styles):
            return None
        near = second.start - first.end <= options.gap
        return replace(first, end=max(first.end, second.end)) if near else None

    return _joined(cues, join)


def joined_cue(first: CueT, second: Cue, space: str) -> CueT:
    """Return the first cue with the text of the second after it, until the end of both."""
    words: tuple[Word, ...] = ()
    if first.words or second.words:
        before, (head, *rest) = first.words or spread_words(first), second.words or spread_words(second)
        words = in_order([*before, replace(head, text=space + head.text), *rest])
    offset = len(first.text) + len(space)
    moved = (replace(style, first=style.first + offset, last=style.last + offset) for style in second.styles)
    return replace(
        first,
        end=max(first.end, second.end),
        text=first.text + space + second.text,
        words=words,
        styles=(*first.styles, *moved),
    )


def _joined(cues: Sequence[Cue], join: Callable[[Cue, Cue], Cue | None]) -> list[Cue]:
    """Return the cues, neighbours joined where `join` returns a cue for both."""
    kept: list[Cue] = []
    for cue in cues:
        joined = join(kept[-1], cue) if kept else None
        if joined is None:
            kept.append(cue)
        else:
            kept[-1] = joined
    return kept
