"""When each character is spoken: the text of a transcript and a clock over it, mended where a backend's times are not.

Words rarely come as they should: some backends give none, some give sub-words, equal, backward or overlapping
times. Here they become stretches of text that begin one after another and do not overlap; inside a stretch, time is
shared by how long its characters take to say.

Times are whole milliseconds. A start is rounded down and an end up, so rounding clips no word.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from captioner.text.joining import space_between
from captioner.text.punctuation import PUNCTUATION
from captioner.text.speaking_time import speech_weights
from captioner.values import Segment, Span, Transcript, Word


@dataclass(frozen=True)
class TimedStretch:
    """Characters `first` to `last` (exclusive) of the text, spoken from `start` to `end`, in milliseconds."""

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True)
class Passage:
    """One segment's place in the text: its characters are `first` to `last` (exclusive)."""

    first: int
    last: int
    segment: Segment

    @cached_property
    def words(self) -> list[tuple[int, int]]:
        """Where its words stand in the text, last exclusive; none where they are missing or all fall on one instant."""
        words = self.segment.words
        if not words or min(word.start for word in words) == max(word.end for word in words):
            return []
        return list(pairwise(accumulate((len(word.text) for word in words), initial=self.first)))


class SpokenText:
    """The text of a transcript, `passages` where its segments lie, and `span` that says when a part is spoken."""

    def __init__(self, transcript: Transcript) -> None:
        self.text, self.passages = _joined(transcript)
        self._stretches = _in_order([stretch for passage in self.passages for stretch in _stretches_of(passage)])
        self._firsts = [stretch.first for stretch in self._stretches]
        self._weights: dict[int, list[float]] = {}

    def span(self, first: int, last: int) -> tuple[int, int]:
        """When characters `first` to `last` (exclusive) are spoken, in milliseconds."""
        opening = self._stretch_at(first)
        start = opening.start if self._is_blank(opening.first, first) else self._inside(opening, first)
        closing = self._stretch_at(last - 1)
        if self._is_blank(last, closing.last):
            return start, closing.end
        spoken = self.text[max(first, closing.first) : last].rstrip(PUNCTUATION)
        return start, self._inside(closing, max(first, closing.first) + len(spoken))

    def words(self, passage: Passage, first: int, last: int) -> tuple[tuple[Word, ...], bool]:
        """The words that spell characters `first` to `last` (exclusive), and whether the first began before them.

        None where the passage has no words in time: nobody knows more than when all of it was said.
        """
        places = passage.words
        at = bisect_right(places, (first, len(self.text))) - 1
        if at < 0:
            return (), False
        continues = bool(self.text[places[at][0] : first].strip())
        words = []
        for place, word in zip(places[at:], passage.segment.words[at:], strict=True):
            if place[0] >= last:
                break
            end = min(last, place[1])
            if self.text[first:end].strip():  # a space that is a word of its own goes with the next one
                start, stop = self.span(max(first, place[0]), end)
                words.append(Word(start / 1000, stop / 1000, self.text[first:end], word.confidence))
                first = end
        return tuple(words), continues

    def _stretch_at(self, place: int) -> TimedStretch:
        return self._stretches[max(0, bisect_right(self._firsts, place) - 1)]

    def _is_blank(self, first: int, last: int) -> bool:
        return first == last or not self.text[first:last].strip()

    def _inside(self, stretch: TimedStretch, place: int) -> int:
        """The time of a place within a stretch: a millisecond for each character, the rest by how long it takes."""
        if stretch.first not in self._weights:
            weights = speech_weights(self.text[stretch.first : stretch.last])
            self._weights[stretch.first] = list(accumulate(weights, initial=0.0))
        spoken = self._weights[stretch.first]
        characters, duration = stretch.last - stretch.first, stretch.end - stretch.start
        least = min(characters, duration)
        passed = place - stretch.first
        share = spoken[passed] / (spoken[-1] or 1.0)
        return stretch.start + least * passed // characters + round(share * (duration - least))


def _joined(transcript: Transcript) -> tuple[str, tuple[Passage, ...]]:
    """The text of all segments that have one, and their places in it."""
    text, passages = "", []
    parts: list[str] = []
    first = 0
    for segment in transcript.segments:
        if not segment.text.strip():
            continue
        separator = space_between(text, segment.text)
        first += len(separator)
        parts += (separator, segment.text)
        passages.append(Passage(first, first + len(segment.text), segment))
        first += len(segment.text)
        text = segment.text
    return "".join(parts), tuple(passages)


def _stretches_of(passage: Passage) -> Iterator[TimedStretch]:
    """A stretch for each word, for the whole passage where it has none."""
    if not passage.words:
        yield _stretch(passage.first, passage.last, passage.segment)
    for (first, last), word in zip(passage.words, passage.segment.words, strict=False):
        if word.text.strip():
            yield _stretch(first, last, word)


def _stretch(first: int, last: int, span: Span) -> TimedStretch:
    return TimedStretch(first, last, floor_milliseconds(span.start), ceil_milliseconds(span.end))


def _in_order(stretches: list[TimedStretch]) -> list[TimedStretch]:
    """The same text in stretches that begin one after another and end before the next begins.

    The most starts that rise are believed; any other stretch shares the time of the one before it.
    """
    believed = _longest_rising([stretch.start for stretch in stretches])
    mended: list[TimedStretch] = []
    for index, first in enumerate(believed):
        following = believed[index + 1] if index + 1 < len(believed) else len(stretches)
        group = stretches[0 if index == 0 else first : following]
        start = stretches[first].start
        end = max(start, *(stretch.end for stretch in group))
        if following < len(stretches):
            end = min(end, stretches[following].start)
        mended.append(TimedStretch(group[0].first, group[-1].last, start, end))
    return mended


def _longest_rising(values: list[int]) -> list[int]:
    """The indices of a longest strictly rising subsequence, found by patience sorting."""
    tails: list[int] = []  # the least value that ends a rising subsequence of each length, and where it stands
    places: list[int] = []
    previous: list[int] = []
    for index, value in enumerate(values):
        length = bisect_left(tails, value)
        previous.append(places[length - 1] if length else -1)
        tails[length : length + 1] = [value]
        places[length : length + 1] = [index]
    chain = []
    index = places[-1] if places else -1
    while index >= 0:
        chain.append(index)
        index = previous[index]
    return chain[::-1]


def floor_milliseconds(seconds: float) -> int:
    """The last whole millisecond at or before a time."""
    nearest = round(seconds * 1000)
    return nearest if nearest / 1000 <= seconds else nearest - 1


def ceil_milliseconds(seconds: float) -> int:
    """The first whole millisecond at or after a time."""
    nearest = round(seconds * 1000)
    return nearest if nearest / 1000 >= seconds else nearest + 1
