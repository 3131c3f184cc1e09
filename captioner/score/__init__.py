"""Scoring a hypothesis against a reference: word errors, time errors, and lost speech.

text or cues -> tokens.py        the units that are counted, the same on both sides
             -> timed_tokens.py  tokens with the times of their words and cues
             -> error_rates.py   error rates, and the pairs of equal tokens
             -> time_errors.py   errors of times, and lost speech
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from captioner.score.error_rates import ErrorRate, compare
from captioner.score.time_errors import LIMITS, TimeErrors, covered_seconds, merge_spans, time_errors
from captioner.score.timed_tokens import TimedToken, TimedTokens, tokens_in_cues, tokens_in_text
from captioner.score.tokens import tokens

__all__ = [
    "LIMITS",
    "ErrorRate",
    "Score",
    "TimeErrors",
    "TimedTokens",
    "compare",
    "covered_seconds",
    "merge_spans",
    "score",
    "time_errors",
    "tokens",
    "tokens_in_cues",
    "tokens_in_text",
]


@dataclass(frozen=True)
class Score:
    """The score of a hypothesis. A field is None if one side has no such times, or no tokens match."""

    words: ErrorRate
    """Errors of words or, in scripts without spaces, of characters."""

    characters: ErrorRate
    """Errors of characters, without spaces."""

    word_starts: TimeErrors | None
    word_ends: TimeErrors | None
    cue_starts: TimeErrors | None
    cue_ends: TimeErrors | None

    speech: float | None
    """Seconds of speech in the reference."""

    lost: float | None
    """Seconds of speech in the reference during which the hypothesis has nothing."""


def score(hypothesis: TimedTokens, reference: TimedTokens) -> Score:
    """Return the score of a hypothesis.

    Times are compared for words that are equal on both sides. A cue's start is compared if both sides begin a cue with
    the same word, its end if both end a cue with it. Raises `NotInstalled`.
    """
    words, pairs = compare(_texts(reference), _texts(hypothesis))
    characters, _ = compare("".join(_texts(reference)), "".join(_texts(hypothesis)))
    matched = [(reference.tokens[first], hypothesis.tokens[second]) for first, second in pairs]
    speech = sum(span.duration for span in merge_spans(reference.spoken)) if reference.spoken else None
    lost = None
    if speech is not None and (hypothesis.shown or not hypothesis.tokens):
        lost = round(speech - covered_seconds(reference.spoken, hypothesis.shown), 6)
    return Score(
        words,
        characters,
        _errors(matched, lambda token: token.word[0]),
        _errors(matched, lambda token: token.word[1]),
        _errors(matched, lambda token: token.cue[0]),
        _errors(matched, lambda token: token.cue[1]),
        None if speech is None else round(speech, 6),
        lost,
    )


def _texts(side: TimedTokens) -> list[str]:
    return [token.text for token in side.tokens]


def _errors(
    matched: Iterable[tuple[TimedToken, TimedToken]], time: Callable[[TimedToken], float | None]
) -> TimeErrors | None:
    times = ((time(reference), time(hypothesis)) for reference, hypothesis in matched)
    return time_errors(actual - expected for expected, actual in times if expected is not None and actual is not None)
