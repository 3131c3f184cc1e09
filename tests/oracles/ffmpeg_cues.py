"""Caption files read by ffmpeg's own demuxers: an opinion that is not ours."""

from __future__ import annotations

import io
from fractions import Fraction

import av
from av.container import InputContainer
from av.stream import Stream

from captioner.values import Cue


def cues_by_ffmpeg(text: str, demuxer: str) -> list[Cue]:
    """The cues of a file's text, their payload as it stands there."""
    with av.open(io.BytesIO(text.encode()), format=demuxer) as file:
        assert isinstance(file, InputContainer)
        return [_cue(packet) for packet in file.demux() if packet.size]


def _cue(packet: av.Packet[Stream]) -> Cue:
    assert packet.pts is not None
    assert packet.duration is not None
    assert packet.time_base == Fraction(1, 1000)
    return Cue(packet.pts / 1000, (packet.pts + packet.duration) / 1000, bytes(packet).decode())
