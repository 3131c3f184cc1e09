"""The texts of a WebVTT rendition: its segments, its playlist, and the master playlist that names it. Pure.

RFC 8216: a segment holds every cue that is shown during it, with its full times, so a cue that spans two segments is in
both. Boundaries, sequence numbers and discontinuities are those of the other renditions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from captioner.formats import vtt
from captioner.live.source.playlist import join_address, media_playlist, renditions
from captioner.live.stream_clock import Epoch
from captioner.timestamps import format_clock
from captioner.values import Cue

SUBTITLE_GROUP = "captions"
"""GROUP-ID of our rendition where the master playlist has no group of subtitles."""

MAP_SECONDS = 3600
"""Seconds for which all segments of an epoch have the same map; far below the 26.5 hours after which clocks wrap."""

CHARACTERISTICS = "public.accessibility.transcribes-spoken-dialog"


@dataclass(frozen=True)
class CaptionSegment:
    """One segment of our rendition."""

    sequence: int
    """Media sequence number."""

    start: float
    """Stream second."""

    end: float
    """Stream second."""

    duration: float
    """Seconds, as the playlist says."""

    epoch: Epoch | None
    """The run of timestamps it lies in; None if its audio was not read: such a segment is empty."""

    discontinuities: int = 0
    """Discontinuities before this segment since the stream began."""

    program_date: str | None = None
    """Wall clock time at the start, as the playlist writes it."""

    name: str = ""
    """File name."""


def segment_text(segment: CaptionSegment, cues: Iterable[Cue]) -> str:
    """Return a WebVTT segment with an X-TIMESTAMP-MAP, which maps one moment of the stream to the source's clock.

    Neighbouring segments map the same moment, since players recognise a cue by its exact times. hls.js sets its own
    clock with every segment of audio, so each cue also has an identifier: the millisecond at which it begins.
    """
    if segment.epoch is None:
        return vtt.header()
    hours = int((segment.start - segment.epoch.time) // MAP_SECONDS)
    local = round(segment.epoch.time + MAP_SECONDS * hours, 3)
    header = vtt.header(f"X-TIMESTAMP-MAP=MPEGTS:{segment.epoch.ticks_at(local)},LOCAL:{format_clock(local)}")
    # The blank line after each cue also separates segments: ffmpeg reads all of them as one text.
    return header + "".join(f"{_entry(cue)}\n" for cue in cues)


def _entry(cue: Cue) -> str:
    [written] = vtt.representable([cue])
    return vtt.entry(written, str(round(1000 * cue.start)))


def moved_to(cue: Cue, segment: CaptionSegment, listed: Iterable[CaptionSegment]) -> Cue:
    """Return a cue that is too late for its own segment, with its times on the clock of the `segment` it is moved to.

    Players show the segments of two epochs one right after the other, whatever time lies between them. `listed` are
    the segments from the cue's own one on, in order.
    """
    ahead = silent = 0.0
    before: CaptionSegment | None = None
    for each in listed:
        if each.epoch is None:
            silent += each.duration
            continue
        if before and each.epoch != before.epoch and cue.start < each.start <= segment.start:
            ahead += each.start - before.end - silent
        before, silent = each, 0.0
    return replace(cue, start=cue.start + ahead, end=cue.end + ahead)


def playlist_text(segments: Sequence[CaptionSegment], target_duration: float, *, ended: bool) -> str:
    """Return the media playlist of the rendition. `target_duration` is that of the other renditions, in seconds."""
    first = segments[0] if segments else CaptionSegment(0, 0.0, 0.0, 0.0, None)
    longest = max([target_duration, *(segment.duration for segment in segments)])
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{max(1, round(longest))}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.discontinuities}",
    ]
    discontinuities = first.discontinuities
    for segment in segments:
        lines += ["#EXT-X-DISCONTINUITY"] * (segment.discontinuities - discontinuities)
        lines += [f"#EXT-X-PROGRAM-DATE-TIME:{segment.program_date}"] if segment.program_date else []
        lines += [f"#EXTINF:{segment.duration:.6f},", segment.name]
        discontinuities = segment.discontinuities
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def master_text(master: str, captions: str, new_address: Callable[[str], str], language: str | None, name: str) -> str:
    """Return a master playlist with our rendition added, whose address is `captions`.

    `new_address` gives the address that replaces each other one. Our rendition joins each group of subtitles that the
    variants already have. Raises `MediaNotReadable` for a playlist that cannot be read.
    """
    lines = [line.strip() for line in master.lstrip("\ufeff").split("\n") if line.strip()]
    variants = [entry for entry in renditions(master, "") if entry.kind == "VARIANT"]
    groups = {variant.group or SUBTITLE_GROUP for variant in variants}
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
    """Return a master playlist for a stream without one: a single variant of `bandwidth` bits per second."""
    return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH={max(bandwidth, 1)}\n{address}\n"


def without_newest(playlist: str, base: str, seconds: float) -> str | None:
    """Return the media playlist at the address `base` without its newest segments, which last `seconds` together.

    Its addresses become absolute. A playlist that has ended keeps all segments. None if no segment would be left.
    Raises `MediaNotReadable` for a playlist that cannot be read.
    """
    parsed = media_playlist(playlist, base)
    lines = [_with_absolute_address(line.strip(), base) for line in playlist.split("\n") if line.strip()]
    if parsed.ended:
        return "\n".join([*lines, ""])
    ends = [number for number, line in enumerate(lines, start=1) if not line.startswith("#")]
    held = 0.0
    for segment in reversed(parsed.segments):
        if held >= seconds:
            break
        held += segment.duration
        ends.pop()
    return "\n".join([*lines[: ends[-1]], ""]) if ends else None


def _with_absolute_address(line: str, base: str) -> str:
    if line.startswith("#"):
        return re.sub(r'URI="([^"]*)"', lambda match: f'URI="{join_address(base, match[1])}"', line)
    return join_address(base, line)


def _subtitles_tag(group: str, captions: str, language: str | None, name: str) -> str:
    attribute = f'LANGUAGE="{language}",' if language else ""
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{group}",NAME="{name}",{attribute}AUTOSELECT=YES,DEFAULT=NO,FORCED=NO,'
        f'CHARACTERISTICS="{CHARACTERISTICS}",URI="{captions}"'
    )
