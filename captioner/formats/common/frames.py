"""Times as frames and as timecode, for formats that count frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from captioner.errors import FormatError
from captioner.formats.common.contents import Programme
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.styled_text import StyledText, merge_spans
from captioner.timestamps import FrameRate, format_clock, format_timecode, frame_at, parse_timecode, seconds_at
from captioner.values import Cue, StyleSpan

MIDNIGHT = "00:00:00:00"
"""The timecode of the first frame where a programme gives none."""

ONE_HOUR = "01:00:00:00"
"""The timecode with which editing programs begin a timeline."""


NO_RATE = "needs the frame rate of the video, as in --fps 25"
"""The error if a format counts frames and the frame rate is unknown."""


@dataclass(frozen=True)
class FrameClock:
    """Seconds of a programme to timecode and back. Frames are counted from the first of the programme."""

    name: str
    """The format that errors name."""

    rate: FrameRate
    """Frames per second, and whether timecode drops labels."""

    start: int = 0
    """The timecode of the first frame, as a number of frames."""

    def frame(self, seconds: float) -> int:
        """Return the frame nearest to a time in seconds."""
        return frame_at(seconds, self.rate)

    def timecode(self, seconds: float) -> str:
        """Return the timecode of the frame nearest to a time in seconds. Raises `FormatError` beyond 24 hours."""
        return self.label(self.frame(seconds))

    def label(self, frame: int) -> str:
        """Return the timecode of a frame. Raises `FormatError` beyond 24 hours."""
        try:
            return format_timecode(self.start + frame, self.rate)
        except ValueError as error:
            time = format_clock(seconds_at(frame, self.rate))
            raise FormatError(self.name, f"a cue at {time} lies beyond the 24 hours of timecode") from error

    def frame_of(self, timecode: str, line: int | None = None) -> int:
        """Return the frame of a timecode; `line` is its line in the file, for errors. Raises `FormatError`."""
        try:
            frame = parse_timecode(timecode, self.rate) - self.start
        except ValueError as error:
            raise FormatError(self.name, str(error), line) from error
        if frame < 0:
            first = format_timecode(self.start, self.rate)
            raise FormatError(self.name, f"{timecode} lies before the start of the programme, {first}", line)
        return frame

    def from_start(self, cue: Cue) -> Cue:
        """Return a cue whose times were counted from midnight, counted from the start of the programme.

        Raises `FormatError` if it begins before that.
        """
        first, last = (self.frame(seconds) - self.start for seconds in (cue.start, cue.end))
        if first < 0:
            start = format_timecode(self.start, self.rate)
            raise FormatError(self.name, f"a cue lies before the start of the programme, {start}")
        return replace(cue, start=seconds_at(first, self.rate), end=seconds_at(last, self.rate))

    def cue(self, first: int, last: int, text: StyledText | str, speaker: str | None = None) -> Cue | None:
        """Return a cue from one frame to another; None if it has no text."""
        return cue_read(first, last, text, speaker, rate=self.rate.per_second)

    def programme(self, title: str | None = None) -> Programme:
        """Return the programme, as a file with this clock describes it."""
        start = format_timecode(self.start, self.rate)
        return Programme(
            title=title, frame_rate=self.rate.per_second, start_timecode=start, drop_frame=self.rate.drop_frame
        )


def frame_clock(name: str, programme: Programme, start: str = MIDNIGHT) -> FrameClock:
    """Return the clock of a programme. The timecode of its first frame is `start` where the programme gives none.

    Raises `FormatError` if the frame rate is unknown, or timecode cannot count it.
    """
    if programme.frame_rate is None:
        raise FormatError(name, NO_RATE)
    try:
        rate = FrameRate(programme.frame_rate, programme.drop_frame)
        first = parse_timecode(programme.start_timecode or start, rate)
    except ValueError as error:
        raise FormatError(name, str(error)) from error
    return FrameClock(name, rate, first)


def read_clock(
    name: str, programme: Programme, start: str, timecodes: Iterable[str], *, drop_frame: bool = False
) -> FrameClock:
    """Return the clock of a file that holds these timecodes, and not the frame rate.

    Where the programme gives no timecode of its first frame, that is `start`, or midnight if a timecode is earlier.
    Raises `FormatError` if the frame rate is unknown.
    """
    programme = replace(programme, drop_frame=programme.drop_frame or drop_frame)
    clock = frame_clock(name, programme, start)
    if programme.start_timecode is None and any(_is_before(timecode, clock) for timecode in timecodes):
        return frame_clock(name, programme)
    return clock


def _is_before(timecode: str, clock: FrameClock) -> bool:
    try:
        return parse_timecode(timecode, clock.rate) < clock.start
    except ValueError:
        return False


def on_frames(cues: Iterable[Cue], clock: FrameClock) -> list[Cue]:
    """Return the cues by start, their times rounded to frames; each lasts a frame at least."""
    return list(quantize(cues, clock.rate.per_second))


def one_at_a_time(cues: Sequence[Cue]) -> list[Cue]:
    """Return a cue for each state of the screen, for formats that hold no two cues at once.

    While cues overlap they become one cue of all their lines.
    """
    changes = sorted({time for cue in cues for time in (cue.start, cue.end)})
    shown: list[Cue] = []
    waiting = deque(sorted(cues, key=lambda cue: cue.start))
    active: list[Cue] = []
    for start, end in pairwise(changes):
        active = [cue for cue in active if cue.end > start]
        while waiting and waiting[0].start <= start:
            active.append(waiting.popleft())
        if active:
            shown.append(_combined(active, start, end))
    return shown


def _combined(cues: Sequence[Cue], start: float, end: float) -> Cue:
    """Return one cue with the lines of all, at the position of the first.

    Of several cues, words and speakers are lost.
    """
    if len(cues) == 1:
        return replace(cues[0], start=start, end=end)
    text, styles = "", list[StyleSpan]()
    for cue in cues:
        text += "\n" if text else ""
        styles += [replace(span, first=span.first + len(text), last=span.last + len(text)) for span in cue.styles]
        text += cue.text
    return Cue(start, end, text, styles=merge_spans(styles), position=cues[0].position)
