"""Decodes compressed packets to mono samples at 16 kHz, with the timestamp of the first sample of each block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from captioner.live.stream_clock import SAMPLE_RATE, TICKS
from captioner.media.probe import audio_track
from captioner.media.tracks import choose_track
from captioner.values import Samples

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer


@dataclass(frozen=True)
class Packet:
    """Decoded audio of a source, with the source's timestamp."""

    ticks: int
    """Timestamp of the first sample, in ticks of 90 kHz."""

    samples: Samples
    """Mono, 16 kHz."""

    idle: float | None = None
    """Seconds without audio before this packet, as the source says; None if only the wall clock knows."""

    due: float | None = None
    """When the sender sent its first sample, on the monotonic clock; only the first packet of a connection has it."""

    discontinuity: bool = False
    """Whether the source announced a break in its timestamps."""


class Decoder:
    """Decodes one stream after another as if they were one, so that no sample is lost between two segments."""

    def __init__(self) -> None:
        self._codec: Any = None
        self._codec_key: tuple[Any, ...] = ()
        self._resampler: Any = None

    def decode(self, stream: AudioStream, packets: Iterable[Any]) -> Iterator[tuple[int, Samples]]:
        """Yield the ticks and samples of a stream's packets. A damaged packet is left out: the ticks show its gap."""
        import av

        codec = self._codec_for(stream)
        for packet in packets:
            if packet.pts is None:  # the empty packet that ends a file: the codec goes on with the next file
                continue
            try:
                frames = codec.decode(packet)
            except av.FFmpegError:
                continue
            for frame in frames:
                yield from self._resampled(frame)

    def _codec_for(self, stream: AudioStream) -> Any:
        """Return the codec in use, or a new one where the stream needs another."""
        import av

        context = stream.codec_context
        key = (context.name, context.extradata, context.sample_rate, context.layout.name)
        if key != self._codec_key:
            self._codec, self._codec_key = av.CodecContext.create(context.name, "r"), key
            self._codec.extradata = context.extradata
            self._codec.sample_rate, self._codec.layout = context.sample_rate, context.layout
        return self._codec

    def _resampled(self, frame: Any) -> Iterator[tuple[int, Samples]]:
        from av.audio.resampler import AudioResampler

        if frame.pts is None:
            return
        try:
            self._resampler = self._resampler or AudioResampler("flt", "mono", SAMPLE_RATE)
            frames = self._resampler.resample(frame)
        except ValueError:  # the sample format has changed
            self._resampler = AudioResampler("flt", "mono", SAMPLE_RATE)
            frames = self._resampler.resample(frame)
        for resampled in frames:
            samples = resampled.to_ndarray().reshape(-1)
            if len(samples):
                yield round(resampled.pts * resampled.time_base * TICKS), np.ascontiguousarray(samples, np.float32)


def chosen_stream(container: InputContainer, asked: str | None, name: str) -> AudioStream:
    """Return the audio stream that is asked for by number or language, else the default one, by the rule for files.

    Raises `NoAudio`, which names the source, and `UnknownName`.
    """
    streams = container.streams.audio
    tracks = [audio_track(number, stream) for number, stream in enumerate(streams, start=1)]
    return streams[choose_track(tracks, asked, name).number - 1]
