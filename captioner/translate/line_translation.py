"""Translates lines in batches, until each line has a translation that can be its own, or a reason why it has none.

A batch in which lines are missing, mixed up or not translated is requested again without its good lines: in halves, and
in the end line by line. A line that has no translation after `MOST_TRIES` alone is left without one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import pairwise
from threading import Event, Lock

from captioner.text.speaking_time import syllables
from captioner.translate.contract import LinesRefused, SourceLine, TranslatedLine, TranslationRequest, Translator
from captioner.translate.glossary import Glossary, terms_in
from captioner.translate.line_memory import LineMemory
from captioner.translate.translation_checks import LEAST_LIKENESS, SHORT_TEXT, doubt_of, fault_of, likeness

CONTEXT = 2
"""Lines before and after a batch that the translator sees."""

MOST_CHARACTERS = 2000
"""Of the lines of a batch: the text of about two minutes of speech."""

MOST_TRIES = 2
"""Requests for a single line."""


@dataclass(frozen=True)
class LineOutcome:
    """What became of one line."""

    text: str | None
    """The translation; None if there is none."""

    reason: str | None = None
    """Why there is none; beside a translation, why it may be wrong."""

    cached: bool = False
    """Whether it comes from the journal."""


@dataclass(frozen=True)
class TranslationTask:
    """What is translated into what."""

    target: str
    """BCP 47 tag."""

    source: str | None = None
    """BCP 47 tag; None if it is not known."""

    glossary: Glossary = ()


LineProgress = Callable[[int, int], object]
"""Called with the number of lines that are done and of all lines."""


def translate_lines(
    lines: Sequence[SourceLine],
    task: TranslationTask,
    translator: Translator,
    memory: LineMemory,
    on_progress: LineProgress = lambda done, total: None,
) -> list[LineOutcome]:
    """Return the outcome of each line, in order. Raises `BackendError`; what was translated before is in `memory`."""
    run = _Run(lines, task, translator, memory, on_progress)
    run.work(run.take_from_memory(), run.solve)
    run.work(run.hard_to_read(), run.shorten)
    return run.outcomes()


class _Run:
    """The lines of one run and what is known of each; its methods run in several threads."""

    def __init__(
        self,
        lines: Sequence[SourceLine],
        task: TranslationTask,
        translator: Translator,
        memory: LineMemory,
        on_progress: LineProgress,
    ) -> None:
        self._lines, self._task, self._translator, self._memory = lines, task, translator, memory
        self._on_progress = on_progress
        self._outcomes: dict[int, LineOutcome] = {}
        self._reasons: dict[int, str] = {}
        self._stopped, self._lock = Event(), Lock()

    def outcomes(self) -> list[LineOutcome]:
        return [self._outcomes[index] for index in range(len(self._lines))]

    def take_from_memory(self) -> list[int]:
        """Take the translations that are stored; returns the lines without one."""
        for index in range(len(self._lines)):
            if (text := self._memory.find(self._request([index]))) is not None:
                self._settle(index, LineOutcome(text, doubt_of(self._lines[index], text), cached=True))
        return [index for index in range(len(self._lines)) if index not in self._outcomes]

    def work(self, indices: list[int], solve: Callable[[list[int]], None]) -> None:
        """Call `solve` for batches of lines, in as many threads as the translator takes requests at a time."""
        traits = self._translator.traits
        pool = ThreadPoolExecutor(traits.concurrency, "translation")
        try:
            futures = [
                pool.submit(self._unless_stopped, solve, batch) for batch in self._batches(indices, traits.most_lines)
            ]
            wait(futures, return_when=FIRST_EXCEPTION)
            for future in futures:
                if future.done():
                    future.result()
        finally:
            self._stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
        self._stopped.clear()

    def _unless_stopped(self, solve: Callable[[list[int]], None], batch: list[int]) -> None:
        if not self._stopped.is_set():
            solve(batch)

    def _batches(self, indices: list[int], most_lines: int) -> Iterator[list[int]]:
        """Yield batches of neighbouring lines."""
        batch: list[int] = []
        for index in indices:
            characters = sum(len(self._lines[each].text) for each in (*batch, index))
            if batch and (len(batch) == most_lines or characters > MOST_CHARACTERS or index != batch[-1] + 1):
                yield batch
                batch = []
            batch.append(index)
        if batch:
            yield batch

    def solve(self, indices: list[int]) -> None:
        """Request lines, keep the good translations, and request the others again in smaller batches."""
        wrong = self._attempt(indices)
        if len(indices) > 1:
            middle = (len(wrong) + 1) // 2
            for part in (wrong[:middle], wrong[middle:]):
                if part and not self._stopped.is_set():
                    self.solve(part)
            return
        for _ in range(1, MOST_TRIES):
            wrong = wrong and self._attempt(wrong)
        for index in wrong:
            self._settle(index, LineOutcome(None, self._reasons[index]))

    def _attempt(self, indices: list[int]) -> list[int]:
        """Request lines once and keep the good translations; returns the lines without one."""
        try:
            answers = self._translator.translate(self._request(indices))
        except LinesRefused as refusal:
            self._reasons.update(dict.fromkeys(indices, str(refusal)))
            return indices
        wrong = set()
        for index, answer in zip(indices, answers, strict=True):
            if fault := fault_of(self._lines[index], answer, self._task.target):
                self._reasons[index] = fault
                wrong.add(index)
        wrong |= self._repeated(indices, answers)
        for index, answer in zip(indices, answers, strict=True):
            if index not in wrong and answer is not None:
                self._keep(index, answer.text.strip())
        return [index for index in indices if index in wrong]

    def _repeated(self, indices: list[int], answers: list[TranslatedLine | None]) -> set[int]:
        """Return the lines of which two neighbours have one translation although they say different things."""
        wrong = set()
        pairs = list(zip(indices, answers, strict=True))
        for (first, one), (second, other) in pairwise(pairs):
            if one is None or other is None or one.text.strip() != other.text.strip():
                continue
            alike = likeness(self._lines[first].text, self._lines[second].text) >= LEAST_LIKENESS
            if not alike and syllables(one.text) > SHORT_TEXT:
                self._reasons |= dict.fromkeys((first, second), "two lines have the same translation")
                wrong |= {first, second}
        return wrong

    def _keep(self, index: int, text: str) -> None:
        """Keep a translation; one of which there is a doubt is requested once more, alone."""
        line, request = self._lines[index], self._request([index])
        doubt = doubt_of(line, text)
        if doubt is not None:
            again = self._again(request)
            if again is not None and doubt_of(line, again) is None:
                text, doubt = again, None
        self._memory.add(request, text)
        self._settle(index, LineOutcome(text, doubt))

    def hard_to_read(self) -> list[int]:
        """Return the lines whose translation cannot be read in its time."""
        return [
            index
            for index, line in enumerate(self._lines)
            if line.longest is not None
            and self._translator.traits.takes_context
            and (text := self._outcomes[index].text) is not None
            and len(text) > line.longest
        ]

    def shorten(self, indices: list[int]) -> None:
        """Request shorter translations, each once, and take those that are shorter and still right."""
        for index in indices:
            outcome = self._outcomes[index]
            assert outcome.text is not None
            request = self._request([index])
            request = replace(request, lines=(replace(self._lines[index], too_long=outcome.text),))
            shorter = self._memory.find(request)
            if shorter is None and (shorter := self._again(request)) is not None:
                self._memory.add(request, shorter)
            if shorter is not None and len(shorter) < len(outcome.text):
                self._outcomes[index] = replace(outcome, text=shorter, reason=doubt_of(self._lines[index], shorter))

    def _again(self, request: TranslationRequest) -> str | None:
        """Return another translation of one line; None without a good one."""
        (line,) = request.lines
        try:
            (answer,) = self._translator.translate(request)
        except LinesRefused:
            return None
        return answer.text.strip() if answer and not fault_of(line, answer, self._task.target) else None

    def _request(self, indices: Sequence[int]) -> TranslationRequest:
        first, last = indices[0], indices[-1] + 1
        lines = tuple(self._lines[index] for index in indices)
        return TranslationRequest(
            lines,
            self._task.target,
            self._task.source,
            before=tuple(line.text for line in self._lines[max(0, first - CONTEXT) : first]),
            after=tuple(line.text for line in self._lines[last : last + CONTEXT]),
            glossary=terms_in(self._task.glossary, "\n".join(line.text for line in lines)),
        )

    def _settle(self, index: int, outcome: LineOutcome) -> None:
        with self._lock:
            self._outcomes[index] = outcome
            done = len(self._outcomes)
        self._on_progress(done, len(self._lines))
