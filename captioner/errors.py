"""The errors that captioner raises on purpose. Each message says what happened, to what, and what to do.

    CaptionerError                  exit code 1
    ├── OutputNotWritten            1   a result cannot be written, or exists already
    ├── JournalNotUsable            1   the journal cannot be read or written
    ├── NotInstalled                1   an optional package is missing: says what to install
    ├── RetimingRefused             1   the pauses of a caption file do not match the speech
    ├── EditError                   1
    │   ├── EditRefused                 an operation on a document that makes no sense
    │   ├── EditConflict                another person changed the same since
    │   └── DocumentNotSaved            the log of a document cannot be read or written
    ├── UsageError                  2   flags or arguments make no sense
    │   ├── UnknownName                 no such backend, format, profile, track, ...: names a similar one, or all
    │   └── SettingsError               the settings file or an environment variable is wrong
    ├── MediaError                  3
    │   ├── MediaNotReadable            missing, unreadable, not media
    │   ├── NoAudio                     media without an audio track
    │   ├── NoPicture                   media without video
    │   ├── FontMissing                 no font has the characters of a text
    │   ├── FfmpegFailed                ffmpeg failed
    │   └── FfmpegNotFound              no ffmpeg anywhere
    ├── BackendError                4   the whole backend failed, not one clip
    │   └── BackendNotInstalled         a package of it is missing: says what to install
    ├── FormatError                 5   a caption file that cannot be read or written
    └── StreamLost                  6   a live source ended and did not come back

The constructor takes facts, which stay readable as attributes, and the message is made when it is shown. So every
error can be pickled, for example to send it between processes.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, ClassVar

from captioner.redaction import without_url_secrets


def reason_of(error: OSError) -> str:
    """Return the reason of the system, to stand inside a sentence.

    >>> reason_of(FileNotFoundError(2, "No such file or directory"))
    'no such file or directory'
    """
    reason = error.strerror or str(error)
    return reason[:1].lower() + reason[1:]


class CaptionerError(Exception):
    """The base of all errors of captioner."""

    exit_code: ClassVar[int] = 1
    """The exit code of the command line."""

    def __str__(self) -> str:
        """Return the message, without the secrets of URLs in it."""
        return without_url_secrets(self._message())

    def _message(self) -> str:
        return super().__str__()


class OutputNotWritten(CaptionerError):
    """A result file cannot be written. No half-written file is left."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def _message(self) -> str:
        return f"cannot write {self.path}: {self.reason}"


