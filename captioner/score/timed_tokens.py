"""What a file says was said, as tokens that know when their word and their cue begin and end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from captioner.score.tokens import Token, tokens
from captioner.values import Cue, Span


@dataclass(frozen=True)
class TimedToken:
    """A token; `word` is when the word starts that it begins, and ends that it ends, `cue` the same of its cue.

    None where it begins or ends none, or nobody knows.
    """

    text: str
    word: tuple[float | None, float | None] = (None, None)
    cue: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class TimedTokens:
    """All that was said, when it is `spoken` (by its words where they have times, else by its cues), and `shown`."""

    tokens: tuple[TimedToken, ...]
    spoken: tuple[Span, ...] = ()
    shown: tuple[Span, ...] = ()


def tokens_in_text(text: str) -> TimedTokens:
    """A plain text, without times."""
    return TimedTokens(tuple(TimedToken(token.text) for token in tokens(text)))


def tokens_in_cues(cues: Iterable[Cue]) -> TimedTokens:
    """The cues of a file by their in-times, with the times of their words where they have them."""
    ordered = sorted(cues, key=lambda cue: cue.start)
    spoken = [span for cue in ordered for span in cue.words or (cue,)]
    return TimedTokens(tuple(token for cue in ordered for token in _timed(cue)), tuple(spoken), (*ordered, *spoken))


def _timed(cue: Cue) -> Iterator[TimedToken]:
    found = [TimedToken(token.text, word) for token, word in _words(cue, tokens(cue.text))]
    for place, token in enumerate(found):
        opens, closes = place == 0, place == len(found) - 1
        yield replace(token, cue=(cue.start if opens else None, cue.end if closes else None))


def _words(cue: Cue, found: list[Token]) -> Iterator[tuple[Token, tuple[float | None, float | None]]]:
    """Each token with the start of the word that it begins and the end of the one that it ends.

    A word may be several tokens, as in Chinese, and a token several words, as where a recogniser gives parts of words.
    """
    if not cue.words:
        yield from ((token, (None, None)) for token in found)
        return
    ends = list(accumulate(len(word.text) for word in cue.words))
    owner = [index for index, (word, end) in enumerate(zip(cue.words, ends, strict=True)) for _ in word.text]
    spans = [(owner[token.first], owner[token.last - 1]) for token in found]
    for place, (token, (first, last)) in enumerate(zip(found, spans, strict=True)):
        begins = place == 0 or spans[place - 1][1] != first
        ends_word = place == len(spans) - 1 or spans[place + 1][0] != last
        yield token, (cue.words[first].start if begins else None, cue.words[last].end if ends_word else None)
