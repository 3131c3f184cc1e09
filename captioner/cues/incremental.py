"""Makes the cues of a live stream one segment at a time, at the costs of `optimiser`, and never changes shown ones."""

from __future__ import annotations

from dataclasses import replace

from captioner.cues import make_cues
from captioner.cues.transcript_text import ceil_milliseconds
from captioner.profiles import Profile
from captioner.values import Cue, Segment, Transcript

SHORTEST = 0.04
"""Seconds for which a cue is shown at least, however late the cues before it end."""


def incremental_cues(
    segment: Segment, profile: Profile, *, language: str | None, start_after: float, silent_until: float
) -> list[Cue]:
    """Return the cues of one segment, in order. All times are in seconds.

    No cue starts before `start_after`, when the cues before it have ended. `silent_until` is the time until which
    nothing more is known to be spoken: the last cue ends by then, unless its words or the profile's minimum duration
    need more.
    """
    cues = make_cues(Transcript((segment,), language), profile)
    spoken = max([word.end for word in segment.words] or [segment.end])
    shown: list[Cue] = []
    for cue in cues:
        start = max(cue.start, start_after)
        end = max(cue.end, round(start + SHORTEST, 3))
        if cue is cues[-1]:
            latest = max(ceil_milliseconds(spoken) / 1000, start + profile.minimum_duration, silent_until)
            end = max(min(end, round(latest, 3)), round(start + SHORTEST, 3))
        shown.append(replace(cue, start=start, end=end))
        start_after = end
    return shown
