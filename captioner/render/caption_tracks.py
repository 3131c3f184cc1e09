"""What each codec of a caption track can store, and the caption file from which ffmpeg makes the track."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from captioner.errors import FormatError
from captioner.formats import Contents, CueLosses, format_named
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.frames import one_at_a_time
from captioner.formats.common.losses import cue_losses
from captioner.formats.common.quantize import quantize
from captioner.formats.common.styled_text import runs, spans_of
from captioner.formats.vtt.text import COLORS
from captioner.formats.vtt.writer import entry, header
from captioner.render.containers import SubtitleCodec
from captioner.render.subtitles import Subtitles
from captioner.values import Cue

# The format from which ffmpeg reads each codec.
_SOURCE_FORMATS = {"mov_text": "srt", "srt": "srt", "ass": "ass", "webvtt": "vtt"}


@dataclass(frozen=True)
class CaptionTrack:
    """A caption track that is to be made."""

    subtitles: Subtitles

    codec: SubtitleCodec

    data: bytes
    """The caption file that ffmpeg reads."""

    count: int
    """How many captions the track must have."""

    losses: CueLosses
    """What the codec cannot store."""

    @property
    def suffix(self) -> str:
        """The end of the caption file's name, by which ffmpeg knows its format."""
        return format_named(_SOURCE_FORMATS[self.codec]).suffix


def caption_track(subtitles: Subtitles, codec: SubtitleCodec) -> CaptionTrack:
    """Return the track of the subtitles; an ASS file stays as it is in a track of that codec."""
    if codec == "ass" and subtitles.ass:
        events = re.findall(r"(?m)^Dialogue:", subtitles.ass)
        return CaptionTrack(subtitles, codec, subtitles.ass.encode(), len(events), CueLosses())
    if codec == "mov_text":
        return _of_cues(subtitles, codec, _in_mov_text(subtitles.cues))
    if codec == "webvtt":
        stored = format_named("vtt").representable(Contents([_in_named_colors(cue) for cue in subtitles.cues])) or ()
        data = "\n".join([header(), *map(entry, stored)]).encode()
        return CaptionTrack(subtitles, codec, data, len(stored), cue_losses(subtitles.cues, stored))
    return _of_cues(subtitles, codec, subtitles.cues)


def _of_cues(subtitles: Subtitles, codec: SubtitleCodec, cues: Sequence[Cue]) -> CaptionTrack:
    format = format_named(_SOURCE_FORMATS[codec])
    data = format.write(Contents(cues)).data
    stored = format.representable(Contents(cues)) or ()
    file = data.encode() if isinstance(data, str) else data
    return CaptionTrack(subtitles, codec, file, len(stored), cue_losses(subtitles.cues, stored))


def _in_mov_text(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues as mov_text holds them, 3GPP timed text (TS 26.245): one at a time, in one place.

    ffmpeg writes neither the colors nor the places that the standard has.
    """
    plain = (restricted_to(cue, styles=("italic", "bold", "underline")) for cue in quantize(cues))
    return one_at_a_time(list(plain))


def _in_named_colors(cue: Cue) -> Cue:
    """Return the cue without colors that need a style sheet: ffmpeg drops it, and ffmpeg 5 drops all cues after it."""
    named = set(COLORS.values())
    pieces = ((text, style if style.color in named else style._replace(color=None)) for text, style in runs(cue))
    return replace(cue, styles=spans_of(list(pieces)))


def check_track(track: CaptionTrack, held: int) -> None:
    """Raise `FormatError` where the new file holds fewer captions than it should."""
    if held < track.count:
        raise FormatError(
            track.subtitles.name, f"not muxed, since the new file would hold {held} of {track.count} cues"
        )
