"""Caption files that grow while the stream runs: what is in them is whole at any moment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from captioner.errors import FormatError, OutputNotWritten
from captioner.formats import Contents, srt, vtt
from captioner.live.events import Caption, Event, caption_json
from captioner.values import Cue

LATE = 0.02
"""Seconds before the end of the last caption in which the next may begin: rounding."""


class GrowingFile:
    """A text file to which whole entries are added. One that is there already is gone on with.

    An entry is written and forced to the disk, or is taken back. Raises `OutputNotWritten`.
    """

    def __init__(self, target: str, header: str = "") -> None:
        self.path = Path(target)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._made = not self.path.exists()
            self.path.touch()
            self._length = self.path.stat().st_size
            if not self._length and header:
                self.add(header)
        except OSError as error:
            raise _not_written(self.path, error) from error

    def text(self) -> str:
        """All that is in it."""
        return self.path.read_text("utf-8", errors="replace")

    def cut(self, text: str) -> None:
        """Keep this much of its beginning: what follows was never finished."""
        self._length = len(text.encode())
        os.truncate(self.path, self._length)

    def add(self, text: str) -> None:
        """Add an entry."""
        data = text.encode("utf-8", errors="replace")
        try:
            if self.path.stat().st_size != self._length:  # what a full disk left of an entry
                os.truncate(self.path, self._length)
            with self.path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _not_written(self.path, error) from error
        self._length += len(data)

    def take_back(self) -> bool:
        """Take the file away again where there was none before; whether that was so. For a stream that never began."""
        if self._made:
            self.path.unlink(missing_ok=True)
        return self._made


class _CaptionFile:
    """Final captions, each one once: what begins before the last one's end was written by an earlier run."""

    def __init__(self, target: str, header: str, end: Callable[[str], float]) -> None:
        self._file = GrowingFile(target, header)
        whole, rest, _ = self._file.text().rpartition(self._parting)
        self._file.cut(whole + rest)
        self._until = end(whole + rest)
        self._began = False

    _parting = "\n\n"

    def take(self, event: Event) -> None:
        """Add a final caption."""
        self._began = True
        if not isinstance(event, Caption) or not event.is_final or event.start < self._until - LATE:
            return
        self._file.add(self._entry(event))
        self._until = event.end

    def close(self) -> None:
        """What was taken is written; where no stream was, no file is left."""
        if not self._began:
            self._file.take_back()

    def _entry(self, caption: Caption) -> str:
        raise NotImplementedError


class SrtFile(_CaptionFile):
    """A growing SubRip file."""

    def __init__(self, target: str) -> None:
        self._number = 0
        super().__init__(target, "", self._end)

    def _end(self, text: str) -> float:
        cues = _cues(srt.parse, text, self._file.path) if text.strip() else []
        self._number = len(cues)
        return max((cue.end for cue in cues), default=0.0)

    def _entry(self, caption: Caption) -> str:
        [cue] = srt.representable([_cue(caption)])
        self._number += 1
        return srt.entry(cue, self._number) + "\n"


class VttFile(_CaptionFile):
    """A growing WebVTT file."""

    def __init__(self, target: str) -> None:
        super().__init__(target, vtt.header(), self._end)

    def _end(self, text: str) -> float:
        return max((cue.end for cue in _cues(vtt.parse, text, self._file.path)), default=0.0)

    def _entry(self, caption: Caption) -> str:
        [cue] = vtt.representable([_cue(caption)])
        return vtt.entry(cue) + "\n"


class JsonLines(_CaptionFile):
    """Final captions, one JSON object a line, as the feed sends them."""

    _parting = "\n"

    def __init__(self, target: str) -> None:
        super().__init__(target, "", self._end)

    def _end(self, text: str) -> float:
        last = text.strip().rpartition("\n")[2]
        try:
            return float(json.loads(last)["end"]) if last else 0.0
        except (ValueError, LookupError, TypeError) as error:
            raise OutputNotWritten(str(self._file.path), "is there, and is no file of captions") from error

    def _entry(self, caption: Caption) -> str:
        return caption_json(caption) + "\n"


def _cue(caption: Caption) -> Cue:
    return Cue(caption.start, caption.end, caption.text, caption.speaker)


def _cues(parse: Callable[[str], Contents], text: str, path: Path) -> list[Cue]:
    try:
        return list(parse(text).cues or ())
    except FormatError as error:
        raise OutputNotWritten(str(path), "is there, and is no file of captions") from error


def _not_written(path: Path, error: OSError) -> OutputNotWritten:
    return OutputNotWritten(str(path), (error.strerror or str(error)).lower())
