"""Where somebody speaks: blocks of sound in, regions of speech out. One algorithm for a file and for a live stream.

for clip in speech_clips(blocks):
    ...  # clip.start, clip.end on the media's clock, clip.samples as they came
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from captioner.speech.finder import SpeechFinder
from captioner.speech.loading import load_speech_model
from captioner.speech.model import FRAME, SAMPLE_RATE
from captioner.speech.silero import Silero
from captioner.speech.speech_options import SpeechOptions
from captioner.speech.stream import SpeechStream
from captioner.values import Audio

__all__ = [
    "FRAME",
    "SAMPLE_RATE",
    "Silero",
    "SpeechFinder",
    "SpeechOptions",
    "SpeechStream",
    "load_speech_model",
    "speech_clips",
]

_JUMP = 0.001  # seconds between two blocks that are no rounding but a gap in the media


def speech_clips(blocks: Iterable[Audio], options: SpeechOptions = SpeechOptions()) -> Iterator[Audio]:
    """The sound of each region of speech, untouched and in order, as soon as its end is certain.

    `blocks` are of 16 kHz and of any length, one frame or many minutes; where one does not begin at the end of the one
    before it, no region reaches across. Holds the sound from the open region on and no more: never longer than
    `longest_region` and a second or two. Raises `ValueError` for another sample rate.
    """
    stream: SpeechStream | None = None
    for block in blocks:
        if block.sample_rate != SAMPLE_RATE:
            raise ValueError(f"speech is found at {SAMPLE_RATE} Hz, not at {block.sample_rate}")
        if stream and abs(block.start - stream.end) > _JUMP:
            yield from stream.flush()
            stream = None
        stream = stream or SpeechStream(options, block.start)
        yield from stream.push(block.samples)
    if stream:
        yield from stream.flush()
