"""Reads caption files with ffmpeg's demuxers, which do not share captioner's mistakes."""

from __future__ import annotations

import io
from fractions import Fraction

import av
from av.container import InputContainer
from av.stream import Stream

from captioner.values import Cue


def cues_by_ffmpeg(text: str, demuxer: str) -> list[Cue]:
    """Return the cues of a file, with their text as the file spells it."""
    with av.open(io.BytesIO(text.encode()), format=demuxer) as file:
        assert isinstance(file, InputContainer)
        return [_cue(packet) for packet in file.demux() if packet.size]


def _cue(packet: av.Packet[Stream]) -> Cue:
    assert packet.pts is not None
    assert packet.duration is not None
    assert packet.time_base == Fraction(1, 1000)
    return Cue(packet.pts / 1000, (packet.pts + packet.duration) / 1000, bytes(packet).decode())
