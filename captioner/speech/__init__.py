"""Voice activity detection: audio blocks in, clips of speech out, by one algorithm for files and live streams.

    for clip in speech_clips(blocks):
        ...  # clip.start and clip.end are in seconds on the media's clock

audio blocks -> frame_scorer.py, gain.py, silero.py   probability of speech and level of each frame
             -> region_finder.py, split.py           speech regions, in samples
             -> stream.py, trim.py                   clips, trimmed to their loud part
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from captioner.speech.loading import load_speech_model
from captioner.speech.region_finder import RegionFinder
from captioner.speech.silero import Silero
from captioner.speech.speech_model import FRAME, SAMPLE_RATE
from captioner.speech.speech_options import SpeechOptions
from captioner.speech.stream import SpeechStream
from captioner.values import Audio

__all__ = [
    "FRAME",
    "SAMPLE_RATE",
    "RegionFinder",
    "Silero",
    "SpeechOptions",
    "SpeechStream",
    "load_speech_model",
    "speech_clips",
]

_LARGEST_ROUNDING = 0.001
"""Seconds between two blocks that rounding explains; a larger difference is a gap in the media."""


def speech_clips(blocks: Iterable[Audio], options: SpeechOptions = SpeechOptions()) -> Iterator[Audio]:
    """Yield the audio of each speech region, unchanged and in order, as soon as the end of the region is certain.

    `blocks` have a sample rate of 16 kHz and any length, from one frame to many minutes. A region ends where the next
    block does not begin at the end of the last one. At most `longest_region` and about two seconds of audio are held
    in memory. Raises `ValueError` for another sample rate.
    """
    stream: SpeechStream | None = None
    for block in blocks:
        if block.sample_rate != SAMPLE_RATE:
            raise ValueError(f"speech detection needs audio at {SAMPLE_RATE} Hz, not at {block.sample_rate}")
        if stream and abs(block.start - stream.end) > _LARGEST_ROUNDING:
            yield from stream.flush()
            stream = None
        stream = stream or SpeechStream(options, block.start)
        yield from stream.push(block.samples)
    if stream:
        yield from stream.flush()
