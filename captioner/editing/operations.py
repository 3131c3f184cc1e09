"""The operations on a document. Each says what a person did; `applying.py` says what it changes."""

from __future__ import annotations

from dataclasses import dataclass

from captioner.editing.document import DocumentCue, DocumentWord
from captioner.values import StyleSpan


@dataclass(frozen=True)
class SetText:
    """Give a cue another text."""

    cue: str

    text: str

    words: tuple[DocumentWord, ...] | None = None
    """The words, which spell the text; None to keep the times of those that stay."""

    styles: tuple[StyleSpan, ...] | None = None
    """The styles; None to move those that the cue has."""


@dataclass(frozen=True)
class SetTimes:
    """Show a cue at other times. Word times stay: they say when words are said."""

    cue: str
    start: float
    end: float


@dataclass(frozen=True)
class SplitCue:
    """Make two cues of one, at the words nearest to a character."""

    cue: str

    at: int
    """Character of the text."""

    new: str
    """Id of the second cue."""


@dataclass(frozen=True)
class MergeCues:
    """Make one cue, with the id of the first, of two that follow one another."""

    cue: str
    next: str


@dataclass(frozen=True)
class InsertCue:
    """Add a cue."""

    cue: DocumentCue


@dataclass(frozen=True)
class DeleteCue:
    """Remove a cue."""

    cue: str


@dataclass(frozen=True)
class MoveWords:
    """Move words over the border of two cues: the last of the earlier one, or the first of the later one."""

    source: str
    """Id of the cue that they leave; `from` in JSON."""

    to: str
    """Id of the cue that they come to."""

    count: int
    """Number of words, in scripts without spaces of graphemes."""


@dataclass(frozen=True)
class SetSpeaker:
    """Name the speaker of a cue; None for no name."""

    cue: str
    speaker: str | None


@dataclass(frozen=True)
class SetLock:
    """Lock a cue against automatic steps, or unlock it."""

    cue: str
    locked: bool


@dataclass(frozen=True)
class SetDoubts:
    """Replace the doubts of a cue; none if a person has checked it."""

    cue: str
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class SetBorder:
    """Move the border of two cues: the second starts at `time`, and the first ends as long before it as now."""

    left: str
    right: str

    time: float
    """Seconds."""


@dataclass(frozen=True)
class ReplaceCues:
    """Remove some cues and add others: what an operation on many cues becomes."""

    remove: tuple[str, ...]
    insert: tuple[DocumentCue, ...]


Operation = (
    SetText
    | SetTimes
    | SplitCue
    | MergeCues
    | InsertCue
    | DeleteCue
    | MoveWords
    | SetSpeaker
    | SetLock
    | SetDoubts
    | SetBorder
    | ReplaceCues
)
