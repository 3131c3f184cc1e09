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
from captioner.live.sinks.hls_captions import Hls
from captioner.live.sinks.webvtt_rendition import held_back

OPEN = {"Access-Control-Allow-Origin": "*"}
"""Players and pages of any site may read captions that are public anyway."""

PLAYLIST = OPEN | {"Content-Type": "application/vnd.apple.mpegurl", "Cache-Control": "max-age=1"}
SEGMENT = OPEN | {"Content-Type": "text/vtt; charset=utf-8", "Cache-Control": "max-age=31536000, immutable"}

PATIENCE = 10.0
"""Seconds that a viewer may take for one caption, and a server for a playlist."""


@dataclass(frozen=True)
class ServerContent:
    """What the door shows: the feed, the rendition if there is one, how things stand, and by how many seconds the
    playlists of picture and sound are held back."""

    feed: CaptionFeed
    standing: Callable[[], SessionStatus]
    hls: Hls | None = None
    hold: float = 0.0


def make_app(shown: ServerContent) -> Starlette:
    """The application, to be served in one event loop."""

    async def feed(request: Request) -> Response:
        return await _feed(shown, request)

    async def socket(socket: WebSocket) -> None:
        await _socket(shown, socket)

    async def health(request: Request) -> Response:
        return await _health(shown)

    async def metrics(request: Request) -> Response:
        return await _metrics(shown)

    async def video(request: Request) -> Response:
        return await _video(shown, request)

    async def file(request: Request) -> Response:
        return await _file(shown, request)

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


async def _feed(shown: ServerContent, request: Request) -> Response:
    after = _after(request.headers.get("last-event-id") or request.query_params.get("after"))

    async def events() -> AsyncIterator[dict[str, str]]:
        async for caption in shown.feed.follow(after):
            yield {"id": str(caption.seq), "data": caption_json(caption)}

    return EventSourceResponse(events(), headers=OPEN, ping=15, send_timeout=PATIENCE)


async def _socket(shown: ServerContent, socket: WebSocket) -> None:
    await socket.accept()
    after = _after(socket.query_params.get("after"))

    async def send() -> None:
        async for caption in shown.feed.follow(after):
            await asyncio.wait_for(socket.send_text(caption_json(caption)), PATIENCE)
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


async def _health(shown: ServerContent) -> Response:
    standing = shown.standing()
    facts = {
        "status": standing.trouble or "ok",
        "heard": round(standing.heard, 3),
        "lag": round(standing.lag, 3),
        "viewers": shown.feed.viewers,
    }
    return JSONResponse(facts, 503 if standing.trouble else 200)


async def _metrics(shown: ServerContent) -> Response:
    registry = CollectorRegistry()
    registry.register(_Collector(shown))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _video(shown: ServerContent, request: Request) -> Response:
    """A playlist of picture or sound, without its newest segments."""
    number = request.path_params["number"]
    if shown.hls is None or number >= len(shown.hls.addresses):
        return Response("no such playlist\n", 404, OPEN)
    address = shown.hls.addresses[number]
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, follow_redirects=True) as client:
            answer = await client.get(address)
            answer.raise_for_status()
    except httpx.HTTPError:
        return Response(f"{address} cannot be reached\n", 502, OPEN)
    held = held_back(answer.text, str(answer.url), shown.hold)
    return Response(held, headers=PLAYLIST) if held else Response("too early\n", 404, OPEN | {"Retry-After": "1"})


async def _file(shown: ServerContent, request: Request) -> Response:
    name: str = request.path_params["name"]
    headers = PLAYLIST if name.endswith(".m3u8") else SEGMENT if name.endswith(".vtt") else None
    if shown.hls is None or headers is None or Path(name).name != name:
        return Response("not found\n", 404, OPEN)
    try:
        # At once: it is replaced while it is asked for, and what follows must have the length that was said.
        return Response((shown.hls.folder / name).read_bytes(), headers=headers)
    except OSError:
        return Response("not found\n", 404, OPEN)


class _Collector:
    """The figures of one moment, for Prometheus."""

    def __init__(self, shown: ServerContent) -> None:
        self._shown = shown

    def collect(self) -> list[Metric]:
        standing = self._shown.standing()
        gauges = {
            "heard_seconds": ("End of the sound that was heard, on the stream's clock.", standing.heard),
            "settled_seconds": ("Captions before it are final.", standing.settled),
            "lag_seconds": ("How late captions are.", standing.lag),
            "speed_ratio": ("Seconds of speech that are heard in a second.", standing.speed),
            "viewers": ("Viewers of the feed.", self._shown.feed.viewers),
            "up": ("Whether source and backend are there.", 0 if standing.trouble else 1),
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
