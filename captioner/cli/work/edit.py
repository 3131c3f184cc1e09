"""The work of `captioner edit`: serves the page for one video, to this user alone, and opens the browser."""

from __future__ import annotations

import hashlib
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from captioner.cli.console import Console
from captioner.cli.work.caption_input import open_captions
from captioner.cli.work.serve import NEEDS_SERVER, ServeRequest, make_server_context
from captioner.errors import MediaNotReadable, NoAudio, UsageError
from captioner.formats import FORMATS, format_named
from captioner.media import Media, open_media, path_of
from captioner.result_records import default_state_path
from captioner.settings import Settings

if TYPE_CHECKING:
    from captioner.server.jobs.job_store import JobStore
    from captioner.server.jobs.server_job import ServerJob

PREFERRED = ("srt", "vtt", "ass")
"""The formats that are looked for first beside a video; captions that are made are saved in the first one."""

NOT_BESIDE = (".json", ".txt", ".xml", ".csv")
"""Suffixes of files that lie beside videos and hold something else than captions."""


@dataclass(frozen=True, kw_only=True)
class EditRequest:
    """The flags of `captioner edit`."""

    video: str
    captions: str | None
    no_browser: bool
    offline: bool
    quiet: bool

    recognition: Mapping[str, Any]
    """The other flags, which are those of `captioner serve`."""


def edit_in_browser(request: EditRequest, settings: Settings) -> int:
    """Serve the page until SIGTERM or Ctrl-C; returns the exit code.

    Raises `UsageError`, `MediaError`, `FormatError`, `BackendError`.
    """
    try:
        from captioner.server.api_keys import BEGIN_PATH, stored_secret
        from captioner.server.running import run_server
    except ImportError:
        raise UsageError(NEEDS_SERVER) from None
    console = Console(quiet=request.quiet)
    video = _video(request.video)
    captions = _captions(video, request.captions)
    state = _state_of(video, request.captions)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Other users of this machine reach the port too. One key serves all: a browser has one cookie for the machine.
    key = stored_secret(state.parent / "key").hex()
    context = make_server_context(_serve_request(request, state, key), settings, console)
    with context.jobs.store.only_server():
        job = _job(context.jobs.store, video, captions, hashlib.sha256(key.encode()).hexdigest()[:12])

    def on_start(url: str) -> None:
        address = f"{url}{BEGIN_PATH}?key={key}&job={job.id}"
        if request.no_browser or not webbrowser.open(address):
            print(address, flush=True)
        console.say(f"editing {captions or video}; Ctrl-C ends it")

    run_server(context, on_start)
    return 0


def _serve_request(request: EditRequest, state: Path, key: str) -> ServeRequest:
    return ServeRequest(
        address="127.0.0.1:0",
        api_keys=(key,),
        origins=(),
        state=str(state),
        parallel=1,
        max_wait=300.0,
        unload_after=600.0,
        max_upload=4096,
        service_limits=False,
        offline=request.offline,
        quiet=request.quiet,
        **request.recognition,
    )


def _video(name: str) -> Path:
    """Return the file. Raises `MediaNotReadable`."""
    path = path_of(name)
    if path is None:
        raise MediaNotReadable(name, "is an address; download it first, or give it to the page of 'captioner serve'")
    return path.absolute()


def _state_of(video: Path, captions: str | None) -> Path:
    """Return the folder where the work on a video is kept, so that it goes on after a restart."""
    named = f"{video}\0{Path(captions).absolute() if captions else ''}".encode("utf-8", "surrogateescape")
    return default_state_path().parent / "edit" / hashlib.sha256(named).hexdigest()[:16]


def _captions(video: Path, given: str | None) -> Path | None:
    """Return the caption file: the one that is given, or else the one beside the video; None if there is none."""
    if given is not None:
        return Path(given).absolute()
    suffixes = [format_named(name).suffix for name in PREFERRED]
    suffixes += [one.suffix for one in FORMATS.values() if one.readable and one.suffix not in NOT_BESIDE]
    beside = (video.with_suffix(suffix) for suffix in suffixes)
    return next((path for path in beside if path != video and path.is_file()), None)


def _job(store: JobStore, video: Path, captions: Path | None, client: str) -> ServerJob:
    """Return the job of the video: that of the last time if its caption file is as it was left, or else a new one."""
    from captioner.server.documents.local_captions import LocalCaptions, read_record, stamp_of, write_record
    from captioner.server.jobs.server_job import JobSettings, ServerJob

    target = captions or video.with_suffix(format_named(PREFERRED[0]).suffix)
    format = open_captions(str(captions)).format.name if captions else PREFERRED[0]
    record = LocalCaptions(str(target), format, stamp_of(target))
    for job in store.list(client):
        kept = read_record(store.folder(job.id))
        if job.state not in ("failed", "cancelled") and kept and (kept.path, kept.stamp) == (record.path, record.stamp):
            return job
    media = _probed(video, needs_audio=captions is None)
    job = ServerJob(
        name=video.name,
        client=client,
        local_path=str(video),
        has_media=True,
        has_video=any(not stream.cover for stream in media.of_kind("video")),
        duration=media.duration,
        settings=JobSettings(captions=None if captions is None else str(captions)),
    )
    store.folder(job.id).mkdir(mode=0o700, parents=True)
    write_record(store.folder(job.id), record)
    return store.add(job)


def _probed(video: Path, *, needs_audio: bool) -> Media:
    with open_media(str(video)) as media:
        if needs_audio and not media.tracks:
            raise NoAudio(str(video))
        return media
