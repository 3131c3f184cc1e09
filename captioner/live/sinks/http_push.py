"""Sinks that push captions by HTTP: YouTube, Zoom, OvenMediaEngine. Each names the description of its protocol.

An address holds a secret, so no error message names it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx

from captioner.errors import UsageError
from captioner.live.events import Caption, Event, StreamProgress

TIMEOUT = 10.0
"""Seconds that a server may take for a response."""

MAX_AGE = 30.0
"""Seconds after which a caption is of no use to viewers of a live picture."""


class DeliveryError(Exception):
    """A service did not accept a caption; half a sentence says why."""


class _HttpPush:
    """Pushes final captions, one after another."""

    max_age = MAX_AGE

    def __init__(self, target: str) -> None:
        if urlsplit(target).scheme not in ("http", "https") or not urlsplit(target).hostname:
            raise UsageError("the target must be a web address, or @FILE for a file that holds one")
        self._target = target
        self._client = httpx.Client(timeout=TIMEOUT)

    def handle(self, event: Event) -> None:
        """Push a final caption. Raises `DeliveryError`, after which it may be called again."""
        if isinstance(event, Caption) and event.is_final:
            self._post(event)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _post(self, caption: Caption) -> None:
        raise NotImplementedError

    def _send(self, method: str, address: str, **content: Any) -> str:
        try:
            response = self._client.request(method, address, **content)
        except httpx.TimeoutException as error:
            raise DeliveryError(f"no response within {TIMEOUT:g} s") from error
        except httpx.HTTPError as error:
            raise DeliveryError("cannot be reached") from error
        if not response.is_success:
            raise DeliveryError(f"answers {response.status_code} {response.reason_phrase}".rstrip())
        return response.text

    def _address_of(self, number: int, **more: str) -> str:
        """Return the target with the number of a post, and more, in its query."""
        added = "".join(f"&{name}={value}" for name, value in {"seq": str(number), **more}.items())
        return f"{self._target}{added if urlsplit(self._target).query else '?' + added[1:]}"


class YouTube(_HttpPush):
    """YouTube Live's "POST captions to URL": https://support.google.com/youtube/answer/3068031.

    The target is the caption ingestion URL of the event. A post that failed is sent again under its own number; a run
    that continues an earlier one continues its numbers.
    """

    def __init__(self, target: str, now: Callable[[], float] = time.time) -> None:
        super().__init__(target)
        self._now = now
        self._number: int | None = None
        self._origin: float | None = None  # when stream second 0 was, in seconds since 1970

    def handle(self, event: Event) -> None:
        """Push a final caption with the time at which it was spoken."""
        if isinstance(event, StreamProgress):
            # Audio never arrives before it was made, so the shortest delay is the best estimate.
            origin = self._now() - event.audio_end
            self._origin = origin if self._origin is None else min(self._origin + 0.001, origin)
        super().handle(event)

    def _post(self, caption: Caption) -> None:
        spoken_at = datetime.fromtimestamp((self._origin or self._now() - caption.end) + caption.start, UTC)
        time_stamp = f"{spoken_at:%Y-%m-%dT%H:%M:%S}.{spoken_at.microsecond // 1000:03}"
        body = f"{time_stamp}\n{caption.text.replace(chr(10), '<br>')}\n"
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        self._number = self._number or caption.final_number
        self._send("POST", self._address_of(self._number), content=body.encode(), headers=headers)
        self._number += 1


class Zoom(_HttpPush):
    """Zoom's closed caption API: https://support.zoom.com/hc/en/article?id=zm_kb&sysparm_article=KB0060372.

    The target is the API token that the host copies. The first post asks the meeting for its last number, so a restart
    continues the numbers.
    """

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self._number: int | None = None

    def _post(self, caption: Caption) -> None:
        if self._number is None:
            self._number = self._last_number() + 1
        address = self._address_of(self._number, lang=_zoom_language(caption.language))
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        self._send("POST", address, content=f"{caption.text}\n".encode(), headers=headers)
        self._number += 1

    def _last_number(self) -> int:
        parts = urlsplit(self._target)
        text = self._send("GET", urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/seq")))
        return int(text) if text.strip().lstrip("-").isdecimal() else 0


def _zoom_language(language: str | None) -> str:
    """Return a language tag with a region, as Zoom requires."""
    return {"en": "en-US", "zh": "zh-CN", "de": "de-DE", "ja": "ja-JP"}.get(language or "en", language or "en-US")


class OvenMediaEngine(_HttpPush):
    """OvenMediaEngine's `sendSubtitles`: https://docs.ovenmediaengine.com.

    The target is `http://TOKEN@HOST:PORT/v1/vhosts/VHOST/apps/APP/streams/STREAM?label=English`.
    """

    def __init__(self, target: str) -> None:
        super().__init__(target)
        parts = urlsplit(target)
        self._label = parse_qs(parts.query).get("label", ["Captions"])[0]
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
        self._address = urlunsplit((parts.scheme, host, f"{parts.path}:sendSubtitles", "", ""))
        self._credentials = (parts.username or "", parts.password or "")

    def _post(self, caption: Caption) -> None:
        subtitle = {"startOffset": 0, "durationMs": round(1000 * (caption.end - caption.start)), "text": caption.text}
        body = {"format": "webvtt", "data": [{"label": self._label, "subtitles": [subtitle]}]}
        headers = {"Content-Type": "application/json"}
        content = json.dumps(body).encode()
        self._send("POST", self._address, content=content, headers=headers, auth=self._credentials)
