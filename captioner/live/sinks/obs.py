"""Captions into OBS by obs-websocket 5: https://github.com/obsproject/obs-websocket, its protocol.md.

OBS puts them into its stream as CEA-608, which has Latin letters alone; for any other script there is the overlay page.
"""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import ExitStack
from typing import Any
from urllib.parse import unquote, urlsplit

from captioner.errors import CaptionerError, UsageError
from captioner.live.events import Caption, Event
from captioner.live.sinks.http_push import DeliveryError

TIMEOUT = 5.0
"""Seconds that OBS may take for an answer."""

_HELLO, _IDENTIFY, _IDENTIFIED, _REQUEST, _RESPONSE = 0, 1, 2, 6, 7
_NOT_STREAMING = 501


class Obs:
    """Sends final captions to the OBS at `ws://:PASSWORD@HOST:PORT`; `stale` is when one is no use."""

    max_age = 10.0

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise UsageError("the sink obs wants an address such as ws://:password@127.0.0.1:4455")
        self._address = f"{parts.scheme}://{parts.hostname}:{parts.port or 4455}"
        self._password = unquote(parts.password or "")
        self._connection: Any = None
        self._closing = ExitStack()
        self._number = 0
        try:
            import websockets.sync.client  # noqa: F401 - whether it is there at all
        except ImportError as error:
            raise CaptionerError("the sink obs needs websockets; run: pip install 'captioner[server]'") from error

    def handle(self, event: Event) -> None:
        """Send a final caption. Raises `Trouble`; it is safe to be called again then."""
        if not isinstance(event, Caption) or not event.is_final:
            return
        from websockets.exceptions import WebSocketException

        try:
            self._connection = self._connection or self._connected()
            self._send(event.text)
        except (OSError, TimeoutError, WebSocketException, ValueError, LookupError, TypeError) as error:
            self.close()
            raise DeliveryError(f"OBS cannot be reached: {type(error).__name__}") from error

    def close(self) -> None:
        """End the connection."""
        self._connection = None
        self._closing.close()

    def _connected(self) -> Any:
        from websockets.sync.client import connect

        connection = self._closing.enter_context(connect(self._address, open_timeout=TIMEOUT, close_timeout=1))
        hello = json.loads(connection.recv(TIMEOUT))
        identity: dict[str, Any] = {"rpcVersion": 1, "eventSubscriptions": 0}
        if challenge := hello["d"].get("authentication"):
            identity["authentication"] = authentication(self._password, challenge["salt"], challenge["challenge"])
        connection.send(json.dumps({"op": _IDENTIFY, "d": identity}))
        try:
            answer = json.loads(connection.recv(TIMEOUT))
        except Exception as error:  # it hangs up on a wrong password
            raise DeliveryError("OBS does not take the password") from error
        if answer["op"] != _IDENTIFIED:
            raise DeliveryError("OBS does not take the password")
        return connection

    def _send(self, text: str) -> None:
        self._number += 1
        request = {
            "requestType": "SendStreamCaption",
            "requestId": str(self._number),
            "requestData": {"captionText": text},
        }
        self._connection.send(json.dumps({"op": _REQUEST, "d": request}))
        while True:
            answer = json.loads(self._connection.recv(TIMEOUT))
            if answer["op"] == _RESPONSE and answer["d"]["requestId"] == str(self._number):
                break
        status = answer["d"]["requestStatus"]
        if status["code"] == _NOT_STREAMING:
            raise DeliveryError("OBS is not streaming, so there is nothing to caption")
        if not status["result"]:
            raise DeliveryError(f"OBS refuses a caption: {status.get('comment', status['code'])}")


def authentication(password: str, salt: str, challenge: str) -> str:
    """The answer to OBS's challenge.

    >>> authentication("supersecretpassword", "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI=",
    ...                "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY=")
    '1Ct943GAT+6YQUUX47Ia/ncufilbe6+oD6lY+5kaCu4='
    """
    secret = base64.b64encode(hashlib.sha256((password + salt).encode()).digest()).decode()
    return base64.b64encode(hashlib.sha256((secret + challenge).encode()).digest()).decode()
