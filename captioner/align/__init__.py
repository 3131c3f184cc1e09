"""Aligners give each word of a text its times in the audio, for backends that return text without word times.

An aligner is a class: its constructor imports the library it needs, and `align` times one clip. `align_recording` times
the clips of a whole recording. captioner's own aligners are loaded by name (`BUILT_IN`), those of others through the
entry point group `captioner.aligners`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from inspect import signature
from typing import Protocol, runtime_checkable

from captioner.errors import BackendError, UsageError
from captioner.plugins import Plugins
from captioner.values import Audio, Span, Word

BUILT_IN = {
    "backend": "captioner.align.backend_words:BackendWords",
    "espeak": "captioner.align.espeak:Espeak",
    "pauses": "captioner.align.pause_aligner:Pauses",
    "qwen3": "captioner.align.qwen3:Qwen3",
}

ALIGNERS = Plugins("aligner", "captioner.aligners", BUILT_IN)

DEFAULT = "espeak"
"""Supports a hundred languages; the others are aligned as `pauses` does."""

FALLBACK = "pauses"
"""Needs only numpy."""


@dataclass(frozen=True)
class Alignment:
    """The word times of one clip."""

    words: tuple[Word, ...]
    """The words in order. Joined, their texts are the text that was aligned, spaces included. Their times are on the
    media's clock and inside the clip, and no word starts before the previous one ends."""
    doubt: str | None = None
    """Why the times may be wrong or less exact than usual, in one sentence; None without doubt."""
    matches: bool | None = None
    """Whether text and audio belong together; None if the aligner did not judge it."""
    timed_by: str | None = None
    """Name of the aligner that timed the words instead of the one that was asked; None if that did it."""


@dataclass(frozen=True)
class SpokenText:
    """A clip, the text that is spoken in it, and what is known of its word times."""

    clip: Audio
    text: str
    language: str | None = None
    """BCP 47 tag; None if it is unknown."""
    anchors: tuple[Word, ...] = ()
    """Words of the text with the times that a backend gave them, in order, on the clock of the clip."""
    silences: tuple[Span, ...] = ()
    """Stretches of the clip that hold no speech, in order, on the clock of the clip."""


@runtime_checkable
class Aligner(Protocol):
    """Times the words of one clip at a time.

    The constructor takes no arguments, or `model`, if the aligner works with one: `--align NAME:MODEL`. An aligner that
    learns from a recording, or uses anchors and silences, also has a method `align_recording`. It takes the texts and
    returns the alignments as the function `align_recording` does.
    """

    @property
    def name(self) -> str:
        """The name for the report."""
        ...

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        """Return the words of `text`, each at the time at which it is said in `clip`.

        `language` is a BCP 47 tag, or None if it is unknown. Unusual text or audio must not raise an error.
        """
        ...


def align_recording(aligner: Aligner, texts: Iterable[SpokenText]) -> Iterator[Alignment]:
    """Yield the alignment of each of `texts`, which are parts of one recording, in order.

    Lazy: an aligner may read some texts ahead of the first alignment, and holds no more of them than it needs.
    """
    own = getattr(aligner, "align_recording", None)
    if own is not None:
        yield from own(texts)
    else:
        yield from (aligner.align(spoken.clip, spoken.text, spoken.language) for spoken in texts)


def incremental_aligner(aligner: Aligner) -> Aligner:
    """Return an aligner for one stream, whose clips are aligned as they come.

    An aligner that learns clip by clip returns a new one from its method `incremental`; another one is used as it is.
    """
    incremental = getattr(aligner, "incremental", None)
    return incremental() if incremental is not None else aligner


def open_aligner(name: str = "auto") -> Aligner | None:
    """Return the aligner called `name`; for "auto" the best that works on this machine, for "none" no aligner.

    Raises the errors of `load_aligner`.
    """
    if name == "none":
        return None
    if name != "auto":
        return load_aligner(name)
    try:
        return load_aligner(DEFAULT)
    except BackendError:
        return load_aligner(FALLBACK)


def load_aligner(name: str) -> Aligner:
    """Return the aligner called `name`. A colon and a model may follow the name: `qwen3:FOLDER`.

    Raises `UnknownName` for an unknown name, `UsageError` for a model that the aligner does not take, `BackendError`
    if the aligner cannot be loaded.
    """
    name, _, model = name.partition(":")
    try:
        aligner_class = ALIGNERS.load(name)
        if model and "model" not in signature(aligner_class).parameters:
            raise UsageError(f"aligner {name} takes no model; leave out {model!r}")
        aligner = aligner_class(model=model) if model else aligner_class()
    except (ImportError, AttributeError, OSError) as error:
        raise BackendError(name, f"its plug-in cannot be loaded: {error}") from error
    if not isinstance(aligner, Aligner):
        raise BackendError(name, "its plug-in is not an aligner: it needs a name and align()")
    return aligner
