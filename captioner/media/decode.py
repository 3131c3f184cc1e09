"""Sound as a lazy stream of blocks on the player's clock. ffmpeg decodes; its arguments are made by a pure function.

ffmpeg keeps the timestamps of the container (`-copyts`), and every one of them is turned into a count of samples from
the moment at which listening begins. Where the timestamps leave a gap there is silence, so a block's place in the
stream is its place in time, however long the stream runs. No default of ffmpeg's own about where 0 is has a say: they
differ between its versions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any

import numpy as np

from captioner.errors import MediaNotReadable, UsageError
from captioner.media.ending import shortfall
from captioner.media.ffmpeg import Running, running
from captioner.media.probe import LONGEST_GAP
from captioner.media.tracks import AudioTrack, Listen, Media, choose_channel, choose_track
from captioner.values import Audio, Samples, Span

BLOCK = 2.0
"""Seconds in a block."""

# Timestamps that are rounded to milliseconds, or that come from a real clock, jitter; what differs by less is no gap.
_SMALLEST_GAP = 0.04

# A jump back by more than this, in seconds, is a stream that was glued to another: it goes on where the first ended.
_LONGEST_OVERLAP = 1.0

# Decoders need what comes before the first sample that counts: AAC and MP3 a frame, Opus 80 ms. In seconds.
_RUN_UP = 1.0

EVERYTHING = Listen()


def _ignore(message: str) -> None:
    """Nobody wants to be warned."""


def read_audio(
    media: Media, listen: Listen = EVERYTHING, *, sample_rate: int = 16_000, warn: Callable[[str], None] = _ignore
) -> Iterator[Audio]:
    """Blocks of mono float32, each where the one before it ended; nothing is read ahead of who asks.

    A source that breaks off is heard up to its break, and `warn` is told. Raises `NoAudio`, `UnknownName` for a track
    or a channel that is not there, `UsageError` for a start beyond the end, `MediaNotReadable`, `FfmpegNotFound`.
    """
    track = choose_track(media, listen.track)
    if media.opened.pipe and media.opened.pipe.poured:
        raise MediaNotReadable(media.source, "can be heard only once, and it was")
    first = count = round((listen.start or 0.0) * sample_rate)
    last = None if listen.end is None else round(listen.end * sample_rate)
    with running(decode_arguments(media, track, listen, sample_rate), media.opened.pipe) as work:
        for samples in _blocks(work.output, round(BLOCK * sample_rate), None if last is None else last - first):
            yield Audio(samples, sample_rate, count / sample_rate)
            count += len(samples)
        if last is None or count < last:
            _judge_the_end(media, track, work, Span(first / sample_rate, count / sample_rate), warn)


def decode_arguments(media: Media, track: AudioTrack, listen: Listen, sample_rate: int) -> list[str]:
    """ffmpeg's arguments: decode one track and nothing else, and write raw mono float32 to its standard output.

    The first sample is the one at `listen.start`.
    """
    import ffmpeg

    start = listen.start or 0.0
    options: dict[str, Any] = {**media.opened.options, "vn": None, "sn": None, "dn": None}
    if start > _RUN_UP and media.opened.seekable:
        # Only the way there is shortened: which sample is the first is decided by the timestamps that come then.
        options |= {"ss": f"{media.start_time + start - _RUN_UP:.6f}", "seek_timestamp": 1, "noaccurate_seek": None}
    sound = ffmpeg.input(media.opened.url, **options)[f"a:{track.number - 1}"]
    sound = _one_channel(sound, track, choose_channel(track, listen.channel), sample_rate)
    origin = round(media.start_time * sample_rate) + round(start * sample_rate)
    sound = sound.filter("asetpts", _on_the_clock(origin, sample_rate))
    sound = sound.filter("aresample", **{"async": 1, "first_pts": 0, "min_hard_comp": _SMALLEST_GAP})
    output = sound.output("pipe:1", format="f32le", acodec="pcm_f32le")
    return ["-nostdin", "-hide_banner", "-v", "error", "-copyts", *ffmpeg.get_args(output)]


def _one_channel(sound: Any, track: AudioTrack, channel: int | None, sample_rate: int) -> Any:
    """One channel, or all mixed: as a player would for two loudspeakers where the layout is known, else evenly."""
    if channel is not None:
        sound = sound.filter("pan", f"mono|c0=c{channel - 1}")
    elif track.channels > 2 and track.layout is None:
        share = 1 / track.channels
        sound = sound.filter("pan", "mono|c0=" + "+".join(f"{share:.6f}*c{number}" for number in range(track.channels)))
    return sound.filter("aformat", sample_fmts="flt", sample_rates=sample_rate, channel_layouts="mono")


def _on_the_clock(origin: int, sample_rate: int) -> str:
    """The expression that gives a frame its time in samples from `origin`.

    ffmpeg's register 1 holds the time at which the frame before ended, register 0 what was added since a jump.
    """
    overlap, gap = round(_LONGEST_OVERLAP * sample_rate), round(LONGEST_GAP * sample_rate)
    jump = f"gt(N,0)*(lt(PTS-ld(1),-{overlap})+gt(PTS-ld(1),{gap}))"
    return f"st(0,ld(0)+if({jump},ld(1)-PTS,0));st(1,PTS+S);PTS+ld(0)-({origin})"


def _blocks(output: IO[bytes], block: int, length: int | None) -> Iterator[Samples]:
    """Cut what ffmpeg writes into blocks of `block` samples, `length` samples in all."""
    while length is None or length > 0:
        samples = np.empty(block if length is None else min(block, length), np.dtype("<f4"))
        filled = _fill(output, samples.data.cast("B")) // samples.itemsize
        if filled:
            yield samples[:filled]
        if filled < len(samples):
            return
        length = None if length is None else length - filled


def _fill(output: IO[bytes], buffer: memoryview) -> int:
    """Read until `buffer` is full or nothing more comes; how many bytes that were."""
    filled = 0
    while count := output.readinto(buffer[filled:]):  # type: ignore[attr-defined]
        filled += count
    return filled


def _judge_the_end(media: Media, track: AudioTrack, work: Running, span: Span, warn: Callable[[str], None]) -> None:
    """Tell what is missing, after ffmpeg has said that there is no more; `span` is what was heard."""
    exit_code = work.finish()
    if span.duration == 0 and exit_code:
        raise MediaNotReadable(media.source, f"cannot be decoded: {work.last_words()}")
    if span.duration == 0 and span.start > 0:
        raise UsageError(f"{media.source} ends before {span.start:g} s, so there is nothing to hear from there on")
    if missing := shortfall(work.complaints, span.end, track.end, exit_code):
        warn(f"{media.source}: {missing}")
