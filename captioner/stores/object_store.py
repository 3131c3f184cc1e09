"""What lies in an object store, by fsspec. Nothing is kept between calls, since others write there too."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path
from typing import Any

from captioner.errors import CaptionerError, NotInstalled, reason_of
from captioner.stores.store_address import is_web

SIGNED_FOR = 24 * 3600
"""Seconds for which a signed URL is valid: more than reading one recording takes. Stores allow at most a week."""

AT_ONCE = 16
"""Requests at a time."""

LISTING_TIMEOUT = 60.0
"""Seconds that a web server gets for the list of a folder."""

_PACKAGES = {"s3": "captioner[s3]", "s3a": "captioner[s3]", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs",
             "abfs": "adlfs", "abfss": "adlfs", "adl": "adlfs", "oss": "ossfs"}  # fmt: skip
"""What to install for each scheme."""

# Without the first option a new botocore sends checksums that other stores refuse; without the second it signs URLs
# for other stores in a way that AWS no longer takes.
_S3_OPTIONS = {"config_kwargs": {"request_checksum_calculation": "when_required", "signature_version": "s3v4"}}


class StoreNotUsable(CaptionerError):
    """An object store cannot be listed, read or written."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(address, reason)
        self.address, self.reason = address, reason

    def _message(self) -> str:
        return f"cannot use {self.address}: {self.reason}"


@dataclass(frozen=True)
class StoredObject:
    """One object."""

    relative: str
    """Its name below the folder or glob that it was found by."""

    size: int
    """Bytes; -1 if that is not known."""

    version: str
    """Changes whenever the object does: its etag, else the time of its change; empty if neither is known."""


def find_object(address: str) -> StoredObject | None:
    """Return an object; None if there is none. Raises `StoreNotUsable`, `NotInstalled`."""
    with _store(address) as (system, path):
        try:
            found = system.info(path)
        except FileNotFoundError:
            return None
        return None if found["type"] == "directory" else _stored(found, address.rpartition("/")[2])


def find_all(addresses: Sequence[str]) -> Mapping[str, StoredObject | None]:
    """Return what `find_object` returns for each address, with several requests at a time."""
    with ThreadPoolExecutor(min(AT_ONCE, max(1, len(addresses)))) as pool:
        return dict(zip(addresses, pool.map(find_object, addresses), strict=True))


def objects_below(address: str) -> Iterator[StoredObject]:
    """Yield all objects in a folder and below it, by name. Raises `StoreNotUsable`, `NotInstalled`."""
    with _store(address) as (system, path):
        try:
            found = system.find(path, detail=True)
        except FileNotFoundError:
            return
        yield from _below(path, found)


def objects_of_glob(pattern: str) -> Iterator[StoredObject]:
    """Yield the objects that match, by name below the part of the pattern without wildcards."""
    with _store(pattern) as (system, path):
        yield from _below(plain_part(path), system.glob(path, detail=True))


def plain_part(pattern: str) -> str:
    """Return the folder of a glob, which has no wildcards.

    >>> plain_part("s3://bucket/talks/2024*/**/*.mp4")
    's3://bucket/talks'
    """
    parts = pattern.split("/")
    first = next((number for number, part in enumerate(parts) if has_magic(part)), len(parts) - 1)
    return "/".join(parts[:first])


def names_in(address: str) -> list[str]:
    """Return the names of the objects of one folder, without those below; none where it does not exist."""
    with _store(address) as (system, path):
        try:
            found = system.ls(path, detail=True)
        except FileNotFoundError:
            return []
        return sorted(entry["name"].rpartition("/")[2] for entry in found if entry["type"] != "directory")


def signed_url(address: str) -> str | None:
    """Return a URL by which ffmpeg reads an object; None if its store signs none, or has no credentials to do so."""
    with _store(address) as (system, path):
        try:
            url = system.sign(path, expiration=SIGNED_FOR)
        except Exception:  # each library has errors of its own for what it cannot sign
            return None
        return url if is_web(url) else None


def fetch(address: str, target: Path) -> None:
    """Copy an object into a file. Raises `StoreNotUsable`, also where the disk has no room for it."""
    with _store(address) as (system, path):
        size, free = system.info(path)["size"] or 0, shutil.disk_usage(target.parent).free
        if size > free:
            reason = f"needs {size / 1e9:.1f} GB of scratch space in {target.parent.parent}, where {free / 1e9:.1f} GB "
            raise StoreNotUsable(address, reason + "are free; set TMPDIR to a larger folder")
        system.get_file(path, str(target))


def read_object(address: str) -> bytes | None:
    """Return the bytes of an object; None if there is none. Raises `StoreNotUsable`, `NotInstalled`."""
    with _store(address) as (system, path):
        try:
            return bytes(system.cat_file(path))
        except FileNotFoundError:
            return None


def write_object(address: str, data: bytes) -> None:
    """Write an object in one request, so that it appears whole or not at all. Raises `StoreNotUsable`."""
    with _store(address) as (system, path):
        system.pipe_file(path, data)


@contextmanager
def _store(address: str) -> Iterator[tuple[Any, str]]:
    """Yield the file system of an address and the path in it; whatever its library raises is a `StoreNotUsable`."""
    scheme = address.partition("://")[0].lower()
    try:
        import fsspec

        system = fsspec.filesystem(scheme, use_listings_cache=False, **_options(scheme))
    except ImportError as error:
        raise NotInstalled(f"reading {scheme}://", _PACKAGES.get(scheme, "captioner[batch]")) from error
    try:
        yield system, system._strip_protocol(address)
    except CaptionerError:
        raise
    except Exception as error:  # botocore, aiohttp and Google's and Azure's libraries share no base class
        raise StoreNotUsable(address, _reason(error)) from error


def _options(scheme: str) -> dict[str, Any]:
    if scheme in ("http", "https"):
        from aiohttp import ClientTimeout

        return {"client_kwargs": {"timeout": ClientTimeout(total=LISTING_TIMEOUT)}}
    return dict(_S3_OPTIONS) if scheme in ("s3", "s3a") else {}


def _reason(error: Exception) -> str:
    reason = reason_of(error) if isinstance(error, OSError) else str(error)
    return (reason.strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _below(root: str, found: Mapping[str, Mapping[str, Any]]) -> Iterator[StoredObject]:
    folder = root.rstrip("/") + "/"
    for name in sorted(found):
        if found[name]["type"] != "directory" and name.startswith(folder):
            yield _stored(found[name], name.removeprefix(folder))


def _stored(found: Mapping[str, Any], relative: str) -> StoredObject:
    keys: Iterable[str] = ("ETag", "etag", "md5Hash", "LastModified", "mtime", "updated", "last_modified", "created")
    version = next((str(found[key]) for key in keys if found.get(key) is not None), "")
    size = found.get("size")
    return StoredObject(relative, -1 if size is None else int(size), version.strip('"'))
