"""Filter graphs by ffmpeg-python: which stream a graph reads, and ffmpeg's arguments for the finished graph.

Only this module uses ffmpeg-python. Its graph accepts no name that is not UTF-8, so the graph reads a placeholder,
and the source's real name takes the placeholder's place in the arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PLACEHOLDER = "captioner-source"


def source_stream(specifier: str, options: Mapping[str, object]) -> Any:
    """Return one stream of the source, from which a graph is built with ffmpeg-python's methods.

    `specifier` is ffmpeg's, as in `a:0` or `V:0`; `options` are ffmpeg's options for the input, None for a bare flag.
    """
    import ffmpeg

    return ffmpeg.input(_PLACEHOLDER, **options)[specifier]


def graph_arguments(output: Any, url: str, log_level: str = "error") -> list[str]:
    """Return ffmpeg's arguments for a graph that ends in `output` and reads `url`, on the container's timestamps.

    >>> graph_arguments(source_stream("a:0", {"vn": None}).output("out.wav"), "file:caf\\udce9.mp4")[5:]
    ['-vn', '-i', 'file:caf\\udce9.mp4', '-map', '0:a:0', 'out.wav']
    """
    import ffmpeg

    arguments = [url if argument == _PLACEHOLDER else argument for argument in ffmpeg.get_args(output)]
    return ["-nostdin", "-hide_banner", "-v", log_level, "-copyts", *arguments]
