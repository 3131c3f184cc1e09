"""The routes of a job's media for editing: its waveform, its shot changes, a frame with captions."""

from __future__ import annotations

import asyncio
import json
import math
from collections import OrderedDict
from pathlib import Path
from threading import Lock, Thread

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from captioner.atomic_file import atomic_write_text, scratch_folder
from captioner.editing.document import Document
from captioner.editing.shown_cues import shown_cues
from captioner.errors import FormatError
from captioner.media import open_media, read_shot_changes
from captioner.render import Subtitles, preview
from captioner.server.documents.document_routes import open_document
from captioner.server.documents.job_folder import JobFolder, job_folder
from captioner.server.documents.json_answers import answering, number_in_query
from captioner.server.documents.waveform_peaks import POINTS_PER_SECOND, WaveformPeaks, peaks_of
from captioner.values import Cue

NEAR = 5.0
"""Seconds around a frame whose cues are drawn with it: enough for cues that overlap."""

FRAMES_AT_A_TIME = 2
"""Frames that are drawn at the same time."""

MOST_KEPT = 16
"""Recordings whose waveform is in memory: four hours take 4 MB."""

ENDLESS = 1e9
"""Seconds after which no recording goes on."""


def routes() -> list[Route]:
    """Return the routes of media."""
    waveforms = _Waveforms()
    shots = _ShotSearches()
    drawing = asyncio.Semaphore(FRAMES_AT_A_TIME)

    async def peaks(request: Request) -> Response:
        folder = await job_folder(request)
        level = int(number_in_query(request, "level", 2))
        if not 0 <= level < len(POINTS_PER_SECOND):
            raise FormatError("query", f"level is from 0 to {len(POINTS_PER_SECOND) - 1}")
        found = await asyncio.to_thread(waveforms.of, folder)
        rate = POINTS_PER_SECOND[level]
        first = int(number_in_query(request, "from", 0.0) * rate)
        last = math.ceil(number_in_query(request, "to", ENDLESS) * rate)
        body, count, complete = await asyncio.to_thread(found.points, level, first, last)
        headers = {
            "X-Points-Per-Second": f"{rate:g}",
            "X-Points": str(count),
            "X-Complete": str(int(complete)),
            "Cache-Control": "private, max-age=86400" if complete else "no-store",
        }
        return Response(body, headers=headers, media_type="application/octet-stream")

    async def shot_changes(request: Request) -> Response:
        folder = await job_folder(request)
        found = await asyncio.to_thread(shots.of, folder)
        return JSONResponse([] if found is None else found, 202 if found is None else 200)

    async def frame(request: Request) -> Response:
        document = await open_document(request)
        folder = await job_folder(request)
        time = number_in_query(request, "time", 0.0)
        width = min(max(int(number_in_query(request, "width", 960)), 64), 3840) // 2 * 2
        async with drawing:
            picture = await asyncio.to_thread(_frame, folder.media, document.log.state[1], time, width)
        return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})

    job = "/v1/jobs/{id}"
    return [
        Route(f"{job}/peaks", answering(peaks)),
        Route(f"{job}/shots", answering(shot_changes)),
        Route(f"{job}/frame", answering(frame)),
    ]


class _Waveforms:
    """The waveforms that were asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, WaveformPeaks] = OrderedDict()
        self._lock = Lock()

    def of(self, folder: JobFolder) -> WaveformPeaks:
        """Return the waveform of a job, which may not be complete yet. Raises why it cannot be made."""
        with self._lock:
            found = self._kept.get(folder.path) or peaks_of(folder.media, folder.path)
            if found.error is not None:
                self._kept.pop(folder.path, None)  # the next request tries again
                raise found.error
            self._kept[folder.path] = found
            self._kept.move_to_end(folder.path)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return found


class _ShotSearches:
    """Searches for shot changes, each in a thread; the result is stored with the job."""

    def __init__(self) -> None:
        self._running: dict[Path, BaseException | None] = {}
        self._lock = Lock()

    def of(self, folder: JobFolder) -> list[float] | None:
        """Return the seconds at which shots begin; None while they are looked for. Raises why they cannot be found."""
        stored = folder.path / "shots.json"
        with self._lock:
            if stored.exists():
                self._running.pop(folder.path, None)
                found: list[float] = json.loads(stored.read_text("utf-8"))
                return found
            if folder.path in self._running:
                if (error := self._running[folder.path]) is not None:
                    del self._running[folder.path]  # the next request tries again
                    raise error
                return None
            self._running[folder.path] = None
            arguments = folder.path, folder.media, stored
        Thread(target=self._search, args=arguments, name="shots", daemon=True).start()
        return None

    def _search(self, folder: Path, path: Path, stored: Path) -> None:
        try:
            with open_media(str(path)) as media:
                found = [round(second, 6) for second in read_shot_changes(media)]
            atomic_write_text(stored, json.dumps(found))
        except Exception as error:
            with self._lock:
                self._running[folder] = error


def _frame(path: Path, document: Document, time: float, width: int) -> bytes:
    """Return a PNG of a frame with its captions. Raises the errors of `preview`."""
    near = [cue for cue in document.cues if cue.start < time + NEAR and cue.end > time - NEAR]
    cues = shown_cues(near) or _nearest(document, time)
    with scratch_folder() as folder, open_media(str(path)) as media:
        target = folder / "frame.png"
        preview(media, [Subtitles("captions", cues, document.language)], target, at=time, width=width)
        return target.read_bytes()


def _nearest(document: Document, time: float) -> tuple[Cue, ...]:
    """Return the cue closest to a time, at which it is not shown: a frame without captions needs its style too."""
    return shown_cues(sorted(document.cues, key=lambda cue: abs(cue.start - time))[:1])
