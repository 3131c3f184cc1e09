"""The rules of GLM's transcription service, as its documents and its replies show them: limits, codes, messages.

The backend `glm` keeps them; the service for tests (`captioner.testing`) and `captioner serve` enforce them.
"""

from __future__ import annotations

from typing import Literal

LONGEST = {"glm-asr-2512": 30.0, "glm-asr": 60.0}
"""Seconds that each model takes."""

LARGEST = 25 * 1024 * 1024
"""Bytes of a file."""

LONGEST_PROMPT = 7999
"""Characters; the service asks for fewer than 8000."""

MOST_HOTWORDS = 100

USER_ID_LENGTHS = range(6, 129)
"""Characters."""

STATUS = {"500": 500, "1113": 429, "1220": 434, "1221": 434, "1222": 404, "1301": 400}
"""HTTP status by code, for codes that differ from their hundred."""

STATUS_OF_HUNDRED = {"10": 401, "11": 401, "12": 400, "13": 429}

MESSAGES = {
    "1000": "Authentication failed",
    "1001": "Authorization header is missing",
    "1113": "Insufficient balance or no resource package. Please recharge.",
    "1214": "The current file format is not supported for transcriptions",
    "1301": "System detected potentially unsafe or sensitive content in input or generation.",
    "1302": "Rate limit reached for requests",
    "1305": "The model is under heavy load, please try again later",
    "1308": "Usage limit reached, it will reset at 2026-11-21 08:00:00",
    "1310": "Weekly limit exhausted, it will reset at 2026-11-23 00:00:00",
}

AudioKind = Literal["wav", "mp3"]


def status_of(code: str) -> int:
    """Return the HTTP status with which the service sends a code.

    >>> status_of("1214"), status_of("1302"), status_of("1113"), status_of("500")
    (400, 429, 429, 500)
    """
    return STATUS.get(code) or STATUS_OF_HUNDRED[code[:2]]


def audio_kind(head: bytes) -> AudioKind | None:
    """Return the kind of audio file that begins with these bytes; None for one that the service does not take."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):  # layer III
        return "mp3"
    return None
