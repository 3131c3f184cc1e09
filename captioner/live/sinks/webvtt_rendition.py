"""A WebVTT rendition of an HLS stream as text: its segments, its playlist, and the master playlist that names it. Pure.

RFC 8216: a segment holds every cue that is shown during it, with its whole times, so a cue that spans two stands in
both alike; boundaries, sequence numbers and discontinuities are those of the renditions it goes with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from captioner.formats import vtt
from captioner.live.source.playlist import attributes, media_playlist
from captioner.live.stream_clock import Epoch
from captioner.timestamps import format_clock
from captioner.values import Cue

SUBTITLE_GROUP = "captions"
"""The group of subtitles that the master playlist gets where it has none."""

MAP_SECONDS = 3600
"""Seconds in which all segments of an epoch have the same map; far below the 26.5 hours of a turn of the clock."""

_PARTING = "\n\n"

CHARACTERISTICS = "public.accessibility.transcribes-spoken-dialog"


@dataclass(frozen=True)
class CaptionSegment:
    """One segment of ours, from `start` to `end` in seconds of the stream's clock; `duration` as its playlist has it.

    `epoch` is None where nothing is known of its sound: it is left empty. `cuts` counts the discontinuities before it.
    """

    sequence: int
    start: float
    end: float
    duration: float
    epoch: Epoch | None
    discontinuities: int = 0
    program_date: str | None = None
    name: str = ""


def segment_text(segment: CaptionSegment, cues: Iterable[Cue]) -> str:
    """A WebVTT segment. Its map says what the source's clock shows at some moment.

    That is the same moment in neighbouring segments: players know a cue again by its times, to the last bit. hls.js
    takes its own clock anew with every segment of sound, so each cue is also named, by the millisecond it begins at.
    """
    # The blank line at the end of each parts segments as well: ffmpeg reads all of them as one text.
    body = "".join(f"{round(1000 * cue.start)}\n{vtt.write([cue]).partition(_PARTING)[2].rstrip()}\n\n" for cue in cues)
    if segment.epoch is None:
        return "WEBVTT\n\n"
    hours = int((segment.start - segment.epoch.time) // MAP_SECONDS)
    local = round(segment.epoch.time + MAP_SECONDS * hours, 3)
    header = f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{segment.epoch.ticks_at(local)},LOCAL:{format_clock(local)}\n\n"
    return header + body


def moved_to(cue: Cue, slot: CaptionSegment, slots: Iterable[CaptionSegment]) -> Cue:
    """A cue that stands in a later slot than its own, with the times that it has on the clock of that slot's epoch.

    Players show the segments of two epochs one right after the other, whatever time lies between them. `slots` are
    those from the cue's own on, in order.
    """
    ahead = silent = 0.0
    before: CaptionSegment | None = None
    for each in slots:
        if each.epoch is None:
            silent += each.duration
            continue
        if before and each.epoch != before.epoch and cue.start < each.start <= slot.start:
            ahead += each.start - before.end - silent
        before, silent = each, 0.0
    return replace(cue, start=cue.start + ahead, end=cue.end + ahead)


def playlist_text(segments: Sequence[CaptionSegment], target_duration: float, *, ended: bool) -> str:
    """The playlist of the rendition; `target` is the longest duration that the other renditions have, in seconds."""
    first = segments[0] if segments else CaptionSegment(0, 0.0, 0.0, 0.0, None)
    longest = max([target_duration, *(slot.duration for slot in segments)])
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{max(1, round(longest))}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.discontinuities}",
    ]
    cuts = first.discontinuities
    for slot in segments:
        lines += ["#EXT-X-DISCONTINUITY"] * (slot.discontinuities - cuts)
        lines += [f"#EXT-X-PROGRAM-DATE-TIME:{slot.program_date}"] if slot.program_date else []
        lines += [f"#EXTINF:{slot.duration:.6f},", slot.name]
        cuts = slot.discontinuities
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def master_text(master: str, captions: str, new_address: Callable[[str], str], language: str | None, name: str) -> str:
    """A master playlist with our rendition, whose address is `captions`; `place` says where each other address is now.

    A group of subtitles that a variant has already gets our rendition too.
    """
    lines = [line.strip() for line in master.lstrip("\ufeff").split("\n") if line.strip()]
    groups = {attributes(line).get("SUBTITLES", SUBTITLE_GROUP) for line in lines if line.startswith("#EXT-X-STREAM-INF:")}
    ours = [_subtitles_tag(group, captions, language, name) for group in sorted(groups)]
    written: list[str] = []
    for line in lines:
        if line.startswith("#EXT-X-STREAM-INF:"):
            written += ours
            ours = []
            written.append(line if "SUBTITLES=" in line else f'{line},SUBTITLES="{SUBTITLE_GROUP}"')
        elif line.startswith("#"):
            written.append(re.sub(r'URI="([^"]*)"', lambda match: f'URI="{new_address(match[1])}"', line))
        else:
            written.append(new_address(line))
    return "\n".join([*written, ""])


def single_variant_master(address: str, bandwidth: int) -> str:
    """A master playlist for a stream that has none: one variant of so many bits a second."""
    return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH={max(bandwidth, 1)}\n{address}\n"


def without_newest(playlist: str, base: str, seconds: float) -> str | None:
    """A media playlist, read from the address `base`, without the newest segments that last `seconds` together.

    Its addresses become whole ones. One that has ended stays as it is; None where nothing would be left.
    """
    lines = [_with_absolute_address(line.strip(), base) for line in playlist.split("\n") if line.strip()]
    if "#EXT-X-ENDLIST" in lines:
        return "\n".join([*lines, ""])
    ends = [place + 1 for place, line in enumerate(lines) if not line.startswith("#")]
    durations = [piece.duration for piece in media_playlist(playlist, base).segments]
    held = 0.0
    while ends and held < seconds:
        held += durations[len(ends) - 1]
        ends.pop()
    return "\n".join([*lines[: ends[-1]], ""]) if ends else None


def _with_absolute_address(line: str, base: str) -> str:
    if line.startswith("#"):
        return re.sub(r'URI="([^"]*)"', lambda match: f'URI="{urljoin(base, match[1])}"', line)
    return urljoin(base, line)


def _subtitles_tag(group: str, captions: str, language: str | None, name: str) -> str:
    spoken = f'LANGUAGE="{language}",' if language else ""
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{group}",NAME="{name}",{spoken}AUTOSELECT=YES,DEFAULT=NO,FORCED=NO,'
        f'CHARACTERISTICS="{CHARACTERISTICS}",URI="{captions}"'
    )
