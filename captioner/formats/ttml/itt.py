"""iTT, .itt: the TTML of the iTunes Store and of Final Cut Pro, in SMPTE timecode.

Final Cut Pro takes the language of captions from `xml:lang`; SRT cannot name a language. iTT has two positions, at the
bottom and at the top.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.frames import MIDNIGHT, FrameClock, frame_clock, on_frames
from captioner.formats.ttml.reader import read_ttml
from captioner.formats.ttml.writer import Dialect, restricted_to_ttml, write_ttml
from captioner.values import Cue, Position

TOP = Position(8)


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return a document with times as timecode. Raises `FormatError` without a frame rate."""
    return write_ttml(cues, programme, _dialect(frame_clock("itt", programme)))


def _dialect(clock: FrameClock) -> Dialect:
    """Return iTT at the clock's frame rate."""
    is_ntsc = clock.rate.per_second != clock.rate.labels
    return Dialect(
        attributes={
            "ttp:timeBase": "smpte",
            "ttp:frameRate": str(clock.rate.labels),
            "ttp:frameRateMultiplier": "1000 1001" if is_ntsc else "1 1",
            "ttp:dropMode": "dropNTSC" if clock.rate.drop_frame else "nonDrop",
        },
        text_style={
            "tts:fontFamily": "sansSerif",
            "tts:fontSize": "100%",
            "tts:fontStyle": "normal",
            "tts:fontWeight": "normal",
            "tts:color": "white",
        },
        box_style={"tts:backgroundColor": "black"},
        region=_region,
        format_time=lambda seconds: clock.timecode(seconds).replace(";", ":"),
    )


def _region(position: Position) -> dict[str, str]:
    top, block = ("0%", "before") if position == TOP else ("85%", "after")
    return {
        "tts:origin": f"0% {top}",
        "tts:extent": "100% 15%",
        "tts:textAlign": "center",
        "tts:displayAlign": block,
    }


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues on frames, with styles, at the top or at the bottom."""
    clock = frame_clock("itt", programme)
    return [restricted_to_ttml(_at_top_or_bottom(cue)) for cue in on_frames(cues, clock)]


def _at_top_or_bottom(cue: Cue) -> Cue:
    return replace(cue, position=TOP if cue.position is not None and cue.position.anchor >= 7 else None)


def parse(text: str, programme: Programme) -> Contents:
    """Return the paragraphs as cues. `programme` gives the label of the first frame, which the file does not contain.

    Raises `FormatError`, also if ttconv is missing.
    """
    contents = read_ttml("itt", text, programme)
    if programme.start_timecode in (None, MIDNIGHT) or contents.programme.frame_rate is None:
        return contents
    started = replace(contents.programme, start_timecode=programme.start_timecode)
    clock = frame_clock("itt", started)
    return replace(contents, cues=[clock.from_start(cue) for cue in contents.cues or ()], programme=started)
