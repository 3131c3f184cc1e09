"""The interface that all formats share, for every part of captioner that reads or writes caption files."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from captioner.errors import FormatError
from captioner.formats.common.contents import UNKNOWN_PROGRAMME, Contents, Part, Programme
from captioner.formats.common.encodings import decoding
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.losses import CueLosses, Losses, cue_losses
from captioner.formats.common.retiming import retimed
from captioner.values import Cue


@dataclass(frozen=True)
class Written:
    """A file that was written, still in memory."""

    data: str | bytes
    """The whole file: a text, or the bytes of a binary format."""

    losses: CueLosses
    """The parts of the cues that the file does not hold."""


@dataclass(frozen=True)
class Format:
    """A caption format: its name, its file names, and the module that writes and reads it."""

    name: str
    """The name for `--format`."""

    suffix: str
    """The end of the names of its files, with the dot."""

    module: str
    """The module that has `write` and, as needed, `representable` and `parse`; or `module:object`, as entry points have
    it, for an object that has them. It is imported when it is first used."""

    parts: tuple[Part, ...]
    """The parts of a file: the arguments of `write` and `representable`, in order."""

    readable: bool = True
    """Whether files can be read. False for formats that leave out the times."""

    aliases: tuple[str, ...] = ()
    """More ends of file names, which are read but not written."""

    signature: str = ""
    """A regular expression that matches the beginning of each file of this format, and of no other with its suffix."""

    binary: bool = False
    """Whether a file is bytes instead of text."""

    reads_programme: bool = False
    """Whether `parse` takes the programme as well: files may count frames without naming the rate, or hold several
    languages of which the programme names one."""

    def write(self, contents: Contents) -> Written:
        """Return the file, and the parts of the cues that it cannot hold.

        Raises `FormatError` if one of `parts` is None.
        """
        stored = self.representable(contents)
        held = replace(contents, cues=stored) if "cues" in self.parts else contents
        data = self._load().write(*self._arguments(held))
        assert isinstance(data, bytes if self.binary else str)
        return Written(data, CueLosses() if stored is None else cue_losses(contents.cues or (), stored))

    def representable(self, contents: Contents) -> Sequence[Cue] | None:
        """Return the cues as a file can hold them, by start; None if there are none.

        Raises `FormatError` as `write`.
        """
        arguments = self._arguments(contents)
        if "cues" in self.parts:
            stored: Sequence[Cue] = self._load().representable(*arguments)
            return stored
        return None if contents.cues is None else _in_transcript(contents.cues)

    def _arguments(self, contents: Contents) -> list[Any]:
        for part in self.parts:
            if getattr(contents, part) is None:
                raise FormatError(self.name, f"cannot be written without the {part}")
        return [getattr(contents, part) for part in self.parts]

    def read(
        self,
        file: str | bytes,
        programme: Programme = UNKNOWN_PROGRAMME,
        *,
        encoding: str | None = None,
        strict: bool = False,
        shift: float = 0.0,
        stretch: Fraction = Fraction(1),
    ) -> Contents:
        """Return the contents of a file, given as text, or as bytes in `encoding`, which is detected where it is None.

        `programme` is what the reader knows besides the file, such as the frame rate. Times of cues are multiplied by
        `stretch`, then moved by `shift` seconds; only then is a cue that lies before 0 left out. Raises `FormatError`
        where the file is not in this format or the format is not readable; `strict`, also where anything was left out
        or repaired.
        """
        if not self.readable:
            raise FormatError(self.name, "cannot be read: it holds no times")
        contents = retimed(self._parsed(file, programme, encoding), shift, stretch)
        if strict and (wrong := (*contents.repairs, *contents.losses)):
            raise FormatError(self.name, f"cannot be read exactly: {', '.join(wrong)}")
        return contents

    def _parsed(self, file: str | bytes, programme: Programme, encoding: str | None) -> Contents:
        if isinstance(file, str) or self.binary:
            return self._parse(file, programme)
        text, guessed, broken = decoding(file, encoding)
        contents = self._parse(text, programme)
        notes = Losses({"broken character": broken})
        repairs = (f"encoding {guessed}", *contents.repairs) if guessed else contents.repairs
        return replace(contents, losses=(*notes.phrases(), *contents.losses), repairs=repairs)

    def _parse(self, file: str | bytes, programme: Programme) -> Contents:
        contents = self._load().parse(file, programme) if self.reads_programme else self._load().parse(file)
        assert isinstance(contents, Contents)
        return contents

    def _load(self) -> Any:
        module, _, name = self.module.partition(":")
        loaded = importlib.import_module(module)
        return getattr(loaded, name) if name else loaded


def _in_transcript(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues as a transcript made of them holds them."""
    return [restricted_to(cue, words=True, speaker=True) for cue in sorted(cues, key=lambda cue: cue.start)]
