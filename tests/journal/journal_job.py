"""A job for the journal's tests, run as a process of its own so that it can be killed: hears 1000 clips in order.

python journal_job.py JOURNAL ASKED     every clip that the backend is asked for goes to the file ASKED, its answer to
                                        standard output once it is handed on, warnings to standard error
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from captioner.backends import Hints, Recognition, Traits
from captioner.journal import journaled
from captioner.values import Audio, Word

CLIPS = 1000  # more than twenty killed runs get through
RATE = 16_000


def clip(number: int, start: float = 0.0) -> Audio:
    """10 ms of sound that no other number has, at `start` seconds."""
    return Audio(np.full(RATE // 100, number / 32768, np.float32), RATE, start)


def number_of(clip: Audio) -> int:
    return round(float(clip.samples[0]) * 32768)


def said(clip: Audio) -> Recognition:
    """What Echo hears in a clip: its number, in two words with times."""
    first = Word(clip.start + 0.001, clip.start + 0.004, "clip", 0.5)
    second = Word(clip.start + 0.004, clip.start + 0.0095, f" {number_of(clip)}")
    return Recognition("ok", first.text + second.text, (first, second), language="en", confidence=0.75, attempts=2)


class Echo:
    """Hears which clip it is given. Works on `ahead` clips at once, as a service does that is asked side by side."""

    def __init__(self, *, ahead: int = 1, asked: Callable[[int], object] = lambda number: None) -> None:
        self.traits = Traits("echo", model="one", shortest_clip=0.0, word_times=True)
        self._ahead, self._asked = ahead, asked

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        coming = iter(clips)
        working = deque(self._started(coming, self._ahead))
        while working:
            yield working.popleft()
            working.extend(self._started(coming, 1))

    def close(self) -> None:
        pass

    def _started(self, clips: Iterator[Audio], count: int) -> Iterator[Recognition]:
        for each in islice(clips, count):
            self._asked(number_of(each))
            yield said(each)


def main(journal: str, asked: str) -> None:
    log = os.open(asked, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(number: int) -> None:
        time.sleep(0.001)  # a service takes its time, so that a kill can come at any moment of it
        os.write(log, f"{number}\n".encode())

    def warn(message: str) -> None:
        sys.stderr.write(f"{message}\n")

    backend = journaled(Echo(ahead=5, asked=note), Path(journal), source="job", warn=warn)
    clips = (clip(number, number * 0.25) for number in range(CLIPS))
    for heard in backend.transcribe(clips, Hints()):
        sys.stdout.write(f"{heard.text} {heard.words[0].start!r}\n")
        sys.stdout.flush()
    backend.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
