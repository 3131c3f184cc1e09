"""The contract between captioner and a backend, which recognises the speech in clips.

A backend is a class. Its constructor takes keyword options and imports its libraries, `traits` describe the instance,
`transcribe` recognises clips. The class may describe itself before it is built, with an `info` of type `BackendInfo`.
All backends, built in or plug-in, pass the same conformance suite (`tests/backends/test_conformance.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from captioner.values import Audio, Status, Word


@dataclass(frozen=True)
class BackendInfo:
    """Facts about a backend class, known before it is built: for `captioner backends`, `auto` and `--offline`."""

    needs: str = "see its documentation"
    """What it needs to run, in a few words."""

    missing: Callable[[], str | None] = lambda: None
    """Returns what is still missing on this machine, in a few words; None if the backend is ready."""

    notice: str | None = None
    """A message for the user when `auto` selects this backend; `{model}` in it stands for the name of its model."""

    remote: bool = False
    """Whether it sends the audio to another machine."""

    takes_key: bool = False
    """Whether the constructor takes a `key`. A dry run sends nothing, so it passes a placeholder if none is set."""

    memory: int = 1_500_000_000
    """Bytes that an instance needs, with the rest of a worker of a batch: so many workers are started."""

    gpu_memory: int = 0
    """Bytes of GPU memory that an instance needs; 0 for a backend that uses no GPU."""

    takes_language: bool = False
    """Whether the constructor takes `language`, the BCP 47 tag of the speech, or None: it may choose a model by it."""


@dataclass(frozen=True)
class Traits:
    """The abilities and limits of one instance of a backend."""

    name: str
    """The name of the backend, for messages, reports and the journal."""

    model: str | None = None
    """The name of the model, for reports, prices and the journal; None if it is not known."""

    sample_rate: int = 16_000
    """Hz. captioner gives 16000 and refuses a backend that asks for another rate."""

    shortest_clip: float = 0.2
    """Seconds."""

    longest_clip: float = 30.0
    """Seconds; no region is longer. A region needs a second beside its padding, so captioner refuses a backend with a
    limit below 1.6 s (with the default padding)."""

    preferred_clip: float | None = None
    """Seconds, at most `longest_clip`: neighbouring speech regions are joined into clips up to this length, since text
    gets better with more context. Such a backend may be called while another call of it is not used up. None for a
    clip for each region."""

    prefers_excerpts: bool = False
    """Whether such a clip is an excerpt of the recording where one of that length holds the regions, with its silence
    and the sound around; otherwise it has only the regions, and short rests between them."""

    word_times: bool = False
    """Whether `Recognition.words` are given."""

    exact_word_times: bool = False
    """Whether these times are as exact as an aligner's, so that no aligner looks at them: those of a hidden Markov
    model are, those of attention weights are not."""

    languages: tuple[str, ...] = ()
    """BCP 47 tags of the languages that it recognises; empty if that is not known."""

    text_language: str | None = None
    """BCP 47 tag of the language of its texts, if that is not the language of the speech: it translates. The texts then
    keep the backend's word times, since they cannot be aligned with the sound."""

    takes_context: bool = True
    """Whether the prompt may be earlier text; False for a model that reads the prompt as an instruction."""

    fingerprint: str = ""
    """The options that change the text (a temperature, a server), for the journal: it recognises a clip again when
    this differs. It never holds a key."""

    remote: bool = False
    """Whether this instance sends the audio to another machine."""

    metered: bool = False
    """Whether each second of audio costs money. Live captions then leave out partials, which send audio twice."""


@dataclass(frozen=True)
class Hints:
    """Facts about the speech that the user knows."""

    language: str | None = None
    """A BCP 47 tag; None lets the backend detect the language."""

    prompt: str | None = None
    """Text before the speech, or about it."""

    hotwords: tuple[str, ...] = ()
    """Names and terms to spell right."""


@dataclass(frozen=True)
class Recognition:
    """The result for one clip."""

    status: Status
    """`ok`, `empty` (no speech), `failed`, `blocked` (by a content policy) or `truncated`."""

    text: str = ""

    words: tuple[Word, ...] = ()
    """Words with times on the media's clock, as the clip has them; joined they spell `text`. Empty without times."""

    language: str | None = None
    """A BCP 47 tag; None if the backend does not say."""

    confidence: float | None = None
    """From 0 to 1; None if the backend does not say."""

    reason: str | None = None
    """Why the status is not `ok` or `empty`; beside `ok`, why the text may be wrong."""

    attempts: int = 1
    """The number of requests for the clip."""

    cached: bool = False
    """Whether the result comes from the journal."""

    language_probability: float | None = None
    """How sure the backend is that it detected the right language, from 0 to 1; None if it does not say."""


@runtime_checkable
class Backend(Protocol):
    """Recognises the speech in clips: synchronous, lazy, in order."""

    traits: Traits

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        """Yield one Recognition for each clip, in order, and pull only as many clips ahead as it can work on.

        A result depends on its clip and `hints` alone, since the journal stores it as such. A fault of one clip is a
        status. A fault of all of them raises `BackendError`; the results that were yielded before remain valid.
        """
        ...

    def close(self) -> None:
        """Free memory and connections. Closing twice is allowed."""
        ...
