"""The tokens of a file, with the start and end of their words and cues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from captioner.score.tokens import Token, tokens
from captioner.values import Cue, Span

Times = tuple[float | None, float | None]
"""Start and end in seconds, each None if the token does not begin or end the word or cue, or if it is unknown."""


@dataclass(frozen=True)
class TimedToken:
    """A token with times."""

    text: str

    word: Times = (None, None)
    """The start of the word that the token begins, and the end of the word that it ends."""

    cue: Times = (None, None)
    """The start of the cue that the token begins, and the end of the cue that it ends."""


@dataclass(frozen=True)
class TimedTokens:
    """One side of a score."""

    tokens: tuple[TimedToken, ...]

    spoken: tuple[Span, ...] = ()
    """The spans with speech: the words if they have times, else the cues."""

    shown: tuple[Span, ...] = ()
    """The spans with speech or a cue."""


def tokens_in_text(text: str) -> TimedTokens:
    """Return the tokens of a plain text, without times."""
    return TimedTokens(tuple(TimedToken(token.text) for token in tokens(text)))


def tokens_in_cues(cues: Iterable[Cue]) -> TimedTokens:
    """Return the tokens of cues in order of their starts, with word times if the cues have them."""
    ordered = sorted(cues, key=lambda cue: cue.start)
    spoken = [span for cue in ordered for span in cue.words or (cue,)]
    return TimedTokens(tuple(token for cue in ordered for token in _timed(cue)), tuple(spoken), (*ordered, *spoken))


def _timed(cue: Cue) -> Iterator[TimedToken]:
    timed = [TimedToken(token.text, word) for token, word in _with_word_times(cue, tokens(cue.text))]
    for index, token in enumerate(timed):
        begins, ends = index == 0, index == len(timed) - 1
        yield replace(token, cue=(cue.start if begins else None, cue.end if ends else None))


def _with_word_times(cue: Cue, cue_tokens: list[Token]) -> Iterator[tuple[Token, Times]]:
    """Yield each token with the start of the word that it begins and the end of the word that it ends.

    A word can have several tokens, as in Chinese. A token can have several words, if a backend returns parts of words.
    """
    if not cue.words:
        yield from ((token, (None, None)) for token in cue_tokens)
        return
    ends = list(accumulate(len(word.text) for word in cue.words))
    word_of_character = [i for i, (word, end) in enumerate(zip(cue.words, ends, strict=True)) for _ in word.text]
    words = [(word_of_character[token.first], word_of_character[token.last - 1]) for token in cue_tokens]
    for index, (token, (first, last)) in enumerate(zip(cue_tokens, words, strict=True)):
        begins = index == 0 or words[index - 1][1] != first
        ends_word = index == len(words) - 1 or words[index + 1][0] != last
        yield token, (cue.words[first].start if begins else None, cue.words[last].end if ends_word else None)
