"""The web server of a live stream: viewers who follow, reconnect, are slow or vanish; what is served, and how."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from captioner.atomic_file import atomic_write_text
from captioner.errors import UsageError
from captioner.live.events import Caption, StreamProgress
from captioner.live.server.app import ServerContent
from captioner.live.server.feed import HISTORY, MAX_QUEUED_CAPTIONS, CaptionFeed
from captioner.live.server.server import LiveServer
from captioner.live.session.status import SessionStatus
from captioner.live.sinks.hls_captions import HlsCaptions
from captioner.live.source.live_source import HlsStream
from captioner.web import limited_protocol
from tests.live.live_stream import serve_folder, wait_until
from tests.live.test_rendition import MEDIA, timed

STATUS = SessionStatus(12.0, 11.5, 0.5, 3.0, 4, 1, 5.0, 5, 2, {"obs": 7}, None)


def caption(seq: int, *, final: bool = True) -> Caption:
    return Caption(seq, f"{seq}.0", seq, float(seq), seq + 1.0, f"Line {seq}.", final)


class RunningServer:
    """A running server."""

    def __init__(self, **options: object) -> None:
        self.feed = CaptionFeed()
        self.status = STATUS
        content = ServerContent(self.feed, lambda: self.status, **options)  # type: ignore[arg-type]
        self.server = LiveServer(content, "127.0.0.1:0")
        self.address = f"http://127.0.0.1:{self.server.port}"

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", timeout=10)


@contextmanager
def running_server(**options: object) -> Iterator[RunningServer]:
    server = RunningServer(**options)
    try:
        wait_until(lambda: httpx.get(f"{server.address}/healthz", timeout=10).status_code in (200, 503))
        yield server
    finally:
        server.server.close()


class Viewer:
    """Follows the feed until it has `wanted` captions or is disconnected."""

    def __init__(self, server: RunningServer, wanted: int, after: int | None = None) -> None:
        self.got: list[int] = []
        self._server, self._wanted, self._after = server, wanted, after
        self.thread = Thread(target=self._follow, daemon=True)
        self.thread.start()

    def _follow(self) -> None:
        headers = {} if self._after is None else {"Last-Event-ID": str(self._after)}
        with httpx.stream("GET", f"{self._server.address}/feed", headers=headers, timeout=20) as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    self.got.append(json.loads(line[6:])["seq"])
                if len(self.got) == self._wanted:
                    return


def test_a_viewer_who_reconnects_gets_what_it_missed_and_then_the_rest() -> None:
    with running_server() as server:
        first = Viewer(server, 2)
        wait_until(lambda: server.feed.viewers == 1)
        for seq in (1, 2, 3):
            server.feed.handle(caption(seq))
        server.feed.handle(caption(4, final=False))
        first.thread.join(10)
        assert first.got == [1, 2]
        second = Viewer(server, 2, after=2)
        wait_until(lambda: second.got == [3])
        server.feed.handle(caption(5))
        second.thread.join(10)
        assert second.got == [3, 5]


def test_the_socket_sends_the_same_as_the_feed() -> None:
    from websockets.sync.client import connect

    with running_server() as server:
        server.feed.handle(caption(1))
        with connect(f"ws://127.0.0.1:{server.server.port}/socket?after=0") as socket:
            assert json.loads(socket.recv(10))["seq"] == 1
            server.feed.handle(caption(2, final=False))
            message = json.loads(socket.recv(10))
        assert (message["type"], message["text"]) == ("caption.partial", "Line 2.")
        wait_until(lambda: server.feed.viewers == 0)


def test_fifty_viewers_of_whom_some_are_silent_or_vanish_do_not_disturb_each_other() -> None:
    count = 200
    with running_server() as server:
        viewers = [Viewer(server, count) for _ in range(30)]
        silent = [socket.create_connection(("127.0.0.1", server.server.port)) for _ in range(20)]
        for connection in silent:
            connection.sendall(b"GET /feed HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: server.feed.viewers == 50)
        for connection in silent[10:]:
            connection.close()
        for seq in range(1, count + 1):
            server.feed.handle(caption(seq))
        for viewer in viewers:
            viewer.thread.join(20)
        assert all(viewer.got == list(range(1, count + 1)) for viewer in viewers)
        wait_until(lambda: server.feed.viewers == 10)
        for connection in silent[:10]:
            connection.close()


def test_a_viewer_who_reads_nothing_is_disconnected_and_fills_no_memory() -> None:
    async def watch() -> list[int]:
        feed = CaptionFeed()
        feed.open()
        slow = feed.follow(None)
        first = asyncio.ensure_future(anext(slow))
        await asyncio.sleep(0)
        for seq in range(1, 3 * MAX_QUEUED_CAPTIONS):
            feed.handle(caption(seq))
        got = [(await first).seq]
        assert feed.viewers == 0
        return got + [caption.seq async for caption in slow]

    got = asyncio.run(watch())
    assert got == list(range(1, len(got) + 1))
    assert len(got) <= MAX_QUEUED_CAPTIONS


def test_the_history_for_viewers_who_reconnect_is_bounded() -> None:
    with running_server() as server:
        for seq in range(1, HISTORY + 101):
            server.feed.handle(caption(seq))
        viewer = Viewer(server, 1, after=0)
        viewer.thread.join(10)
        assert viewer.got == [101]


def test_health_and_metrics() -> None:
    with running_server() as server:
        response = server.get("/healthz")
        assert (response.status_code, response.json()["status"]) == (200, "ok")
        text = server.get("/metrics").text
        for line in (
            "captioner_lag_seconds 0.5",
            "captioner_regions_lost_total 1.0",
            "captioner_lost_seconds_total 5.0",
            'captioner_dropped_total{sink="obs"} 7.0',
        ):
            assert f"\n{line}\n" in text
        server.status = replace(STATUS, problem="cannot be reached")
        response = server.get("/healthz")
        assert (response.status_code, response.json()["status"]) == (503, "cannot be reached")


def test_the_rendition_is_served_with_the_headers_that_players_and_caches_need(tmp_path: Path) -> None:
    hls = HlsCaptions(str(tmp_path))
    hls.handle(timed(0))
    hls.handle(StreamProgress(2.0, 2.0))
    with running_server(hls=hls) as server:
        playlist = server.get("/captions.m3u8")
        assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert playlist.headers["cache-control"] == "max-age=1"
        segment = server.get(f"/{playlist.text.split()[-1]}")
        assert segment.headers["content-type"] == "text/vtt; charset=utf-8"
        assert "immutable" in segment.headers["cache-control"]
        (tmp_path / "secret").write_text("not ours\n", "utf-8")
        (tmp_path / "link.vtt").symlink_to("secret")
        (tmp_path / "other.vtt").write_text("not ours\n", "utf-8")
        segment_path = tmp_path / playlist.text.split()[-1]
        segment_path.unlink()
        segment_path.symlink_to("secret")
        names = ["captions.state", "..%2fcaptions.m3u8", "other.vtt", "link.vtt", "video/0.m3u8", segment_path.name]
        for path in [*names, "%00.vtt", "a%0a.vtt", "%ff.m3u8", "x" * 5000 + ".vtt"]:
            assert server.get(f"/{path}").status_code == 404, path


def test_a_playlist_that_is_replaced_during_a_request_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    texts = ["#EXTM3U\n", "#EXTM3U\n" + "#EXT-X-ENDLIST\n" * 1000]
    done = Event()

    def write() -> None:
        while not done.is_set():
            for text in texts:
                atomic_write_text(tmp_path / "captions.m3u8", text)

    hls = HlsCaptions(str(tmp_path))
    hls.files.add("captions.m3u8")
    atomic_write_text(tmp_path / "captions.m3u8", texts[0])
    writer = Thread(target=write, daemon=True)
    with running_server(hls=hls) as server, httpx.Client(base_url=server.address, timeout=10) as client:
        writer.start()
        bodies = {client.get("/captions.m3u8").text for _ in range(100)}
        done.set()
        writer.join()
    assert bodies <= set(texts)


def test_video_and_audio_are_held_back(tmp_path: Path) -> None:
    hls = HlsCaptions(str(tmp_path / "out"), serves_video=True)
    with serve_folder(tmp_path) as site, running_server(hls=hls, hold=6.0) as server:
        (tmp_path / "live.m3u8").write_text(MEDIA, "utf-8")
        hls.handle(HlsStream(f"{site.address}/master.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n", 1))
        assert "video/0.m3u8" in server.get("/master.m3u8").text
        held = server.get("/video/0.m3u8").text
        assert f"{site.address}/b.m4s" in held
        assert "c.m4s" not in held
        (tmp_path / "live.m3u8").unlink()
        assert server.get("/video/0.m3u8").status_code == 502


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        (None, None, 200),
        ("localhost:{port}", "http://localhost:{port}", 200),
        ("127.0.0.1:{port}", "https://127.0.0.1:{port}", 200),  # behind a proxy with TLS
        ("[::1]:{port}", None, 200),
        ("captions.example.org", None, 200),
        ("captions.example.org", "https://captions.example.org", 200),
        (None, "https://captions.example.org", 200),
        (None, "https://evil.example", 403),
        (None, "http://127.0.0.1:1", 403),
        (None, "null", 403),
        ("evil.example:{port}", None, 421),
        ("evil.example:{port}", "http://evil.example:{port}", 421),
        ("127.0.0.1.evil.example", None, 421),
        ("", None, 421),
        ("[", None, 421),
    ],
)
def test_only_pages_of_the_server_and_of_listed_origins_are_answered(
    host: str | None, origin: str | None, status: int
) -> None:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    with running_server(origins=frozenset({"https://captions.example.org"})) as server:
        port = server.server.port
        headers = {"Origin": origin.format(port=port)} if origin else {}
        named = headers | ({} if host is None else {"Host": host.format(port=port)})
        response = httpx.get(f"{server.address}/healthz", headers=named, timeout=10)
        assert response.status_code == status
        allowed = origin if status == 200 and origin and "captions" in origin and not host else None
        assert response.headers.get("access-control-allow-origin") == allowed
        if host is None:
            expected = nullcontext() if status == 200 else pytest.raises(InvalidStatus, match="403")
            with expected, connect(f"ws://127.0.0.1:{port}/socket", additional_headers=headers):
                pass


@pytest.mark.parametrize(("origin", "status"), [("https://captions.example.org", 204), ("https://evil.example", 403)])
def test_pages_of_listed_origins_may_send_keys(origin: str, status: int) -> None:
    with running_server(origins=frozenset({"https://captions.example.org"})) as server:
        asks = {
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, upload-offset",
        }
        response = httpx.options(f"{server.address}/captions.vtt", headers={"Origin": origin, **asks})
        assert response.status_code == status
        assert (response.headers.get("access-control-allow-origin") == origin) == (status == 204)
        if status == 204:
            assert response.headers["access-control-allow-methods"] == "PATCH"
            assert response.headers["access-control-allow-headers"] == "authorization, upload-offset"
            assert response.headers["vary"] == "Origin"


def test_any_origin_may_be_allowed() -> None:
    with running_server(origins=frozenset({"*"})) as server:
        headers = {"Origin": "https://any.example", "Host": "other.example"}
        response = httpx.get(f"{server.address}/metrics", headers=headers, timeout=10)
        assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, "https://any.example")


def half_sent(server: RunningServer) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.server.port))
    connection.sendall(b"GET /feed HTTP/1.1\r\nHost: local")
    return connection


def is_closed(connection: socket.socket) -> bool:
    connection.settimeout(60)
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_beyond_the_limit_the_connection_that_is_idle_for_longest_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_protocol, "MAX_CONNECTIONS", 8)
    with running_server() as server:
        held = [half_sent(server) for _ in range(7)]
        viewer = Viewer(server, 1)
        wait_until(lambda: server.feed.viewers == 1)
        more = [half_sent(server) for _ in range(14)]
        assert all(is_closed(connection) for connection in [*held, *more][:-7])
        assert works(server)
        server.feed.handle(caption(1))
        viewer.thread.join(20)
        assert viewer.got == [1]
        for connection in [*held, *more]:
            connection.close()


def works(server: RunningServer) -> bool:
    try:
        return server.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_connections_on_which_no_request_comes_are_closed_and_viewers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_protocol, "REQUEST_TIMEOUT", 0.5)
    with running_server() as server:
        viewer = Viewer(server, 1)
        wait_until(lambda: server.feed.viewers == 1)
        slow = [half_sent(server), socket.create_connection(("127.0.0.1", server.server.port))]
        assert all(is_closed(connection) for connection in slow)
        for connection in slow:
            connection.close()
        server.feed.handle(caption(1))
        viewer.thread.join(20)
        assert viewer.got == [1]


def test_the_limit_leaves_descriptors_to_the_sinks() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        assert limited_protocol.max_connections() == 128
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        assert limited_protocol.max_connections() == limited_protocol.MAX_CONNECTIONS
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_fault_of_the_server_is_one_line_and_not_repeated() -> None:
    lines: list[str] = []

    def status() -> SessionStatus:
        raise OSError(24, "Too many open files\nand a second line")

    server = LiveServer(ServerContent(CaptionFeed(), status), "127.0.0.1:0", lines.append)
    try:
        for _ in range(3):
            wait_until(lambda: httpx.get(f"http://127.0.0.1:{server.port}/healthz", timeout=10).status_code == 500)
    finally:
        server.close()
    assert lines == ["server: OSError: [Errno 24] Too many open files"]


def test_the_overlay_is_a_page() -> None:
    with running_server() as server:
        response = server.get("/overlay?size=60px")
        assert response.headers["content-type"].startswith("text/html")
        assert "EventSource" in response.text


@pytest.mark.parametrize("address", ["port", "127.0.0.1:", "1:2:99999", "256.0.0.1:80"])
def test_an_address_that_cannot_be_listened_on_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="--serve"):
        LiveServer(ServerContent(CaptionFeed(), lambda: STATUS), address)
