"""OpenAI's realtime transcription over a real WebSocket: turns that are detected or committed, both forms, errors."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.sync.client import ClientConnection, connect

from captioner.backends import Hints, Recognition
from captioner.backends.scripted import Scripted
from captioner.media import open_media, read_audio
from captioner.server.realtime.input_audio import AudioDecoder, AudioEncoding
from captioner.values import Audio
from tests.paths import DATA
from tests.server.serving import serving
from tests.server.speech_upload import LINES

PATIENCE = 30.0

DELTA = "conversation.item.input_audio_transcription.delta"
COMPLETED = "conversation.item.input_audio_transcription.completed"
FAILED = "conversation.item.input_audio_transcription.failed"


class ByTime(Scripted):
    """Returns the line of the sentence that a clip lies in: partial results take no line from the others."""

    def __init__(self, lines: Sequence[str | Recognition]) -> None:
        super().__init__(lines=lines)
        self.lines = [line if isinstance(line, Recognition) else Recognition("ok", line) for line in lines]

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            yield self.lines[(clip.start > 3.7) + (clip.start > 6.6)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(ByTime(LINES), tmp_path_factory.mktemp("server")) as url:
        yield url


@contextmanager
def client(url: str, **options: Any) -> Iterator[ClientConnection]:
    address = url.replace("http", "ws") + "/v1/realtime?intent=transcription"
    with connect(address, open_timeout=PATIENCE, **options) as socket:
        yield socket


def send(socket: ClientConnection, kind: str, **values: Any) -> None:
    socket.send(json.dumps({"type": kind, **values}))


def receive(socket: ClientConnection, *kinds: str) -> dict[str, Any]:
    """Return the next event of one of these kinds."""
    while True:
        event: dict[str, Any] = json.loads(socket.recv(PATIENCE))
        if event["type"] in kinds:
            return event


def speech(rate: int = 24_000) -> bytes:
    with open_media(str(DATA / "three_sentences.flac")) as media:
        samples = np.concatenate([block.samples for block in read_audio(media, sample_rate=rate)])
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def append(socket: ClientConnection, audio: bytes, part: int = 48_001) -> None:
    """Send audio in parts that end in the middle of samples."""
    for first in range(0, len(audio), part):
        send(socket, "input_audio_buffer.append", audio=base64.b64encode(audio[first : first + part]).decode())


def test_turns_that_the_server_detects(url: str) -> None:
    with client(url) as socket:
        created = receive(socket, "session.created")["session"]
        assert created["type"] == "transcription"
        assert created["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24_000}
        assert created["audio"]["input"]["turn_detection"]["type"] == "server_vad"
        source = {"transcription": {"model": "gpt-4o-transcribe", "language": "en", "prompt": "Numbers."}}
        send(socket, "session.update", session={"type": "transcription", "audio": {"input": source}})
        updated = receive(socket, "session.updated")["session"]
        assert updated["audio"]["input"]["transcription"]["language"] == "en"
        append(socket, speech() + bytes(48_000))
        seen: list[dict[str, Any]] = []
        while sum(event["type"] == COMPLETED for event in seen) < 3:
            seen.append(json.loads(socket.recv(PATIENCE)))
    assert [event["transcript"] for event in seen if event["type"] == COMPLETED] == LINES
    committed = [event for event in seen if event["type"] == "input_audio_buffer.committed"]
    assert [event["previous_item_id"] for event in committed] == [None, *(event["item_id"] for event in committed[:2])]
    for item in (event["item_id"] for event in committed):
        kinds = [event["type"] for event in seen if event.get("item_id") == item]
        assert kinds[0] == "input_audio_buffer.speech_started"
        assert kinds[-1] == COMPLETED
        assert kinds.index("input_audio_buffer.speech_stopped") < kinds.index("input_audio_buffer.committed")
    started = [event["audio_start_ms"] for event in seen if event["type"] == "input_audio_buffer.speech_started"]
    stopped = [event["audio_end_ms"] for event in seen if event["type"] == "input_audio_buffer.speech_stopped"]
    assert started == pytest.approx([750, 4100, 7050], abs=300)
    assert stopped == pytest.approx([3600, 6500, 9500], abs=400)


def test_the_beta_form_with_turns_that_the_client_commits(url: str) -> None:
    with client(url, additional_headers={"OpenAI-Beta": "realtime=v1"}) as socket:
        assert receive(socket, "transcription_session.created")["session"]["input_audio_format"] == "pcm16"
        session = {"input_audio_transcription": {"model": "whisper-1"}, "turn_detection": None}
        send(socket, "transcription_session.update", session=session)
        assert receive(socket, "transcription_session.updated")["session"]["turn_detection"] is None
        append(socket, speech())
        send(socket, "input_audio_buffer.commit")
        item = receive(socket, "input_audio_buffer.committed")["item_id"]
        deltas = [receive(socket, DELTA) for _ in LINES]
        completed = receive(socket, COMPLETED)
        assert completed["item_id"] == item == deltas[0]["item_id"]
        assert "".join(delta["delta"] for delta in deltas) == completed["transcript"] == " ".join(LINES)
        assert 6 < completed["usage"]["seconds"] < 9
        append(socket, bytes(48_000))
        send(socket, "input_audio_buffer.commit")
        assert receive(socket, COMPLETED)["transcript"] == ""


def test_audio_that_is_cleared_is_not_transcribed(url: str) -> None:
    with client(url) as socket:
        send(socket, "session.update", session={"audio": {"input": {"turn_detection": None}}})
        append(socket, speech())
        send(socket, "input_audio_buffer.clear")
        receive(socket, "input_audio_buffer.cleared")
        send(socket, "input_audio_buffer.commit")
        assert "a commit needs 0.1 s" in receive(socket, "error")["error"]["message"]
        send(socket, "session.update", session={"audio": {"input": {"turn_detection": {"type": "server_vad"}}}})
        append(socket, speech()[: 48_000 * 2])
        receive(socket, "input_audio_buffer.speech_started")
        send(socket, "input_audio_buffer.clear")
        receive(socket, "input_audio_buffer.cleared")
        send(socket, "input_audio_buffer.commit")
        assert receive(socket, "error", COMPLETED)["error"]["message"] == "there is no speech to commit"


def update(**source: Any) -> dict[str, Any]:
    return {"type": "session.update", "session": {"audio": {"input": source}}}


WRONG: list[tuple[Any, str]] = [
    ("no object", "the event is not a JSON object"),
    ({"type": "response.create", "event_id": "mine"}, "this server does not know the event 'response.create'"),
    ({"type": "input_audio_buffer.append", "audio": "?"}, "the audio is not base64"),
    ({"type": "input_audio_buffer.append"}, "the audio is missing"),
    ({"type": "session.update"}, "the session is missing"),
    ({"type": "session.update", "session": {"type": "realtime"}}, "the type of a session is transcription here"),
    ({"type": "session.update", "session": {"audio": 7}}, "session.audio is not an object"),
    (update(format="mp3"), "the format is one of audio/pcm"),
    (update(format={"type": "audio/pcm", "rate": 1}), "the rate of PCM is 8000 to 96000 Hz, not 1"),
    (update(transcription={"language": "xx-yy"}), "'xx-yy' is not a language tag or name"),
    (update(transcription={"keywords": "one"}), "keywords is not a list"),
    (update(format={"type": ["x"]}), "the format is one of audio/pcm"),
    (update(transcription={"prompt": "\ud800"}), "the event is not a JSON object that can be read"),
    (update(turn_detection={"threshold": float("nan")}), "the event is not a JSON object that can be read"),
    (update(turn_detection={"type": "by ear"}), "the type is server_vad or semantic_vad, not 'by ear'"),
    ({"type": "session.update", "session": {"include": 5}}, "session.include is not a list"),
    (update(turn_detection={"threshold": 3}), "turn_detection: threshold must lie between 0 and 1"),
    (
        {"type": "transcription_session.update", "session": {"input_audio_format": "mp3"}},
        "input_audio_format is one of",
    ),
]


def test_wrong_events_get_an_error_and_the_connection_stays(url: str) -> None:
    with client(url) as socket:
        for message, expected in WRONG:
            socket.send(json.dumps(message))
            error = receive(socket, "error")["error"]
            assert expected in error["message"], message
            assert error["type"] == "invalid_request_error"
            assert error["event_id"] == ("mine" if "mine" in str(message) else None)
        socket.send(b"\x00\xff")
        assert "not a JSON object" in receive(socket, "error")["error"]["message"]
        socket.send(json.dumps({"type": "input_audio_buffer.clear"}).encode())  # some clients send text as bytes
        receive(socket, "input_audio_buffer.cleared")


def test_speech_that_fails(tmp_path: Path) -> None:
    failed = Recognition("failed", reason="broken")
    with serving(ByTime([failed, "Two.", "Three."]), tmp_path) as url, client(url) as socket:
        append(socket, speech() + bytes(48_000))
        assert receive(socket, FAILED)["error"]["message"] == "broken"
        assert receive(socket, COMPLETED)["transcript"] == "Two."


def test_browsers_send_the_key_as_a_protocol(tmp_path: Path) -> None:
    with serving(Scripted(), tmp_path, api_keys=("secret",)) as url:
        protocols = ["realtime", "openai-insecure-api-key.secret", "openai-beta.realtime-v1"]
        with client(url, subprotocols=protocols) as socket:
            assert socket.subprotocol == "realtime"
            receive(socket, "transcription_session.created")
        with pytest.raises(Exception, match="403"), client(url, subprotocols=["realtime", "openai-insecure-api-key.x"]):
            pass


@pytest.mark.parametrize(("encoding", "codec"), [("ulaw", "pcm_mulaw"), ("alaw", "pcm_alaw")])
def test_g711_is_decoded_as_libav_decodes_it(encoding: Any, codec: str) -> None:
    import av

    data = bytes(range(256)) * 4
    context = av.CodecContext.create(codec, "r")
    context.sample_rate, context.layout = 8000, "mono"  # type: ignore[attr-defined]
    packet = av.Packet(data)
    expected = np.concatenate([frame.to_ndarray().reshape(-1) for frame in context.decode(packet)])  # type: ignore[attr-defined]
    assert AudioDecoder(AudioEncoding(encoding, 8000))._pcm(data).tolist() == expected.tolist()


def test_resampling_does_not_depend_on_how_the_audio_is_cut() -> None:
    audio = speech()
    whole = AudioDecoder(AudioEncoding()).decode(audio)
    decoder = AudioDecoder(AudioEncoding())
    parts = np.concatenate([decoder.decode(audio[first : first + 9999]) for first in range(0, len(audio), 9999)])
    assert len(whole) == pytest.approx(10.132 * 16_000, abs=200)
    assert np.array_equal(parts[: len(whole)], whole[: len(parts)])
