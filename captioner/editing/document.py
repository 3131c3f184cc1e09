"""The document: cues and words as frozen values, each with an id that stays while it is edited."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Literal, get_args

from captioner.profiles import Profile
from captioner.values import Cue, RegionReport, Span, Word

WordSource = Literal["asr", "aligned", "interpolated", "human"]
"""What timed a word: the recogniser; an aligner; a share of the time of the words around it; a person."""

WORD_SOURCES: tuple[WordSource, ...] = get_args(WordSource)


@dataclass(frozen=True)
class DocumentWord(Word):
    """A word of a cue. Its text has the space or line break before it."""

    id: str = ""

    source: WordSource = "asr"
    """What timed it."""


@dataclass(frozen=True)
class DocumentCue(Cue):
    """A cue that is being edited: unlike other cues it may be blank, or hold blank lines, while someone types."""

    words: tuple[DocumentWord, ...] = ()
    """Empty without word times; otherwise they spell `text`."""

    id: str = ""

    locked: bool = False
    """Whether automatic steps leave it as it is."""

    doubts: tuple[str, ...] = ()
    """Reasons to check it, each a code, a colon and the detail: `confidence: kubernetes`."""

    def __post_init__(self) -> None:
        Span.__post_init__(self)
        if self.start >= self.end:
            raise ValueError(f"a cue that is never shown: {self.start!r}")
        if self.words and "".join(word.text for word in self.words) != self.text:
            raise ValueError(f"the words do not spell the text {self.text!r}")
        edges = [edge for style in self.styles for edge in (style.first, style.last)]
        if edges != sorted(edges) or (edges and edges[-1] > len(self.text)):
            raise ValueError(f"styles out of order or outside of the text: {self.styles!r}")


@dataclass(frozen=True, kw_only=True)
class Document:
    """The captions of one source."""

    by_id: Mapping[str, DocumentCue]
    """The cues by their ids."""

    profile: Profile
    """The rules by which cues are split, joined and checked."""

    language: str | None = None
    """BCP 47 tag."""

    frame_rate: Fraction | None = None
    """Frames a second, to which new times are rounded; None for milliseconds."""

    duration: float = 0.0
    """Of the media, in seconds; 0 if it is unknown."""

    regions: tuple[RegionReport, ...] = field(default=(), repr=False)
    """The result of each speech region."""

    @cached_property
    def cues(self) -> tuple[DocumentCue, ...]:
        """The cues by start, those with the same start by id."""
        return tuple(sorted(self.by_id.values(), key=lambda cue: (cue.start, cue.id)))

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The place of each cue in `cues`, by its id."""
        return {cue.id: index for index, cue in enumerate(self.cues)}

    def with_changes(self, removed: Iterable[str], cues: Iterable[DocumentCue]) -> Document:
        """Return the document without the cues `removed`, and with `cues` in place of those with the same id."""
        by_id = dict(self.by_id)
        for cue_id in removed:
            by_id.pop(cue_id, None)
        by_id.update((cue.id, cue) for cue in cues)
        return replace(self, by_id=by_id)


def document_of(cues: Iterable[DocumentCue], profile: Profile) -> Document:
    """Return a document of cues alone."""
    return Document(by_id={cue.id: cue for cue in cues}, profile=profile)


def new_id(kind: str) -> str:
    """Return an id that no other cue or word has; `kind` is its first letter."""
    return kind + secrets.token_hex(6)
