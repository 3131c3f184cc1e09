"""The events that sinks get, in order. Times are in seconds on the stream's clock."""

from __future__ import annotations

import json
from dataclasses import dataclass

from captioner.live.source.live_source import HlsStream
from captioner.live.source.playlist import MediaSegment
from captioner.live.stream_clock import Epoch
from captioner.text.punctuation import OMISSION
from captioner.values import RegionReport, Segment, Word

LOST_MARKER = OMISSION
"""The text of a caption where speech was skipped or could not be recognised."""


@dataclass(frozen=True)
class Caption:
    """A caption: final, or a partial that the next caption of its region replaces. A final caption never changes."""

    seq: int
    """Counts all captions of a stream from 1."""

    id: str
    """`REGION` for a partial, `REGION.INDEX` for a final caption."""

    region: int

    start: float

    end: float

    text: str

    is_final: bool

    ends_speech: bool = False
    """Whether this is the last caption of its region."""

    words: tuple[Word, ...] = ()

    language: str | None = None

    speaker: str | None = None

    stable_chars: int = 0
    """Every later caption of the region begins with this many characters of a partial."""

    lost: bool = False
    """Whether the caption marks lost speech."""

    final_number: int = 0
    """Counts the final captions of a stream from 1."""


@dataclass(frozen=True)
class StreamProgress:
    """The progress of the stream."""

    final_until: float
    """No further caption will begin before this stream second."""

    audio_end: float
    """Stream second up to which audio was read."""

    epoch: Epoch | None = None
    """The run of timestamps that `audio_end` lies in."""


@dataclass(frozen=True)
class RegionReported:
    """The report of a speech region, and its segment of the transcript, None if it has no text."""

    report: RegionReport
    segment: Segment | None


@dataclass(frozen=True)
class TimedSegment:
    """A segment of an HLS source on the stream's clock."""

    segment: MediaSegment

    target_duration: float
    """Seconds, as the playlist states."""

    start: float

    end: float

    epoch: Epoch

    first_sequence: int
    """Sequence number of the first segment that the playlist lists now."""

    earlier: tuple[MediaSegment, ...] = ()
    """Segments that the playlist lists before this one."""

    restarted: bool = False
    """Whether the sequence numbers of the stream began again with this segment."""


@dataclass(frozen=True)
class StreamEnded:
    """The end of the stream itself. A run that is only stopped ends without this event."""


Event = Caption | StreamProgress | RegionReported | TimedSegment | HlsStream | StreamEnded


def caption_json(caption: Caption) -> str:
    """Return a caption as one line of JSON, as in the feed and in .jsonl files. Times are rounded to milliseconds."""
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
