"""The state of a running stream in figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SessionStatus:
    """A snapshot of a stream. Times in seconds."""

    audio_end: float
    """Stream second up to which audio was read."""

    final_until: float
    """Captions that begin before this stream second are final."""

    lag: float
    """Seconds by which captions are late, beyond the silence that ends a region."""

    speed: float
    """Seconds of speech that the backend recognises in a second, 0 before the first."""

    regions: int

    lost: int
    """Regions without a caption although there was speech, and parts of the stream whose audio is missing."""

    lost_seconds: float
    """Length of all of them."""

    cues: int
    """Final captions."""

    reconnects: int

    dropped: dict[str, int]
    """Events that a sink did not accept, by the name of the sink."""

    problem: str | None
    """Why the source or the backend does not work at present; None if both work."""
