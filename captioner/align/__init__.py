"""Text and its sound to words in time, for backends that hear what was said and not when; and the registry.

An aligner is a class: its constructor imports its engine, `align` times one clip. Ours are found by name
(`BUILT_IN`), everybody else's by entry point (group `captioner.aligners`).
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Protocol, runtime_checkable

from captioner.errors import BackendError, UsageError
from captioner.plugins import Plugins
from captioner.values import Audio, Word

BUILT_IN = {
    "espeak": "captioner.align.espeak:Espeak",
    "pauses": "captioner.align.pauses:Pauses",
    "qwen3": "captioner.align.qwen3:Qwen3",
}

ALIGNERS = Plugins("aligner", "captioner.aligners", BUILT_IN)

DEFAULT = "espeak"
"""Speaks a hundred languages, and leaves the others to `pauses`."""

FALLBACK = "pauses"
"""Needs nothing but numpy."""

Warn = Callable[[str], object]
"""Told, in one sentence, about a clip whose times are rougher than the aligner's best."""


@runtime_checkable
class Aligner(Protocol):
    """Times the words of clips, one clip at a time. Its constructor may take `warn`, a `Warn`."""

    def align(self, clip: Audio, text: str, language: str | None) -> tuple[Word, ...]:
        """The words of `text` as they are said in `clip`; `language` is a BCP 47 tag, None where nobody knows.

        The words' texts together are `text`, spaces and all. Their times are on the media's clock and inside the clip;
        each word starts where the one before it ends, or later. Nothing odd in text or sound raises an error.
        """
        ...


class Timer:
    """An aligner by `name` that hands over its doubt with the words. Raises `UnknownName`, `BackendError`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._doubts: list[str] = []
        self._aligner = load_aligner(name, self._doubts.append)

    def time(self, clip: Audio, text: str, language: str | None) -> tuple[tuple[Word, ...], str | None]:
        """The words of `text` as they are said in `clip`, and why their times are rough, where they are."""
        self._doubts.clear()
        words = self._aligner.align(clip, text, language)
        if "".join(word.text for word in words) != text:
            return (), f"the words of {self.name} do not spell the text, so their times are not used"
        return words, "; ".join(self._doubts) or None


def open_timer(name: str = "auto") -> Timer | None:
    """The aligner called `name`; for "auto" the best that works here, for "none" nobody. Raises as `Timer` does."""
    if name == "none":
        return None
    if name != "auto":
        return Timer(name)
    try:
        return Timer(DEFAULT)
    except BackendError:
        return Timer(FALLBACK)


def load_aligner(name: str = DEFAULT, warn: Warn = lambda doubt: None) -> Aligner:
    """An aligner, ready to work; `warn` hears of its doubts. Raises `UnknownName`, `UsageError`, `BackendError`.

    `name` may end in a colon and the model that the aligner is to work with: `qwen3:FOLDER`.
    """
    name, _, model = name.partition(":")
    options = {"model": model} if model else {}
    try:
        maker = ALIGNERS.load(name)
        if options and "model" not in signature(maker).parameters:
            raise UsageError(f"aligner {name} works without a model, so {model!r} says nothing to it")
        aligner = maker(warn=warn, **options)
    except (ImportError, AttributeError, OSError) as error:
        raise BackendError(name, f"its plug-in cannot be loaded: {error}") from error
    if not isinstance(aligner, Aligner):
        raise BackendError(name, "its plug-in is no aligner: it needs align()")
    return aligner
