"""The waveform of a recording for drawing: the lowest and the highest sample of each stretch, at four levels."""

from __future__ import annotations

import struct
from pathlib import Path
from threading import Lock, Thread

import numpy as np
from numpy.typing import NDArray

from captioner.atomic_file import atomic_write
from captioner.errors import NoAudio
from captioner.media import open_media, read_audio

RATE = 8000
"""Samples a second that the waveform is made of."""

POINTS_PER_SECOND = (100.0, 25.0, 6.25, 1.5625)
"""Of each level: a point is 10, 40, 160 or 640 ms."""

FACTOR = 4
"""Points of a level that make one of the next."""

FILE = "peaks.bin"

_SAMPLES = round(RATE / POINTS_PER_SECOND[0])
_HEADER = struct.Struct("<4I")

Points = NDArray[np.int8]
"""Shape (n, 2): lowest and highest sample of each point, from -127 to 127."""


class WaveformPeaks:
    """The waveform of one recording, while it is made and afterwards. Any thread may read it."""

    def __init__(self) -> None:
        self._levels: list[list[Points]] = [[] for _ in POINTS_PER_SECOND]
        self._rest: list[Points] = [np.empty((0, 2), np.int8) for _ in POINTS_PER_SECOND]
        self._counts = [0] * len(POINTS_PER_SECOND)
        self._lock = Lock()
        self.complete = False
        """Whether all of the recording is in it."""
        self.error: BaseException | None = None
        """Why it is not complete and never will be."""

    def points(self, level: int, first: int, last: int) -> tuple[bytes, int, bool]:
        """Return points of a level as bytes, the number of points that are known, and whether these are all."""
        with self._lock:
            complete, count = self.complete, self._counts[level]
            parts = list(self._levels[level])
        if len(parts) > 1:
            parts = [np.concatenate(parts)]
            with self._lock:
                if self._counts[level] == count:
                    self._levels[level] = parts
        known = parts[0] if parts else np.empty((0, 2), np.int8)
        return known[max(0, first) : max(0, last)].tobytes(), count, complete

    def add(self, samples: NDArray[np.float32]) -> None:
        """Add whole points of samples."""
        blocks = samples.reshape(-1, _SAMPLES)
        both = np.stack([np.floor(blocks.min(axis=1) * 127), np.ceil(blocks.max(axis=1) * 127)], axis=1)
        self._add(0, np.clip(both, -127, 127).astype(np.int8))

    def finish(self) -> None:
        """Add the points that are not full, and say that all is there."""
        for level in range(1, len(POINTS_PER_SECOND)):
            rest, self._rest[level] = self._rest[level], self._rest[level][:0]
            if len(rest):
                self._store(level, _joined(rest, len(rest)))
        with self._lock:
            self.complete = True

    def _add(self, level: int, points: Points) -> None:
        self._store(level, points)
        following = level + 1
        if following == len(POINTS_PER_SECOND):
            return
        rest = np.concatenate([self._rest[following], points])
        whole = len(rest) // FACTOR * FACTOR
        self._rest[following] = rest[whole:]
        if whole:
            self._add(following, _joined(rest[:whole], FACTOR))

    def _store(self, level: int, points: Points) -> None:
        with self._lock:
            self._levels[level].append(points)
            self._counts[level] += len(points)

    def write(self, path: Path) -> None:
        """Write all levels to a file, which appears whole or not at all."""
        parts = [self.points(level, 0, self._counts[level])[0] for level in range(len(POINTS_PER_SECOND))]
        with atomic_write(path) as unfinished:
            unfinished.write_bytes(_HEADER.pack(*self._counts) + b"".join(parts))

    @classmethod
    def read(cls, path: Path) -> WaveformPeaks:
        """Return the waveform in a file that `write` made."""
        data = path.read_bytes()
        made = cls()
        at = _HEADER.size
        for level, count in enumerate(_HEADER.unpack_from(data)):
            points = np.frombuffer(data, np.int8, 2 * count, at).reshape(-1, 2)
            made._store(level, points)
            at += 2 * count
        made.complete = True
        return made


def peaks_of(media: Path, folder: Path) -> WaveformPeaks:
    """Return the waveform of a recording: that of the file in `folder`, or one that a thread makes and writes there."""
    stored = folder / FILE
    if stored.exists():
        return WaveformPeaks.read(stored)
    peaks = WaveformPeaks()
    Thread(target=_make, args=(peaks, media, stored), name="peaks", daemon=True).start()
    return peaks


def _make(peaks: WaveformPeaks, media: Path, stored: Path) -> None:
    try:
        _fill(peaks, media)
        peaks.write(stored)
    except Exception as error:  # is reported to who asks for the waveform
        peaks.error = error


def _fill(peaks: WaveformPeaks, path: Path) -> None:
    """Add all audio of a recording; one without audio has no points."""
    rest = np.empty(0, np.float32)
    try:
        with open_media(str(path)) as media:
            for block in read_audio(media, sample_rate=RATE):
                samples = np.concatenate([rest, block.samples])
                whole = len(samples) // _SAMPLES * _SAMPLES
                peaks.add(samples[:whole])
                rest = samples[whole:]
    except NoAudio:
        rest = rest[:0]
    if len(rest):
        peaks.add(np.pad(rest, (0, _SAMPLES - len(rest))))
    peaks.finish()


def _joined(points: Points, count: int) -> Points:
    """Return a point for each `count` points."""
    groups = points.reshape(-1, count, 2)
    joined: Points = np.stack([groups[:, :, 0].min(axis=1), groups[:, :, 1].max(axis=1)], axis=1)
    return joined
