"""Captions that roll up, as automatic captions of YouTube do: each cue shows the line of the cue before once more.

Between two such cues stands one of a hundredth of a second, which shows nothing new. What is said stands there two or
three times; here each line becomes a cue of its own, which lasts until the next one comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from captioner.formats.common.losses import Losses
from captioner.formats.common.styled_text import StyledText, text_style
from captioner.values import Cue, Word

FLASH = 0.05
"""Seconds. A cue that is shown no longer, and shows nothing new, only moves lines."""

SHARE = 0.5
"""Share of the cues that carry lines over, from which a file is taken to roll up."""

LocatedCue = tuple[Cue | None, int | None]


def unrolled(cues: Sequence[LocatedCue], repairs: Losses) -> list[LocatedCue]:
    """Return the cues with their lines of the file, each text once, if they roll up; else as they are."""
    shown = [(cue, line) for cue, line in cues if cue]
    if not shown:
        return list(cues)
    carried = [0, *(_carried(last, cue) for (last, _), (cue, _) in pairwise(shown))]
    if not _rolls([cue for cue, _ in shown], carried):
        return list(cues)
    repairs["repeat of a line"] += sum(carried)
    return list(_each_once(shown, carried))


def _carried(last: Cue, cue: Cue) -> int:
    """Return how many lines at the beginning of a cue are the last ones of the cue before, which it follows at once."""
    if not -FLASH <= cue.start - last.end <= FLASH:
        return 0
    before, lines = last.text.split("\n"), cue.text.split("\n")
    most = min(len(before), len(lines))
    return next((count for count in range(most, 0, -1) if _same(before[-count:], lines[:count])), 0)


def _same(one: list[str], other: list[str]) -> bool:
    return [line.split() for line in one] == [line.split() for line in other]


def _rolls(cues: Sequence[Cue], carried: Sequence[int]) -> bool:
    """Return whether the cues roll up: most carry lines, and one at least does as no other captions do.

    It adds a line, after a cue that is gone at once and showed nothing new, or with words that have times while the
    words of the line that it carries have none.
    """
    adding = [at for at, cue in enumerate(cues) if _adds(cue, carried[at])]
    certain = any(_times_new_words(cues[at], carried[at]) or _follows_flash(cues, carried, at) for at in adding)
    return certain and sum(map(bool, carried)) >= SHARE * (len(cues) - 1)


def _adds(cue: Cue, count: int) -> bool:
    """Return whether new lines, which are other ones, stand below those that are carried over."""
    lines = cue.text.split("\n")
    return 0 < count < len(lines) and not _same(lines[:1], lines[-1:])


def _times_new_words(cue: Cue, count: int) -> bool:
    carried = "".join(f"{line}\n" for line in cue.text.split("\n")[:count])
    return len(cue.words) > 1 and cue.words[0].text.startswith(carried)


def _follows_flash(cues: Sequence[Cue], carried: Sequence[int], at: int) -> bool:
    if at < 2:
        return False
    long, flash = cues[at - 2 : at]
    return flash.duration <= FLASH < long.duration and carried[at - 1] == flash.text.count("\n") + 1


def _each_once(cues: Sequence[LocatedCue], carried: Sequence[int]) -> Iterator[LocatedCue]:
    current: Cue | None = None
    line: int | None = None
    for (cue, number), count in zip(cues, carried, strict=True):
        assert cue
        lines = cue.text.split("\n")
        if current and count == len(lines):
            current = replace(current, end=max(current.end, cue.end))
            continue
        if current:
            yield current, line
        current = _without_first(cue, sum(len(text) + 1 for text in lines[:count]))
        line = number + count if number is not None else None
    if current:
        yield current, line


def _without_first(cue: Cue, count: int) -> Cue:
    """Return the cue without its first characters, their styles and words."""
    spans = (
        part for span in cue.styles for part in text_style(span).over(max(span.first - count, 0), span.last - count)
    )
    words = tuple(_words_behind(cue.words, count))
    return replace(cue, **StyledText(cue.text[count:], tuple(spans), words)._asdict())


def _words_behind(words: Sequence[Word], count: int) -> Iterator[Word]:
    at = 0
    for word in words:
        if text := word.text[max(count - at, 0) :]:
            yield replace(word, text=text)
        at += len(word.text)