class JournalNotUsable(CaptionerError):
    """The journal at `path` cannot be read or written. A run continues without it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def _message(self) -> str:
        return f"cannot use the journal {self.path}: {self.reason}"


class NotInstalled(CaptionerError):
    """The feature `what` needs a package that is missing; `requirement` is its name for pip."""

    def __init__(self, what: str, requirement: str) -> None:
        super().__init__(what, requirement)
        self.what, self.requirement = what, requirement

    def _message(self) -> str:
        return f"the package for {self.what} is not installed; run: pip install {self.requirement!r}"


class RetimingRefused(CaptionerError):
    """A caption file gets no new times by its pauses, for `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def _message(self) -> str:
        return f"the captions get no new times: {self.reason}"


class EditError(CaptionerError):
    """An edit of a document did not happen. The document is as before."""


class EditRefused(EditError):
    """An operation makes no sense, for `reason`: its cue does not exist, or would end before it starts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def _message(self) -> str:
        return f"not changed: {self.reason}"


class EditConflict(EditError):
    """Another person changed the same since revision `base`; the document is at `revision`."""

    def __init__(self, base: int, revision: int, conflicts: Iterable[object] = ()) -> None:
        conflicts = tuple(conflicts)
        super().__init__(base, revision, conflicts)
        self.base, self.revision = base, revision
        self.conflicts: tuple[Any, ...] = conflicts
        """What both changed, with both values."""

    def _message(self) -> str:
        return f"not changed: another window changed the same since revision {self.base}; choose one, and send it again"


class DocumentNotSaved(EditError):
    """The log of a document, `path`, cannot be read or written, for `reason`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    @property
    def is_full(self) -> bool:
        """Whether the disk is full, or takes no more for another reason, such as a quota."""
        return any(sign in self.reason for sign in ("is full", "No space left", "quota", "disk I/O error"))

    def _message(self) -> str:
        return f"cannot save in {self.path}: {self.reason}"


class UsageError(CaptionerError):
    """Flags or arguments make no sense."""

    exit_code = 2


class UnknownName(UsageError):
    """There is no `kind` called `name`."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = tuple(known)
        super().__init__(kind, name, known)
        self.kind, self.name, self.known = kind, name, known

    def _message(self) -> str:
        text = f"unknown {self.kind} {self.name!r}"
        if not self.known:
            return f"{text}; there is none"
        close = get_close_matches(self.name.lower(), self.known, 1, cutoff=0.75)
        if close and not self.name.startswith("."):  # .jpg resembles .png, but was not meant to be .png
            return f"{text}; did you mean {close[0]!r}?"
        return f"{text}; there is: {', '.join(self.known)}"


class SettingsError(UsageError):
    """A setting is wrong. `place` is its file, variable or flag."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place, self.reason = place, reason

    def _message(self) -> str:
        return f"{self.place}: {self.reason}"


class MediaError(CaptionerError):
    """A source cannot be used."""

    exit_code = 3


class MediaNotReadable(MediaError):
    """A source is missing, cannot be read or is not media."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source, self.reason = source, reason

    def _message(self) -> str:
        return f"{self.source}: {self.reason}"


class NoAudio(MediaError):
    """A source is media without audio."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source

    def _message(self) -> str:
        return f"{self.source}: has no audio track, so there is nothing to caption"


class NoPicture(MediaError):
    """A source is media without video."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source

    def _message(self) -> str:
        return f"{self.source}: has no moving picture, so captions cannot be shown in it"


class FontMissing(MediaError):
    """No installed font has the characters of a text; `package` is the Debian package of one that has them."""

    def __init__(self, reason: str, package: str) -> None:
        super().__init__(reason, package)
        self.reason, self.package = reason, package

    def _message(self) -> str:
        return f"{self.reason}; install one (apt install {self.package}), or name its file with --font-file"


class FfmpegFailed(MediaError):
    """ffmpeg failed; `reason` is its message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def _message(self) -> str:
        return f"ffmpeg failed: {self.reason}"


class FfmpegNotFound(MediaError):
    """There is no ffmpeg in $CAPTIONER_FFMPEG, on the PATH or in the package imageio-ffmpeg."""

    def __init__(self, looked_at: str) -> None:
        super().__init__(looked_at)
        self.looked_at = looked_at

    def _message(self) -> str:
        return f"no ffmpeg ({self.looked_at}); install one, or run: pip install imageio-ffmpeg"


class BackendError(CaptionerError):
    """A backend failed as a whole: no key, no balance, no memory. Results from before stay in the journal."""

    exit_code = 4

    def __init__(self, backend: str, reason: str) -> None:
        super().__init__(backend, reason)
        self.backend, self.reason = backend, reason

    def _message(self) -> str:
        return f"{self.backend}: {self.reason}"


class BackendNotInstalled(BackendError):
    """A package that a backend needs is missing; `requirement` is its name for pip."""

    def __init__(self, backend: str, requirement: str) -> None:
        super().__init__(backend, requirement)
        self.requirement = requirement

    def _message(self) -> str:
        return f"{self.backend} is not installed; run: pip install {self.requirement!r}"


class FormatError(CaptionerError):
    """A file is not in its caption format, or cannot be written in it. `line` counts from 1."""

    exit_code = 5

    def __init__(self, format_name: str, reason: str, line: int | None = None) -> None:
        super().__init__(format_name, reason, line)
        self.format_name, self.reason, self.line = format_name, reason, line

    def _message(self) -> str:
        place = f" line {self.line}" if self.line is not None else ""
        return f"{self.format_name}{place}: {self.reason}"


class StreamLost(CaptionerError):
    """A live source ended early and did not come back."""

    exit_code = 6

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source, self.reason = source, reason

    def _message(self) -> str:
        return f"{self.source}: {self.reason}"
