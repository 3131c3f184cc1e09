"""Sound as a lazy stream of blocks on the player's clock. ffmpeg decodes; its arguments are made by a pure function.

ffmpeg keeps the timestamps of the container (`-copyts`) and writes NUT, which bears them, so that no default of its
own about where 0 is has a say: they differ between its versions. Gaps in the timestamps are filled with silence, here
and, as long as the format of the sound stays the same, in ffmpeg. A block's place in the stream is its place in time,
however long the stream runs.
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
from captioner.media.truncation import truncation_warning
from captioner.values import Audio, Span

BLOCK = 8.192
"""Seconds in a block: 256 frames of the speech detector, which is fastest in large steps of whole frames."""

# A jump back by more than this, in seconds, is a stream that was glued to another: it goes on where the first ended.
_LONGEST_OVERLAP = 1.0

# Decoders need what comes before the first sample that counts: AAC and MP3 a frame, Opus 80 ms. In seconds.
_RUN_UP = 1.0

# NUT knows no negative timestamps, but a stream may begin with some; all are raised by this many seconds.
_HEADROOM = 3600.0

# Who writes NUT and who reads it would otherwise both remember every sync point: 2 MB an hour, for ever.
_NO_INDEX = {"syncpoints": "none", "strict": "experimental", "write_index": 0}

# Else each small packet is handed over on its own, and that costs the reader more than the packet does.
_WRITE_MUCH_AT_ONCE = {"flush_packets": 0}

# Seconds of sound that ffmpeg works on at once: larger frames cost less. So much of it, at most, is lost where a stream
# changes its format, and is heard before a gap instead of after it.
_FRAME = 0.08

# Seconds in a packet: larger ones cost less to read. Where a stream has a gap and changes its format at once, the gap
# is heard after the packet in which it lies, so late by a syllable at most.
_PACKET = 0.25

# The expression for a frame's timestamp, in samples: its own, but it goes on where the last one ended after a jump.
# ffmpeg's register 1 holds where the last frame ended, register 0 what was added since a jump.
_JUMP = f"gt(N,0)*(lt(PTS-ld(1),-{_LONGEST_OVERLAP}*SR)+gt(PTS-ld(1),{LONGEST_GAP}*SR))"
_WITHOUT_JUMPS = f"st(0,ld(0)+if({_JUMP},ld(1)-PTS,0));st(1,PTS+S);PTS+ld(0)+{_HEADROOM}*SR"

_NO_PROBING = {"probesize": "32", "analyzeduration": "0"}

EVERYTHING = AudioSelection()


def _ignore(message: str) -> None:
    """Nobody wants to be warned."""


def read_audio(
    media: Media,
    selection: AudioSelection = EVERYTHING,
    *,
    sample_rate: int = 16_000,
    warn: Callable[[str], None] = _ignore,
) -> Iterator[Audio]:
    """Blocks of mono float32, each where the one before it ended; nothing is read ahead of who asks.

    A source that breaks off is heard up to its break, and `warn` is told; who hears the warning knows the source.
    Raises `NoAudio`, `UnknownName` for a track or a channel that is not there, `UsageError` for a start beyond the end,
    `MediaNotReadable`, also where no sound at all can be decoded, and `FfmpegNotFound`.
    """
    track = choose_track(media, selection.track)
    if media.input.pipe and media.input.pipe.consumed:
        raise MediaNotReadable(media.source, "can be heard only once, and it was")
    first = count = round((selection.start or 0.0) * sample_rate)
    origin = round(media.start_time * sample_rate)
    last = None if selection.end is None else round(selection.end * sample_rate)
    with ffmpeg_process(decode_arguments(media, track, selection, sample_rate), media.input.pipe) as work:
        media.input.on_close.callback(work.stop)
        pieces = fill_gaps(_packets(work.output, origin + first, sample_rate), sample_rate)
        for samples in to_blocks(pieces, round(BLOCK * sample_rate), None if last is None else last - first):
            yield Audio(samples, sample_rate, count / sample_rate)
            count += len(samples)
        if last is None or count < last:
            _judge_the_end(media, track, work, Span(first / sample_rate, count / sample_rate), warn)


def decode_arguments(media: Media, track: AudioTrack, selection: AudioSelection, sample_rate: int) -> list[str]:
    """ffmpeg's arguments: decode one track and nothing else, from `listen.start` or before, to its standard output."""
    start = selection.start or 0.0
    options: dict[str, Any] = {**media.input.options, "vn": None, "sn": None, "dn": None}
    if start > _RUN_UP and media.input.seekable:
        # Only the way there is shortened: which sample is the first is decided by the timestamps that come then.
        options |= {"ss": f"{media.start_time + start - _RUN_UP:.6f}", "seek_timestamp": 1, "noaccurate_seek": None}
    sound = source_stream(f"a:{track.number - 1}", options)
    sound = _chosen(sound, track, choose_channel(track, selection.channel))
    frame = math.ceil(_FRAME * (track.sample_rate or sample_rate))
    sound = sound.filter("asetnsamples", n=frame, p=0).filter("asetpts", _WITHOUT_JUMPS)
    # What is asked of its output here, one resampler does with all else that there is to do.
    sound = sound.filter("aresample", sample_rate, **{"async": 1, "min_hard_comp": SMALLEST_GAP})
    sound = sound.filter("aformat", sample_fmts="flt", channel_layouts="mono")
    packets = f"pcm_rechunk=n={round(_PACKET * sample_rate)}:pad=0"
    written = {"format": "nut", "acodec": "pcm_f32le", "bsf:a": packets}
    output = sound.output("pipe:1", **written, **_NO_INDEX, **_WRITE_MUCH_AT_ONCE)
    return graph_arguments(output, media.input.url)


