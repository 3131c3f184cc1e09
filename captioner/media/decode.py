"""Audio as a lazy stream of blocks on the player's clock. ffmpeg decodes; a pure function makes its arguments.

ffmpeg keeps the container's timestamps (`-copyts`) and writes NUT, which stores them. So its own defaults for the zero
of the clock, which differ between versions, have no effect. Gaps in the timestamps become silence, here and, while the
audio format stays the same, in ffmpeg. So a block's position in the stream is its position in time, in streams of any
length.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import IO, Any

import numpy as np

from captioner.errors import MediaNotReadable, UsageError
from captioner.media.av_io import reader_of
from captioner.media.ffmpeg import FfmpegProcess, ffmpeg_process
from captioner.media.ffmpeg_graph import graph_arguments, source_stream
from captioner.media.timeline import LONGEST_GAP, SMALLEST_GAP, Packet, fill_gaps, to_blocks
from captioner.media.tracks import AudioSelection, AudioTrack, Media, choose_channel, choose_track
from captioner.media.truncation import missing_segments, truncation_warning
from captioner.values import Audio, Span

BLOCK = 8.192
"""Seconds in a block: 256 frames of the speech detector, which is fastest in large steps of whole frames."""

LOWEST_RATE = 1000
"""Hz. Audio below has no speech, and a small file of it claims to be many hours long."""

# Seconds: a larger jump back means that two streams were joined, and the second continues where the first one ended.
_LONGEST_OVERLAP = 1.0

# Seconds: decoders need audio before the first sample that counts. AAC and MP3 need a frame, Opus 80 ms.
_PREROLL = 1.0

# Seconds added to all timestamps: NUT stores no negative ones, but a stream may begin with some.
_HEADROOM = 3600.0

# Without these, both the writer and the reader of NUT keep every sync point in memory: 2 MB per hour.
_NO_INDEX = {"syncpoints": "none", "strict": "experimental", "write_index": 0}

# Without this, ffmpeg writes each small packet on its own, which costs the reader more than decoding it.
_BUFFERED_WRITES = {"flush_packets": 0}

# Seconds of audio in one of ffmpeg's frames: larger frames are faster. Where a stream changes its format, at most this
# much is lost; before a gap, at most this much is decoded too early.
_FRAME = 0.08

# Seconds in a packet: larger packets are faster to read. Where a stream has a gap and a new format at once, the gap
# follows the packet in which it lies, so audio is late by a syllable at most.
_PACKET = 0.25

# The expression for a frame's timestamp, in samples: its own timestamp, but after a jump the end of the last frame.
# ffmpeg's register 1 holds the end of the last frame, register 0 the sum of all jumps.
_JUMP = f"gt(N,0)*(lt(PTS-ld(1),-{_LONGEST_OVERLAP}*SR)+gt(PTS-ld(1),{LONGEST_GAP}*SR))"
_WITHOUT_JUMPS = f"st(0,ld(0)+if({_JUMP},ld(1)-PTS,0));st(1,PTS+S);PTS+ld(0)+{_HEADROOM}*SR"

_NO_PROBING = {"probesize": "32", "analyzeduration": "0"}

EVERYTHING = AudioSelection()
"""The default track from beginning to end, all its channels mixed."""


def _ignore(fact: object) -> None:
    """Drop a warning or a number."""


def read_audio(
    media: Media,
    selection: AudioSelection = EVERYTHING,
    *,
    sample_rate: int = 16_000,
    warn: Callable[[str], None] = _ignore,
    count_missing: Callable[[int], None] = _ignore,
) -> Iterator[Audio]:
    """Yield blocks of mono float32 audio without gaps; nothing is decoded before it is asked for.

    A truncated source is decoded up to its break, and `warn` gets a message without the source's name; `count_missing`
    gets the number of segments of its playlist that cannot be read. Raises
    `NoAudio`; `UnknownName` for an unknown track or channel; `UsageError` for a start beyond the end;
    `MediaNotReadable`, also where no audio at all can be decoded; and `FfmpegNotFound`.
    """
    track = choose_track(media.tracks, selection.track, media.source)
    if 0 < track.sample_rate < LOWEST_RATE:
        reason = f"its audio has {track.sample_rate} samples a second; speech needs {LOWEST_RATE} or more"
        raise MediaNotReadable(media.source, reason)
    if media.input.pipe and media.input.pipe.consumed:
        raise MediaNotReadable(media.source, "is a pipe, which can be read only once, and it was read already")
    first = count = round((selection.start or 0.0) * sample_rate)
    origin = round(media.start_time * sample_rate)
    last = None if selection.end is None else round(selection.end * sample_rate)
    with ffmpeg_process(decode_arguments(media, track, selection, sample_rate), media.input.pipe) as process:
        media.input.on_close.callback(process.stop)
        chunks = fill_gaps(_packets(process.output, origin + first, sample_rate), sample_rate)
        for samples in to_blocks(chunks, round(BLOCK * sample_rate), None if last is None else last - first):
            yield Audio(samples, sample_rate, count / sample_rate)
            count += len(samples)
        if last is None or count < last:
            _check_end(media, track, process, Span(first / sample_rate, count / sample_rate), warn)
            count_missing(missing_segments(process.messages))


def decode_arguments(media: Media, track: AudioTrack, selection: AudioSelection, sample_rate: int) -> list[str]:
    """Return ffmpeg's arguments to decode one track, from `selection.start` or before, to its standard output."""
    start = selection.start or 0.0
    options: dict[str, Any] = {**media.input.options, "vn": None, "sn": None, "dn": None}
    if start > _PREROLL and media.input.seekable:
        # Seeking only saves time: the timestamps decide which sample is the first.
        options |= {"ss": f"{media.start_time + start - _PREROLL:.6f}", "seek_timestamp": 1, "noaccurate_seek": None}
    audio = source_stream(f"a:{track.number - 1}", options)
    audio = _select_channel(audio, track, choose_channel(track, selection.channel))
    frame = math.ceil(_FRAME * (track.sample_rate or sample_rate))
    audio = audio.filter("asetnsamples", n=frame, p=0).filter("asetpts", _WITHOUT_JUMPS)
    # One resampler converts rate, sample format and channel layout together.
    audio = audio.filter("aresample", sample_rate, **{"async": 1, "min_hard_comp": SMALLEST_GAP})
    audio = audio.filter("aformat", sample_fmts="flt", channel_layouts="mono")
    packets = f"pcm_rechunk=n={round(_PACKET * sample_rate)}:pad=0"
    encoding = {"format": "nut", "acodec": "pcm_f32le", "bsf:a": packets}
    output = audio.output("pipe:1", **encoding, **_NO_INDEX, **_BUFFERED_WRITES)
    # That a segment of a playlist cannot be read is only a warning to ffmpeg.
    return graph_arguments(output, media.input.url, "warning" if "://" in media.input.url else "error")


