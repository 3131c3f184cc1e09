"""The contract between captioner and a translator, which translates lines of text.

A translator is a class. Its constructor takes keyword options, `traits` describe the instance, `translate` translates
some lines at a time. captioner asks again for what is missing or wrong, so a translator needs no repairs of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from captioner.errors import CaptionerError


@dataclass(frozen=True)
class TranslatorTraits:
    """The abilities and limits of one instance of a translator."""

    name: str
    """The name of the translator, for messages, reports and the journal."""

    model: str | None = None
    """The name of the model, for the journal; None if it is not known."""

    fingerprint: str = ""
    """The options that change the text, for the journal. It never holds a key."""

    remote: bool = False
    """Whether the text is sent to another machine."""

    echoes: bool = False
    """Whether each translation comes with the source that it belongs to, which shows lines that were mixed up."""

    takes_context: bool = False
    """Whether it uses the lines around, the glossary and the longest length."""

    concurrency: int = 1
    """Requests at a time."""

    most_lines: int = 20
    """Lines of one request."""


@dataclass(frozen=True)
class SourceLine:
    """A line to translate: a sentence, or a cue."""

    text: str

    speaker: str | None = None

    longest: int | None = None
    """The most characters that can be read in its time; None for no limit."""

    too_long: str | None = None
    """A translation that is too long, to be shortened; None for a first translation."""


@dataclass(frozen=True)
class TranslationRequest:
    """Some lines of one text, with what stands around them."""

    lines: tuple[SourceLine, ...]

    target: str
    """BCP 47 tag of the language to translate into."""

    source: str | None = None
    """BCP 47 tag of the language of the lines; None if it is not known."""

    before: tuple[str, ...] = ()
    """Lines before the first one."""

    after: tuple[str, ...] = ()
    """Lines after the last one."""

    glossary: tuple[tuple[str, str], ...] = ()
    """Terms of the lines and their translations."""


@dataclass(frozen=True)
class TranslatedLine:
    """The translation of one line."""

    text: str

    echo: str | None = None
    """The source text as the translator repeats it; None if it does not."""


class LinesRefused(CaptionerError):
    """The lines of one request cannot be translated, and the same request would be refused again."""


@runtime_checkable
class Translator(Protocol):
    """Translates lines; called from several threads at a time if `traits.concurrency` is more than 1."""

    traits: TranslatorTraits

    def translate(self, request: TranslationRequest) -> list[TranslatedLine | None]:
        """Return a translation for each line, in order; None for one that is missing.

        Raises `LinesRefused` for this request alone, and `BackendError` for a fault of all requests.
        """
        ...

    def close(self) -> None:
        """Free memory and connections. Closing twice is allowed."""
        ...
