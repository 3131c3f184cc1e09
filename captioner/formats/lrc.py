"""Lyrics, .lrc: each line after its start time, and in the enhanced form each word too.

There is no standard. A line lasts until the next one; a line that ends earlier is followed by one without text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise, zip_longest
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.frames import one_at_a_time
from captioner.formats.common.joiner_escape import joiner_escape
from captioner.formats.common.lines import in_one_line, one_line, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.styled_text import StyledText
from captioner.values import Cue, Word

RATE = 100
"""Times are in hundredths of a second."""

LAST_LINE = 500
"""Hundredths of a second for which the last line is shown if nothing ends it."""

TIME_ESCAPE = joiner_escape(r"(?a)[\[<](?=-?\d+:)", r"[\[<]{JOINER}+")
"""Keeps text from being read as a time."""

_TIME = r"(-?)(\d{1,6}):(\d{1,2})(?:[.:](\d{1,3}))?"
_STAMP = re.compile(rf"\s*\[{_TIME}\]", re.ASCII)
_WORD_STAMP = re.compile(rf"<{_TIME}>", re.ASCII)
_TAG = re.compile(r"\s*\[\s*([A-Za-z#]\w*)\s*:([^\]]*)\]\s*")
_SPACES = re.compile(r"\s+")
_SPACE_AT_EDGE = re.compile(r"\A\s+|(?<!\s)\s+\Z")

_ABOUT_THE_FILE = ("by", "re", "ve", "tool", "offset", "length", "ti", "la", "#")


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues as the file holds them: one at a time, in one line, with single spaces.

    A word lasts until the next.
    """
    single = one_at_a_time(list(quantize((restricted_to(cue, words=True) for cue in cues), RATE)))
    return [_with_contiguous_words(_single_spaced(in_one_line(cue))) for cue in single]


def _single_spaced(cue: Cue) -> Cue:
    cue = TIME_ESCAPE.unescape_cue(cue)
    return replace(cue, **_trimmed(StyledText(cue.text, cue.styles, cue.words))._asdict())


def _trimmed(text: StyledText) -> StyledText:
    return text.sub(_SPACE_AT_EDGE, "").sub(_SPACES, " ")


