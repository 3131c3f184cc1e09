"""Everything that captioner raises on purpose. A sentence each: what happened, to what, what to do.

    CaptionerError                  exit code 1
    ├── OutputNotWritten            1   a result could not be written, or is there already
    ├── JournalNotUsable            1   the memory of what was heard cannot be read or written
    ├── NotInstalled                1   what was asked for comes with an extra: says what to install
    ├── UsageError                  2   what was asked for makes no sense
    │   ├── UnknownName                 no such backend, format, profile, track, ...: lists what there is
    │   └── SettingsError               the settings file or an environment variable is wrong
    ├── MediaError                  3
    │   ├── MediaNotReadable            missing, unreadable, not media
    │   ├── NoAudio                     media without a sound track
    │   ├── NoPicture                   media without a moving picture
    │   ├── FontMissing                 no font can show a text
    │   ├── FfmpegFailed                ffmpeg could not make what it was asked for
    │   └── FfmpegNotFound              no ffmpeg anywhere
    ├── BackendError                4   the whole recogniser failed, not one clip
    │   └── BackendNotInstalled         its engine is missing: says what to install
    ├── FormatError                 5   a caption file that cannot be read or written
    └── StreamLost                  6   a live source that does not come back

Facts go to the constructor and stay readable as attributes; the sentence is made when it is shown, so every
error can be pickled and sent from a worker to its master.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class CaptionerError(Exception):
    """The root. `exit_code` is what the command line exits with."""

    exit_code: ClassVar[int] = 1


class OutputNotWritten(CaptionerError):
    """A result file did not come to be; nothing half-written is left."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.reason}"


class JournalNotUsable(CaptionerError):
    """The journal at `path` cannot be read or written. A run goes on without it; asking about it fails."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"cannot use the journal {self.path}: {self.reason}"


class NotInstalled(CaptionerError):
    """`what` was asked for needs a package that is missing; `requirement` is what pip installs."""

    def __init__(self, what: str, requirement: str) -> None:
        super().__init__(what, requirement)
        self.what, self.requirement = what, requirement

    def __str__(self) -> str:
        return f"what makes {self.what} is not installed; run: pip install {self.requirement!r}"


class UsageError(CaptionerError):
    """What was asked for makes no sense."""

    exit_code = 2


class UnknownName(UsageError):
    """`name` is no `kind` that captioner knows."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = tuple(known)
        super().__init__(kind, name, known)
        self.kind, self.name, self.known = kind, name, known

    def __str__(self) -> str:
        return f"unknown {self.kind} {self.name!r}; there is: {', '.join(self.known) or 'none'}"


class SettingsError(UsageError):
    """A setting is wrong. `place` names the file or the variable it stands in."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place, self.reason = place, reason

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class MediaError(CaptionerError):
    """Something is wrong with a source."""

    exit_code = 3


class MediaNotReadable(MediaError):
    """A source is missing, cannot be read or is no media."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source, self.reason = source, reason

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class NoAudio(MediaError):
    """A source is media, but nothing can be heard in it."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source

    def __str__(self) -> str:
        return f"{self.source}: has no audio track, so there is nothing to caption"


class NoPicture(MediaError):
    """A source is media, but nothing can be seen in it."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source

    def __str__(self) -> str:
        return f"{self.source}: has no moving picture, so captions cannot be shown in it"


class FontMissing(MediaError):
    """No font on this machine can show a text as it is written; `package` is the Debian package that has one."""

    def __init__(self, reason: str, package: str) -> None:
        super().__init__(reason, package)
        self.reason, self.package = reason, package

    def __str__(self) -> str:
        return f"{self.reason}; install one (apt install {self.package}), or name its file with --font-file"


class FfmpegFailed(MediaError):
    """ffmpeg could not make what it was asked for; `reason` is what it said."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"ffmpeg failed: {self.reason}"


class FfmpegNotFound(MediaError):
    """No ffmpeg, neither named by the environment nor on the PATH nor from imageio-ffmpeg."""

    def __init__(self, looked_at: str) -> None:
        super().__init__(looked_at)
        self.looked_at = looked_at

    def __str__(self) -> str:
        return f"no ffmpeg ({self.looked_at}); install one, or run: pip install imageio-ffmpeg"


class BackendError(CaptionerError):
    """A recogniser failed as a whole: no key, no balance, no memory. What it heard before is kept."""

    exit_code = 4

    def __init__(self, backend: str, reason: str) -> None:
        super().__init__(backend, reason)
        self.backend, self.reason = backend, reason

    def __str__(self) -> str:
        return f"{self.backend}: {self.reason}"


class BackendNotInstalled(BackendError):
    """The engine behind a backend is missing; `requirement` is what pip installs."""

    def __init__(self, backend: str, requirement: str) -> None:
        super().__init__(backend, requirement)
        self.requirement = requirement

    def __str__(self) -> str:
        return f"{self.backend} is not installed; run: pip install {self.requirement!r}"


class FormatError(CaptionerError):
    """A text is not the caption format that it should be, or cannot be put into it. `line` counts from 1."""

    exit_code = 5

    def __init__(self, format_name: str, reason: str, line: int | None = None) -> None:
        super().__init__(format_name, reason, line)
        self.format_name, self.reason, self.line = format_name, reason, line

    def __str__(self) -> str:
        place = f" line {self.line}" if self.line is not None else ""
        return f"{self.format_name}{place}: {self.reason}"


class StreamLost(CaptionerError):
    """A live source ended before its time and does not come back."""

    exit_code = 6

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source, self.reason = source, reason

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"
