"""What a format is to those who write and read captions: they never ask which one it is."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from captioner.errors import FormatError
from captioner.formats.model.contents import Contents, Part, Programme
from captioner.formats.model.encodings import decoding
from captioner.formats.model.fidelity import Losses, losses_between, restricted_to
from captioner.values import Cue, Report, Transcript

UNKNOWN = Programme()


@dataclass(frozen=True)
class Format:
    """One format: its name, the end of its file names, the module that knows it, and the parts it is made `of`.

    A format that is not `readable` leaves out too much. `others` are more ends of file names that are read, `mark` is
    a regular expression that the head of each of its files matches and of no other format's: it tells formats apart
    that share an end. A `binary` format is bytes. Of a format that has to be `told`, files do not say how many frames
    a second they count: `parse` takes the programme too.
    """

    name: str
    suffix: str
    module: str
    parts: tuple[Part, ...]
    readable: bool = True
    aliases: tuple[str, ...] = ()
    signature: str = ""
    binary: bool = False
    needs_frame_rate: bool = False

    def write(
        self,
        cues: Sequence[Cue] | None,
        transcript: Transcript | None,
        report: Report | None,
        programme: Programme = UNKNOWN,
    ) -> str | bytes:
        """A whole file. Raises `FormatError` where a part is None that the format is made of."""
        given: dict[Part, Any] = {"cues": cues, "transcript": transcript, "report": report, "programme": programme}
        for part in self.parts:
            if given[part] is None:
                raise FormatError(self.name, f"cannot be written without the {part}")
        file = self._load().write(*(given[part] for part in self.parts))
        assert isinstance(file, bytes if self.binary else str)
        return file

    def losses(self, cues: Sequence[Cue], programme: Programme = UNKNOWN) -> tuple[str, ...]:
        """What of the cues a file cannot hold, in phrases: `styles of 3 cues`. Empty where all is kept."""
        given = {"cues": cues, "programme": programme}
        if "cues" in self.parts:
            kept = self._load().representable(*(given[part] for part in self.parts))
        else:
            ordered = sorted(cues, key=lambda cue: cue.start)
            kept = [restricted_to(cue, words=True, speaker=True) for cue in ordered]
        return losses_between(cues, kept)

    def read(
        self, file: str | bytes, programme: Programme = UNKNOWN, *, encoding: str | None = None, strict: bool = False
    ) -> Contents:
        """What a file holds: its text, or its bytes, in `encoding` or in the one that they show.

        `programme` is what its reader knows beside.

        Raises `FormatError` where it is not in this format, or that is not readable; `strict`, also where something
        would be lost or was not as the format wants it.
        """
        if not self.readable:
            raise FormatError(self.name, "cannot be read: it does not hold the times of what is said")
        if isinstance(file, str) or self.binary:
            contents = self._parse(file, programme)
        else:
            text, guessed, broken = decoding(file, encoding)
            contents = self._parse(text, programme)
            notes = Losses({"broken character": broken})
            mended = (f"encoding {guessed}", *contents.mended) if guessed else contents.mended
            contents = replace(contents, losses=(*notes.phrases(), *contents.losses), mended=mended)
        if strict and (wrong := (*contents.mended, *contents.losses)):
            raise FormatError(self.name, f"is not as it should be: {', '.join(wrong)}")
        return contents

    def _parse(self, file: str | bytes, programme: Programme) -> Contents:
        contents = self._load().parse(file, programme) if self.needs_frame_rate else self._load().parse(file)
        assert isinstance(contents, Contents)
        return contents

    def _load(self) -> ModuleType:
        return importlib.import_module(self.module)
