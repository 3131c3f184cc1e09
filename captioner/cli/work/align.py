"""The work of `captioner align`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from captioner.cli.work.caption import CaptionRequest, caption_all
from captioner.cli.work.retime import RetimeRequest, read_cues, retime_captions
from captioner.errors import FormatError, UnknownName, UsageError, reason_of
from captioner.formats import decoded, format_of_path
from captioner.languages import asked_language
from captioner.limited_file import read_limited
from captioner.media import path_of
from captioner.output import STANDARD
from captioner.pipeline import is_foreign
from captioner.settings import Settings
from captioner.values import Cue

NO_BACKEND = "none"
"""In place of a backend: nothing is recognised, and the script is placed by its sound alone."""


class ScriptFile(NamedTuple):
    """The text to align."""

    text: str | Sequence[Cue]
    """The cues of a caption file, or the text of any other file."""
    language: str | None
    """BCP 47 tag, by the name of a caption file or by what it stores; None if unknown."""


def align_script(media: str, script: str, flags: Mapping[str, Any], settings: Settings) -> int:
    """Caption `media`, or a caption file in its place, with the words of the file `script`; returns the exit code.

    Raises `CaptionerError`.
    """
    if media == STANDARD:
        raise UsageError("align reads MEDIA twice, so it cannot be standard input; save it to a file first")
    if is_caption_file(media):
        if flags["report"] is not None:
            raise UsageError(f"--report needs media: {media} is a caption file and has no speech regions")
        known = {name: flags[name] for name in RetimeRequest.__dataclass_fields__ if name in flags}
        return retime_captions(RetimeRequest(reference=media, script=script, **known))
    flags, read = dict(flags), read_script(script)
    language = None if flags["language"] is None else asked_language(flags["language"])
    needs_backend = isinstance(read.text, str) or not is_foreign(read.language, language)
    by_sound = flags["backend"] == "auto" and not (flags["base_url"] or flags["model"])
    if flags["backend"] == NO_BACKEND or by_sound or not needs_backend:
        flags |= {"backend": "scripted", "backend_options": (("lines", ""),), "no_journal": True}
    return caption_all(CaptionRequest(inputs=(media,), script_language=read.language, **flags), settings, read.text)


def is_caption_file(source: str) -> bool:
    """Return whether a source is a caption file by its name; it need not exist."""
    path = path_of(source)
    try:
        return path is not None and path.suffix.lower() != ".txt" and format_of_path(source).readable
    except UnknownName:
        return False


def read_script(path: str) -> ScriptFile:
    """Return the cues of a caption file; the text of any other file. Raises `UsageError`, `FormatError`."""
    try:
        if format_of_path(path).readable:
            return ScriptFile(*read_cues(path))
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
    return ScriptFile(text, None)
