"""What a realtime client sets, in the current form (`session.update`) and in the removed beta form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from captioner.backends import Hints
from captioner.errors import UsageError
from captioner.languages import asked_language
from captioner.live.session.streaming_vad import LIVE_SPEECH
from captioner.server.realtime.input_audio import AudioEncoding
from captioner.server.refusals import RequestRefused
from captioner.speech import SpeechOptions

PCM = AudioEncoding()

BETA_FORMATS = {
    "pcm16": PCM,
    "g711_ulaw": AudioEncoding("ulaw", 8000),
    "g711_alaw": AudioEncoding("alaw", 8000),
}
"""The values of `input_audio_format` in the beta form."""

FORMATS_BY_TYPE = {
    "audio/pcm": PCM,
    "audio/pcmu": AudioEncoding("ulaw", 8000),
    "audio/pcma": AudioEncoding("alaw", 8000),
}
"""The values of `audio.input.format.type` in the current form."""

TURN_DETECTIONS = ("server_vad", "semantic_vad")

RATES = range(8000, 96_001)
"""Samples a second of PCM."""

SERVER_VAD: Mapping[str, Any] = {
    "type": "server_vad",
    "threshold": LIVE_SPEECH.threshold,
    "prefix_padding_ms": round(1000 * LIVE_SPEECH.lead),
    "silence_duration_ms": round(1000 * LIVE_SPEECH.minimum_silence),
}
"""The turn detection that a client gets which asks for none in particular."""


@dataclass(frozen=True)
class RealtimeSettings:
    """The settings of a realtime client. Those that change nothing here are repeated in replies."""

    encoding: AudioEncoding = PCM

    transcription: Mapping[str, Any] | None = None
    """model, language, prompt, keywords, ..."""

    turn_detection: Mapping[str, Any] | None = field(default_factory=lambda: SERVER_VAD)
    """How turns are found; None where the client commits each turn itself."""

    noise_reduction: Mapping[str, Any] | None = None

    include: tuple[str, ...] | None = None

    def updated(self, session: Mapping[str, Any], *, beta: bool) -> RealtimeSettings:
        """Return the settings with the changes of a client. Raises `RequestRefused`, which names the field."""
        kind = session.get("type")
        if not beta and kind not in (None, "transcription"):
            raise RequestRefused(
                "unsupported", f"the type of a session is transcription here, not {kind!r}", "session.type"
            )
        changes = _beta_changes(session) if beta else _current_changes(session)
        if "include" in session:
            changes["include"] = tuple(map(str, _list(session["include"], "session.include")))
        settings = replace(self, **changes)
        settings.hints(Hints())
        settings.speech()
        return settings

    def hints(self, usual: Hints) -> Hints:
        """Return the hints for the backend. Raises `RequestRefused`."""
        asked = self.transcription or {}
        language = asked.get("language")
        words = _list(asked.get("keywords"), "session.audio.input.transcription.keywords")
        try:
            tag = asked_language(str(language)) if language else usual.language
        except UsageError as error:
            raise RequestRefused("value", str(error), "session.audio.input.transcription.language") from None
        return Hints(
            tag, str(asked["prompt"]) if asked.get("prompt") else usual.prompt, tuple(map(str, words)) or usual.hotwords
        )

    def speech(self) -> SpeechOptions:
        """Return the options of speech detection. Raises `RequestRefused`."""
        asked = self.turn_detection or SERVER_VAD
        field, kind = "session.audio.input.turn_detection", asked.get("type", "server_vad")
        if kind not in TURN_DETECTIONS:
            raise RequestRefused("value", f"the type is {' or '.join(TURN_DETECTIONS)}, not {kind!r}", field)
        if kind == "semantic_vad":  # by what is said, which only OpenAI has
            asked = SERVER_VAD
        usual = {**SERVER_VAD, **{name: value for name, value in asked.items() if value is not None}}
        try:
            return replace(
                LIVE_SPEECH,
                threshold=float(usual["threshold"]),
                lead=float(usual["prefix_padding_ms"]) / 1000,
                minimum_silence=float(usual["silence_duration_ms"]) / 1000,
            )
        except (TypeError, ValueError) as error:
            raise RequestRefused("value", f"turn_detection: {error}", field) from None

    def current_form(self) -> dict[str, Any]:
        """Return the settings as the current form names them."""
        names = {"pcm": "audio/pcm", "ulaw": "audio/pcmu", "alaw": "audio/pcma"}
        format: dict[str, Any] = {"type": names[self.encoding.encoding]}
        if self.encoding.encoding == "pcm":
            format["rate"] = self.encoding.rate
        source = {
            "format": format,
            "transcription": self.transcription,
            "noise_reduction": self.noise_reduction,
            "turn_detection": self.turn_detection,
        }
        return {"type": "transcription", "audio": {"input": source}, "include": self.include}

    def beta_form(self) -> dict[str, Any]:
        """Return the settings as the beta form names them."""
        names = {encoding: name for name, encoding in BETA_FORMATS.items()}
        return {
            "input_audio_format": names.get(self.encoding, "pcm16"),
            "input_audio_transcription": self.transcription,
            "input_audio_noise_reduction": self.noise_reduction,
            "turn_detection": self.turn_detection,
            "include": self.include,
        }


def _current_changes(session: Mapping[str, Any]) -> dict[str, Any]:
    source = _object(_object(session.get("audio"), "session.audio").get("input"), "session.audio.input")
    changes: dict[str, Any] = {}
    if source.get("format") is not None:
        changes["encoding"] = _encoding(source["format"])
    for name in ("transcription", "turn_detection", "noise_reduction"):
        if name in source:
            changes[name] = _object_or_none(source[name], f"session.audio.input.{name}")
    return changes


def _beta_changes(session: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    name = session.get("input_audio_format")
    if name is not None:
        if str(name) not in BETA_FORMATS:
            message = f"input_audio_format is one of {', '.join(BETA_FORMATS)}, not {name!r}"
            raise RequestRefused("value", message, "session.input_audio_format")
        changes["encoding"] = BETA_FORMATS[str(name)]
    fields = {
        "input_audio_transcription": "transcription",
        "turn_detection": "turn_detection",
        "input_audio_noise_reduction": "noise_reduction",
    }
    for name, setting in fields.items():
        if name in session:
            changes[setting] = _object_or_none(session[name], f"session.{name}")
    return changes


def _encoding(format: Any) -> AudioEncoding:
    field = "session.audio.input.format"
    given = {"type": format} if isinstance(format, str) else _object(format, field)
    name = given.get("type")
    known = {**FORMATS_BY_TYPE, **BETA_FORMATS}
    if str(name) not in known:
        raise RequestRefused("value", f"the format is one of {', '.join(FORMATS_BY_TYPE)}, not {name!r}", field)
    encoding, rate = known[str(name)], given.get("rate")
    if encoding.encoding != "pcm" or rate is None:
        return encoding
    if not isinstance(rate, int) or rate not in RATES:
        raise RequestRefused("value", f"the rate of PCM is {RATES.start} to {RATES.stop - 1} Hz, not {rate!r}", field)
    return replace(encoding, rate=rate)


def _list(value: Any, field: str) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise RequestRefused("value", f"{field} is not a list", field)
    return value or []


def _object(value: Any, field: str) -> Mapping[str, Any]:
    return _object_or_none(value, field) or {}


def _object_or_none(value: Any, field: str) -> Mapping[str, Any] | None:
    if value is not None and not isinstance(value, dict):
        raise RequestRefused("value", f"{field} is not an object", field)
    return value
