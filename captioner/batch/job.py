"""What crosses from the driver of a batch to a worker, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter
from typing import Literal

from captioner.budget import NO_COST, Cost
from captioner.errors import CaptionerError

State = Literal["waiting", "running", "done", "lost", "failed", "skipped"]
"""`lost` is done with speech missing; `skipped` has a result that somebody else wrote or edited."""


@dataclass(frozen=True)
class ResultPattern:
    """The names of the results of one source, without the ending of the format.

    >>> ResultPattern("out", "a{{b}}.{lang}").path("en", ".srt")
    'out/a{b}.en.srt'
    """

    folder: str
    """The folder of the results, which is created if it is missing."""

    name: str
    """The name without its ending, with braces doubled as in a format string. `{lang}` in it stands for the language,
    which may be known only at the end."""

    @property
    def has_language(self) -> bool:
        """Whether the names depend on the language."""
        return any(field == "lang" for _, field, _, _ in Formatter().parse(self.name))

    def path(self, language: str, suffix: str) -> str:
        """Return the path of the result with that ending."""
        return f"{self.folder}/{self.name.format(lang=language)}{suffix}"


def doubled_braces(text: str) -> str:
    """Return a text as it stands in a format string."""
    return text.replace("{", "{{").replace("}", "}}")


@dataclass(frozen=True)
class ManifestOptions:
    """Options of one source from its line in a manifest; None leaves those of the run."""

    language: str | None = None
    """The BCP 47 tag of the spoken language."""

    prompt: str | None = None
    """Text about the speech."""

    hotwords: tuple[str, ...] = ()
    """Words to spell right, beside those of the run."""


@dataclass(frozen=True)
class BatchJob:
    """One source to caption."""

    source: str
    """A path or an address."""

    results: ResultPattern

    options: ManifestOptions = ManifestOptions()


@dataclass(frozen=True)
class ResultFile:
    """One result that was written."""

    path: str

    sha256: str
    """Of its bytes, in hexadecimal."""


@dataclass(frozen=True)
class Figures:
    """What the captions of one source amount to."""

    duration: float = 0.0
    """Seconds of the source."""

    speech: float = 0.0
    """Seconds of speech."""

    sent: float = 0.0
    """Seconds of audio that the backend got in this attempt, so not those of the journal."""

    regions: int = 0
    """Speech regions."""

    lost: int = 0
    """Speech regions that were lost."""

    cues: int = 0

    language: str | None = None
    """A BCP 47 tag; None if it is not known."""


@dataclass(frozen=True)
class Outcome:
    """What became of a job in a worker."""

    job: BatchJob

    results: tuple[ResultFile, ...] = ()
    """The files that were written."""

    figures: Figures = Figures()

    seconds: float = 0.0
    """Seconds that the worker took."""

    warnings: tuple[str, ...] = ()

    cost: Cost = NO_COST
    """What the audio that was sent costs, also where the job failed."""

    error: CaptionerError | None = None
    """Why the job failed. A `BackendError` would meet every other job too; a `WorkerLost` may not come again."""

    @property
    def state(self) -> State:
        """The state of a job that a worker has done."""
        if self.error is not None:
            return "failed"
        return "lost" if self.figures.lost else "done"
