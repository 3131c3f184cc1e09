"""Scenarist closed captions, .scc: the bytes of line 21 (CEA-608), for American broadcasters and disc authors.

Line 21 has Latin letters only; text with other characters is refused, and the error names them. Each frame carries one
word of two bytes, so a caption takes time to load, and one that follows another too soon is shown late.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby

from captioner.errors import FormatError
from captioner.formats.common.characters import character_list
from captioner.formats.common.contents import Programme
from captioner.formats.common.fidelity import restricted_to, without_white
from captioner.formats.common.frames import FrameClock, frame_clock, on_frames, one_at_a_time
from captioner.formats.common.lines import lines_of, single_spaced, with_lines
from captioner.formats.common.styled_text import TextStyle, substitute
from captioner.formats.scc.caption_loading import COLORS, COLUMNS, ERASE_SHOWN, ROWS, SHOW, CodeUnit, load_caption
from captioner.formats.scc.characters import REPLACEMENTS, unsupported
from captioner.formats.scc.reader import HEADER, RATE, position_of
from captioner.timestamps import format_clock, seconds_at
from captioner.values import Cue, Position


@dataclass(frozen=True)
class _Transmission:
    """Words that are sent one after the other."""

    first: int
    """The frame that carries the first word; each later frame carries one more."""

    words: tuple[int, ...]
    """The codes, two bytes each, without parity."""


@dataclass(frozen=True)
class _Schedule:
    """The transmissions for a list of cues, and the times at which a decoder then shows the cues."""

    transmissions: list[_Transmission]
    times: list[tuple[int, int]]
    """First frame in which each cue is seen, and first frame in which it is not, in order."""


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return a file with a line for each transmission."""
    clock = _clock(programme)
    schedule = _schedule(cues, clock)
    lines = (f"\n{clock.label(sent.first)}\t{_hex(sent.words)}\n" for sent in schedule.transmissions)
    return HEADER + "".join(lines)


def _hex(words: Iterable[int]) -> str:
    return " ".join(f"{_odd_parity(word >> 8):02x}{_odd_parity(word & 0xFF):02x}" for word in words)


def _odd_parity(byte: int) -> int:
    """Return the byte with its eighth bit set where the number of set bits would be even."""
    return byte | (0 if byte.bit_count() % 2 else 0x80)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the captions as a decoder shows them: one at a time, in lines of 32 columns, each line with one style.

    Raises `FormatError` for characters that line 21 does not have.
    """
    clock = _clock(programme)
    captions = _captions(cues, clock)
    return [
        replace(cue, start=seconds_at(start, clock.rate), end=seconds_at(end, clock.rate))
        for cue, (start, end) in zip(captions, _schedule(captions, clock).times, strict=True)
    ]


def _clock(programme: Programme) -> FrameClock:
    """Return Timecode at 29.97: drop-frame, unless a programme of that rate counts all frames."""
    drop_frame = programme.drop_frame or programme.frame_rate != RATE
    return frame_clock("scc", replace(programme, frame_rate=RATE, drop_frame=drop_frame))


def _captions(cues: Iterable[Cue], clock: FrameClock) -> list[Cue]:
    """Return the cues on frames, one at a time, with the text, styles and position that line 21 allows."""
    captions = [_plain_enough(cue) for cue in on_frames(cues, clock)]
    if missing := unsupported("".join(cue.text for cue in captions)):
        raise FormatError("scc", f"line 21 has only Latin letters, not {character_list(missing)}; write ttml instead")
    return [_in_rows(cue) for cue in one_at_a_time(captions)]


def _plain_enough(cue: Cue) -> Cue:
    held = restricted_to(cue, styles=("italic", "underline", "color"), position="anchor")
    return without_white(single_spaced(substitute(held, _REPLACED, lambda match: REPLACEMENTS[match[0]])))


_REPLACED = re.compile("|".join(map(re.escape, REPLACEMENTS)))


def _in_rows(cue: Cue) -> Cue:
    """Return the cue with its lines wrapped at 32 columns. Raises `FormatError` for more than 15 lines."""
    rows = [(row, _line_style(style)) for line, style in lines_of(cue) for row in textwrap.wrap(line, COLUMNS)]
    if len(rows) > ROWS:
        raise FormatError(
            "scc", f"the cue at {format_clock(cue.start)} does not fit in {ROWS} lines of {COLUMNS} characters"
        )
    wrapped = with_lines(cue, rows)
    return replace(wrapped, position=_visible_position(cue.position, wrapped.text))


def _line_style(style: TextStyle) -> TextStyle:
    """Return the style that line 21 can show: italic text is white, other text has one of seven colors."""
    color = None if style.italic or style.color not in COLORS else style.color
    return style._replace(color=color)


def _visible_position(position: Position | None, text: str) -> Position | None:
    """Return the position; the middle for a text that fills the screen from side to side, or from top to bottom."""
    row, column = divmod((position.anchor if position else 2) - 1, 3)
    lines = text.split("\n")
    row = 1 if len(lines) >= ROWS - 1 else row
    column = 1 if max(map(len, lines)) >= COLUMNS - 1 else column
    return position_of(row, column)


def _schedule(cues: Sequence[Cue], clock: FrameClock) -> _Schedule:
    """Loads each caption just before it is shown, and later where the caption before it is still being sent."""
    transmissions: list[_Transmission] = []
    times: list[tuple[int, int]] = []
    free, shown_until = 0, 0  # the first frame without a word, and the one in which the last caption should go
    for cue in cues:
        units, start = load_caption(cue), clock.frame(cue.start)
        erased = None
        if times and shown_until + 2 <= start - _frames(units):
            transmissions.append(_Transmission(shown_until, (ERASE_SHOWN, ERASE_SHOWN)))
            free, erased = shown_until + 2, shown_until
        elif times and shown_until < start:
            begin = max(free, start - _frames(units) - 2)
            units, words_before = _with_erase(units, shown_until - begin)
            erased = begin + words_before
        begin = max(free, start - _frames(units))
        seen = begin + _frames(units)
        transmissions += _transmissions(begin, [*units, (SHOW, SHOW)])
        if times:
            times[-1] = times[-1][0], seen if erased is None else erased
        free = seen + 2
        shown_until = max(clock.frame(cue.end), free)
        times.append((seen, shown_until))
    if times:
        transmissions.append(_Transmission(shown_until, (ERASE_SHOWN, ERASE_SHOWN)))
    return _Schedule(transmissions, times)


def _transmissions(begin: int, units: Iterable[CodeUnit]) -> Iterator[_Transmission]:
    """Yield the units from frame `begin` on.

    Each change of the screen is one line: some readers give a line one time.
    """
    for _, group in groupby(units, lambda unit: unit[0] in (SHOW, ERASE_SHOWN)):
        transmission = _Transmission(begin, tuple(chain(*group)))
        yield transmission
        begin += len(transmission.words)


def _frames(units: Iterable[CodeUnit]) -> int:
    """Return the number of frames that it takes to send the units."""
    return sum(map(len, units))


def _with_erase(units: Sequence[CodeUnit], after: int) -> tuple[list[CodeUnit], int]:
    """Return the units with the erase code inserted after at most `after` words, and the number of words before it."""
    index, words = 0, 0
    while index < len(units) and words + len(units[index]) <= after:
        words += len(units[index])
        index += 1
    return [*units[:index], (ERASE_SHOWN, ERASE_SHOWN), *units[index:]], words
