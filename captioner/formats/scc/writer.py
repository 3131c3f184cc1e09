"""Scenarist closed captions, .scc: the bytes of line 21 (CEA-608), for American broadcasters and disc authors.

Only Latin letters: what line 21 has no character for is refused by name. A word of two bytes goes with each frame, so a
caption has to be loaded before it is shown, and one that comes too soon after another is shown late.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, groupby
from typing import Any

from captioner.errors import FormatError
from captioner.formats.model.characters import character_list
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.extras import library
from captioner.formats.model.fidelity import restricted_to, without_white
from captioner.formats.model.frames import FrameClock, frame_clock, on_frames, one_at_a_time
from captioner.formats.model.lines import lines_of, single_spaced, source_lines, with_lines
from captioner.formats.model.losses import Losses
from captioner.formats.model.styled_text import TextStyle, substitute
from captioner.formats.model.ttconv_bridge import complaints, cues_of
from captioner.formats.scc.characters import ALIKE, missing
from captioner.formats.scc.loading import COLORS, COLUMNS, ERASE, ROWS, SHOW, Unit, loading
from captioner.timestamps import format_clock, seconds_at
from captioner.values import Cue, Position

HEAD = "Scenarist_SCC V1.0\n"

RATE = Fraction(30_000, 1001)
"""Frames a second of line 21: there is no other, whatever the video has."""


@dataclass(frozen=True)
class _Sending:
    """Words that are sent one with each frame from `first` on."""

    first: int
    words: tuple[int, ...]


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """A line for each run of words. Raises `FormatError` for characters that line 21 does not have."""
    clock = _clock(programme)
    sendings, _ = _sent(_fitting(cues, clock), clock)
    return HEAD + "".join(f"\n{clock.label(sending.first)}\t{_spelled(sending.words)}\n" for sending in sendings)


def _spelled(words: Iterable[int]) -> str:
    return " ".join(f"{_odd(word >> 8):02x}{_odd(word & 0xFF):02x}" for word in words)


def _odd(byte: int) -> int:
    """The byte with the eighth bit set where it takes that to have an odd number of them."""
    return byte | (0 if byte.bit_count() % 2 else 0x80)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The captions as a decoder shows them: one at a time, in lines of 32 columns, each line with one look."""
    clock = _clock(programme)
    return _sent(_fitting(cues, clock), clock)[1]


def _clock(programme: Programme) -> FrameClock:
    """Labels are dropped unless a programme of the same rate counts all."""
    dropped = programme.drop_frame or programme.frame_rate != RATE
    return frame_clock("scc", replace(programme, frame_rate=RATE, drop_frame=dropped))


def _fitting(cues: Iterable[Cue], clock: FrameClock) -> list[Cue]:
    """The cues on frames, one at a time, with no more text, looks and place than a caption of line 21 has."""
    written = [_normal(cue) for cue in on_frames(cues, clock)]
    if lacking := missing("".join(cue.text for cue in written)):
        raise FormatError(
            "scc", f"line 21 has Latin letters and no {character_list(lacking)}; write ttml for this text"
        )
    return [_in_rows(cue) for cue in one_at_a_time(written)]


def _normal(cue: Cue) -> Cue:
    held = restricted_to(cue, styles=("italic", "underline", "color"), position="anchor")
    return without_white(single_spaced(substitute(held, _ALIKE, lambda found: ALIKE[found[0]])))


_ALIKE = re.compile("|".join(map(re.escape, ALIKE)))


def _in_rows(cue: Cue) -> Cue:
    """The cue with no line of more than 32 columns. Raises `FormatError` for more than 15 lines."""
    rows = [(row, _held(looks)) for line, looks in lines_of(cue) for row in textwrap.wrap(line, COLUMNS)]
    if len(rows) > ROWS:
        raise FormatError("scc", f"the cue at {format_clock(cue.start)} does not fit in {ROWS} lines of {COLUMNS}")
    wrapped = with_lines(cue, rows)
    return replace(wrapped, position=_seen(cue.position, wrapped.text))


def _held(looks: TextStyle) -> TextStyle:
    """Italic letters are white, and there are seven colors."""
    color = None if looks.italic or looks.color not in COLORS else looks.color
    return looks._replace(color=color)


def _seen(position: Position | None, text: str) -> Position | None:
    """The place of a text that fills the screen from side to side, or from above to below, is the middle of it."""
    row, column = divmod((position.anchor if position else 2) - 1, 3)
    lines = text.split("\n")
    row = 1 if len(lines) >= ROWS - 1 else row
    column = 1 if max(map(len, lines)) >= COLUMNS - 1 else column
    return _unless_usual(row, column)


def _unless_usual(row: int, column: int) -> Position | None:
    return None if (row, column) == (0, 1) else Position(3 * row + column + 1)


