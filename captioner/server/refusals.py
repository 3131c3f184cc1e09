"""Why a request fails, in the words of no API: each API says it in its own form."""

from __future__ import annotations

import errno
import logging
from dataclasses import dataclass
from typing import Literal

from captioner.errors import BackendError, FormatError, MediaError, UsageError
from captioner.pipeline import Captions
from captioner.server.work_queue import QueueFull

Reason = Literal[
    "form", "missing", "value", "unsupported", "model", "prompt", "too_large", "too_long", "media_kind",
    "key", "path", "method", "busy", "full", "blocked", "backend", "internal",
]  # fmt: skip
"""The body is not a form or JSON; a field is missing; a field has a wrong value; this server cannot do it; there is no
such model; the prompt is too long; the file has too many bytes; it lasts too long; it is not media that is taken; no or
a wrong key; no such path; a method that the path does not know; the queue is full; the disk is full; a content policy;
the backend failed; a fault of the server."""


DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
"""The errors of a disk without room."""


class RequestRefused(Exception):
    """A request is refused before any work; `field` is the name of the field at fault, if one is."""

    def __init__(self, reason: Reason, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.reason, self.message, self.field = reason, message, field


class SpeechLost(Exception):
    """No speech of a recording could be recognised, though there is some; `blocked` if a content policy forbids it."""

    def __init__(self, message: str, *, blocked: bool) -> None:
        super().__init__(message)
        self.message, self.blocked = message, blocked


@dataclass(frozen=True)
class Failure:
    """Why a request failed."""

    reason: Reason

    message: str
    """One sentence for the client."""

    field: str | None = None
    """The field at fault; None without one."""

    retry_after: float | None = None
    """Seconds after which the same request may work; None if that is not known."""


def failure_of(error: Exception) -> Failure:
    """Return why a request failed. An error that is not foreseen is logged, and not shown to the client."""
    match error:
        case RequestRefused():
            return Failure(error.reason, error.message, error.field)
        case QueueFull():
            waited = f"the server is busy: no turn within {error.retry_after:g} s; try again later"
            return Failure("busy", waited, retry_after=max(1.0, error.retry_after))
        case SpeechLost():
            return Failure("blocked" if error.blocked else "backend", error.message)
        case MediaError():
            return Failure("media_kind", str(error), "file")
        case UsageError() | FormatError():
            return Failure("value", str(error))
        case BackendError():
            return Failure("backend", str(error))
        case OSError() if error.errno in DISK_FULL:
            return Failure("full", "the disk of the server is full")
        case _:
            logging.getLogger("captioner.server").error("a request failed", exc_info=error)
            return Failure("internal", "the server made an error; its log says which")


def refuse_if_all_is_lost(captions: Captions) -> Captions:
    """Return the captions. Raises `SpeechLost` if there is speech, and no text of it."""
    lost = [region for region in captions.report.regions if region.lost]
    if not lost or any(segment.text for segment in captions.transcript.segments):
        return captions
    blocked = all(region.status == "blocked" for region in lost)
    raise SpeechLost(f"no speech could be recognised: {lost[0].reason or lost[0].status}", blocked=blocked)


def lost_regions(captions: Captions) -> list[dict[str, object]]:
    """Return the speech that is missing in the text, as JSON: when, and why."""
    return [
        {"start": round(region.start, 3), "end": round(region.end, 3), "status": region.status, "reason": region.reason}
        for region in captions.report.regions
        if region.lost
    ]
