"""What the door answers: /feed (SSE), /socket (WebSocket), /overlay, /healthz, /metrics, and the HLS rendition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

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

from captioner.live.events import caption_json
from captioner.live.server.feed import CaptionFeed
from captioner.live.session.status import SessionStatus
from captioner.live.sinks.hls_captions import HlsCaptions
from captioner.live.sinks.webvtt_rendition import without_newest

ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
"""Players and pages of any site may read captions that are public anyway."""

PLAYLIST = ANY_ORIGIN | {"Content-Type": "application/vnd.apple.mpegurl", "Cache-Control": "max-age=1"}
SEGMENT = ANY_ORIGIN | {"Content-Type": "text/vtt; charset=utf-8", "Cache-Control": "max-age=31536000, immutable"}

TIMEOUT = 10.0
"""Seconds that a viewer may take for one caption, and a server for a playlist."""


@dataclass(frozen=True)
class ServerContent:
    """What the door shows: the feed, the rendition if there is one, how things stand, and by how many seconds the
    playlists of picture and sound are held back."""

    feed: CaptionFeed
    status: Callable[[], SessionStatus]
    hls: HlsCaptions | None = None
    hold: float = 0.0


def make_app(content: ServerContent) -> Starlette:
    """The application, to be served in one event loop."""

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

    return Starlette(
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


def _after(given: str | None) -> int | None:
    return int(given) if given and given.isdecimal() and len(given) < 16 else None


async def _feed(content: ServerContent, request: Request) -> Response:
    after = _after(request.headers.get("last-event-id") or request.query_params.get("after"))

    async def events() -> AsyncIterator[dict[str, str]]:
        async for caption in content.feed.follow(after):
            yield {"id": str(caption.seq), "data": caption_json(caption)}

    return EventSourceResponse(events(), headers=ANY_ORIGIN, ping=15, send_timeout=TIMEOUT)


async def _socket(content: ServerContent, socket: WebSocket) -> None:
    await socket.accept()
    after = _after(socket.query_params.get("after"))

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
    standing = content.status()
    facts = {
        "status": standing.problem or "ok",
        "heard": round(standing.audio_end, 3),
        "lag": round(standing.lag, 3),
        "viewers": content.feed.viewers,
    }
    return JSONResponse(facts, 503 if standing.problem else 200)


async def _metrics(content: ServerContent) -> Response:
    registry = CollectorRegistry()
    registry.register(_StatusCollector(content))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _video(content: ServerContent, request: Request) -> Response:
    """A playlist of picture or sound, without its newest segments."""
    number = request.path_params["number"]
    if content.hls is None or number >= len(content.hls.video_addresses):
        return Response("no such playlist\n", 404, ANY_ORIGIN)
    address = content.hls.video_addresses[number]
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=True) as client:
            answer = await client.get(address)
            answer.raise_for_status()
    except httpx.HTTPError:
        return Response(f"{address} cannot be reached\n", 502, ANY_ORIGIN)
    held = without_newest(answer.text, str(answer.url), content.hold)
    return Response(held, headers=PLAYLIST) if held else Response("too early\n", 404, ANY_ORIGIN | {"Retry-After": "1"})


async def _file(content: ServerContent, request: Request) -> Response:
    name: str = request.path_params["name"]
    headers = PLAYLIST if name.endswith(".m3u8") else SEGMENT if name.endswith(".vtt") else None
    if content.hls is None or headers is None or Path(name).name != name:
        return Response("not found\n", 404, ANY_ORIGIN)
    try:
        # At once: it is replaced while it is asked for, and what follows must have the length that was said.
        return Response((content.hls.folder / name).read_bytes(), headers=headers)
    except OSError:
        return Response("not found\n", 404, ANY_ORIGIN)


class _StatusCollector:
    """The figures of one moment, for Prometheus."""

    def __init__(self, content: ServerContent) -> None:
        self._content = content

    def collect(self) -> list[Metric]:
        standing = self._content.status()
        gauges = {
            "heard_seconds": ("End of the sound that was heard, on the stream's clock.", standing.audio_end),
            "settled_seconds": ("Captions before it are final.", standing.final_until),
            "lag_seconds": ("How late captions are.", standing.lag),
            "speed_ratio": ("Seconds of speech that are heard in a second.", standing.speed),
            "viewers": ("Viewers of the feed.", self._content.feed.viewers),
            "up": ("Whether source and backend are there.", 0 if standing.problem else 1),
        }
        counters = {
            "regions": ("Speech regions.", standing.regions),
            "regions_lost": ("Speech regions that are not captioned.", standing.lost),
            "cues": ("Final cues.", standing.cues),
            "reconnects": ("How often the source came back.", standing.reconnects),
        }
        metrics: list[Metric] = [GaugeMetricFamily(f"captioner_{name}", *fact) for name, fact in gauges.items()]
        metrics += [CounterMetricFamily(f"captioner_{name}", *fact) for name, fact in counters.items()]
        dropped = CounterMetricFamily("captioner_dropped", "Events that a sink never took.", labels=["sink"])
        for sink, count in standing.dropped.items():
            dropped.add_metric([sink], count)
        return [*metrics, dropped]
