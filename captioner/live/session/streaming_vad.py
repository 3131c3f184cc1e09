"""Pieces of sound to clips of speech: the file's own detector, judging sooner."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from captioner.live.session.source_reader import AudioPiece
from captioner.live.session.stream_clock import Epoch
from captioner.speech import SAMPLE_RATE, SpeechOptions, SpeechStream
from captioner.values import Audio

SPEECH = SpeechOptions(minimum_silence=0.45, lead=0.25, tail=0.2, longest_region=12.0)
"""A region ends after a silence of 0.45 s, and its padding asks for no more: what waits longer is shown later."""

AHEAD = 2
"""Frames of 32 ms heard before a moment is judged, where a file has half a second."""

_TOUCH = 0.001
"""Seconds between two pieces that are no rounding but a gap."""


@dataclass(frozen=True)
class Clip:
    """The sound of one speech region. Nobody is known to speak after it until `free_until`, in seconds."""

    audio: Audio
    epoch: Epoch
    free_until: float


class StreamingVad:
    """Finds the speech in a stream: pieces in, clips out as soon as their end is certain. No clip crosses an epoch.

    Where pieces leave a gap, the region ends.
    """

    def __init__(self, options: SpeechOptions = SPEECH) -> None:
        self._options = options
        self._longest = options.longest_region
        self._stream: SpeechStream | None = None
        self._epoch: Epoch | None = None
        self.heard = 0.0  # seconds: the end of the last piece

    @property
    def settled_until(self) -> float:
        """The second before which no clip will begin any more."""
        return self._stream.settled_until if self._stream else self.heard

    def hear(self, sound: AudioPiece) -> list[Clip]:
        """The clips that are certain with the next piece."""
        clips: list[Clip] = []
        if self._stream and (sound.epoch != self._epoch or abs(sound.audio.start - self._stream.end) > _TOUCH):
            clips += self.flush(free_until=sound.audio.start)
        if self._stream is None:
            self._stream, self._epoch = SpeechStream(self._options, sound.audio.start, AHEAD), sound.epoch
            self._stream.shorten(self._longest)
        audios = self._stream.push(sound.audio.samples)
        clips += _clips(audios, sound.epoch, self._stream.silent_until)
        self.heard = self._stream.end
        return clips

    def flush(self, *, free_until: float = math.inf) -> list[Clip]:
        """The clips left where the sound ends or breaks off; it goes on at `free_until` at the earliest."""
        stream, self._stream = self._stream, None
        if stream is None or self._epoch is None:
            return []
        return _clips(stream.flush(), self._epoch, free_until)

    def open_clip(self) -> Audio | None:
        """The sound of the region that is being spoken; None in silence."""
        return self._stream.open_clip() if self._stream else None

    @property
    def open_since(self) -> float | None:
        """The second at which it begins."""
        return self._stream.open_since if self._stream else None

    def shorten(self, longest_region: float | None) -> None:
        """From here on no region is longer than so many seconds, or than the options say."""
        self._longest = min(longest_region or math.inf, self._options.longest_region)
        if self._stream:
            self._stream.shorten(self._longest)


def _clips(audios: list[Audio], epoch: Epoch, free_until: float) -> list[Clip]:
    """Each clip, and until when nobody speaks after it; after the last, until `free_until`."""
    following = [*(audio.start for audio in audios[1:]), free_until]
    return [Clip(audio, epoch, max(audio.end, end)) for audio, end in zip(audios, following, strict=False)]


def joined(sounds: list[AudioPiece]) -> list[AudioPiece]:
    """The same sound in fewer pieces: those that touch, in one epoch, become one."""
    groups: list[list[AudioPiece]] = []
    for sound in sounds:
        last = groups[-1][-1] if groups else None
        if last and last.epoch == sound.epoch and abs(last.audio.end - sound.audio.start) <= _TOUCH:
            groups[-1].append(sound)
        else:
            groups.append([sound])
    return [_one(group) for group in groups]


def _one(group: list[AudioPiece]) -> AudioPiece:
    samples = np.concatenate([sound.audio.samples for sound in group])
    return replace(group[0], audio=Audio(samples, SAMPLE_RATE, group[0].audio.start))
