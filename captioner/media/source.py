"""Opening a file, an address or standard input, and what libav may do to read it."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from captioner.atomic_file import scratch_folder
from captioner.errors import MediaNotReadable
from captioner.media.pipe import Pipe
from captioner.stores import StoreNotUsable, fetch, find_object, is_store, signed_url

STANDARD_INPUT = "-"

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

# The formats that a file may have. Playlists, `concat` lists and image sequences are missing: they would let a file
# from elsewhere make captioner open other files.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,wav,mp3,flac,ogg,aac,mpegts,avi,"
    "ac3,eac3,dts,dtshd,truehd,aiff,aix,amr,amrnb,amrwb,ape,asf,asf_o,au,caf,dsf,dv,flv,gsm,gxf,h264,hevc,iff,ivf,live_flv,"
    "loas,mpc,mpc8,mpeg,mpegvideo,mxf,nistsphere,nut,nsv,oma,rm,sbc,sln,spdif,swf,tak,tta,voc,w64,wtv,wv,xwma"
)
_ADDRESS_PROTOCOLS = (
    "http,https,httpproxy,tls,tcp,udp,udplite,rtp,srtp,rtmp,rtmpe,rtmps,rtmpt,rtmpte,rtmpts,ffrtmpcrypt,ffrtmphttp,"
    "mmsh,mmst,srt,rist,sctp,ftp,sftp,ipfs,ipns,gopher,gophers,crypto,data"
)

MOST_STREAMS = 256
"""Streams of a source. A file of some kilobytes may claim thousands, each of which costs memory."""

_LIMITS = {"max_streams": str(MOST_STREAMS)}

NETWORK_ONLY = {"protocol_whitelist": _ADDRESS_PROTOCOLS}
"""Options for libav with which a remote source, such as a playlist, opens no file of this machine."""

NOTHING_ELSE = {"protocol_whitelist": "pipe", "format_whitelist": _FORMATS, **_LIMITS}
"""Options for libav with which bytes that were fetched already open nothing else."""

NETWORK_TIMEOUT = 30.0
"""Seconds without data after which captioner gives up on a server."""


@dataclass(frozen=True)
class MediaSource:
    """An opened source, as libav and ffmpeg take it."""

    name: str
    """The source's name as the user wrote it."""

    url: str
    """The URL for libav and ffmpeg."""

    options: Mapping[str, str] = field(default_factory=dict)
    """Options for libav and ffmpeg."""

    pipe: Pipe | None = None
    """The pipe, if the source can be read only once."""

    path: Path | None = None
    """The file, if the source is a file on this machine."""

    on_close: ExitStack = field(default_factory=ExitStack, compare=False)
    """Callbacks that end everything still reading the source when it is closed."""

    @property
    def seekable(self) -> bool:
        """Whether reading can begin in the middle."""
        return self.pipe is None


@contextmanager
def open_source(name: str) -> Iterator[MediaSource]:
    """Open a path, an address or `-`. Raises `MediaNotReadable`."""
    if not name:
        raise MediaNotReadable("''", "is not a file name")
    if name == STANDARD_INPUT:
        with _open_descriptor(name, _standard_input()) as source:
            yield source
    elif is_store(name):
        with _open_stored(name) as source:
            yield source
    elif (path := path_of(name)) is None:
        yield MediaSource(name, name, _address_options(name))
    else:
        with _open_path(name, path) as source:
            yield source


def path_of(name: str) -> Path | None:
    """Return the file that a source's name means; None for an address, which ffmpeg fetches."""
    if name.lower().startswith("file://"):
        from urllib.request import url2pathname  # imported late, since it imports all of HTTP

        return Path(url2pathname(urlsplit(name).path))
    return None if _ADDRESS.match(name) else Path(name)


@contextmanager
def _open_stored(name: str) -> Iterator[MediaSource]:
    """Open an object of a store by a signed URL, from which ffmpeg reads only what it needs; else by a copy."""
    with _stored_faults(name):
        found, url = find_object(name), signed_url(name)
    if found is None:
        raise MediaNotReadable(name, "does not exist")
    if found.size == 0:
        raise MediaNotReadable(name, "is empty: 0 bytes")
    if url is not None:
        yield MediaSource(name, url, _address_options(url))
        return
    with scratch_folder() as folder:
        copy = folder / "source"
        with _stored_faults(name):
            fetch(name, copy)
        yield _file_source(name, copy)


@contextmanager
def _stored_faults(name: str) -> Iterator[None]:
    try:
        yield
    except StoreNotUsable as error:
        raise MediaNotReadable(name, f"cannot be read: {error.reason}") from error


def _standard_input() -> int:
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError) as error:
        raise MediaNotReadable(STANDARD_INPUT, "there is no standard input") from error


@contextmanager
def _open_path(name: str, path: Path) -> Iterator[MediaSource]:
    # Opening the file gives better errors than checks before it.
    try:
        if path.is_dir():
            raise MediaNotReadable(name, "is a folder, not a file")
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise MediaNotReadable(name, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        with _open_descriptor(name, descriptor, path) as source:
            yield source
    finally:
        os.close(descriptor)


@contextmanager
def _open_descriptor(name: str, descriptor: int, path: Path | None = None) -> Iterator[MediaSource]:
    """Open a regular file by its path, if that is known; read everything else as a pipe."""
    path = path or _path_behind(descriptor)
    status = os.fstat(descriptor)
    if path and stat.S_ISREG(status.st_mode):
        if status.st_size == 0:
            raise MediaNotReadable(name, "is empty: 0 bytes")
        yield _file_source(name, path)
        return
    pipe = Pipe(descriptor)
    if not pipe.needs_seeking():
        yield MediaSource(name, "pipe:0", NOTHING_ELSE, pipe)
        return
    with scratch_folder() as folder:
        copy = folder / "source"
        with copy.open("wb") as file:
            pipe.write_to(file)
        yield _file_source(name, copy)


def _file_source(name: str, path: Path) -> MediaSource:
    # With "file:" a colon in the name is not a protocol, and a dash at its beginning is not an option.
    options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS, **_LIMITS}
    return MediaSource(name, f"file:{path}", options, path=path)


def _path_behind(descriptor: int) -> Path | None:
    """Return the path of an open file; None if the system does not know it, or if it names another file by now."""
    path = Path(os.path.realpath(f"/dev/fd/{descriptor}"))
    try:
        return path if os.path.samestat(path.stat(), os.fstat(descriptor)) else None
    except OSError:
        return None


def _address_options(address: str) -> dict[str, str]:
    microseconds = str(round(NETWORK_TIMEOUT * 1_000_000))
    timeout = "timeout" if address.lower().startswith("rtsp") else "rw_timeout"
    return {**NETWORK_ONLY, **_LIMITS, timeout: microseconds}
