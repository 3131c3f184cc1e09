"""iTT, .itt: the TTML of the iTunes Store and of Final Cut Pro, in SMPTE timecode.

Final Cut Pro takes the language of its captions from `xml:lang`, for which SRT has no place. There are two places, at
the bottom and at the top.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.frames import MIDNIGHT, FrameClock, frame_clock, on_frames
from captioner.formats.model.xml import in_xml
from captioner.formats.ttml.document import Dialect, document
from captioner.formats.ttml.imsc import placed
from captioner.formats.ttml.reader import read_ttml
from captioner.values import Cue, Position

TOP = Position(8)

USUAL = {
    "tts:fontFamily": "sansSerif",
    "tts:fontSize": "100%",
    "tts:fontStyle": "normal",
    "tts:fontWeight": "normal",
    "tts:color": "white",
}

BOX = {"tts:backgroundColor": "black"}


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """A paragraph for each cue. Raises `FormatError` without a frame rate."""
    clock = _clock(programme)
    slower = clock.rate.per_second != clock.rate.labels
    attributes = {
        "ttp:timeBase": "smpte",
        "ttp:frameRate": str(clock.rate.labels),
        "ttp:frameRateMultiplier": "1000 1001" if slower else "1 1",
        "ttp:dropMode": "dropNTSC" if clock.rate.drop_frame else "nonDrop",
    }
    dialect = Dialect(attributes, USUAL, BOX, _region, lambda seconds: clock.timecode(seconds).replace(";", ":"))
    return document(representable(cues, programme), programme, dialect)


def _region(place: Position) -> dict[str, str]:
    top, block = ("0%", "before") if place == TOP else ("85%", "after")
    return {
        "tts:origin": f"0% {top}",
        "tts:extent": "100% 15%",
        "tts:textAlign": "center",
        "tts:displayAlign": block,
    }


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on frames, with styles; of a place only whether it is at the top."""
    return [placed(in_xml(cue), _place(cue)) for cue in on_frames(cues, _clock(programme))]


def _place(cue: Cue) -> Position | None:
    return TOP if cue.position is not None and cue.position.anchor >= 7 else None


def _clock(programme: Programme) -> FrameClock:
    return frame_clock("itt", programme)


def parse(text: str, programme: Programme) -> Contents:
    """The paragraphs as cues. `programme` tells the label of the first frame, for the file does not.

    Raises `FormatError`, also without ttconv.
    """
    contents = read_ttml("itt", text)
    rate = contents.programme.frame_rate
    if programme.start_timecode in (None, MIDNIGHT) or rate is None:
        return contents
    clock = frame_clock("itt", replace(contents.programme, start_timecode=programme.start_timecode))
    cues = [clock.moved(cue) for cue in contents.cues or ()]
    return replace(contents, cues=cues, programme=replace(contents.programme, start_timecode=programme.start_timecode))
