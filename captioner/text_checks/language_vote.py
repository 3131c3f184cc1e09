"""Settles the language of each region by a vote, since a recogniser is often wrong about a few seconds of speech.

A region votes for the language that its text shows, by its script or its function words, or else for the one that the
backend detected. The languages of a recording are then the cheapest sequence: a region may get another language than
its vote at the cost of the vote's weight, and the language may change between two regions at the cost of `SWITCH`. So
an odd region of a few seconds gets the language of its neighbours, and a part in another language keeps its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from captioner.backends.hallucinations import words_in
from captioner.cues.function_word_tables import function_words_for
from captioner.languages import language_by_script, writes
from captioner.transcribe import WindowResult

SWITCH = 20.0
"""Seconds of speech, times the backend's probability, that make another language at the beginning or the end of a
recording believable; between two parts in one language it takes twice as many. A single window of 28 s is too short."""

SHOWN = 4 * SWITCH
"""Weight of a language that the text shows: more than a change to another language and back."""

UNSURE = 0.7
"""Probability of a detected language where the backend gives none."""

LEAST_WORDS, LEAST_RATIO = 3, 3
"""Function words that show the language of a text, and how many times as many they are as those of another language:
related languages share some, such as `de` and `in`."""

LOOKAHEAD = 60.0
"""Seconds of speech after a region that are known when its language is settled."""


def settle_languages(results: Iterable[WindowResult], asked: str | None = None) -> Iterator[WindowResult]:
    """Yield the same results in order, each text with its settled language.

    `asked` is the BCP 47 tag that the user gave; it is then the language of all. Lazy: at most `LOOKAHEAD` seconds of
    speech and one more region are held, and none if the backend detects no languages.
    """
    vote = LanguageVote(asked, LOOKAHEAD)
    for result in results:
        yield from vote.add(result)
    yield from vote.finish()


class LanguageVote:
    """The vote over one recording; `asked` is as for `settle_languages`.

    The language of a region is settled `lookahead` seconds of speech later; with 0, at once by the regions before it.
    """

    def __init__(self, asked: str | None = None, lookahead: float = 0.0) -> None:
        self._asked, self._lookahead = asked, lookahead
        self._open: deque[WindowResult] = deque()
        self._candidates: dict[str, None] = {}  # a set in order
        self._costs: Costs = {}  # after the last settled region
        self._seconds: dict[str, float] = {}

    @property
    def language(self) -> str | None:
        """The language that was asked for, or the one of most of the settled speech."""
        return self._asked or max(self._seconds, key=self._seconds.__getitem__, default=None)

    def add(self, result: WindowResult) -> Iterator[WindowResult]:
        """Yield the results that are settled with this next one."""
        if self._asked:
            yield _with_language(result, self._asked)
            return
        self._candidates |= dict.fromkeys(_languages_of(result))
        self._open.append(result)
        while self._open and (not _languages_of(self._open[0]) or self._seconds_ahead() >= self._lookahead):
            yield self._settle_first()

    def finish(self) -> Iterator[WindowResult]:
        """Yield the remaining results."""
        while self._open:
            yield self._settle_first()

    def _seconds_ahead(self) -> float:
        return sum(result.window.clip.duration for result in self._open) - self._open[0].window.clip.duration

    def _settle_first(self) -> WindowResult:
        voters = [result for result in self._open if _languages_of(result)]
        first = self._open.popleft()
        if not voters or voters[0] is not first:
            return first
        ballots = [_ballot(result, [*self._candidates]) for result in voters]
        language = _first_language(self._costs, ballots)
        self._costs = _with_ballot(self._costs, ballots[0])
        self._seconds[language] = self._seconds.get(language, 0.0) + first.window.clip.duration
        return _with_language(first, language)


Costs = Mapping[str, float]
"""What it costs that a region has a language, by its BCP 47 tag, and by `ANY_OTHER`, which never costs less."""

ANY_OTHER = ""
"""A language for which no region has voted yet."""


def _languages_of(result: WindowResult) -> tuple[str, ...]:
    """Return the language that the backend detected, or else that of the text's script; both if they disagree."""
    text, language = result.recognition.text, result.recognition.language
    if not text.strip():
        return ()
    by_script = language_by_script(text)
    if by_script is None or (language and writes(language, text)):
        return (language,) if language else ()
    return (language, by_script) if language else (by_script,)


def _ballot(result: WindowResult, candidates: Sequence[str]) -> Costs:
    """Return what it costs that a region, which has text, has each of the candidates as its language."""
    text, tag = result.recognition.text, _languages_of(result)[0]
    fitting = [language for language in candidates if writes(language, text) is not False]
    known = result.recognition.language_probability
    favourite, weight = _language_by_words(text, fitting), SHOWN
    if favourite is None:
        probability = UNSURE if known is None else known
        favourite, weight = tag, probability * result.window.clip.duration if tag in fitting else 0.0
    costs = dict.fromkeys(candidates, SHOWN if fitting else 0.0) | dict.fromkeys(fitting, weight)
    return costs | ({favourite: 0.0} if favourite in fitting else {}) | {ANY_OTHER: max(weight, *costs.values())}


def _language_by_words(text: str, candidates: Sequence[str]) -> str | None:
    """Return the one candidate of which `text` has many function words; None if there is none."""
    counts = sorted(((_function_words(text, language), language) for language in candidates), reverse=True)
    rival = counts[1][0] if len(counts) > 1 else 0
    return counts[0][1] if counts and counts[0][0] >= max(LEAST_WORDS, LEAST_RATIO * rival) else None


@lru_cache(maxsize=4096)
def _function_words(text: str, language: str) -> int:
    table = function_words_for(language)
    return sum(word in table.after or word in table.before for word in words_in(text))


def _with_ballot(costs: Costs, ballot: Costs) -> Costs:
    """Return the cost of each language after one more region."""
    change = min(costs.values()) + SWITCH if costs else 0.0
    before = {language: costs.get(language, costs.get(ANY_OTHER, change)) for language in ballot}
    return {language: min(before[language], change) + cost for language, cost in ballot.items()}


def _first_language(costs: Costs, ballots: Sequence[Costs]) -> str:
    """Return the language of the first region in the cheapest sequence of languages, given the costs before it."""
    costs = _with_ballot(costs, ballots[0])
    firsts = {language: language for language in costs}
    for ballot in ballots[1:]:
        best = min(costs, key=costs.__getitem__)
        changes = [language for language in costs if costs[best] + SWITCH < costs[language]]
        firsts |= dict.fromkeys(changes, firsts[best])
        costs = _with_ballot(costs, ballot)
    return firsts[min(costs, key=costs.__getitem__)]


def _with_language(result: WindowResult, language: str) -> WindowResult:
    recognition = result.recognition
    return replace(result, recognition=replace(recognition, language=language)) if recognition.text.strip() else result
