"""A job for the journal's tests, in a process of its own so that it can be killed: recognises 1000 clips in order.

python journal_job.py JOURNAL ASKED     writes the number of every clip that the backend gets to the file ASKED, each
                                        result to standard output and each warning to standard error
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

CLIPS = 1000  # more than twenty killed runs complete
RATE = 16_000


def clip(number: int, start: float = 0.0) -> Audio:
    """10 ms of audio at `start` seconds, different for each number."""
    return Audio(np.full(RATE // 100, number / 32768, np.float32), RATE, start)


def number_of(clip: Audio) -> int:
    return round(float(clip.samples[0]) * 32768)


def recognition_of(clip: Audio) -> Recognition:
    """The result of Echo: the number of the clip, in two words with times."""
    first = Word(clip.start + 0.001, clip.start + 0.004, "clip", 0.5)
    second = Word(clip.start + 0.004, clip.start + 0.0095, f" {number_of(clip)}")
    return Recognition("ok", first.text + second.text, (first, second), language="en", confidence=0.75, attempts=2)


class Echo:
    """Returns the number of each clip. Works on `ahead` clips at once, as a service with concurrent requests does."""

    def __init__(self, *, ahead: int = 1, asked: Callable[[int], object] = lambda number: None) -> None:
        self.traits = Traits("echo", model="one", shortest_clip=0.0, word_times=True)
        self._ahead, self._asked = ahead, asked

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        upcoming = iter(clips)
        working = deque(self._recognised(upcoming, self._ahead))
        while working:
            yield working.popleft()
            working.extend(self._recognised(upcoming, 1))

    def close(self) -> None:
        pass

    def _recognised(self, clips: Iterator[Audio], count: int) -> Iterator[Recognition]:
        for each in islice(clips, count):
            self._asked(number_of(each))
            yield recognition_of(each)


def main(journal: str, asked: str) -> None:
    log = os.open(asked, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def log_number(number: int) -> None:
        time.sleep(0.001)  # time for a kill to come at any moment
        os.write(log, f"{number}\n".encode())

    def warn(message: str) -> None:
        sys.stderr.write(f"{message}\n")

    backend = journaled(Echo(ahead=5, asked=log_number), Path(journal), source="job", warn=warn)
    clips = (clip(number, number * 0.25) for number in range(CLIPS))
    for recognition in backend.transcribe(clips, Hints()):
        sys.stdout.write(f"{recognition.text} {recognition.words[0].start!r}\n")
        sys.stdout.flush()
    backend.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
