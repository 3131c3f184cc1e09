"""Compressed packets to mono samples at 16 kHz, each piece with the timestamp of its first sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from captioner.errors import NoAudio, UnknownName
from captioner.languages import language_tag, speaks
from captioner.live.stream_clock import SAMPLE_RATE, TICKS
from captioner.values import Samples

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer


@dataclass(frozen=True)
class Packet:
    """Samples at 16 kHz; `ticks` is the source's timestamp of the first one, in ticks of 90 kHz.

    `idle` is for how many seconds the source itself says that nothing came before, None where only the wall clock
    knows; `cut` that it announced a break in its timestamps.
    """

    ticks: int
    samples: Samples
    idle: float | None = None
    cut: bool = False


class Decoder:
    """Decodes one stream after another as if they were one: at a seam between two segments nothing is lost."""

    def __init__(self) -> None:
        self._codec: Any = None
        self._made_for: tuple[Any, ...] = ()
        self._resampler: Any = None

    def decode(self, stream: AudioStream, packets: Iterable[Any]) -> Iterator[tuple[int, Samples]]:
        """Ticks and samples of a stream's packets; a damaged packet is left out, and its gap is one in the ticks."""
        import av

        codec = self._codec_for(stream)
        for packet in packets:
            if packet.pts is None:  # the empty one that ends a file: the decoder goes on with the next file's
                continue
            try:
                frames = codec.decode(packet)
            except av.FFmpegError:
                continue
            for frame in frames:
                yield from self._resampled(frame)

    def _codec_for(self, stream: AudioStream) -> Any:
        import av

        given = stream.codec_context
        made_for = (given.name, given.extradata, given.sample_rate, given.layout.name)
        if made_for != self._made_for:
            self._codec, self._made_for = av.CodecContext.create(given.name, "r"), made_for
            self._codec.extradata = given.extradata
            self._codec.sample_rate, self._codec.layout = given.sample_rate, given.layout
        return self._codec

    def _resampled(self, frame: Any) -> Iterator[tuple[int, Samples]]:
        from av.audio.resampler import AudioResampler

        if frame.pts is None:
            return
        try:
            self._resampler = self._resampler or AudioResampler("flt", "mono", SAMPLE_RATE)
            frames = self._resampler.resample(frame)
        except ValueError:  # the format of the sound has changed
            self._resampler = AudioResampler("flt", "mono", SAMPLE_RATE)
            frames = self._resampler.resample(frame)
        for heard in frames:
            samples = heard.to_ndarray().reshape(-1)
            if len(samples):
                yield round(heard.pts * heard.time_base * TICKS), np.ascontiguousarray(samples, np.float32)


def chosen(container: InputContainer, asked: str | None, name: str) -> AudioStream:
    """The sound track that is asked for, by number from 1 or by language. Raises `NoAudio`, `UnknownName`."""
    tracks = container.streams.audio
    if not tracks:
        raise NoAudio(name)
    if asked is None:
        return tracks[0]
    for number, track in enumerate(tracks, 1):
        if asked == str(number) or speaks(language_tag(track.language), asked):
            return track
    raise UnknownName("audio track", asked, (f"{number} ({track.language})" for number, track in enumerate(tracks, 1)))
