"""Where the bytes come from: a file, an address, standard input; and what libav may do to reach them."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from captioner.errors import MediaNotReadable
from captioner.media.pipe import Pipe

STANDARD_INPUT = "-"

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

# What may be inside a file that somebody sent us. A playlist, a `concat` list or an image sequence is not media but
# the names of other files, which are none of its business.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,wav,mp3,flac,ogg,aac,mpegts,avi,"
    "ac3,eac3,dts,dtshd,truehd,aiff,aix,amr,amrnb,amrwb,ape,asf,asf_o,au,caf,dsf,dv,flv,gsm,gxf,h264,hevc,iff,ivf,live_flv,"
    "loas,mpc,mpc8,mpeg,mpegvideo,mxf,nistsphere,nut,nsv,oma,rm,sbc,sln,spdif,swf,tak,tta,voc,w64,wtv,wv,xwma"
)
_ADDRESS_PROTOCOLS = (
    "http,https,httpproxy,tls,tcp,udp,udplite,rtp,srtp,rtmp,rtmpe,rtmps,rtmpt,rtmpte,rtmpts,ffrtmpcrypt,ffrtmphttp,"
    "mmsh,mmst,srt,rist,sctp,ftp,sftp,ipfs,ipns,gopher,gophers,crypto,data"
)

NETWORK_TIMEOUT = 30.0
"""Seconds without a byte after which a server counts as gone."""


@dataclass(frozen=True)
class MediaSource:
    """An opened source. `name` is the user's word for it, `url` and `options` are for libav, `pipe` is what flows.

    `path` is there where it is a file on this machine. `leaving` ends what still works on the source when it is closed.
    """

    name: str
    url: str
    options: Mapping[str, str] = field(default_factory=dict)
    pipe: Pipe | None = None
    path: Path | None = None
    on_close: ExitStack = field(default_factory=ExitStack, compare=False)

    @property
    def seekable(self) -> bool:
        """Whether one can begin in the middle of it."""
        return self.pipe is None


@contextmanager
def open_source(name: str) -> Iterator[MediaSource]:
    """Open a path, an address or `-`. Raises `MediaNotReadable`."""
    if not name:
        raise MediaNotReadable("''", "is no file name")
    if name == STANDARD_INPUT:
        with _open_descriptor(name, _standard_input()) as source:
            yield source
    elif (path := path_of(name)) is None:
        yield MediaSource(name, name, _address_options(name))
    else:
        with _open_path(name, path) as source:
            yield source


def path_of(name: str) -> Path | None:
    """The file that a source's name means; None for an address, which ffmpeg fetches."""
    if name.lower().startswith("file://"):
        from urllib.request import url2pathname  # it imports all of HTTP

        return Path(url2pathname(urlsplit(name).path))
    return None if _ADDRESS.match(name) else Path(name)


def _standard_input() -> int:
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError) as error:
        raise MediaNotReadable(STANDARD_INPUT, "there is no standard input") from error


@contextmanager
def _open_path(name: str, path: Path) -> Iterator[MediaSource]:
    # Opening tells more than any question that could be asked before.
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
    """A regular file is opened by its path, where that is known; all else flows."""
    path = path or _path_behind(descriptor)
    status = os.fstat(descriptor)
    if path and stat.S_ISREG(status.st_mode):
        if status.st_size == 0:
            raise MediaNotReadable(name, "is empty: 0 bytes")
        yield _file_source(name, path)
        return
    pipe = Pipe(descriptor)
    if not pipe.needs_seeking():
        yield MediaSource(name, "pipe:0", {"protocol_whitelist": "pipe", "format_whitelist": _FORMATS}, pipe)
        return
    with NamedTemporaryFile(prefix="captioner-") as spool:
        pipe.write_to(spool.file)
        yield _file_source(name, Path(spool.name))


def _file_source(name: str, path: Path) -> MediaSource:
    # "file:" so that a colon in a name is no protocol and a dash in front of it no option.
    return MediaSource(name, f"file:{path}", {"protocol_whitelist": "file", "format_whitelist": _FORMATS}, path=path)


def _path_behind(descriptor: int) -> Path | None:
    """The path of an open file, where the system tells and it still is that file."""
    path = Path(os.path.realpath(f"/dev/fd/{descriptor}"))
    try:
        return path if os.path.samestat(path.stat(), os.fstat(descriptor)) else None
    except OSError:
        return None


def _address_options(address: str) -> dict[str, str]:
    microseconds = str(round(NETWORK_TIMEOUT * 1_000_000))
    timeout = "timeout" if address.lower().startswith("rtsp") else "rw_timeout"
    return {"protocol_whitelist": _ADDRESS_PROTOCOLS, timeout: microseconds}
