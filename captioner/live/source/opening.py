"""Chooses the live source for a name."""

from __future__ import annotations

import stat
from pathlib import Path

from captioner.errors import MediaNotReadable, UsageError
from captioner.live.source.hls import HlsSource
from captioner.live.source.libav_sources import PipeSource, StreamSource
from captioner.live.source.live_source import LiveSource, SourceOptions
from captioner.media import path_of


def open_live_source(name: str, options: SourceOptions) -> LiveSource:
    """Return the source for an address, a named pipe or `-`. Does not connect yet.

    Raises `UsageError` for a regular file, `MediaNotReadable` for a path that cannot be read.
    """
    if is_hls(name, options):
        return HlsSource(name, options)
    path = None if options.format else path_of(name)
    if name == "-":
        return PipeSource(name, None, options)
    if path is None:
        return StreamSource(name, options)
    _refuse_file(name, path)
    return PipeSource(name, path, options)


def is_hls(name: str, options: SourceOptions) -> bool:
    """Return whether a name is that of an HLS playlist."""
    return name.partition("?")[0].lower().endswith((".m3u8", ".m3u")) and options.format is None


def _refuse_file(name: str, path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise MediaNotReadable(name, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if stat.S_ISDIR(mode):
        raise MediaNotReadable(name, "is a folder, not a stream")
    if stat.S_ISREG(mode):
        raise UsageError(f"{name}: is a file, not a stream; use 'captioner {name}'")
