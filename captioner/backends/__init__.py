"""Speech recognisers behind one contract, and the registry that finds them.

A backend is a class: its constructor takes keyword options and imports its engine, `traits` says what it can do,
`transcribe` hears clips. Ours are found by name (`BUILT_IN`), everybody else's by entry point (group
`captioner.backends`), and all pass the same conformance suite (`tests/test_backends.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from captioner.backends.option_check import check_options
from captioner.errors import BackendError
from captioner.plugins import Plugins
from captioner.values import Audio, Status, Word

BUILT_IN = {
    "glm": "captioner.backends.glm.backend:Glm",
    "glm-nano": "captioner.backends.nano.backend:GlmNano",
    "openai": "captioner.backends.openai.backend:OpenAI",
    "scripted": "captioner.backends.scripted:Scripted",
    "sphinx": "captioner.backends.sphinx:Sphinx",
}

BACKENDS = Plugins("backend", "captioner.backends", BUILT_IN)


@dataclass(frozen=True)
class Traits:
    """What a backend can do. Clip lengths in seconds, `sample_rate` in Hz.

    Speech is found at 16000 Hz, and clips are given so: a backend that asks for another rate is refused. So is one
    whose `longest_clip` leaves no second beside a region's padding: 1.6 s, unless the user pads otherwise.

    `languages` are BCP 47 tags, empty where the backend does not say; `word_times` that `Recognition.words` will be
    there; `takes_context` that a prompt may be what was said before, and is no instruction.
    """

    name: str
    model: str | None = None
    sample_rate: int = 16_000
    shortest_clip: float = 0.2
    longest_clip: float = 30.0
    word_times: bool = False
    languages: tuple[str, ...] = ()
    takes_context: bool = True


@dataclass(frozen=True)
class Hints:
    """What the user knows beforehand: a BCP 47 language, words before or about the speech, names to spell right."""

    language: str | None = None
    prompt: str | None = None
    hotwords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recognition:
    """What became of one clip. Times of `words` are on the media's clock, as the clip's are; their texts spell `text`.

    `reason` is there whenever `status` is not ok or empty; beside ok it is a doubt about the text. `confidence` lies in
    [0, 1]. `attempts` counts how often the engine was asked, `cached` says that a journal answered in its place.
    """

    status: Status
    text: str = ""
    words: tuple[Word, ...] = ()
    language: str | None = None
    confidence: float | None = None
    reason: str | None = None
    attempts: int = 1
    cached: bool = False


@runtime_checkable
class Backend(Protocol):
    """Hears clips: synchronous, lazy, in order.

    A class may also say, for `captioner backends` and the choice of `auto`, `needs: str`, a few words on what it takes
    to run, `remote: bool`, whether it sends the sound to another machine, and a class method `missing() -> str | None`,
    the sentence that says what is not there yet. An instance may say, for the journal, `fingerprint: str`: those of its
    options that can change what it hears, never a key.
    """

    traits: Traits

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        """Yield one Recognition for each clip, in order.

        Each clip is heard by itself: what a backend is to know of others stands in `hints`, or a journal would take
        the answer for that of the clip alone. Pulls only as many clips ahead as it can work on. What goes wrong with
        one clip is a status; what goes wrong with all of them raises `BackendError`, and what was yielded before stays
        heard.
        """
        ...

    def close(self) -> None:
        """Free what the engine holds. Calling it twice is fine."""
        ...


def backend_class(name: str) -> Any:
    """The class registered under `name`, its engine not yet imported. Raises `UnknownName`, `BackendError`."""
    try:
        return BACKENDS.load(name)
    except (ImportError, AttributeError) as error:
        raise BackendError(name, f"its plug-in cannot be loaded: {error}") from error


def load_backend(name: str, **options: Any) -> Backend:
    """A backend, ready to hear.

    Raises `UnknownName` for a name or an option that is not there, `UsageError` for a value of another type than the
    constructor names, `BackendError`.
    """
    maker = backend_class(name)
    check_options(name, maker, options)
    backend = maker(**options)
    if not isinstance(backend, Backend):
        raise BackendError(name, "its plug-in is no backend: it needs traits, transcribe() and close()")
    return backend
