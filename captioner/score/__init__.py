"""A hypothesis held against a reference: what was said wrong, when it was said wrong, and what was not said.

text or cues -> tokens.py   what is counted, the same on both sides
             -> said.py     tokens that know the times of their words and cues
             -> rates.py    error rates, and the tokens that are right
             -> times.py    the errors of their times, and the speech that is lost
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
    """How good a hypothesis is. Times are in seconds, None where a side has none or nothing matches.

    `speech` is how long the reference speaks, `lost` how long it does while the hypothesis has nothing.
    """

    words: ErrorRate
    characters: ErrorRate
    word_starts: TimeErrors | None
    word_ends: TimeErrors | None
    cue_starts: TimeErrors | None
    cue_ends: TimeErrors | None
    speech: float | None
    lost: float | None


def score(hypothesis: TimedTokens, reference: TimedTokens) -> Score:
    """Words and cues are matched through the words that are right; a cue's start, where both begin one with a word.

    Raises `NotInstalled`.
    """
    words, pairs = compare(_texts(reference), _texts(hypothesis))
    characters, _ = compare("".join(_texts(reference)), "".join(_texts(hypothesis)))
    matched = [(reference.tokens[at], hypothesis.tokens[there]) for at, there in pairs]
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


def _texts(said: TimedTokens) -> list[str]:
    return [token.text for token in said.tokens]


def _errors(
    matched: Iterable[tuple[TimedToken, TimedToken]], time: Callable[[TimedToken], float | None]
) -> TimeErrors | None:
    times = ((time(reference), time(hypothesis)) for reference, hypothesis in matched)
    return time_errors(heard - meant for meant, heard in times if meant is not None and heard is not None)
