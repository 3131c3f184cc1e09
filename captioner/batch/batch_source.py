"""One source of a batch, before it is a job."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath, PurePosixPath
from urllib.parse import unquote, urlsplit

from captioner.batch.job import ManifestOptions
from captioner.batch.source_identity import identity_of
from captioner.media import path_of
from captioner.stores import StoredObject, is_store

MEDIA_SUFFIXES = frozenset((
    ".3g2", ".3gp", ".aac", ".ac3", ".aif", ".aiff", ".amr", ".ape", ".asf", ".au", ".avi", ".caf", ".dts", ".dv",
    ".eac3", ".flac", ".flv", ".gxf", ".m2ts", ".m4a", ".m4b", ".m4v", ".mka", ".mkv", ".mov", ".mp2", ".mp3", ".mp4",
    ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".oga", ".ogg", ".ogv", ".opus", ".ra", ".rm", ".rmvb", ".spx", ".ts",
    ".tta", ".vob", ".voc", ".w64", ".wav", ".weba", ".webm", ".wma", ".wmv", ".wtv", ".wv",
))  # fmt: skip
"""Endings of the files that are taken from a folder. A file that is named is taken whatever its ending."""

MANIFEST_SUFFIXES = (".txt", ".csv", ".jsonl", ".parquet")


@dataclass(frozen=True)
class Source:
    """One source of a batch."""

    address: str
    """A path or a URL."""

    relative: str
    """Its path below the folder or glob that it was found by; its name alone where it was named itself."""

    output: str | None = None
    """The result that a manifest asks for, without an ending; None for the pattern of the run."""

    options: ManifestOptions = field(default_factory=ManifestOptions)

    origin: str = field(default="", compare=False)
    """What named it, for messages: an argument, or the line of a manifest."""

    stored: StoredObject | None = field(default=None, compare=False)
    """What the list of its store says of it; None where it was not listed."""

    @cached_property
    def identity(self) -> str:
        """By what it is known, however it is named; see `identity_of`."""
        return identity_of(self.address)

    @property
    def folder(self) -> PurePath:
        """The folder in which results beside the source lie; below the current one for an address."""
        path = path_of(self.address)
        return PurePath(self.relative).parent if path is None else path.parent


def name_of_address(address: str) -> str:
    """Return the name of a file that an address stands for; names in stores are not percent-encoded."""
    path = address.partition("://")[2] if is_store(address) else unquote(urlsplit(address).path)
    return PurePosixPath(path).name or "captions"
