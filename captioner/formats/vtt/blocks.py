"""The blocks of a WebVTT file: header, styles, comments and cues, of a damaged file too.

The standard drops what it does not expect (6.1): a cue with a comma in its time, the text behind a blank line. Here
such text is kept and counted as repaired, and what cannot be kept is counted as lost. Segments of an HLS stream that
were put into one file are joined by their time maps (RFC 8216, 3.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from captioner.formats.common.losses import Losses
from captioner.formats.common.timing_line import intends_timing, milliseconds, timing_line

SIGNATURE = re.compile(r"WEBVTT(?:[ \t]|\Z)")
TIME_MAP = "X-TIMESTAMP-MAP"

# A timing, with short fields too, and whatever follows it.
_TIMING = re.compile(
    r"\s*((?:\d+:)?\d{1,2}:\d{1,2}\.\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{1,2}\.\d{1,3})(.*)", re.ASCII
)
_ABOVE_59 = re.compile(r":[6-9]\d|^\s*[6-9]\d:\d+\.|>\s*[6-9]\d:\d+\.", re.ASCII)
_LOCAL = re.compile(r"LOCAL:\s*((?:\d{1,9}:)?\d{1,2}:\d{1,2}(?:\.\d{1,9})?)", re.ASCII)
_MPEGTS = re.compile(r"MPEGTS:\s*(\d{1,12})", re.ASCII)

_TICKS, _WRAP = 90, 1 << 33
"""Ticks of the clock of MPEG-TS in a millisecond, and the number at which it begins again."""


@dataclass
class CueBlock:
    """A cue as it stands in the file."""

    start: int
    """Milliseconds, below 0 where the file is damaged."""
    end: int
    offset: int
    """Milliseconds that were added to the times of the file, and that the times in its text lack."""
    line: int
    """The line of the file, from 1, below its timing."""
    identifier: str
    settings: str
    text: list[str] = field(default_factory=list)


@dataclass
class VttBlocks:
    """What is in a file."""

    title: str = ""
    """What stands behind the signature."""
    headers: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    comments: int = 0
    cues: list[CueBlock] = field(default_factory=list)


class _Timing(NamedTuple):
    start: int
    end: int
    settings: str
    is_valid: bool
    """Whether the standard reads it."""


def read_blocks(lines: Sequence[str], losses: Losses, repairs: Losses) -> VttBlocks:
    """Return the blocks of a file that begins with the signature. Counts what is repaired and what is lost."""
    reader = _BlockReader(losses, repairs)
    for block in _blocks(lines):
        reader.read(block)
    reader.finish()
    return reader.file


_Lines = list[tuple[int, str]]
"""Lines with their numbers in the file, from 1."""


def _blocks(lines: Sequence[str]) -> Iterator[_Lines]:
    """Yield the lines between empty ones."""
    block: _Lines = []
    for number, line in enumerate([*lines, ""], 1):
        if line:
            block.append((number, line))
        elif block:
            yield block
            block = []


def _timing(line: str) -> _Timing | None:
    """Return the timing that a line is, or None."""
    if match := _TIMING.fullmatch(line):
        settings = "" if match[3][:1].isdecimal() else match[3]
        valid = _ABOVE_59.search(line[: match.end(2)]) is None
        return _Timing(milliseconds(match[1]), milliseconds(match[2]), settings, valid)
    if read := timing_line(line):
        return _Timing(milliseconds(read.start), milliseconds(read.end), read.rest, False)
    return None


class _BlockReader:
    """Reads block by block."""

    def __init__(self, losses: Losses, repairs: Losses) -> None:
        self.file = VttBlocks()
        self._losses, self._repairs = losses, repairs
        self._segments, self._maps = list[int](), list[int]()
        self._offset = 0
        self._follows_cue = False
        self._number: str | None = None

    def read(self, block: _Lines) -> None:
        """Read the lines up to the next empty one: a header, or cues and what is between them."""
        if SIGNATURE.match(block[0][1]):
            count = next((at for at, (_, line) in enumerate(block) if _timing(line)), len(block))
            self._begin_segment([line for _, line in block[:count]])
            block = block[count:]
        cue: CueBlock | None = None
        lost = False
        before: list[str] = []
        for number, line in block:
            timing = _timing(line)
            begins = "->" in line or (cue is None and not lost and len(before) < 2)
            if begins and timing:
                identifier = before.pop() if len(before) == 1 else ""
                self._end_block(before)
                cue, before, lost = self._cue(timing, number, identifier), [], False
            elif begins and intends_timing(line):
                self._losses["cue without a valid time"] += 1
                cue, before, lost = None, [], True
            elif cue:
                self._repairs["arrow in a text"] += "-->" in line
                cue.text.append(line)
            elif not lost:
                before.append(line)
        self._end_block(before)
        self._follows_cue = not lost and (cue is not None or self._follows_cue)

    def finish(self) -> None:
        """Do what needs the whole file: join its segments, in each of which a cue may stand again."""
        self._place_number(is_text=True)
        seen = set[tuple[object, ...]]()
        kept: list[CueBlock] = []
        for first, end in pairwise([*self._segments, len(self.file.cues)]):
            ours = self.file.cues[first:end]
            kept += [cue for cue in ours if _key(cue) not in seen]
            seen.update(map(_key, ours))
        self._repairs["repeat of a cue"] += len(self.file.cues) - len(kept)
        self.file.cues = kept
        if len(self._maps) > 1:
            self._repairs["segment with a time map"] += len(self._maps)
            self.file.headers = [line for line in self.file.headers if not line.startswith(TIME_MAP)]

    def _begin_segment(self, lines: list[str]) -> None:
        """A header: that of the file, or of another segment."""
        if self._segments:
            self._repairs["header inside of the file"] += 1
        else:
            self.file.title, self.file.headers = lines[0].removeprefix("WEBVTT"), lines[1:]
        self._segments.append(len(self.file.cues))
        self._follows_cue = False
        for line in lines:
            local, ticks = _LOCAL.search(line), _MPEGTS.search(line)
            if line.startswith(TIME_MAP) and local and ticks:
                self._maps.append(int(ticks[1]) - milliseconds(local[1]) * _TICKS)
                moved = (self._maps[-1] - self._maps[0] + _WRAP // 2) % _WRAP - _WRAP // 2
                self._offset = round(moved / _TICKS)

    def _cue(self, timing: _Timing, number: int, identifier: str) -> CueBlock:
        self._place_number(is_text=False)
        self._repairs["time in another spelling"] += not timing.is_valid
        start, end = timing.start + self._offset, timing.end + self._offset
        cue = CueBlock(start, end, self._offset, number + 1, identifier, timing.settings)
        self.file.cues.append(cue)
        return cue

    def _end_block(self, lines: list[str]) -> None:
        """Lines without a timing: a comment, styles, a region, the number of the next cue, or text."""
        if not any(line.strip() for line in lines):
            return
        self._place_number(is_text=True)
        if lines[0].startswith("NOTE"):
            self.file.comments += 1
        elif lines[0].rstrip() == "STYLE":
            self.file.styles.append("\n".join(lines[1:]))
        elif lines[0].rstrip() == "REGION":
            self._losses["region"] += bool(self.file.cues)
        elif len(lines) == 1 and lines[0].strip().isdecimal():
            self._number = lines[0]
            return
        else:
            self._add_text(lines)
            return
        self._follows_cue = False

    def _add_text(self, lines: list[str]) -> None:
        """Text behind an empty line: it belongs to the cue before that, if there is one."""
        if self._follows_cue:
            self._repairs["blank line in a text"] += 1
            self.file.cues[-1].text += ["", *lines]
        else:
            self._losses["text without a time"] += 1

    def _place_number(self, *, is_text: bool) -> None:
        """A number that stood alone: that of the cue which follows, or text."""
        if self._number is not None:
            if is_text:
                self._add_text([self._number])
            else:
                self._repairs["number without its timing"] += 1
        self._number = None


def _key(cue: CueBlock) -> tuple[object, ...]:
    return cue.start, cue.end, cue.settings, tuple(cue.text)
