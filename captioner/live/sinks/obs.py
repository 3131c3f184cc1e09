"""A sink for OBS by obs-websocket 5: https://github.com/obsproject/obs-websocket, its protocol.md.

OBS puts the captions into its stream as CEA-608, which has only Latin letters. The overlay page shows any script.
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
"""Seconds that OBS may take for a response."""

_HELLO, _IDENTIFY, _IDENTIFIED, _REQUEST, _RESPONSE = 0, 1, 2, 6, 7
_NOT_STREAMING = 501


class Obs:
    """Sends final captions to the OBS at `ws://:PASSWORD@HOST:PORT`."""

    max_age = 10.0
    """Seconds after which a caption is of no use to viewers."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise UsageError("the target of sink obs must be an address such as ws://:password@127.0.0.1:4455")
        self._address = f"{parts.scheme}://{parts.hostname}:{parts.port or 4455}"
        self._password = unquote(parts.password or "")
        self._connection: Any = None
        self._closing = ExitStack()
        self._number = 0
        try:
            import websockets.sync.client  # noqa: F401 - only to see whether it is installed
        except ImportError as error:
            raise CaptionerError("sink obs needs websockets; run: pip install 'captioner[server]'") from error

    def handle(self, event: Event) -> None:
        """Send a final caption. Raises `DeliveryError`, after which it may be called again."""
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
        """Close the connection."""
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
            reply = json.loads(connection.recv(TIMEOUT))
        except Exception as error:  # OBS closes the connection on a wrong password
            raise DeliveryError("OBS refuses the password") from error
        if reply["op"] != _IDENTIFIED:
            raise DeliveryError("OBS refuses the password")
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
            reply = json.loads(self._connection.recv(TIMEOUT))
            if reply["op"] == _RESPONSE and reply["d"]["requestId"] == str(self._number):
                break
        status = reply["d"]["requestStatus"]
        if status["code"] == _NOT_STREAMING:
            raise DeliveryError("OBS is not streaming")
        if not status["result"]:
            raise DeliveryError(f"OBS refuses a caption: {status.get('comment', status['code'])}")


def authentication(password: str, salt: str, challenge: str) -> str:
    """Return the authentication string for OBS's challenge.

    >>> authentication("supersecretpassword", "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI=",
    ...                "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY=")
    '1Ct943GAT+6YQUUX47Ia/ncufilbe6+oD6lY+5kaCu4='
    """
    secret = base64.b64encode(hashlib.sha256((password + salt).encode()).digest()).decode()
    return base64.b64encode(hashlib.sha256((secret + challenge).encode()).digest()).decode()
