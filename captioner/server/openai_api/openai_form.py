"""The fields of a request to OpenAI's API, and ours beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from captioner.errors import FormatError, UnknownName
from captioner.formats import FORMATS, Contents, Programme
from captioner.media import Media
from captioner.output import WritingOptions
from captioner.pipeline import CaptionOptions, video_frame_rate
from captioner.server.client_json import read_json
from captioner.server.model_host import ModelHost
from captioner.server.recognition import Upload
from captioner.server.refusals import RequestRefused
from captioner.server.request_body import ReceivedForm
from captioner.server.requested_options import check_temperature, requested_options_in
from captioner.server.server_context import ServerContext
from captioner.speech import SpeechOptions
from captioner.timestamps import parse_rate

OPENAI_FORMATS = ("json", "text", "srt", "verbose_json", "vtt")
"""The response formats of OpenAI. All others are captioner's own."""

DIARIZED = "diarized_json"

TRANSCRIPT = "transcript"
"""The response format of captioner's own JSON, since `json` is OpenAI's."""

STREAMED = ("json", "text", "verbose_json")
"""The formats in which `stream` gives events; for the others it is ignored, as whisper-1 ignores it."""

GRANULARITIES = ("segment", "word")

SENT_IN = ("hotwords", "hotwords[]", "keywords", "keywords[]")
"""The fields in which clients send hotwords: speaches and vLLM have `hotwords`, OpenAI has `keywords`."""

ANYTHING_TRUE = ("true", "1", "True")
ANYTHING_FALSE = ("false", "0", "False")


TRANSLATES = "start the server with a model that does, such as --backend whisper --model whisper-medium"


@dataclass(frozen=True)
class OpenAIRequest:
    """What a request asks for."""

    options: CaptionOptions

    stream: bool

    response_format: str

    granularities: frozenset[str]
    """The times that `verbose_json` has: those of segments, of words, or both."""

    writing: WritingOptions
    """How a caption file is written."""

    task: str
    """transcribe or translate."""

    logprobs: bool
    """Whether the client asks for the probabilities of tokens."""


def largest_file(context: ServerContext) -> int:
    """Return the bytes that a file may have."""
    return context.options.largest_upload


def read_transcription(context: ServerContext, upload: Upload) -> OpenAIRequest:
    """Return what a request for a transcription asks for. Raises `RequestRefused`."""
    return _read(context, upload.form, "transcribe")


def read_translation(context: ServerContext, upload: Upload) -> OpenAIRequest:
    """Return what a request for English text asks for. Raises `RequestRefused`, also where the backend has none."""
    translating_models(context)
    return _read(context, upload.form, "translate")


def translating_models(context: ServerContext) -> ModelHost:
    """Return the backend that gives English text. Raises `RequestRefused` if there is none."""
    traits = context.models.traits
    if traits is not None and traits.text_language is not None:
        return context.models
    if context.translating is None:
        name = "the backend" if traits is None else traits.model or traits.name
        raise RequestRefused("unsupported", f"{name} does not translate; {TRANSLATES}")
    return context.translating


def check_format(context: ServerContext, asked: OpenAIRequest, upload: Upload, media: Media) -> None:
    """Refuse a caption format that needs a frame rate, for media without one. Raises `RequestRefused`."""
    format = FORMATS.get(asked.response_format)
    if format is None or asked.response_format in OPENAI_FORMATS or "cues" not in format.parts:
        return
    rate = asked.options.frame_rate
    known = video_frame_rate(media) if rate == "media" else None if rate == "none" else Fraction(rate)
    programme = asked.writing.applied_to(Programme(duration=media.duration, frame_rate=known))
    try:
        format.write(Contents((), programme=programme))
    except FormatError as error:
        raise RequestRefused("value", f"{error} (send the field fps)", "fps") from None


def _read(context: ServerContext, form: ReceivedForm, task: str) -> OpenAIRequest:
    response_format = _response_format(form)
    options = requested_options_in(_with_language(form), SENT_IN).applied_to(context.captioning)
    check_temperature(form)
    return OpenAIRequest(
        options=replace(options, speech=_speech(form, options.speech)),
        stream=_flag(form, "stream") and response_format in STREAMED,
        response_format=response_format,
        granularities=_granularities(form, response_format),
        writing=WritingOptions(frame_rate=_frame_rate(form), word_times=_flag(form, "word_times")),
        task=task,
        logprobs=_logprobs(form, response_format),
    )