def _select_channel(audio: Any, track: AudioTrack, channel: int | None) -> Any:
    """Return the graph for one channel, or for all channels mixed.

    A known layout is mixed as a player does for two loudspeakers; an unknown one with equal weights.
    """
    if channel is not None:
        return audio.filter("pan", args=f"mono|c0=c{channel - 1}")
    if track.channels > 2 and track.layout is None:
        weight = 1 / track.channels
        all_channels = "+".join(f"{weight:.6f}*c{number}" for number in range(track.channels))
        return audio.filter("pan", args=f"mono|c0={all_channels}")
    return audio


def _packets(output: IO[bytes], origin: int, sample_rate: int) -> Iterator[Packet]:
    """Yield ffmpeg's packets, positions counted in samples from the timestamp `origin`; there may be none."""
    import av

    try:
        with (
            reader_of(output.read) as reader,
            av.open(reader, "r", format="nut", options=_NO_PROBING, metadata_errors="replace") as container,
        ):
            packet: Any  # PyAV's annotations lack its buffer protocol
            for packet in container.demux(audio=0):
                reader.check()
                if packet.pts is not None:
                    position = packet.pts - round(_HEADROOM * sample_rate) - origin
                    # Only whole samples: if ffmpeg was killed, the last packet may end in the middle of one.
                    yield position, np.frombuffer(packet, np.dtype("<f4"), packet.size // 4)
    except (av.InvalidDataError, av.EOFError):
        return  # ffmpeg ended before the header or in the middle of a packet; its messages say why


def _check_end(
    media: Media, track: AudioTrack, process: FfmpegProcess, decoded: Span, warn: Callable[[str], None]
) -> None:
    """Warn or raise if the source ended too early; `decoded` is the part that was decoded, in seconds."""
    exit_code = process.wait()
    warning = truncation_warning(process.messages, decoded.end, track.end, exit_code)
    if decoded.duration:
        if warning:
            warn(warning)
    elif warning or not decoded.start:
        raise MediaNotReadable(media.source, f"cannot be decoded: {process.last_message()}")
    else:
        raise UsageError(
            f"{media.source} ends before {decoded.start:g} s, so there is nothing to caption from there on"
        )
