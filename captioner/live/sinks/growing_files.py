"""Caption files that grow while the stream runs, and hold complete entries at any moment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from captioner.errors import FormatError, OutputNotWritten
from captioner.formats import Contents, srt, vtt
from captioner.live.events import Caption, Event, caption_json
from captioner.values import Cue

ROUNDING = 0.02
"""Seconds by which a caption may begin before the end of the last one, since times are rounded."""


class GrowingFile:
    """A text file to which complete entries are appended. An existing file is continued.

    An entry that does not reach the disk is removed again. Raises `OutputNotWritten`.
    """

    def __init__(self, target: str, header: str = "") -> None:
        self.path = Path(target)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._created = not self.path.exists()
            self.path.touch()
            self._length = self.path.stat().st_size
            if not self._length and header:
                self.append(header)
        except OSError as error:
            raise _not_written(self.path, error) from error

    def text(self) -> str:
        """Return the content of the file."""
        return self.path.read_text("utf-8", errors="replace")

    def keep_only(self, text: str) -> None:
        """Truncate the file to `text`, its beginning: the rest is an entry that was never completed."""
        self._length = len(text.encode())
        os.truncate(self.path, self._length)

    def append(self, text: str) -> None:
        """Append an entry."""
        data = text.encode("utf-8", errors="replace")
        try:
            if self.path.stat().st_size != self._length:  # a full disk left a part of an entry
                os.truncate(self.path, self._length)
            with self.path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _not_written(self.path, error) from error
        self._length += len(data)

    def remove_if_created(self) -> bool:
        """Remove the file if this object created it, for a stream that never began. Returns whether it did."""
        if self._created:
            self.path.unlink(missing_ok=True)
        return self._created


class _CaptionFile:
    """Writes each final caption once: one that begins before the end of the last was written by an earlier run.

    `end_of` gives the end, in seconds, of the last caption in the text of an existing file.
    """

    _separator = "\n\n"

    def __init__(self, target: str, header: str, end_of: Callable[[str], float]) -> None:
        self._file = GrowingFile(target, header)
        before, separator, _ = self._file.text().rpartition(self._separator)
        self._file.keep_only(before + separator)
        self._last_end = end_of(before + separator)
        self._stream_began = False

    def handle(self, event: Event) -> None:
        """Append a final caption."""
        self._stream_began = True
        if not isinstance(event, Caption) or not event.is_final or event.start < self._last_end - ROUNDING:
            return
        self._file.append(self._entry(event))
        self._last_end = event.end

    def close(self) -> None:
        """Remove the file if no stream began."""
        if not self._stream_began:
            self._file.remove_if_created()

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
    """Final captions, one JSON object per line, as the feed sends them."""

    _separator = "\n"

    def __init__(self, target: str) -> None:
        super().__init__(target, "", self._end)

    def _end(self, text: str) -> float:
        last = text.strip().rpartition("\n")[2]
        try:
            return float(json.loads(last)["end"]) if last else 0.0
        except (ValueError, LookupError, TypeError) as error:
            raise OutputNotWritten(str(self._file.path), "it exists and is not a caption file") from error

    def _entry(self, caption: Caption) -> str:
        return caption_json(caption) + "\n"


def _cue(caption: Caption) -> Cue:
    return Cue(caption.start, caption.end, caption.text, caption.speaker)


def _cues(parse: Callable[[str], Contents], text: str, path: Path) -> list[Cue]:
    try:
        return list(parse(text).cues or ())
    except FormatError as error:
        raise OutputNotWritten(str(path), "it exists and is not a caption file") from error


def _not_written(path: Path, error: OSError) -> OutputNotWritten:
    return OutputNotWritten(str(path), (error.strerror or str(error)).lower())
