"""Reading WebVTT. webvtt-py reads the settings of a cue; blocks, escapes, tags and voices are captioner's own.

webvtt-py drops what is damaged without a word, takes any file that begins with the six letters WEBVTT, and leaves
`&amp;` as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from webvtt.models import CueSettings

from captioner.errors import FormatError
from captioner.formats.common.colors import color_of
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.lines import leading_blanks, one_line, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.markup import without_comments
from captioner.formats.common.quantize import cue_read
from captioner.formats.common.rolling import unrolled
from captioner.formats.vtt.blocks import SIGNATURE, CueBlock, VttBlocks, read_blocks
from captioner.formats.vtt.cue_settings import SETTINGS, position_of
from captioner.formats.vtt.text import COLORS, read_text
from captioner.values import Cue

# The standard sets no limit to hours; Python does, to the digits of a number.
_TOO_LATE = re.compile(r"(?<!\d)\d{10,}:", re.ASCII)

_HEADER = re.compile(r"(\w+):[ \t]*(.+)")
_COLOR_CLASS = re.compile(r"::cue\(\s*c?\.([\w-]+)\s*\)")
_COLOR_PROPERTY = re.compile(r"color\s*:\s*([^;]+?)\s*;?")


def parse(text: str) -> Contents:
    """Return the cues in the order of the file, without those that have no text.

    What the standard would drop (6.1) is read where its meaning is plain, and else counted. Lines that roll up, as in
    automatic captions, stand in one cue each. Raises `FormatError` where the file does not begin as WebVTT does.
    """
    lines = [line.replace("\0", "\ufffd") for line in source_lines(text)]
    if not SIGNATURE.match(lines[0]):
        raise FormatError("vtt", "does not begin with WEBVTT", line=1)
    for number, line in enumerate(lines, 1):
        if "-->" in line and _TOO_LATE.search(line):
            raise FormatError("vtt", "a time later than any clock can count", number)
    losses, repairs = Losses(), Losses()
    file = read_blocks(lines, losses, repairs)
    classes = COLORS | _color_classes(file.styles, losses)
    early = max([0, *(-block.start for block in file.cues)])
    cues = [
        (_cue(block, early, classes, losses, repairs), block.line + leading_blanks(block.text)) for block in file.cues
    ]
    programme = _programme(file, losses)
    rolled_up = unrolled(cues, repairs)
    return Contents.of_cues(rolled_up, programme=programme, losses=losses, repairs=repairs, early=early / 1000)


def _color_classes(styles: Iterable[str], losses: Losses) -> dict[str, str]:
    """Return the colors by the class that a style sheet gives them to. Counts the rules that do anything else."""
    classes = {}
    sheet = without_comments("\n".join(styles), "/*", "*/")
    for rule in sheet.split("}")[:-1]:
        selector, _, body = rule.partition("{")
        name, value = _COLOR_CLASS.fullmatch(selector.strip()), _COLOR_PROPERTY.fullmatch(body.strip())
        color = color_of(value[1]) if value else None
        if name and color:
            classes[name[1]] = color
        else:
            losses["style rule"] += 1
    return classes


def _programme(file: VttBlocks, losses: Losses) -> Programme:
    """Return the programme by the header: a title after the first word, and the language by a `Language` line."""
    headers = {match[1]: match[2] for line in file.headers if (match := _HEADER.match(line))}
    losses["header line"] += sum(not line.startswith(("Kind:", "Language:")) for line in file.headers)
    losses["comment"] += file.comments
    return Programme(title=one_line(file.title.lstrip(" \t-")) or None, language=headers.get("Language"))


def _cue(block: CueBlock, early: int, classes: dict[str, str], losses: Losses, repairs: Losses) -> Cue | None:
    start, end = block.start + early, block.end + early
    repairs["cue with its end before its start"] += end <= start
    end = max(end, start + 1)
    offset = (block.offset + early) / 1000
    speaker, text = read_text("\n".join(block.text), start / 1000, end / 1000, classes, losses, offset)
    given = CueSettings.from_string(block.settings)
    settings = {name: value for name in SETTINGS if (value := getattr(given, name))}
    position = position_of(settings, text.text, losses)
    losses["identifier"] += not (block.identifier or "1").strip().isdecimal()
    cue = cue_read(start, end, text, speaker, position)
    losses["cue without text"] += cue is None
    return cue
