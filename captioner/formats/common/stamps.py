"""Times inside a text, as in WebVTT and YouTube's XML: each is where a word begins, which lasts until the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from captioner.values import Cue, Word


def stamps(cue: Cue) -> Iterator[tuple[int, float]]:
    """Yield the index at which each word begins, after its space, and the time. Times rise inside the cue.

    A word that begins with the cue, or together with the word before it, has no stamp.
    """
    index, last = 0, cue.start
    for word in cue.words:
        if last < word.start < cue.end:
            yield index + len(word.text) - len(word.text.lstrip()), word.start
            last = word.start
        index += len(word.text)


def with_stamped_words(cue: Cue) -> Cue:
    """Return the cue with the words into which its stamps divide it: each lasts until the next begins."""
    return replace(cue, words=tuple(words_between(cue.text, list(stamps(cue)), cue.start, cue.end)))


def words_between(text: str, times: list[tuple[int, float]], start: float, end: float) -> Iterator[Word]:
    """Yield a word between each two stamps, with the space before it; no words where there is no stamp."""
    places = [(0, start), *times, (len(text), end)] if times else []
    begin = 0
    for (_, since), (index, until) in pairwise(places):
        stop = len(text) if index == len(text) else len(text[:index].rstrip())
        if begin < stop:
            yield Word(since, until, text[begin:stop])
            begin = stop


def rising(times: list[tuple[int, float]], start: float, end: float) -> list[tuple[int, float]]:
    """Return the stamps that WebVTT allows (4.2.2): each later than the one before, all inside of the cue."""
    kept: list[tuple[int, float]] = []
    for index, seconds in times:
        if (kept[-1][1] if kept else start) < seconds < end:
            kept.append((index, seconds))
    return kept
