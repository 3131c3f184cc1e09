"""Reading WebVTT. webvtt-py reads the blocks; the signature, escapes, tags and voices are captioner's own.

webvtt-py takes any file that begins with the six letters WEBVTT, and leaves `&amp;` as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import webvtt

from captioner.errors import FormatError
from captioner.formats.model.colors import color_of
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.lines import one_line, source_lines
from captioner.formats.model.losses import Losses
from captioner.formats.model.markup import without_comments
from captioner.formats.model.quantize import cue_read
from captioner.formats.vtt.cue_settings import SETTINGS, position_of
from captioner.formats.vtt.text import COLORS, read_text
from captioner.timestamps import parse_clock
from captioner.values import Cue

_SIGNATURE = re.compile(r"WEBVTT(?:[ \t\n]|\Z)")

# The standard sets no limit to hours; Python does, to the digits of a number.
_TOO_LATE = re.compile(r"(?<!\d)\d{10,}:", re.ASCII)

# A timing as webvtt-py reads it.
_TIMING = re.compile(r"\s*((?:\d+:)?\d{1,2}:\d{1,2}\.\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{1,2}\.\d{1,3})", re.ASCII)
_HEADER = re.compile(r"^(\w+):[ \t]*(.+)$", re.MULTILINE)
_COLOR_CLASS = re.compile(r"::cue\(\s*c?\.([\w-]+)\s*\)")
_COLOR_PROPERTY = re.compile(r"color\s*:\s*([^;]+?)\s*;?")


def parse(text: str) -> Contents:
    """The cues in the order of the file, without those that have no text.

    A block without a timing that can be read is no cue, as in the standard (6.1). Raises `FormatError` where the file
    does not begin as WebVTT does.
    """
    source = "\n".join(source_lines(text)).replace("\0", "\ufffd")
    if not _SIGNATURE.match(source):
        raise FormatError("vtt", "does not begin with WEBVTT", line=1)
    for number, line in enumerate(source.split("\n"), 1):
        if "-->" in line and _TOO_LATE.search(line):
            raise FormatError("vtt", "a time later than any clock can count", number)
    file = webvtt.WebVTT.from_string(source)
    losses = Losses()
    classes = COLORS | _color_classes(file.styles, losses)
    cues = [_cue(caption, classes, losses) for caption in file.captions]
    lines = _text_lines(source, file.captions)
    programme = _programme(file, losses)
    return Contents.of_cues(zip(cues, lines, strict=True), programme=programme, losses=losses)


def _text_lines(source: str, captions: Iterable[webvtt.Caption]) -> Iterator[int | None]:
    """The line below the timing of each caption: timings stand in the file in the order of their captions."""
    timings = ((number, match) for number, line in enumerate(source.split("\n"), 1) if (match := _TIMING.match(line)))
    for caption in captions:
        times = caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()
        yield next((number + 1 for number, match in timings if _milliseconds(match) == times), None)


def _milliseconds(timing: re.Match[str]) -> tuple[int, int]:
    return round(1000 * parse_clock(timing[1])), round(1000 * parse_clock(timing[2]))


def _color_classes(styles: Iterable[webvtt.Style], losses: Losses) -> dict[str, str]:
    """Colors by the class that a style sheet gives them to. Counts the rules that do anything else."""
    classes = {}
    sheet = without_comments("\n".join(style.text for style in styles), "/*", "*/")
    for rule in sheet.split("}")[:-1]:
        selector, _, body = rule.partition("{")
        name, value = _COLOR_CLASS.fullmatch(selector.strip()), _COLOR_PROPERTY.fullmatch(body.strip())
        color = color_of(value[1]) if value else None
        if name and color:
            classes[name[1]] = color
        else:
            losses["style rule"] += 1
    return classes


def _programme(file: webvtt.WebVTT, losses: Losses) -> Programme:
    """What the header says: a title behind the first word, and the language in a line that is no standard's."""
    headers = dict(_HEADER.findall("\n".join(file.metadata)))
    losses["header line"] += sum(not line.startswith(("Kind:", "Language:")) for line in file.metadata)
    losses["comment"] += len(file.header_comments) + len(file.footer_comments)
    return Programme(title=one_line((file.header_text or "").lstrip(" \t-")) or None, language=headers.get("Language"))


def _cue(caption: webvtt.Caption, classes: dict[str, str], losses: Losses) -> Cue | None:
    start, end = caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()
    end = max(end, start + 1)
    speaker, text = read_text(caption.raw_text, start / 1000, end / 1000, classes, losses)
    settings = {name: value for name in SETTINGS if (value := getattr(caption.settings, name))}
    position = position_of(settings, text.text, losses)
    losses["comment"] += len(caption.comments)
    losses["identifier"] += not (caption.identifier or "1").strip().isdecimal()
    cue = cue_read(start, end, text, speaker, position)
    losses["cue without text"] += cue is None
    return cue
