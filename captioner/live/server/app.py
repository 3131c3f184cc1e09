"""The routes of the server: /feed (SSE), /socket (WebSocket), /overlay, /healthz, /metrics, and the HLS rendition."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources

import httpx
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from captioner.errors import MediaNotReadable
from captioner.live.events import caption_json
from captioner.live.server.feed import CaptionFeed
from captioner.live.session.status import SessionStatus
from captioner.live.sinks.hls_captions import HlsCaptions
from captioner.live.sinks.webvtt_rendition import without_newest
from captioner.web.origins import OriginCheck

PLAYLIST = {"Content-Type": "application/vnd.apple.mpegurl", "Cache-Control": "max-age=1"}
SEGMENT = {"Content-Type": "text/vtt; charset=utf-8", "Cache-Control": "max-age=31536000, immutable"}

MAX_PLAYLIST = 4 << 20
"""Bytes of a playlist that is held back; a longer one is refused."""

TIMEOUT = 10.0
"""Seconds that a viewer may take for one caption, and a server for a playlist."""


@dataclass(frozen=True)
class ServerContent:
    """The content that the server serves."""

    feed: CaptionFeed

    status: Callable[[], SessionStatus]

    hls: HlsCaptions | None = None
    """The HLS rendition, None without one."""

    hold: float = 0.0
    """Seconds by which the playlists of video and audio are held back."""

    origins: frozenset[str] = frozenset()
    """Origins of other sites whose pages may read the captions, as a browser sends them; `*` for all."""


def make_app(content: ServerContent, host: str = "") -> OriginCheck:
    """Return the ASGI application. It must run in the event loop in which the feed was opened.

    `host` is the name that the server was given to listen at.
    """

    async def feed(request: Request) -> Response:
        return await _feed(content, request)

    async def socket(socket: WebSocket) -> None:
        await _socket(content, socket)

    async def health(request: Request) -> Response:
        return await _health(content)

    async def metrics(request: Request) -> Response:
        return await _metrics(content)

    async def video(request: Request) -> Response:
        return await _video(content, request)

    async def file(request: Request) -> Response:
        return await _file(content, request)

    app = Starlette(
        routes=[
            Route("/feed", feed),
            WebSocketRoute("/socket", socket),
            Route("/overlay", _overlay),
            Route("/healthz", health),
            Route("/metrics", metrics),
            Route("/video/{number:int}.m3u8", video),
            Route("/{name}", file),
        ]
    )
    return OriginCheck(app, content.origins, host)


def _sequence_number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 16 else None


async def _feed(content: ServerContent, request: Request) -> Response:
    after = _sequence_number(request.headers.get("last-event-id") or request.query_params.get("after"))

    async def events() -> AsyncIterator[dict[str, str]]:
        async for caption in content.feed.follow(after):
            yield {"id": str(caption.seq), "data": caption_json(caption)}

    return EventSourceResponse(events(), ping=15, send_timeout=TIMEOUT)


async def _socket(content: ServerContent, socket: WebSocket) -> None:
    await socket.accept()
    after = _sequence_number(socket.query_params.get("after"))

    async def send() -> None:
        async for caption in content.feed.follow(after):
            await asyncio.wait_for(socket.send_text(caption_json(caption)), TIMEOUT)
        await socket.close()

    async def listen() -> None:
        while True:
            await socket.receive_text()

    sender = asyncio.ensure_future(send())
    listener = asyncio.ensure_future(listen())
    done, pending = await asyncio.wait([sender, listener], return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError, asyncio.CancelledError):
        await asyncio.gather(*done, *pending)


async def _overlay(request: Request) -> Response:
    return HTMLResponse(resources.files("captioner.live.server").joinpath("overlay.html").read_text("utf-8"))


async def _health(content: ServerContent) -> Response:
    status = content.status()
    health = {
        "status": status.problem or "ok",
        "position": round(status.audio_end, 3),
        "lag": round(status.lag, 3),
        "viewers": content.feed.viewers,
    }
    return JSONResponse(health, 503 if status.problem else 200)


async def _metrics(content: ServerContent) -> Response:
    registry = CollectorRegistry()
    registry.register(_StatusCollector(content))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _video(content: ServerContent, request: Request) -> Response:
    """Return a playlist of video or audio without its newest segments."""
    number = request.path_params["number"]
    if content.hls is None or number >= len(content.hls.video_addresses):
        return Response("no such playlist\n", 404)
    address = content.hls.video_addresses[number]
    try:
        text, base = await _fetched(address)
        playlist = without_newest(text, base, content.hold)
    except httpx.HTTPError:
        return Response(f"{address} cannot be reached\n", 502)
    except MediaNotReadable as error:
        return Response(f"{error}\n", 502)
    if playlist is None:
        return Response("no segment is old enough yet\n", 404, {"Retry-After": "1"})
    return Response(playlist, headers=PLAYLIST)


async def _fetched(address: str) -> tuple[str, str]:
    """Return the text of a playlist and the address it came from.

    Raises `httpx.HTTPError`, also for one that is too long.
    """
    async with (
        httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=True) as client,
        client.stream("GET", address) as response,
    ):
        response.raise_for_status()
        data = b""
        async for part in response.aiter_bytes():
            data += part
            if len(data) > MAX_PLAYLIST:
                raise httpx.TransportError("too long")
        return data.decode("utf-8", "replace"), str(response.url)


async def _file(content: ServerContent, request: Request) -> Response:
    name: str = request.path_params["name"]
    headers = PLAYLIST if name.endswith(".m3u8") else SEGMENT if name.endswith(".vtt") else None
    if content.hls is None or headers is None or name not in content.hls.files:
        return Response("not found\n", 404)
    try:
        # Read at once: the file may be replaced meanwhile, and the body must have the length that the header states.
        with open(content.hls.folder / name, "rb", opener=_no_link) as file:
            return Response(file.read(), headers=headers)
    except OSError:
        return Response("not found\n", 404)


def _no_link(path: str, flags: int) -> int:
    """Open a file, but not the target of a link: someone else put it there."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))


class _StatusCollector:
    """The status of the stream as Prometheus metrics."""

    def __init__(self, content: ServerContent) -> None:
        self._content = content

    def collect(self) -> list[Metric]:
        status = self._content.status()
        gauges = {
            "audio_seconds": ("Stream second up to which audio was read.", status.audio_end),
            "final_seconds": ("Stream second before which all captions are final.", status.final_until),
            "lag_seconds": ("How late captions are.", status.lag),
            "speed_ratio": ("Seconds of speech recognised per second.", status.speed),
            "viewers": ("Viewers of the feed.", self._content.feed.viewers),
            "up": ("Whether source and backend work.", 0 if status.problem else 1),
        }
        counters = {
            "regions": ("Speech regions.", status.regions),
            "regions_lost": ("Speech regions without a caption.", status.lost),
            "lost_seconds": (
                "Seconds of the stream without a caption although there was or may have been speech.",
                status.lost_seconds,
            ),
            "cues": ("Final cues.", status.cues),
            "reconnects": ("Reconnections to the source.", status.reconnects),
        }
        metrics: list[Metric] = [GaugeMetricFamily(f"captioner_{name}", *entry) for name, entry in gauges.items()]
        metrics += [CounterMetricFamily(f"captioner_{name}", *entry) for name, entry in counters.items()]
        dropped = CounterMetricFamily("captioner_dropped", "Events that a sink did not take.", labels=["sink"])
        for sink, count in status.dropped.items():
            dropped.add_metric([sink], count)
        return [*metrics, dropped]
