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
from captioner.live.session.stream_clock import Epoch
from captioner.live.source.playlist import attributes, media_playlist
from captioner.timestamps import format_clock
from captioner.values import Cue

GROUP = "captions"
"""The group of subtitles that the master playlist gets where it has none."""

SAME_MAP = 3600
"""Seconds in which all segments of an epoch have the same map; far below the 26.5 hours of a turn of the clock."""

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
    cuts: int = 0
    date: str | None = None
    name: str = ""


def segment_text(slot: CaptionSegment, cues: Iterable[Cue]) -> str:
    """A WebVTT segment. Its map says what the source's clock shows at some moment.

    That is the same moment in neighbouring segments: players know a cue again by its times, to the last bit. hls.js
    takes its own clock anew with every segment of sound, so each cue is also named, by the millisecond it begins at.
    """
    if slot.epoch is None:
        return vtt.header()
    hours = int((slot.start - slot.epoch.time) // SAME_MAP)
    local = round(slot.epoch.time + SAME_MAP * hours, 3)
    header = vtt.header(f"X-TIMESTAMP-MAP=MPEGTS:{slot.epoch.ticks_at(local)},LOCAL:{format_clock(local)}")
    # The blank line at the end of each parts segments as well: ffmpeg reads all of them as one text.
    return header + "".join(f"{_entry(cue)}\n" for cue in cues)


def _entry(cue: Cue) -> str:
    [held] = vtt.representable([cue])
    return vtt.entry(held, str(round(1000 * cue.start)))


def told_late(cue: Cue, slot: CaptionSegment, slots: Iterable[CaptionSegment]) -> Cue:
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


def playlist_text(slots: Sequence[CaptionSegment], target: float, *, ended: bool) -> str:
    """The playlist of the rendition; `target` is the longest duration that the other renditions have, in seconds."""
    first = slots[0] if slots else CaptionSegment(0, 0.0, 0.0, 0.0, None)
    longest = max([target, *(slot.duration for slot in slots)])
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{max(1, round(longest))}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.cuts}",
    ]
    cuts = first.cuts
    for slot in slots:
        lines += ["#EXT-X-DISCONTINUITY"] * (slot.cuts - cuts)
        lines += [f"#EXT-X-PROGRAM-DATE-TIME:{slot.date}"] if slot.date else []
        lines += [f"#EXTINF:{slot.duration:.6f},", slot.name]
        cuts = slot.cuts
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def master_text(master: str, captions: str, place: Callable[[str], str], language: str | None, name: str) -> str:
    """A master playlist with our rendition, whose address is `captions`; `place` says where each other address is now.

    A group of subtitles that a variant has already gets our rendition too.
    """
    lines = [line.strip() for line in master.lstrip("\ufeff").split("\n") if line.strip()]
    groups = {attributes(line).get("SUBTITLES", GROUP) for line in lines if line.startswith("#EXT-X-STREAM-INF:")}
    ours = [_media(group, captions, language, name) for group in sorted(groups)]
    written: list[str] = []
    for line in lines:
        if line.startswith("#EXT-X-STREAM-INF:"):
            written += ours
            ours = []
            written.append(line if "SUBTITLES=" in line else f'{line},SUBTITLES="{GROUP}"')
        elif line.startswith("#"):
            written.append(re.sub(r'URI="([^"]*)"', lambda match: f'URI="{place(match[1])}"', line))
        else:
            written.append(place(line))
    return "\n".join([*written, ""])


def plain_master(address: str, bandwidth: int) -> str:
    """A master playlist for a stream that has none: one variant of so many bits a second."""
    return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH={max(bandwidth, 1)}\n{address}\n"


def held_back(playlist: str, base: str, seconds: float) -> str | None:
    """A media playlist, read from the address `base`, without the newest segments that last `seconds` together.

    Its addresses become whole ones. One that has ended stays as it is; None where nothing would be left.
    """
    lines = [_whole(line.strip(), base) for line in playlist.split("\n") if line.strip()]
    if "#EXT-X-ENDLIST" in lines:
        return "\n".join([*lines, ""])
    ends = [place + 1 for place, line in enumerate(lines) if not line.startswith("#")]
    durations = [piece.duration for piece in media_playlist(playlist, base).pieces]
    held = 0.0
    while ends and held < seconds:
        held += durations[len(ends) - 1]
        ends.pop()
    return "\n".join([*lines[: ends[-1]], ""]) if ends else None


def _whole(line: str, base: str) -> str:
    if line.startswith("#"):
        return re.sub(r'URI="([^"]*)"', lambda match: f'URI="{urljoin(base, match[1])}"', line)
    return urljoin(base, line)


def _media(group: str, captions: str, language: str | None, name: str) -> str:
    spoken = f'LANGUAGE="{language}",' if language else ""
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{group}",NAME="{name}",{spoken}AUTOSELECT=YES,DEFAULT=NO,FORCED=NO,'
        f'CHARACTERISTICS="{CHARACTERISTICS}",URI="{captions}"'
    )
