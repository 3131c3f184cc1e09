"""The segments that Whisper divides a clip into, joined to one text with its words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Protocol

from captioner.text.joining import space_between
from captioner.values import Audio, Word


class WhisperWord(Protocol):
    """A word as faster-whisper returns it."""

    @property
    def start(self) -> float:
        """Seconds since the clip began."""
        ...

    @property
    def end(self) -> float:
        """Seconds since the clip began."""
        ...

    @property
    def word(self) -> str:
        """The word, with the space before it if there is one."""
        ...

    @property
    def probability(self) -> float: ...


class WhisperSegment(Protocol):
    """A segment as faster-whisper returns it."""

    @property
    def text(self) -> str: ...

    @property
    def words(self) -> Sequence[WhisperWord] | None: ...

    @property
    def tokens(self) -> Sequence[int]: ...

    @property
    def avg_logprob(self) -> float:
        """The mean logarithm of the probability of its tokens."""
        ...

    @property
    def no_speech_prob(self) -> float:
        """The probability that the audio is no speech."""
        ...


def joined(segments: Sequence[WhisperSegment], clip: Audio) -> tuple[str, tuple[Word, ...]]:
    """Return the text of all segments, and its words with their times on the media's clock.

    The words spell the text; there are none if Whisper did not time all of it.
    """
    text = joined_text([segment.text for segment in segments])
    words = tuple(_words(segments, clip))
    spelled = "".join(word.text for word in words)
    return (spelled, words) if spelled.split() == text.split() else (text, ())


def joined_text(texts: Sequence[str]) -> str:
    """Return the texts of segments as one.

    Whisper begins a segment with a space where the script has spaces. In Chinese, Japanese and Thai its segments often
    end without a mark: a space stands there, as between phrases in captions of these languages.

    >>> joined_text([" Good", " morning."]), joined_text(["そうでしょうか", "はい。", "ええ"])
    ('Good morning.', 'そうでしょうか はい。ええ')
    """
    text = ""
    for part in texts:
        text += _separator(text, part) + part
    return text.strip()


def _words(segments: Sequence[WhisperSegment], clip: Audio) -> Iterator[Word]:
    """Yield the words of all segments, in order and inside the clip."""
    time, before = clip.start, ""
    for segment in segments:
        separator = _separator(before, segment.text)
        for word in segment.words or ():
            if not word.word:
                continue
            text = separator + word.word if before else word.word.lstrip()
            separator = ""
            start = min(max(clip.start + float(word.start), time), clip.end)
            time = min(max(clip.start + float(word.end), start), clip.end)
            yield Word(start, time, text, _bounded(float(word.probability)))
            before = word.word


def _separator(before: str, after: str) -> str:
    """Return what belongs between two segments: a space between two letters, else what the scripts ask for."""
    if before and after and before[-1].isalnum() and after[0].isalnum():
        return " "
    return space_between(before, after)


def confidence_of(segments: Sequence[WhisperSegment]) -> float:
    """Return the mean probability of the tokens of all segments; at most that of speech."""
    tokens = [max(1, len(segment.tokens)) for segment in segments]
    values = (
        min(math.exp(min(0.0, segment.avg_logprob)), _bounded(1 - segment.no_speech_prob)) for segment in segments
    )
    return sum(count * value for count, value in zip(tokens, values, strict=True)) / sum(tokens)


def _bounded(value: float) -> float:
    return min(1.0, max(0.0, value))
