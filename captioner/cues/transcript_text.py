"""The text of a transcript with the time of each character; faulty times of a backend are repaired.

Some backends give no words, some give sub-words, and some give times that are equal, run backwards or overlap. Here
they become stretches of text that start one after another and do not overlap. Inside a stretch, its characters share
the time by how long they take to say.

Times are whole milliseconds. A start is rounded down and an end up, so that rounding clips no word.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

from captioner.text.joining import space_between
from captioner.text.punctuation import PUNCTUATION, is_punctuation
from captioner.text.speaking_time import speech_weights
from captioner.values import Segment, Span, Transcript, Word


@dataclass(frozen=True)
class TimedStretch:
    """A part of the text that is spoken in one go."""

    first: int
    """Its first character."""
    last: int
    """The character after its last."""
    start: int
    """Milliseconds."""
    end: int
    """Milliseconds."""


@dataclass(frozen=True)
class Passage:
    """The part of the text that one segment spells."""

    first: int
    """Its first character."""
    last: int
    """The character after its last."""
    segment: Segment

    @cached_property
    def words(self) -> list[tuple[int, int]]:
        """The ranges of its words in the text, last exclusive; empty without words, or if all have the same time."""
        words = self.segment.words
        if not words or min(word.start for word in words) == max(word.end for word in words):
            return []
        return list(pairwise(accumulate((len(word.text) for word in words), initial=self.first)))


class TranscriptText:
    """The text of a transcript, the passages of its segments, and the time at which each part is spoken."""

    def __init__(self, transcript: Transcript) -> None:
        self.text, self.passages = _joined(transcript)
        self._stretches = _in_order([stretch for passage in self.passages for stretch in _stretches_of(passage)])
        self._firsts = [stretch.first for stretch in self._stretches]
        self._weights: dict[int, list[float]] = {}

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the start and end of characters `first` to `last` (exclusive), in milliseconds."""
        opening = self._stretch_at(first)
        start = opening.start if self._is_blank(opening.first, first) else self._inside(opening, first)
        closing = self._stretch_at(last - 1)
        if self._is_blank(last, closing.last):
            return start, closing.end
        spoken = self.text[max(first, closing.first) : last].rstrip(PUNCTUATION)
        return start, self._inside(closing, max(first, closing.first) + len(spoken))

    def words(self, passage: Passage, first: int, last: int) -> tuple[tuple[Word, ...], bool]:
        """Return the words of characters `first` to `last` (exclusive), and whether the first began before them.

        There are none if the passage has no word times: then only the time of all of it is known.
        """
        ranges = passage.words
        at = bisect_right(ranges, (first, len(self.text))) - 1
        if at < 0:
            return (), False
        continues = bool(self.text[ranges[at][0] : first].strip())
        words = []
        for (word_first, word_last), word in zip(ranges[at:], passage.segment.words[at:], strict=True):
            if word_first >= last:
                break
            end = min(last, word_last)
            if self.text[first:end].strip():  # a word that is only a space belongs to the next word
                start, stop = self.span(max(first, word_first), end)
                words.append(replace(word, start=start / 1000, end=stop / 1000, text=self.text[first:end]))
                first = end
        return tuple(words), continues

    def _stretch_at(self, index: int) -> TimedStretch:
        return self._stretches[max(0, bisect_right(self._firsts, index) - 1)]

    def _is_blank(self, first: int, last: int) -> bool:
        return first == last or not self.text[first:last].strip()

    def _inside(self, stretch: TimedStretch, index: int) -> int:
        """Return the time of a character within a stretch.

        Each one before it took a millisecond and its share of the rest.
        """
        if stretch.first not in self._weights:
            weights = speech_weights(self.text[stretch.first : stretch.last])
            self._weights[stretch.first] = list(accumulate(weights, initial=0.0))
        weights_before = self._weights[stretch.first]
        characters, duration = stretch.last - stretch.first, stretch.end - stretch.start
        least = min(characters, duration)
        passed = index - stretch.first
        share = weights_before[passed] / (weights_before[-1] or 1.0)
        return stretch.start + least * passed // characters + round(share * (duration - least))


def _joined(transcript: Transcript) -> tuple[str, tuple[Passage, ...]]:
    """Return the text of all segments that have more than punctuation, and their passages."""
    text, passages = "", []
    parts: list[str] = []
    first = 0
    for segment in transcript.segments:
        if not segment.text.strip() or is_punctuation(segment.text):
            continue
        separator = space_between(text, segment.text)
        first += len(separator)
        parts += (separator, segment.text)
        passages.append(Passage(first, first + len(segment.text), segment))
        first += len(segment.text)
        text = segment.text
    return "".join(parts), tuple(passages)


def _stretches_of(passage: Passage) -> Iterator[TimedStretch]:
    """Yield a stretch for each word of a passage, or one for all of it if it has no words."""
    if not passage.words:
        yield _stretch(passage.first, passage.last, passage.segment)
    for (first, last), word in zip(passage.words, passage.segment.words, strict=False):
        if word.text.strip():
            yield _stretch(first, last, word)


def _stretch(first: int, last: int, span: Span) -> TimedStretch:
    return TimedStretch(first, last, floor_milliseconds(span.start), ceil_milliseconds(span.end))


def _in_order(stretches: list[TimedStretch]) -> list[TimedStretch]:
    """Return the same text in stretches that start one after another and end before the next starts.

    The longest run of rising starts is trusted; any other stretch is joined to the trusted one before it.
    """
    trusted = _longest_rising([stretch.start for stretch in stretches])
    ordered: list[TimedStretch] = []
    for index, first in enumerate(trusted):
        following = trusted[index + 1] if index + 1 < len(trusted) else len(stretches)
        group = stretches[0 if index == 0 else first : following]
        start = stretches[first].start
        end = max(start, *(stretch.end for stretch in group))
        if following < len(stretches):
            end = min(end, stretches[following].start)
        ordered.append(TimedStretch(group[0].first, group[-1].last, start, end))
    return ordered


def _longest_rising(values: list[int]) -> list[int]:
    """Return the indices of a longest strictly rising subsequence, by patience sorting."""
    tails: list[int] = []  # the least value that ends a rising subsequence of each length, and its index
    indices: list[int] = []
    previous: list[int] = []
    for index, value in enumerate(values):
        length = bisect_left(tails, value)
        previous.append(indices[length - 1] if length else -1)
        tails[length : length + 1] = [value]
        indices[length : length + 1] = [index]
    chain = []
    index = indices[-1] if indices else -1
    while index >= 0:
        chain.append(index)
        index = previous[index]
    return chain[::-1]


def floor_milliseconds(seconds: float) -> int:
    """Return the last whole millisecond at or before a time."""
    nearest = round(seconds * 1000)
    return nearest if nearest / 1000 <= seconds else nearest - 1


def ceil_milliseconds(seconds: float) -> int:
    """Return the first whole millisecond at or after a time."""
    nearest = round(seconds * 1000)
    return nearest if nearest / 1000 >= seconds else nearest + 1