def _chosen(sound: Any, track: AudioTrack, channel: int | None) -> Any:
    """One channel alone; or all, to be mixed as a player would for two loudspeakers where the layout is known, else
    evenly.
    """
    if channel is not None:
        return sound.filter("pan", args=f"mono|c0=c{channel - 1}")
    if track.channels > 2 and track.layout is None:
        share = 1 / track.channels
        all_channels = "+".join(f"{share:.6f}*c{number}" for number in range(track.channels))
        return sound.filter("pan", args=f"mono|c0={all_channels}")
    return sound


def _packets(output: IO[bytes], origin: int, sample_rate: int) -> Iterator[Packet]:
    """What ffmpeg writes, each packet's place counted from the timestamp `origin`, in samples. May be nothing."""
    import av

    try:
        with (
            reader_of(output.read) as reader,
            av.open(reader, "r", format="nut", options=_NO_PROBING, metadata_errors="replace") as container,
        ):
            packet: Any  # it has the buffer protocol, which its annotations do not tell
            for packet in container.demux(audio=0):
                reader.check()
                if packet.pts is not None:
                    place = packet.pts - round(_HEADROOM * sample_rate) - origin
                    # Whole samples: where ffmpeg died, the last packet may end in the middle of one.
                    yield place, np.frombuffer(packet, np.dtype("<f4"), packet.size // 4)
    except (av.InvalidDataError, av.EOFError):
        return  # ffmpeg ended before it wrote the header, or in the middle of a packet; it says why itself


def _judge_the_end(
    media: Media, track: AudioTrack, work: FfmpegProcess, span: Span, warn: Callable[[str], None]
) -> None:
    """Tell what is missing, after ffmpeg has said that there is no more; `span` is what was heard."""
    exit_code = work.wait()
    missing = truncation_warning(work.messages, span.end, track.end, exit_code)
    if span.duration:
        if missing:
            warn(missing)
    elif missing or not span.start:
        raise MediaNotReadable(media.source, f"cannot be decoded: {work.last_message()}")
    else:
        raise UsageError(f"{media.source} ends before {span.start:g} s, so there is nothing to hear from there on")
