"""Finds clips of speech in chunks of audio, with the VAD for files and less lookahead."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from captioner.live.session.source_reader import AudioChunk
from captioner.live.stream_clock import Epoch
from captioner.speech import SAMPLE_RATE, SpeechOptions, SpeechStream
from captioner.values import Audio

LIVE_SPEECH = SpeechOptions(minimum_silence=0.45, lead=0.25, tail=0.2, longest_region=12.0)
"""A region ends after a silence of 0.45 s, and its padding needs no longer: more would delay its captions."""

LOOKAHEAD = 2
"""Frames of 32 ms that must follow a frame before it is judged; for a file it is half a second."""

SHORTEST_SPEECH = 1.0
"""Seconds of speech, without the padding, below which a region is never limited: a limit would cut every word."""

_TOUCHING = 0.001
"""Seconds between two chunks that follow one another; more is a gap."""


@dataclass(frozen=True)
class Clip:
    """The audio of one speech region."""

    audio: Audio

    epoch: Epoch
    """The run of timestamps that the clip lies in."""

    free_until: float
    """Stream second until which no other speech is known to begin."""


class StreamingVad:
    """Finds speech in a stream: chunks in, clips out as soon as their end is certain.

    A gap between two chunks ends a region, and no clip crosses an epoch.
    """

    def __init__(self, options: SpeechOptions = LIVE_SPEECH) -> None:
        self._options = options
        self._longest = options.longest_region
        self._stream: SpeechStream | None = None
        self._epoch: Epoch | None = None
        self.end = 0.0  # stream second: the end of the last chunk

    @property
    def settled_until(self) -> float:
        """The stream second before which no further clip will begin."""
        return self._stream.settled_until if self._stream else self.end

    def push(self, chunk: AudioChunk) -> list[Clip]:
        """Return the clips that are certain with the next chunk."""
        clips: list[Clip] = []
        if self._stream and (chunk.epoch != self._epoch or abs(chunk.audio.start - self._stream.end) > _TOUCHING):
            clips += self.flush(free_until=chunk.audio.start)
        if self._stream is None:
            self._stream, self._epoch = SpeechStream(self._options, chunk.audio.start, LOOKAHEAD), chunk.epoch
            self._stream.shorten(self._longest)
        audios = self._stream.push(chunk.audio.samples)
        clips += _clips(audios, chunk.epoch, self._stream.silent_until)
        self.end = self._stream.end
        return clips

    def flush(self, *, free_until: float = math.inf) -> list[Clip]:
        """Return the remaining clips, where the audio ends or breaks off; it continues at `free_until` or later."""
        stream, self._stream = self._stream, None
        if stream is None or self._epoch is None:
            return []
        return _clips(stream.flush(), self._epoch, free_until)

    def open_clip(self) -> Audio | None:
        """Return the audio of the region that is being spoken, None in silence."""
        return self._stream.open_clip() if self._stream else None

    @property
    def open_since(self) -> float | None:
        """The stream second at which that region begins, None in silence."""
        return self._stream.open_since if self._stream else None

    def shorten(self, longest_region: float | None) -> None:
        """Limit regions to `longest_region` seconds from now on; None restores the limit of the options."""
        options = self._options
        shortest = options.lead + options.tail + SHORTEST_SPEECH
        self._longest = min(max(longest_region or math.inf, shortest), options.longest_region)
        if self._stream:
            self._stream.shorten(self._longest)


def _clips(audios: list[Audio], epoch: Epoch, free_until: float) -> list[Clip]:
    """Return each clip with the time until the next one; the last one has `free_until`."""
    next_starts = [*(audio.start for audio in audios[1:]), free_until]
    return [Clip(audio, epoch, max(audio.end, start)) for audio, start in zip(audios, next_starts, strict=False)]


def merge_chunks(chunks: list[AudioChunk]) -> list[AudioChunk]:
    """Return the same audio in fewer chunks: those that touch, in one epoch, become one."""
    groups: list[list[AudioChunk]] = []
    for chunk in chunks:
        last = groups[-1][-1] if groups else None
        if last and last.epoch == chunk.epoch and abs(last.audio.end - chunk.audio.start) <= _TOUCHING:
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
    return [_merged(group) for group in groups]


def _merged(group: list[AudioChunk]) -> AudioChunk:
    samples = np.concatenate([chunk.audio.samples for chunk in group])
    return replace(group[0], audio=Audio(samples, SAMPLE_RATE, group[0].audio.start))