def _with_contiguous_words(cue: Cue) -> Cue:
    ends = [word.start for word in cue.words[1:]] + [word.end for word in cue.words[-1:]]
    return replace(cue, words=tuple(replace(word, end=end) for word, end in zip(cue.words, ends, strict=True)))


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return a line for each cue, and one without text where no cue follows at once.

    Word times take the enhanced form.
    """
    title = one_line(programme.title or "").replace("]", ")")
    lines = [f"[ti:{title}]"] if title else []
    for cue, following in zip_longest(cues, cues[1:]):
        lines.append(f"[{_time(cue.start)}]{_text(cue)}")
        if following is None or cue.end < following.start:
            lines.append(f"[{_time(cue.end)}]")
    return "".join(f"{line}\n" for line in lines)


def _time(seconds: float) -> str:
    second, hundredths = divmod(round(seconds * RATE), RATE)
    return f"{second // 60:02}:{second % 60:02}.{hundredths:02}"


def _text(cue: Cue) -> str:
    if not cue.words:
        return TIME_ESCAPE.escape(cue.text)
    return "".join(map(_word, cue.words)) + f"<{_time(cue.words[-1].end)}>"


def _word(word: Word) -> str:
    space = " " if word.text.startswith(" ") else ""
    return f"{space}<{_time(word.start)}>{TIME_ESCAPE.escape(word.text.lstrip(' '))}"


class _TimedLine(NamedTuple):
    """A line of a song. One without text ends the line before."""

    start: int
    """Hundredths of a second."""
    text: StyledText
    number: int
    """The line of the file, from 1."""


def parse(text: str) -> Contents:
    """Return the lines as cues, each until the next begins; lines that begin at the same time are one cue.

    Raises `FormatError` if there is text and no time.
    """
    losses, repairs = Losses(), Losses()
    source = source_lines(text)
    tags = {match[1].lower(): match[2].strip() for line in source if (match := _TAG.fullmatch(line))}
    losses["header line"] += sum(name not in _ABOUT_THE_FILE for name in tags)
    offset = _offset(tags.get("offset", ""))
    early = max([0, *(-_hundredths(stamp) - offset for line in source for stamp in _stamps(line))])
    lines = sorted(_lines(source, offset + early, losses), key=lambda line: line.start)
    together = [(start, list(group)) for start, group in groupby(lines, key=lambda line: line.start)]
    programme = Programme(title=one_line(tags.get("ti", "")) or None, language=tags.get("la") or None)
    cues = _cues(together, repairs)
    return Contents.of_cues(cues, programme=programme, losses=losses, repairs=repairs, early=early / RATE)


def _offset(text: str) -> int:
    """Return the hundredths of a second by which all times are later.

    The tag says by how many milliseconds they are earlier.
    """
    return -round(int(text) / 10) if re.fullmatch(r"[+-]?\d{1,8}", text, re.ASCII) else 0


def _lines(source: list[str], offset: int, losses: Losses) -> Iterator[_TimedLine]:
    has_times, untimed = False, None
    for number, line in enumerate(source, 1):
        matches = list(_stamps(line))
        stamps, at = [_hundredths(match) for match in matches], matches[-1].end() if matches else 0
        has_times = has_times or bool(stamps)
        if not stamps and line.strip() and not _TAG.fullmatch(line):
            untimed = untimed or number
            losses["line without a time"] += 1
        text = _read_text(line[at:], offset, losses)
        for stamp in stamps:  # a refrain is written once, after all its times, and its words have times only once
            timed = text if stamp == stamps[0] else StyledText(text.text)
            yield _TimedLine(stamp + offset, timed, number)
    if untimed and not has_times:
        raise FormatError("lrc", "no times in it, so it is not an LRC file", untimed)


def _stamps(line: str) -> Iterator[re.Match[str]]:
    """Yield the times before the text of a line."""
    at = 0
    while match := _STAMP.match(line, at):
        yield match
        at = match.end()


def _hundredths(match: re.Match[str]) -> int:
    sign, minute, second, fraction = match.groups(default="")
    time = (int(minute) * 60 + int(second)) * RATE + round(int(fraction.ljust(3, "0")) / 10)
    return -time if sign else time


def _read_text(text: str, offset: int, losses: Losses) -> StyledText:
    """Return the text of a line, and its words where it has the enhanced form."""
    stamps = list(_WORD_STAMP.finditer(text))
    if not stamps:
        return _trimmed(StyledText(TIME_ESCAPE.unescape(text)))
    edges = [0, *(match.end() for match in stamps)]
    ends = [*(match.start() for match in stamps), len(text)]
    pieces = [TIME_ESCAPE.unescape(text[first:last]) for first, last in zip(edges, ends, strict=True)]
    joined = "".join(pieces)
    times = [max(_hundredths(match) + offset, 0) for match in stamps]
    if times != sorted(times) or pieces[0].strip():
        losses["time inside a text"] += len(times)
        return _trimmed(StyledText(joined))
    words, space = [], pieces[0]
    for piece, (start, end) in zip(pieces[1:], pairwise([*times, times[-1]]), strict=True):
        spoken = (space + piece).rstrip()
        space = (space + piece)[len(spoken) :]
        if spoken:
            words.append(Word(start / RATE, end / RATE, spoken))
    return _trimmed(StyledText(joined[: len(joined) - len(space)], (), tuple(words)))


def _cues(together: list[tuple[int, list[_TimedLine]]], repairs: Losses) -> Iterator[tuple[Cue | None, int]]:
    ends = (later for later, _ in together[1:])
    for (start, lines), end in zip_longest(together, ends):
        shown = [line for line in lines if line.text.text]
        if shown:
            repairs["line without an end"] += end is None
            text = shown[0].text if len(shown) == 1 else StyledText("\n".join(line.text.text for line in shown))
            cue = cue_read(start, start + LAST_LINE if end is None else end, text, rate=RATE)
            yield cue, shown[0].number
