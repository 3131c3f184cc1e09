"""The fields of a request to GLM's API."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from captioner.backends.glm.service_rules import (
    LARGEST,
    LONGEST,
    LONGEST_PROMPT,
    MOST_HOTWORDS,
    USER_ID_LENGTHS,
    audio_kind,
)
from captioner.media import Media
from captioner.pipeline import CaptionOptions
from captioner.server.recognition import Upload
from captioner.server.refusals import RequestRefused
from captioner.server.request_body import FILE, ReceivedForm
from captioner.server.requested_options import RequestedOptions, check_temperature, requested_options_in
from captioner.server.server_context import ServerContext

DEFAULT_MODEL = "glm-asr-2512"

SENT_IN = ("hotwords", "hotwords[]")
"""The fields in which clients send hotwords."""


@dataclass(frozen=True)
class GlmRequest:
    """What a request asks for."""

    options: CaptionOptions

    stream: bool

    model: str
    """The name that the client gives the model, which the reply repeats."""

    request_id: str
    """That of the client, or one that is made here."""


def largest_file(context: ServerContext) -> int:
    """Return the bytes that a file may have."""
    return min(LARGEST, context.options.largest_upload) if _is_limited(context) else context.options.largest_upload


def read_form(context: ServerContext, upload: Upload) -> GlmRequest:
    """Return what a request asks for. Raises `RequestRefused`."""
    form = upload.form
    requested = requested_options_in(form, SENT_IN)
    check_temperature(form)
    stream = form.text("stream", "false")
    if stream not in ("true", "false"):
        raise RequestRefused("value", f"stream is true or false, not {stream!r}", "stream")
    if _is_limited(context):
        _check_limits(form, requested)
    model, request_id = form.text("model") or DEFAULT_MODEL, form.text("request_id") or uuid.uuid4().hex
    return GlmRequest(requested.applied_to(context.captioning), stream == "true", model, request_id)


def check_file(context: ServerContext, asked: GlmRequest, upload: Upload, media: Media) -> None:
    """Refuse a file that the service would refuse, where its limits hold. Raises `RequestRefused`."""
    if not _is_limited(context) or upload.form.file is None:
        return
    with upload.form.file.open("rb") as file:
        if audio_kind(file.read(16)) is None:
            raise RequestRefused("media_kind", "the file is neither WAV nor MP3", FILE)
    longest = LONGEST[asked.model]
    if media.duration is None or media.duration > longest:
        raise RequestRefused("too_long", f"the audio lasts longer than {longest:g} seconds", FILE)


def _is_limited(context: ServerContext) -> bool:
    return context.options.service_limits


def _check_limits(form: ReceivedForm, requested: RequestedOptions) -> None:
    model, user_id = form.text("model"), form.text("user_id")
    if model is None:
        raise RequestRefused("missing", "model is missing", "model")
    if model not in LONGEST:
        raise RequestRefused("model", f"there is no model {model!r}; there is: {', '.join(LONGEST)}", "model")
    if len(requested.prompt or "") > LONGEST_PROMPT:
        raise RequestRefused("prompt", f"the prompt is longer than {LONGEST_PROMPT} characters", "prompt")
    if user_id is not None and len(user_id) not in USER_ID_LENGTHS:
        limits = f"{USER_ID_LENGTHS.start} to {USER_ID_LENGTHS.stop - 1}"
        raise RequestRefused("value", f"user_id has {limits} characters, not {len(user_id)}", "user_id")
    if len(requested.hotwords) > MOST_HOTWORDS:
        raise RequestRefused("value", f"there are more than {MOST_HOTWORDS} hotwords", "hotwords")
