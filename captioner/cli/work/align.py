"""The work of `captioner align`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from captioner.cli.work.caption import CaptionRequest, caption_all
from captioner.cli.work.caption_input import read_captions
from captioner.errors import FormatError, UnknownName, UsageError, reason_of
from captioner.formats import decoded, format_of_path
from captioner.limited_file import read_limited
from captioner.output import STANDARD
from captioner.settings import Settings
from captioner.values import Cue

NO_BACKEND = "none"
"""In place of a backend: nothing is recognised, and the script is placed by the time that it takes to say."""


def align_script(media: str, script: str, flags: Mapping[str, Any], settings: Settings) -> int:
    """Caption `media` with the words of the file `script`; returns the exit code. Raises `CaptionerError`."""
    if media == STANDARD:
        raise UsageError("align reads MEDIA twice, so it cannot be standard input; save it to a file first")
    flags = dict(flags)
    if flags["backend"] == NO_BACKEND:
        flags |= {"backend": "scripted", "backend_options": (("lines", ""),), "no_journal": True}
    words = read_script(script)
    return caption_all(CaptionRequest(inputs=(media,), **flags), settings, words)


def read_script(path: str) -> str | Sequence[Cue]:
    """Return the cues of a caption file; the text of any other file. Raises `UsageError`, `FormatError`."""
    try:
        if format_of_path(path).readable:
            return read_captions(path)[1].cues or ()
    except UnknownName:
        pass  # a text file may have any name
    try:
        text = decoded(read_limited(path))
    except OSError as error:
        raise FormatError(path, reason_of(error)) from error
    except FormatError as error:
        raise FormatError(path, "is not a text, or its encoding is unknown; save it in UTF-8") from error
    if not text.strip():
        raise FormatError(path, "there is no text in it")
    return text