def _values(form: ReceivedForm, name: str) -> list[str]:
    """Return the values of a list, which clients send as `name[]`, as `name`, or as both."""
    return [value for key in (name, f"{name}[]") for value in form.fields.get(key, ())]


def _with_language(form: ReceivedForm) -> ReceivedForm:
    """Return the form with `languages`, if it is one, as its language; of several the backend finds the right one."""
    languages = _values(form, "languages")
    if form.text("language") or len(languages) != 1:
        return form
    return replace(form, fields={**form.fields, "language": languages})


def _response_format(form: ReceivedForm) -> str:
    field = "response_format"
    name = form.text(field) or "json"
    if name == DIARIZED:
        raise RequestRefused(
            "unsupported", f"{DIARIZED} needs speakers, which captioner does not tell apart yet", field
        )
    known = (*OPENAI_FORMATS, TRANSCRIPT, "report", *(each for each in FORMATS if each not in OPENAI_FORMATS))
    if name not in known:
        raise RequestRefused("value", str(UnknownName(field, name, known)), field)
    return name


def _granularities(form: ReceivedForm, response_format: str) -> frozenset[str]:
    asked = _values(form, "timestamp_granularities")
    field = "timestamp_granularities"
    for value in asked:
        if value not in GRANULARITIES:
            raise RequestRefused("value", f"{field} are {' and '.join(GRANULARITIES)}, not {value!r}", field)
    if asked and response_format != "verbose_json":
        raise RequestRefused("value", f"{field} need response_format verbose_json, not {response_format}", field)
    return frozenset(asked or ("segment",))


def _logprobs(form: ReceivedForm, response_format: str) -> bool:
    included = _values(form, "include")
    for value in included:
        if value != "logprobs":
            raise RequestRefused("value", f"include is logprobs, not {value!r}", "include")
    if included and response_format != "json":
        raise RequestRefused("value", f"include needs response_format json, not {response_format}", "include")
    return bool(included)


def _flag(form: ReceivedForm, name: str) -> bool:
    value = form.text(name, "false")
    if value not in (*ANYTHING_TRUE, *ANYTHING_FALSE):
        raise RequestRefused("value", f"{name} is true or false, not {value!r}", name)
    return value in ANYTHING_TRUE


def _frame_rate(form: ReceivedForm) -> Fraction | None:
    """Return our own field `fps`: frames a second, for formats that count frames."""
    text = form.text("fps")
    try:
        return None if text is None else parse_rate(text).per_second
    except ValueError as error:
        raise RequestRefused("value", f"fps: {error}", "fps") from None


def _speech(form: ReceivedForm, speech: SpeechOptions) -> SpeechOptions:
    """Return the options of speech detection that `chunking_strategy` asks for: "auto", or those of `server_vad`."""
    strategy = _chunking_strategy(form)
    if strategy is None:
        return speech
    names = {"threshold": "threshold", "silence_duration_ms": "minimum_silence", "prefix_padding_ms": "lead"}
    try:
        changes = {
            option: float(strategy[name]) / (1000 if name.endswith("_ms") else 1)
            for name, option in names.items()
            if strategy.get(name) is not None
        }
        return replace(speech, **changes)
    except (TypeError, ValueError) as error:
        raise RequestRefused("value", f"chunking_strategy: {error}", "chunking_strategy") from None


def _chunking_strategy(form: ReceivedForm) -> dict[str, Any] | None:
    """Return the options of `server_vad`: as JSON, or as the parts of a form that OpenAI's client makes of it."""
    prefix = "chunking_strategy["
    parts: dict[str, Any] = {
        name[len(prefix) : -1]: values[-1] for name, values in form.fields.items() if name.startswith(prefix)
    }
    text = form.text("chunking_strategy")
    if text is not None and text != "auto":
        try:
            parts = read_json(text)
        except ValueError:
            parts = {}
    elif not parts:
        return None
    if not isinstance(parts, dict) or parts.get("type") != "server_vad":
        raise RequestRefused("value", "chunking_strategy is auto, or an object of type server_vad", "chunking_strategy")
    return parts
