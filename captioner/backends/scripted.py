"""A backend that returns given texts, for tests and demos; also the shortest complete example of a backend."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle

from captioner.backends.contract import BackendInfo, Hints, Recognition, Traits
from captioner.errors import UsageError
from captioner.values import Audio


class Scripted:
    """Returns `lines` clip by clip, from the first one again when they run out; an empty line has status `empty`.

    `lines` is a list, or one text with `|` between lines. A `Recognition` in the list is returned unchanged, so any
    result can be scripted. `delay` is the time that each clip takes, in seconds per second of audio. Raises
    `UsageError` for no lines and for a delay below 0.
    """

    info = BackendInfo(needs="nothing: it returns the texts of lines=... and ignores the audio")

    def __init__(self, *, lines: str | Sequence[str | Recognition] = ("Hello.",), delay: float = 0.0) -> None:
        lines = lines.split("|") if isinstance(lines, str) else list(lines)
        if not lines:
            raise UsageError("option lines of backend scripted needs at least one line")
        if not 0 <= delay < math.inf:
            raise UsageError(f"option delay of backend scripted must be 0 or more, not {delay!r}")
        self.traits = Traits("scripted", shortest_clip=0.0, fingerprint=repr(lines))
        self._lines = cycle(lines)
        self._delay = delay

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            if self._delay:
                time.sleep(self._delay * clip.duration)
            line = next(self._lines)
            if isinstance(line, Recognition):
                yield line
            else:
                yield Recognition("ok" if line else "empty", line, language=hints.language)

    def close(self) -> None:
        pass
