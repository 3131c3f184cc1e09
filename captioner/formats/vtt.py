"""WebVTT, .vtt: https://www.w3.org/TR/webvtt1/.

webvtt-py makes the file and reads its blocks. It leaves `&amp;` as it stands, refuses to write `-->`, and takes any
file that begins with these six letters, so the signature, escapes, tags and voices are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import webvtt
from webvtt.vtt import WebVTTCueBlock

from captioner.errors import FormatError
from captioner.formats.model.clean import cue_read, one_line, quantize, source_lines
from captioner.formats.model.colors import color_of
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.fidelity import LOOKS, restricted_to
from captioner.formats.model.losses import Losses
from captioner.formats.model.markup import without_comments
from captioner.formats.vtt_settings import SETTINGS, position_of, settings_of
from captioner.formats.vtt_text import COLORS, class_of, read, stamped, written
from captioner.timestamps import format_clock, parse_clock
from captioner.values import Cue

_SIGNATURE = re.compile(r"WEBVTT(?:[ \t\n]|\Z)")
# The standard sets no limit to hours; Python does, to the digits of a number.
_ENDLESS = re.compile(r"(?<!\d)\d{10,}:", re.ASCII)
# A timing as webvtt-py reads it.
_TIMING = re.compile(r"\s*((?:\d+:)?\d{1,2}:\d{1,2}\.\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{1,2}\.\d{1,3})", re.ASCII)
_HEADER = re.compile(r"^(\w+):[ \t]*(.+)$", re.MULTILINE)
_COLOR_CLASS = re.compile(r"::cue\(\s*c?\.([\w-]+)\s*\)")
_COLOR_PROPERTY = re.compile(r"color\s*:\s*([^;]+?)\s*;?")


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """The cues as the file holds them. A name is one line; a word lasts until the next begins."""
    return [_representable(cue) for cue in quantize(cues)]


def _representable(cue: Cue) -> Cue:
    held = stamped(restricted_to(cue, looks=LOOKS, place="whole", words=True, speaker=True))
    settings = settings_of(held.position) if held.position else {}
    return replace(
        held, speaker=one_line(cue.speaker or "") or None, position=position_of(settings, cue.text, Losses())
    )


def write(cues: Sequence[Cue]) -> str:
    """The cues by start. A speaker becomes a voice span around the whole cue, a color a class with a style."""
    content: str = webvtt.WebVTT(captions=[_caption(cue) for cue in cues], styles=_styles(cues)).content
    return content


def header(*lines: str) -> str:
    """The beginning of a file, with more lines of header below the first, up to the blank line before its cues."""
    return "".join(f"{line}\n" for line in ("WEBVTT", *lines, ""))


def entry(cue: Cue, identifier: str | None = None) -> str:
    """One cue as it stands in a file, with its line end; a blank line separates it from the next.

    Its colors show only where the file has a style sheet with their classes.
    """
    blank, *lines = WebVTTCueBlock.format_lines(_caption(cue, identifier))
    return "\n".join([*lines, blank])


def _styles(cues: Iterable[Cue]) -> list[webvtt.Style]:
    """One block with a rule for each color: not every player knows the colors that the standard names."""
    colors = sorted({style.color for cue in cues for style in cue.styles if style.color})
    rules = [f"::cue(.{class_of(color)}) {{ color: {color}; }}" for color in colors]
    return [webvtt.Style(rules)] if rules else []


def _caption(cue: Cue, identifier: str | None = None) -> webvtt.Caption:
    settings = webvtt.CueSettings(**settings_of(cue.position)) if cue.position else None
    lines = written(cue).split("\n")
    return webvtt.Caption(format_clock(cue.start), format_clock(cue.end), lines, identifier, settings=settings)


def parse(text: str) -> Contents:
    """The cues as they stand in the file, less those without text.

    A block without a timing that can be read is no cue, as the standard has it (6.1). Raises `FormatError` where the
    file does not begin as WebVTT does.
    """
    source = "\n".join(source_lines(text)).replace("\0", "\ufffd")
    if not _SIGNATURE.match(source):
        raise FormatError("vtt", "does not begin with WEBVTT", line=1)
    for number, line in enumerate(source.split("\n"), 1):
        if "-->" in line and _ENDLESS.search(line):
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
    speaker, spelled = read(caption.raw_text, start / 1000, end / 1000, classes, losses)
    settings = {name: value for name in SETTINGS if (value := getattr(caption.settings, name))}
    position = position_of(settings, spelled.text, losses)
    losses["comment"] += len(caption.comments)
    losses["identifier"] += not (caption.identifier or "1").strip().isdecimal()
    cue = cue_read(start, end, spelled, speaker, position)
    losses["cue without text"] += cue is None
    return cue
