"""The live source that a name means."""

from __future__ import annotations

import stat
from pathlib import Path

from captioner.errors import MediaNotReadable, UsageError
from captioner.live.source.contract import LiveSource, SourceOptions
from captioner.live.source.hls import HlsSource
from captioner.live.source.libav import PipeSource, StreamSource
from captioner.media import path_of


def open_live(name: str, opening: SourceOptions) -> LiveSource:
    """The source that a name means. Nothing is connected yet. Raises `UsageError`, `MediaNotReadable`."""
    if name.partition("?")[0].lower().endswith((".m3u8", ".m3u")) and opening.format is None:
        return HlsSource(name, opening)
    path = None if opening.format else path_of(name)
    if name == "-":
        return PipeSource(name, None, opening)
    if path is None:
        return StreamSource(name, opening)
    _refuse_file(name, path)
    return PipeSource(name, path, opening)


def _refuse_file(name: str, path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise MediaNotReadable(name, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if stat.S_ISDIR(mode):
        raise MediaNotReadable(name, "is a folder, not a stream")
    if stat.S_ISREG(mode):
        raise UsageError(f"{name}: is a file and not a stream; 'captioner {name}' captions it")
