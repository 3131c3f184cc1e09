"""How a stream stands, in figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SessionStatus:
    """How a stream stands. Times in seconds; `trouble` says what is wrong, None where all is well."""

    audio_end: float
    final_until: float
    lag: float
    speed: float
    regions: int
    lost: int
    cues: int
    reconnects: int
    dropped: dict[str, int]
    problem: str | None
