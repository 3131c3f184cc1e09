"""Sources that PyAV's own libav cannot open, a protocol or a device, read by the ffmpeg of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from captioner.media.ffmpeg import FfmpegProcess, ffmpeg_process


@contextmanager
def relay(address: str, device: str | None, options: Mapping[str, str]) -> Iterator[FfmpegProcess]:
    """Run ffmpeg, whose `output` is the source as `relay_arguments` describes. Raises `FfmpegNotFound`."""
    with ffmpeg_process(relay_arguments(address, device, options)) as process:
        yield process


def relay_arguments(address: str, device: str | None, options: Mapping[str, str]) -> list[str]:
    """Return ffmpeg's arguments to relay the bytes of an address, or the audio of a `device` such as `alsa` as NUT.

    >>> relay_arguments("srt://127.0.0.1:9000", None, {})[3:9]
    ['-f', 'data', '-i', 'srt://127.0.0.1:9000', '-map', '0']
    """
    input_options = [word for name, value in options.items() for word in (f"-{name}", value)]
    source = [*input_options, "-f", device or "data", "-i", address, "-map", "0:a:0" if device else "0"]
    target = ["-c:a", "pcm_s16le", "-f", "nut"] if device else ["-c", "copy", "-f", "data"]
    return ["-nostdin", "-v", "error", *source, *target, "-flush_packets", "1", "pipe:1"]