def _place(region: Any, text: str) -> Position | None:
    """The edges to which a text is close. ttconv gives it the box that it fills in 80 % of the picture.

    A text that rolls up stands at the lower edge of a box that reaches up to the top.
    """
    styles = {style.__name__: region.get_style(style) for style in region.iter_styles()}
    lines = text.split("\n")
    left = round((styles["Origin"].x.value - 10) / 80 * COLUMNS)
    above = round((styles["Origin"].y.value - 10) / 80 * ROWS)
    if styles["DisplayAlign"].name == "after":
        above += round(styles["Extent"].height.value / 80 * ROWS) - len(lines)
    right, below = COLUMNS - left - max(map(len, lines)), ROWS - above - len(lines)
    column = 0 if left <= 2 and right > left + 1 else 2 if right <= 2 and left > right + 1 else 1
    return _unless_usual(2 if above < min(5, below - 1) else 0 if above > below + 1 else 1, column)


def _sent(cues: Sequence[Cue], clock: FrameClock) -> tuple[list[_Sending], list[Cue]]:
    """What is sent, and the cues at the times at which they come and go because of it."""
    sendings: list[_Sending] = []
    times: list[tuple[int, int]] = []
    free, gone = 0, 0  # from when nothing is sent, and when what is shown should go, in frames
    for cue in cues:
        units, start = loading(cue), clock.frame(cue.start)
        erased = None
        if times and gone + 2 <= start - _length(units):
            sendings.append(_Sending(gone, (ERASE, ERASE)))
            free, erased = gone + 2, gone
        elif times and gone < start:
            begin = max(free, start - _length(units) - 2)
            units, at = _with_erasing(units, gone - begin)
            erased = begin + at
        begin = max(free, start - _length(units))
        seen = begin + _length(units)
        sendings += _parted(begin, [*units, (SHOW, SHOW)])
        if times:
            times[-1] = times[-1][0], seen if erased is None else erased
        free = seen + 2
        gone = max(clock.frame(cue.end), free)
        times.append((seen, gone))
    if times:
        sendings.append(_Sending(gone, (ERASE, ERASE)))
    return sendings, [
        replace(cue, start=seconds_at(seen, clock.rate), end=seconds_at(end, clock.rate))
        for cue, (seen, end) in zip(cues, times, strict=True)
    ]


def _parted(begin: int, units: Iterable[Unit]) -> Iterator[_Sending]:
    """Words without a pause as several lines, for readers to whom a line is one moment: each change is one."""
    for _, group in groupby(units, lambda unit: unit[0] in (SHOW, ERASE)):
        sending = _Sending(begin, tuple(chain(*group)))
        yield sending
        begin += len(sending.words)


def _length(units: Iterable[Unit]) -> int:
    """Frames."""
    return sum(map(len, units))


def _with_erasing(units: Sequence[Unit], wanted: int) -> tuple[list[Unit], int]:
    """The units with the code that erases the screen among them, and after how many words: `wanted`, or just before."""
    place, words = 0, 0
    while place < len(units) and words + len(units[place]) <= wanted:
        words += len(units[place])
        place += 1
    return [*units[:place], (ERASE, ERASE), *units[place:]], words


def parse(text: str, programme: Programme) -> Contents:
    """The captions of channel 1 as a decoder shows them, through ttconv. Raises `FormatError`, also without it.

    `programme` tells the label of the first frame, for the file does not.
    """
    lines = source_lines(text)
    if lines[0].strip() != HEAD.strip():
        raise FormatError("scc", f"does not begin with {HEAD.strip()}", line=1)
    for number, line in enumerate(lines[1:], 2):
        if line.strip() and not _LINE.fullmatch(line):
            raise FormatError("scc", f"is no time and the words sent from then on: {line[:40]!r}", number)
    reader, losses = library("scc", "ttconv.scc.reader"), Losses()
    with complaints() as heard:
        try:
            document = reader.to_model("\n".join(lines))
        except Exception as error:  # whatever the library stumbles over in somebody's file
            raise FormatError("scc", f"cannot be read by ttconv: {error}") from error
    found = cues_of(document, "scc", losses, place=lambda region, _, text: _place(region, text))
    cues = [replace(cue, text=cue.text.translate(_GLYPHS)) for cue in found]
    mended = Losses({"thing that ttconv did not understand": len(heard)})
    dropped = any(";" in line[:12] for line in lines[1:])
    known = Programme(frame_rate=RATE, drop_frame=dropped, start_timecode=programme.start_timecode)
    if programme.start_timecode:
        clock = frame_clock("scc", known)
        cues = [clock.moved(cue) for cue in cues]
    return Contents(cues, programme=known, losses=losses.phrases(), mended=mended.phrases())


_GLYPHS = {ord("ʌ"): "^", ord("━"): "—"}
"""Characters as ttconv names them by their look, and as the standard does."""

_LINE = re.compile(r"\s*\d\d:\d\d:\d\d[:;.,]\d\d\s+(?:[0-9a-fA-F]{4}\s*)+", re.ASCII)
