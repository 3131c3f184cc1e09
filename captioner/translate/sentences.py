"""Sentences of a transcript or of cues, with the time of each word: a sentence is translated as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from captioner.text.joining import space_between
from captioner.text.punctuation import CLAUSE_ENDS, CLOSERS, SENTENCE_ENDS
from captioner.text.speaking_time import speech_weights
from captioner.text.word_split import split_words
from captioner.values import Segment, Transcript, Word

LONGEST_PAUSE = 2.0
"""Seconds of silence that end a sentence even without a full stop."""

LONGEST_SENTENCE = 300
"""Characters after which a sentence ends at the next clause, and after twice as many at the next word: text without
punctuation has no other end."""


@dataclass(frozen=True)
class Sentence:
    """A sentence and when it is said."""

    words: tuple[Word, ...]
    """At least one; joined they spell `text`."""

    speaker: str | None = None

    @property
    def text(self) -> str:
        """The sentence in one line."""
        return "".join(word.text for word in self.words)

    @property
    def start(self) -> float:
        """Seconds."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """Seconds."""
        return self.words[-1].end


def sentences_of(transcript: Transcript) -> list[Sentence]:
    """Return the sentences of a transcript, in order. Their words hold all its text.

    A sentence may run over several segments, but never over a change of the speaker or a pause of `LONGEST_PAUSE`.
    """
    return list(_sentences(transcript.segments))


def _sentences(segments: Iterable[Segment]) -> Iterator[Sentence]:
    words: list[Word] = []
    speaker: str | None = None
    for segment in segments:
        if words and segment.speaker != speaker:
            yield Sentence(tuple(words), speaker)
            words = []
        speaker = segment.speaker
        for index, word in enumerate(timed_words(segment)):
            if not word.text.strip():
                continue
            if words and (word.start - words[-1].end >= LONGEST_PAUSE or _ends(words)):
                yield Sentence(tuple(words), speaker)
                words = []
            words.append(_joined(words, word, begins_segment=index == 0))
    if words:
        yield Sentence(tuple(words), speaker)


def timed_words(segment: Segment) -> tuple[Word, ...]:
    """Return the words of a segment; without word times, with times by how long each takes to say."""
    return segment.words or spread_words(segment.text, segment.start, segment.end)


def spread_words(text: str, start: float, end: float) -> tuple[Word, ...]:
    """Return the words of a text from `start` to `end`, each as long as it takes to say."""
    words = split_words(text)
    weights = [0.01 + sum(speech_weights(word)) for word in words]
    total = sum(weights)
    times = [min(end, start + (end - start) * said / total) for said in accumulate([0.0, *weights[:-1]])]
    return tuple(Word(first, last, word) for word, first, last in zip(words, times, [*times[1:], end], strict=True))


def _joined(words: list[Word], word: Word, *, begins_segment: bool) -> Word:
    """Return the word as it follows `words`: with the space that belongs between, and not before their end."""
    text = word.text.strip()
    if not words:
        return Word(word.start, word.end, text, word.confidence)
    space = " " if word.text[:1].isspace() else space_between(words[-1].text, text) if begins_segment else ""
    start = max(word.start, words[-1].end)
    return Word(start, max(start, word.end), space + text, word.confidence)


def _ends(words: list[Word]) -> bool:
    """Return whether a sentence ends with its last word."""
    text = words[-1].text.rstrip(CLOSERS + " ")
    if text.endswith(tuple(SENTENCE_ENDS)):
        return not _is_abbreviation(text)
    length = sum(len(word.text) for word in words)
    return length > 2 * LONGEST_SENTENCE or (length > LONGEST_SENTENCE and text.endswith(tuple(CLAUSE_ENDS)))


def _is_abbreviation(text: str) -> bool:
    """Return whether a full stop ends a short form: Mr., U.S., a single initial."""
    word = text.strip(CLOSERS + " \"'(“‘")
    if not word.endswith(".") or word.endswith(".."):
        return False
    stem = word[:-1]
    return (len(stem) == 1 and stem.isupper()) or "." in stem or stem in _ABBREVIATIONS


_ABBREVIATIONS = frozenset(
    ("Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Sr", "Jr", "vs", "No", "Nr", "Hr", "Fr", "Mme", "Sra", "bzw", "usw", "ca")
)
