"""What formats that count frames share: the rate, the label of the first frame, times as timecode."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from captioner.errors import FormatError
from captioner.formats.model.contents import Programme
from captioner.formats.model.quantize import cue_read, quantize
from captioner.formats.model.styled_text import StyledText, merge_spans
from captioner.timestamps import FrameRate, format_clock, format_timecode, frame_at, parse_timecode, seconds_at
from captioner.values import Cue, StyleSpan

MIDNIGHT = "00:00:00:00"
"""The label of the first frame where a programme says nothing."""

ONE_HOUR = "01:00:00:00"
"""The label with which editing programs begin a timeline."""


@dataclass(frozen=True)
class FrameClock:
    """Seconds of a programme to timecode and back; `start` is the frame number of its first frame's label."""

    name: str
    rate: FrameRate
    start: int = 0

    def frame(self, seconds: float) -> int:
        """The frame nearest to `seconds`, counted from the programme's first."""
        return frame_at(seconds, self.rate)

    def timecode(self, seconds: float) -> str:
        """The label of the frame nearest to `seconds`. Raises `FormatError` where the day is over."""
        return self.label(self.frame(seconds))

    def label(self, frame: int) -> str:
        """The label of a frame, counted from the programme's first. Raises `FormatError` where the day is over."""
        try:
            return format_timecode(self.start + frame, self.rate)
        except ValueError as error:
            time = format_clock(seconds_at(frame, self.rate))
            raise FormatError(self.name, f"a cue at {time} lies beyond the 24 hours of timecode") from error

    def labelled(self, timecode: str, line: int | None = None) -> int:
        """The frame that a label means, counted from the programme's first. Raises `FormatError`."""
        try:
            frame = parse_timecode(timecode, self.rate) - self.start
        except ValueError as error:
            raise FormatError(self.name, str(error), line) from error
        if frame < 0:
            first = format_timecode(self.start, self.rate)
            raise FormatError(self.name, f"{timecode} lies before the start of the programme, {first}", line)
        return frame

    def moved(self, cue: Cue) -> Cue:
        """A cue whose times were read as if the programme began at midnight. Raises `FormatError`."""
        first, last = (self.frame(seconds) - self.start for seconds in (cue.start, cue.end))
        if first < 0:
            start = format_timecode(self.start, self.rate)
            raise FormatError(self.name, f"a cue lies before the start of the programme, {start}")
        return replace(cue, start=seconds_at(first, self.rate), end=seconds_at(last, self.rate))

    def cue(self, first: int, last: int, text: StyledText | str, speaker: str | None = None) -> Cue | None:
        """A cue from a file, from a frame until another; None where it has no text."""
        return cue_read(first, last, text, speaker, rate=self.rate.per_second)

    def programme(self, title: str | None = None) -> Programme:
        """What a file tells that counts frames."""
        start = format_timecode(self.start, self.rate)
        return Programme(
            title=title, frame_rate=self.rate.per_second, start_timecode=start, drop_frame=self.rate.drop_frame
        )


def frame_clock(name: str, programme: Programme, start: str = MIDNIGHT) -> FrameClock:
    """The clock of a programme; its first frame is `start` where it does not say.

    Raises `FormatError` where nobody knows the frame rate, or it is none that timecode counts.
    """
    if programme.frame_rate is None:
        raise FormatError(name, "counts frames: say how many a second the video has, as with --fps 25")
    try:
        rate = FrameRate(programme.frame_rate, programme.drop_frame)
        first = parse_timecode(programme.start_timecode or start, rate)
    except ValueError as error:
        raise FormatError(name, str(error)) from error
    return FrameClock(name, rate, first)


def read_clock(
    name: str, programme: Programme, start: str, timecodes: Iterable[str], *, drop_frame: bool = False
) -> FrameClock:
    """The clock of a file with these labels. Where nobody tells its start, it is `start` unless labels lie before it.

    Raises `FormatError` where nobody knows the frame rate: such a file does not tell.
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
    """The cues by start, each of their times that of a frame; one lasts a frame at least."""
    return list(quantize(cues, clock.rate.per_second))


def one_at_a_time(cues: Sequence[Cue]) -> list[Cue]:
    """What is on the screen from one change to the next, for formats that hold no two cues at once.

    Cues that overlap become one cue of all their lines for as long as they are shown together.
    """
    edges = sorted({edge for cue in cues for edge in (cue.start, cue.end)})
    shown: list[Cue] = []
    waiting = deque(sorted(cues, key=lambda cue: cue.start))
    active: list[Cue] = []
    for edge, following in pairwise(edges):
        active = [cue for cue in active if cue.end > edge]
        while waiting and waiting[0].start <= edge:
            active.append(waiting.popleft())
        if active:
            shown.append(together(active, edge, following))
    return shown


def together(cues: Sequence[Cue], start: float, end: float) -> Cue:
    """One cue with the lines of all, at the place of the first. Words and speakers stay where there is but one cue."""
    if len(cues) == 1:
        return replace(cues[0], start=start, end=end)
    text, styles = "", list[StyleSpan]()
    for cue in cues:
        text += "\n" if text else ""
        styles += [replace(style, first=style.first + len(text), last=style.last + len(text)) for style in cue.styles]
        text += cue.text
    return Cue(start, end, text, styles=merge_spans(styles), position=cues[0].position)
