"""Numbers about the server for Prometheus, and a log entry of each request. Neither holds text of users."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
import time
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from captioner.server.server_context import ServerContext

REQUEST_LOG = logging.getLogger("captioner.server.requests")

QUEUE_HEADER = "x-queue-seconds"
"""The header with which a response says how long its request waited for its turn."""

REQUEST_ID = "X-Request-Id"


def routes() -> list[Route]:
    """Return the routes of this part."""
    return [Route("/metrics", _show)]


async def _show(request: Request) -> Response:
    meter: RequestMeter = request.app.state.meter
    data = await asyncio.to_thread(generate_latest, meter.registry)
    return Response(data, media_type=CONTENT_TYPE_LATEST)


class RequestMeter:
    """An ASGI application that counts, times and logs the requests of another one."""

    def __init__(self, app: ASGIApp, context: ServerContext) -> None:
        self._app = app
        self.registry = CollectorRegistry()
        self.registry.register(_ServerState(context))
        labels = ("method", "route", "status")
        self._requests = Counter("captioner_requests", "Requests.", labels, registry=self.registry)
        self._seconds = Histogram(
            "captioner_request_seconds", "Seconds of requests.", ("route",), registry=self.registry
        )
        self._queue_seconds = Histogram(
            "captioner_queue_seconds", "Seconds that requests waited for their turn.", registry=self.registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin, status, id = time.monotonic(), 499, secrets.token_hex(8)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = id
                if waited := headers.get(QUEUE_HEADER):
                    self._queue_seconds.observe(float(waited))
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except BaseException:
            status = 500
            raise
        finally:
            self._note(scope, status, time.monotonic() - begin, id)

    def _note(self, scope: Scope, status: int, seconds: float, id: str) -> None:
        # The path as the route has it: the paths themselves have no end.
        route = getattr(scope.get("route"), "path", "none")
        self._requests.labels(_known_method(scope["method"]), route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        REQUEST_LOG.info(
            "%s %s %d",
            _known_method(scope["method"]),
            route,
            status,
            extra={
                "request": {
                    "id": id,
                    "client": scope.get("client_name") or None,
                    "seconds": round(seconds, 4),
                    "job": scope.get("path_params", {}).get("id"),
                }
            },
        )


def _known_method(method: str) -> str:
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"


class _ServerState:
    """The state of the server as Prometheus metrics."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    def collect(self) -> Iterable[Metric]:
        context = self._context
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "waiting_requests": ("Requests that wait for their turn.", lambda: context.queue.waiting),
            "model_loaded": ("Whether the model is loaded.", lambda: context.models.is_loaded),
            "worker_running": ("Whether the worker takes jobs.", lambda: context.jobs.is_running),
            "disk_free_bytes": ("Free bytes on the disk.", lambda: shutil.disk_usage(context.options.state).free),
        }
        for name, (text, value) in gauges.items():
            yield GaugeMetricFamily(f"captioner_{name}", text, float(value()))
        jobs = GaugeMetricFamily("captioner_jobs", "Jobs that are kept.", labels=["state"])
        for state, count in context.jobs.store.counts().items():
            jobs.add_metric([state], count)
        yield jobs
