"""WebVTT, .vtt: https://www.w3.org/TR/webvtt1/.

webvtt-py makes the file and reads its blocks. It leaves `&amp;` as it stands, refuses to write `-->`, and takes any
file that begins with these six letters, so the signature, escapes, tags and voices are ours.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace

import webvtt

from captioner.errors import FormatError
from captioner.formats.clean import cue_read, on_grid, source_lines, writable
from captioner.formats.contents import Contents
from captioner.formats.keeping import reduced
from captioner.timestamps import format_clock
from captioner.values import Cue

_SIGNATURE = re.compile(r"WEBVTT(?:[ \t\n]|\Z)")

# The tags of section 4.2.2, and the one that converters carry over from SubRip. Any other `<` is somebody's text that
# was not escaped, and is kept.
_TAG = re.compile(r"</?(?:c|i|b|u|ruby|rt|v|lang|font)(?:[.\s][^<>]*)?>|<(?:\d{2,}:)?\d\d:\d\d\.\d{3}>", re.ASCII)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]*)>")

# No character has a number of eight digits, and Python refuses to read one of thousands.
_NO_CHARACTER = re.compile(r"&#0*[1-9]\d{7,};?", re.ASCII)


def render(cues: Iterable[Cue]) -> str:
    """The cues by start. A speaker becomes a voice span around the whole cue."""
    content: str = webvtt.WebVTT(captions=[_caption(cue) for cue in kept(cues)]).content
    return content


def kept(cues: Iterable[Cue]) -> list[Cue]:
    """The cues as the file holds them. A name is one line."""
    return [replace(reduced(cue), speaker=_one_line(cue.speaker or "") or None) for cue in on_grid(cues)]


def _caption(cue: Cue) -> webvtt.Caption:
    lines = [html.escape(line, quote=False) for line in cue.text.split("\n")]
    if cue.speaker:
        lines[0] = f"<v {html.escape(cue.speaker, quote=False)}>{lines[0]}"
    return webvtt.Caption(format_clock(cue.start), format_clock(cue.end), lines)


def parse(text: str) -> Contents:
    """The cues as they stand in the file, less those without text; styles, regions and positions are left out too.

    A block without a timing that can be read is no cue, as the standard has it (section 6.1). Raises `FormatError`
    where the file does not begin as WebVTT does.
    """
    source = "\n".join(source_lines(text)).replace("\0", "\ufffd")
    if not _SIGNATURE.match(source):
        raise FormatError("vtt", "does not begin with WEBVTT", line=1)
    cues = (_cue(caption) for caption in webvtt.WebVTT.from_string(source).captions)
    return Contents([cue for cue in cues if cue])


def _cue(caption: webvtt.Caption) -> Cue | None:
    times = caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()
    return cue_read(*times, _unescaped(_TAG.sub("", caption.raw_text)), _speaker(caption.raw_text))


def _speaker(payload: str) -> str | None:
    """Who speaks the cue; None where nobody is named, or more than one."""
    names = {_one_line(_unescaped(name)) for name in _VOICE.findall(payload)}
    return names.pop() or None if len(names) == 1 else None


def _unescaped(text: str) -> str:
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))


def _one_line(name: str) -> str:
    return " ".join(writable(name).split())
