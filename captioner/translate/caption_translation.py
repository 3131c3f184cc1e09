"""Translates captions: sentences into sentences, which are cut into cues of the target language's style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from captioner.cues import break_lines, make_cues
from captioner.formats import transcript_of
from captioner.profiles import Profile
from captioner.translate.contract import SourceLine, Translator
from captioner.translate.glossary import Glossary
from captioner.translate.line_memory import LineMemory
from captioner.translate.line_translation import LineOutcome, LineProgress, TranslationTask, translate_lines
from captioner.translate.sentence_times import placed_transcript
from captioner.translate.sentences import Sentence, sentences_of
from captioner.values import Cue, Transcript

MOST_HOLD = 2.0
"""Seconds for which a cue may stay after its last word, if no other follows, so that it can be read."""


@dataclass(frozen=True, kw_only=True)
class TranslationOptions:
    """How captions are translated."""

    target: str
    """BCP 47 tag of the language to translate into."""

    source: str | None = None
    """BCP 47 tag of the language of the captions; None if it is not known."""

    glossary: Glossary = ()

    journal: Path | None = None
    """The journal, which keeps every translation; None to run without one."""

    warn: Callable[[str], None] = lambda line: None
    """Called with what is wrong with the journal."""

    on_progress: LineProgress = lambda done, total: None


@dataclass(frozen=True)
class LineReport:
    """What became of one sentence or cue."""

    start: float
    """Seconds."""

    end: float
    """Seconds."""

    source: str
    """The text before."""

    outcome: LineOutcome


@dataclass(frozen=True)
class TranslatedCaptions:
    """Captions in another language."""

    cues: tuple[Cue, ...]
    """A line without a translation stands in them as it was."""

    transcript: Transcript

    lines: tuple[LineReport, ...]
    """What became of every sentence, or every cue where they are kept, in order."""

    @property
    def untranslated(self) -> tuple[LineReport, ...]:
        """The lines without a translation."""
        return tuple(line for line in self.lines if line.outcome.text is None)

    @property
    def doubtful(self) -> tuple[LineReport, ...]:
        """The lines whose translation may be wrong."""
        return tuple(line for line in self.lines if line.outcome.text is not None and line.outcome.reason)


def translate_transcript(
    transcript: Transcript,
    profile: Profile,
    translator: Translator,
    options: TranslationOptions,
    *,
    source_name: str = "",
    frame_rate: Fraction | None = None,
    shot_changes: Sequence[float] = (),
) -> TranslatedCaptions:
    """Return the captions of a transcript in another language, in the style of `profile`.

    `source_name` names the media in the journal. Raises `BackendError`.
    """
    sentences = sentences_of(transcript)
    following = [*(sentence.start for sentence in sentences[1:]), float("inf")]
    lines = [
        SourceLine(sentence.text, sentence.speaker, _longest(sentence.start, sentence.end, end, profile))
        for sentence, end in zip(sentences, following, strict=False)  # without sentences there are no lines
    ]
    outcomes = _translated(lines, translator, options, source_name)
    texts = [outcome.text or sentence.text for sentence, outcome in zip(sentences, outcomes, strict=True)]
    translated = placed_transcript(sentences, texts, options.target)
    cues = make_cues(translated, profile, frame_rate=frame_rate, shot_changes=shot_changes)
    return TranslatedCaptions(tuple(cues), translated, _reports(sentences, outcomes))


def translate_cues(
    cues: Sequence[Cue], profile: Profile, translator: Translator, options: TranslationOptions, *, source_name: str = ""
) -> TranslatedCaptions:
    """Return each cue in another language at its own time, its lines broken in the style of `profile`.

    Place and speaker of a cue are kept; the styles of parts of its text are not. Raises `BackendError`.
    """
    cues = sorted(cues, key=lambda cue: cue.start)
    lines = [
        SourceLine(segment.text, segment.speaker, _longest(segment.start, segment.end, segment.end, profile))
        for segment in transcript_of(cues).segments
    ]
    outcomes = _translated(lines, translator, options, source_name)
    translated = [
        cue if outcome.text is None else _with_text(cue, outcome.text, profile, options.target)
        for cue, outcome in zip(cues, outcomes, strict=True)
    ]
    transcript = transcript_of(translated, options.target)
    reports = tuple(
        LineReport(cue.start, cue.end, line.text, outcome)
        for cue, line, outcome in zip(cues, lines, outcomes, strict=True)
    )
    return TranslatedCaptions(tuple(translated), transcript, reports)


def _translated(
    lines: Sequence[SourceLine], translator: Translator, options: TranslationOptions, source_name: str
) -> list[LineOutcome]:
    task = TranslationTask(options.target, options.source, options.glossary)
    memory = LineMemory(options.journal, translator.traits, source_name, options.warn)
    try:
        return translate_lines(lines, task, translator, memory, options.on_progress)
    finally:
        memory.close()


def _longest(start: float, end: float, following: float, profile: Profile) -> int:
    """Return the characters that can be read from `start` until the next text, at the fastest speed of the profile."""
    seconds = max(end, min(following - profile.gap, end + MOST_HOLD)) - start
    characters = seconds * (profile.cps if profile.wpm is None else profile.wpm / 60 * 6)
    return max(1, int(characters))


def _with_text(cue: Cue, text: str, profile: Profile, language: str) -> Cue:
    broken = break_lines(text, profile, language) or text
    return replace(cue, text=broken, words=(), styles=())


def _reports(sentences: Sequence[Sentence], outcomes: Sequence[LineOutcome]) -> tuple[LineReport, ...]:
    return tuple(
        LineReport(sentence.start, sentence.end, sentence.text, outcome)
        for sentence, outcome in zip(sentences, outcomes, strict=True)
    )
