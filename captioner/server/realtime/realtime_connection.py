"""One client of the realtime API: its events become audio and settings, the results become its events."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import numpy as np
from starlette.websockets import WebSocket, WebSocketDisconnect

from captioner.backends import Backend
from captioner.live.session.session import RecognitionConfig
from captioner.pipeline import CaptionOptions
from captioner.server.client_json import read_object
from captioner.server.openai_api.openai_errors import error_body
from captioner.server.realtime.input_audio import AudioDecoder
from captioner.server.realtime.live_transcriber import LiveTranscriber, TranscriptionEvent, TranscriptionFailed
from captioner.server.realtime.realtime_items import CommittedItems, ServerEvent, TurnItems, new_id
from captioner.server.realtime.realtime_settings import RealtimeSettings
from captioner.server.refusals import RequestRefused, failure_of
from captioner.speech import SAMPLE_RATE
from captioner.values import Samples

LARGEST_APPEND = 15 << 20
"""Characters of the base64 text in one `input_audio_buffer.append`."""

LONGEST_BUFFER = 1800
"""Seconds of audio that a client may append before it commits."""

SHORTEST_COMMIT = 0.1
"""Seconds of audio that a commit needs, as OpenAI asks for."""

LONGEST_SILENCE = 600.0
"""Seconds without an event after which a client is taken for gone."""

SEND_TIMEOUT = 30.0
"""Seconds that a client may take for one event."""


class RealtimeConnection:
    """Serves one client that was accepted. `beta` is whether it speaks the beta form from the start."""

    def __init__(self, socket: WebSocket, backend: Backend, captioning: CaptionOptions, *, beta: bool) -> None:
        self._socket, self._backend, self._captioning, self._beta = socket, backend, captioning, beta
        self._id = new_id("sess")
        self._settings = RealtimeSettings()
        self._loop = asyncio.get_running_loop()
        self._worker = ThreadPoolExecutor(1, "realtime audio")
        self._outgoing: asyncio.Queue[ServerEvent] = asyncio.Queue()
        self._transcriber: LiveTranscriber | None = None
        self._ending: list[LiveTranscriber] = []  # those of earlier settings
        self._items: TurnItems | CommittedItems = TurnItems()
        self._decoder = AudioDecoder(self._settings.encoding)
        self._buffer: list[Samples] = []  # audio that is not committed yet, where the client commits
        self._handlers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "session.update": self._update,
            "transcription_session.update": self._update_beta,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
        }

    async def serve(self) -> None:
        """Serve until the client goes, or sends nothing for a long time."""
        self._tell_session("created")
        sender = asyncio.ensure_future(self._send_all())
        receiver = asyncio.ensure_future(self._receive_all())
        try:
            await asyncio.wait((sender, receiver), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for transcriber in (*self._ending, *filter(None, (self._transcriber,))):
                transcriber.stop()
            for task in (sender, receiver):
                task.cancel()
            self._worker.shutdown(wait=False, cancel_futures=True)
            await asyncio.gather(sender, receiver, return_exceptions=True)

    async def _receive_all(self) -> None:
        with suppress(WebSocketDisconnect, TimeoutError):
            while True:
                await self._handle(await asyncio.wait_for(self._message(), LONGEST_SILENCE))

    async def _message(self) -> str | bytes:
        """Return the next message; some clients send their JSON as bytes. Raises `WebSocketDisconnect`."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        return message.get("text") or message.get("bytes") or ""

    async def _send_all(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):  # of a client that has gone, or does not read
            while True:
                event = {"event_id": new_id("event"), **await self._outgoing.get()}
                await asyncio.wait_for(self._socket.send_text(json.dumps(event, ensure_ascii=False)), SEND_TIMEOUT)

    async def _handle(self, message: str | bytes) -> None:
        event: Any = None
        try:
            event = _parsed(message)
            kind = event.get("type")
            handler = self._handlers.get(str(kind))
            if handler is None:
                raise RequestRefused("unsupported", f"this server does not know the event {kind!r}", "type")
            await handler(event)
        except Exception as error:
            self._tell_error(error, event.get("event_id") if isinstance(event, dict) else None)

    async def _update(self, event: Mapping[str, Any]) -> None:
        await self._change_settings(event, beta=False)

    async def _update_beta(self, event: Mapping[str, Any]) -> None:
        self._beta = True
        await self._change_settings(event, beta=True)

    async def _change_settings(self, event: Mapping[str, Any], *, beta: bool) -> None:
        session = event.get("session")
        if not isinstance(session, dict):
            raise RequestRefused("missing", "the session is missing", "session")
        before, self._settings = self._settings, self._settings.updated(session, beta=beta)
        if self._settings.encoding != before.encoding:
            self._decoder = AudioDecoder(self._settings.encoding)
        if self._settings != before and self._transcriber is not None:
            ended, self._transcriber = self._transcriber, None
            self._ending = [*(each for each in self._ending if not each.has_ended), ended]
            await self._work(ended.finish)
        self._tell_session("updated")

    async def _append(self, event: Mapping[str, Any]) -> None:
        data = _audio_in(event)
        if self._settings.turn_detection is not None:
            transcriber, decoder = self._open_transcriber(), self._decoder
            await self._work(lambda: transcriber.push(decoder.decode(data)))
            return
        if self._buffered >= LONGEST_BUFFER:
            raise RequestRefused("too_long", f"more than {LONGEST_BUFFER} s of audio wait; commit them first", "audio")
        self._buffer.append(await self._work(lambda: self._decoder.decode(data)))

    async def _commit(self, event: Mapping[str, Any]) -> None:
        transcriber = self._open_transcriber()
        if isinstance(self._items, TurnItems):
            if not transcriber.is_speaking:
                raise RequestRefused("value", "there is no speech to commit")
            await self._work(transcriber.flush)
            return
        if self._buffered < SHORTEST_COMMIT:
            raise RequestRefused("value", f"a commit needs {SHORTEST_COMMIT:g} s of audio")
        samples, self._buffer = np.concatenate(self._buffer), []
        self._tell([self._items.begin()])
        await self._work(lambda: transcriber.push(samples, is_last=True))
        self._tell(self._items.end())

    async def _clear(self, event: Mapping[str, Any]) -> None:
        self._buffer = []
        if self._transcriber is not None and isinstance(self._items, TurnItems):
            await self._work(self._transcriber.clear)
        self._tell([{"type": "input_audio_buffer.cleared"}])

    @property
    def _buffered(self) -> float:
        return sum(map(len, self._buffer)) / SAMPLE_RATE

    async def _work(self, task: Callable[[], Any]) -> Any:
        """Return the result of a task for the thread that finds speech."""
        return await self._loop.run_in_executor(self._worker, task)

    def _open_transcriber(self) -> LiveTranscriber:
        """Return the transcriber for the settings."""
        if self._transcriber is None:
            settings, traits = self._settings, self._backend.traits
            items = TurnItems if settings.turn_detection is not None else CommittedItems
            self._items = made = items(self._items.previous)
            config = RecognitionConfig(
                self._backend,
                settings.hints(self._captioning.hints),
                partials=settings.turn_detection is not None and not traits.metered,
                speech=settings.speech(),
                chinese_script=self._captioning.chinese_script,
                keep_suspected=self._captioning.keep_suspected,
            )

            def emit(event: TranscriptionEvent) -> None:
                with suppress(RuntimeError):  # the loop is closed
                    self._loop.call_soon_threadsafe(self._follow, made, event)

            self._transcriber = LiveTranscriber(config, emit)
        return self._transcriber

    def _follow(self, items: TurnItems | CommittedItems, event: TranscriptionEvent) -> None:
        if isinstance(event, TranscriptionFailed):
            self._tell_error(event.error, None)
        else:
            self._tell(items.events(event))

    def _tell(self, events: Iterable[ServerEvent]) -> None:
        for event in events:
            self._outgoing.put_nowait(event)

    def _tell_session(self, change: str) -> None:
        if self._beta:
            kind, session = f"transcription_session.{change}", self._settings.beta_form()
        else:
            kind, session = f"session.{change}", self._settings.current_form()
        known = {"id": self._id, "object": "realtime.transcription_session", "expires_at": 0}
        self._tell([{"type": kind, "session": {**known, **session}}])

    def _tell_error(self, error: Exception, event_id: Any) -> None:
        self._tell([{"type": "error", "error": {**error_body(failure_of(error))["error"], "event_id": event_id}}])


def _parsed(message: str | bytes) -> Mapping[str, Any]:
    try:
        return read_object(message)
    except ValueError:
        raise RequestRefused("form", "the event is not a JSON object that can be read") from None


def _audio_in(event: Mapping[str, Any]) -> bytes:
    audio = event.get("audio")
    if not isinstance(audio, str):
        raise RequestRefused("missing", "the audio is missing", "audio")
    if len(audio) > LARGEST_APPEND:
        raise RequestRefused(
            "too_large", f"audio may have {LARGEST_APPEND >> 20} MB at most; send it in parts", "audio"
        )
    try:
        return base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError):
        raise RequestRefused("media_kind", "the audio is not base64", "audio") from None
