"""The replies of OpenAI's API, in each response format, and their events."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from captioner.formats import FORMATS, render_report
from captioner.languages import language_name
from captioner.output import title_of
from captioner.pipeline import Captions
from captioner.server.openai_api.openai_errors import error_body
from captioner.server.openai_api.openai_form import TRANSCRIPT, OpenAIRequest
from captioner.server.recognition import RecognitionRun
from captioner.server.refusals import failure_of, lost_regions, refuse_if_all_is_lost
from captioner.server.transcription_endpoint import text_deltas
from captioner.text.joining import join_texts
from captioner.values import Segment, Word

MEDIA_TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt"}
"""The media types of caption files that have one of their own; other texts are text/plain."""


def openai_reply(asked: OpenAIRequest, captions: Captions) -> Response:
    """Return the response in the format that the request asks for."""
    match asked.response_format:
        case "json":
            return JSONResponse(_json_content(asked, captions))
        case "verbose_json":
            return JSONResponse(_verbose_content(asked, captions))
        case "text":
            return PlainTextResponse(_text(captions) + "\n", headers=_loss_header(captions))
        case _:
            return _caption_file(asked, captions)


async def openai_events(asked: OpenAIRequest, run: RecognitionRun) -> AsyncIterator[str]:
    """Yield the text as it grows, with `verbose_json` also its segments, then all of it; or an error."""
    try:
        async for delta in text_deltas(run):
            yield _json({"type": "transcript.text.delta", "delta": delta})
        captions = refuse_if_all_is_lost(await run.captions())
        content = _json_content(asked, captions)
        if asked.response_format == "verbose_json":
            content = _verbose_content(asked, captions)
            for number, segment in enumerate(captions.transcript.segments):
                yield _json({"type": "transcript.text.segment", **_diarized_segment(number, segment)})
        yield _json({"type": "transcript.text.done", **content})
    except Exception as error:
        yield _json(error_body(failure_of(error)))
    yield "[DONE]"


def _json_content(asked: OpenAIRequest, captions: Captions) -> dict[str, Any]:
    content: dict[str, Any] = {"text": _text(captions), "usage": _usage(captions)}
    if asked.logprobs:
        content["logprobs"] = []  # no backend gives those of its tokens
    return _with_losses(content, captions)


def _verbose_content(asked: OpenAIRequest, captions: Captions) -> dict[str, Any]:
    segments = captions.transcript.segments
    content: dict[str, Any] = {
        "task": asked.task,
        "language": _language(captions),
        "duration": round(captions.report.duration, 3),
        "text": _text(captions),
    }
    if "segment" in asked.granularities:
        content["segments"] = [_segment(number, segment) for number, segment in enumerate(segments)]
    if "word" in asked.granularities:
        content["words"] = [_word(word) for segment in segments for word in segment.words]
    return _with_losses({**content, "usage": _usage(captions)}, captions)


def _caption_file(asked: OpenAIRequest, captions: Captions) -> Response:
    if asked.response_format == "report":
        return Response(render_report(captions.report), media_type="application/json")
    format = FORMATS["json" if asked.response_format == TRANSCRIPT else asked.response_format]
    data = captions.to(format.name, asked.writing)
    binary = isinstance(data, bytes)
    media_type = "application/octet-stream" if binary else MEDIA_TYPES.get(format.name, "text/plain")
    name = f"{title_of(captions.report.source)}{format.suffix}".encode("ascii", "replace").decode().replace('"', "'")
    headers = {"Content-Disposition": f'inline; filename="{name}"', **_loss_header(captions)}
    return Response(data, media_type="application/json" if format.name == "json" else media_type, headers=headers)


def _text(captions: Captions) -> str:
    return join_texts(segment.text for segment in captions.transcript.segments)


def _usage(captions: Captions) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(captions.report.duration)}


def _language(captions: Captions) -> str:
    """Return the language as OpenAI names it, such as `english`."""
    tag = captions.transcript.language
    return (language_name(tag.partition("-")[0] if tag else None) or "unknown").lower()


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    """Return a segment with all numbers of Whisper; those that are not known are 0."""
    text = segment.text.encode()
    confidences = [word.confidence for word in segment.words if word.confidence]
    return {
        "id": number,
        "seek": 0,
        "start": round(segment.start, 3),
        "end": round(segment.end, 3),
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": sum(map(math.log, confidences)) / len(confidences) if confidences else 0.0,
        "compression_ratio": round(len(text) / len(zlib.compress(text)), 3) if text else 0.0,
        "no_speech_prob": 0.0,
    }


def _diarized_segment(number: int, segment: Segment) -> dict[str, Any]:
    start, end = round(segment.start, 3), round(segment.end, 3)
    return {"id": str(number), "start": start, "end": end, "text": segment.text, "speaker": segment.speaker or ""}


def _word(word: Word) -> dict[str, Any]:
    return {"word": word.text.strip(), "start": round(word.start, 3), "end": round(word.end, 3)}


def _with_losses(content: dict[str, Any], captions: Captions) -> dict[str, Any]:
    lost = lost_regions(captions)
    return {**content, "lost": lost} if lost else content


def _loss_header(captions: Captions) -> dict[str, str]:
    """Return the number of regions whose speech is missing, for formats that cannot say it."""
    lost = lost_regions(captions)
    return {"X-Lost-Regions": str(len(lost))} if lost else {}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)
