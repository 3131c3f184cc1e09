"""Places translations on the time of the sentences that they translate."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from captioner.text.speaking_time import speech_weights
from captioner.text.word_split import split_words
from captioner.translate.sentences import Sentence
from captioner.values import Segment, Transcript, Word

LEAST_WEIGHT = 0.01
"""Of a word that takes no time to say, such as a dash."""


def placed_transcript(sentences: Sequence[Sentence], texts: Iterable[str], language: str) -> Transcript:
    """Return a transcript with a segment for each sentence that has a text, in order.

    A word of a translation is said when as much of the sentence has been said as stands before the word. So a pause in
    the sentence is one in its translation, and the cues of both are shown at the same time.
    """
    placed = (
        Segment(words[0].start, words[-1].end, text, words, sentence.speaker, language)
        for sentence, text in zip(sentences, texts, strict=True)
        if text and (words := placed_words(sentence, text))
    )
    return Transcript(tuple(placed), language)


def placed_words(sentence: Sentence, text: str) -> tuple[Word, ...]:
    """Return the words of a translation with times inside the sentence."""
    clock = _SentenceClock(sentence)
    words = split_words(text)
    shares = _shares(words)
    return tuple(
        Word(clock.after(first), max(clock.after(first), clock.until(last)), word)
        for word, first, last in zip(words, shares, shares[1:], strict=False)
    )


def _shares(words: Sequence[str]) -> list[float]:
    """Return the share of the text that is said before each word, then 1."""
    weights = [LEAST_WEIGHT + sum(speech_weights(word)) for word in words]
    return [0.0, *(said / sum(weights) for said in accumulate(weights[:-1])), 1.0]


class _SentenceClock:
    """The time at which a share of a sentence, from 0 to 1, has been said."""

    def __init__(self, sentence: Sentence) -> None:
        self._words = sentence.words
        self._shares = _shares([word.text for word in sentence.words])

    def after(self, share: float) -> float:
        """Return when speech goes on after a share: after a pause that lies there."""
        return self._time(min(bisect_right(self._shares, share), len(self._words)) - 1, share)

    def until(self, share: float) -> float:
        """Return when a share has been said: before a pause that lies there."""
        return self._time(max(bisect_left(self._shares, share), 1) - 1, share)

    def _time(self, index: int, share: float) -> float:
        word, first, last = self._words[index], self._shares[index], self._shares[index + 1]
        return word.start + (word.end - word.start) * min(1.0, max(0.0, (share - first) / (last - first)))
