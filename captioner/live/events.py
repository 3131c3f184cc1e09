"""What a sink is told, in order. Times in seconds of the stream's clock."""

from __future__ import annotations

import json
from dataclasses import dataclass

from captioner.live.source.contract import HlsStream
from captioner.live.source.playlist import MediaSegment
from captioner.live.stream_clock import Epoch
from captioner.values import RegionReport, Segment, Word

LOST_MARKER = "[…]"
"""What is shown where speech was skipped or could not be heard."""


@dataclass(frozen=True)
class Caption:
    """A caption: a draft, which the next one of its `region` replaces, or final, which nothing ever changes.

    `seq` counts all captions of a stream from 1, `number` the final ones. `ends_speech` is true of the last cue of a
    region. The first `stable` characters of a draft will not change before it is final. `lost` says that this marks a
    hole.
    """

    seq: int
    id: str
    region: int
    start: float
    end: float
    text: str
    is_final: bool
    ends_speech: bool = False
    words: tuple[Word, ...] = ()
    language: str | None = None
    speaker: str | None = None
    stable_chars: int = 0
    lost: bool = False
    final_number: int = 0


@dataclass(frozen=True)
class StreamProgress:
    """No caption will begin before `until` any more; sound was heard up to `heard`, which lies in `epoch`."""

    final_until: float
    audio_end: float
    epoch: Epoch | None = None


@dataclass(frozen=True)
class RegionReported:
    """What became of a speech region, and what was said in it: a piece of the transcript."""

    report: RegionReport
    segment: Segment | None


@dataclass(frozen=True)
class TimedSegment:
    """A segment of an HLS source, from `start` to `end` on the stream's clock."""

    segment: MediaSegment
    target_duration: float
    start: float
    end: float
    epoch: Epoch
    first_sequence: int
    earlier: tuple[MediaSegment, ...] = ()
    restarted: bool = False


@dataclass(frozen=True)
class StreamEnded:
    """The stream itself has come to its end; a stream that is only left goes on without this."""


Event = Caption | StreamProgress | RegionReported | TimedSegment | HlsStream | StreamEnded


def caption_json(caption: Caption) -> str:
    """A caption as one line of JSON: what the feed sends and a .jsonl file holds. Times rounded to milliseconds."""
    return json.dumps(
        {
            "type": "caption.final" if caption.is_final else "caption.partial",
            "seq": caption.seq,
            "id": caption.id,
            "region": caption.region,
            "start": round(caption.start, 3),
            "duration": round(caption.end - caption.start, 3),
            "end": round(caption.end, 3),
            "text": caption.text,
            "is_final": caption.is_final,
            "speech_final": caption.ends_speech,
            "stable_chars": len(caption.text) if caption.is_final else caption.stable_chars,
            "language": caption.language,
            "speaker": caption.speaker,
            "lost": caption.lost,
            "words": [_word(word, caption.speaker) for word in caption.words],
        },
        ensure_ascii=False,
    )


def _word(word: Word, speaker: str | None) -> dict[str, object]:
    return {
        "word": word.text.strip(),
        "start": round(word.start, 3),
        "end": round(word.end, 3),
        "confidence": word.confidence,
        "speaker": speaker,
    }
