"""Cues of a stream that goes on: one segment at a time, by the same costs, and never changed once they are shown."""

from __future__ import annotations

from dataclasses import replace

from captioner.cues import make_cues
from captioner.cues.spoken_text import ceil_milliseconds
from captioner.profiles import Profile
from captioner.values import Cue, Segment, Transcript

SHORTEST = 0.04
"""Seconds a cue is shown at the least, however late the cues before it left the screen to it."""


def incremental_cues(
    segment: Segment, profile: Profile, *, language: str | None, start_after: float, silent_until: float
) -> list[Cue]:
    """The cues of a segment, in order, none of them before `free_from`, where the cues before it are gone.

    `free_until` is as far as nobody is known to speak after it: to be read, the last cue stays no longer, but for the
    shortest time that the profile asks for. All in seconds.
    """
    cues = make_cues(Transcript((segment,), language), profile)
    spoken = max([word.end for word in segment.words] or [segment.end])
    shown: list[Cue] = []
    for cue in cues:
        start = max(cue.start, start_after)
        end = max(cue.end, round(start + SHORTEST, 3))
        if cue is cues[-1]:
            least = max(ceil_milliseconds(spoken) / 1000, start + profile.minimum_duration, silent_until)
            end = max(min(end, round(least, 3)), round(start + SHORTEST, 3))
        shown.append(replace(cue, start=start, end=end))
        start_after = end
    return shown
