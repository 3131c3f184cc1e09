"""Calls of a vendor's client against a server: reads them as JSON, prints what each returned or raised as JSON.

Runs in the environment of the client, where neither captioner nor pytest is. One call is
{"method": "audio.transcriptions.create", "arguments": {...}, "file": PATH, "stream": bool, "options": {...}}, where
`options` are those of the client that differ from the usual ones.
"""

from __future__ import annotations

import importlib
import json
import sys
from functools import reduce
from pathlib import Path
from typing import Any


def client_class(name: str) -> Any:
    return getattr(importlib.import_module(name), {"openai": "OpenAI", "zai": "ZaiClient", "zhipuai": "ZhipuAI"}[name])


def as_json(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return value.__dict__ if hasattr(value, "__dict__") else value


def result(client: Any, call: dict[str, Any]) -> dict[str, Any]:
    arguments = call.get("arguments", {})
    if "file" in call:
        path = Path(call["file"])
        arguments["file"] = (path.name, path.read_bytes())
    try:
        method = reduce(getattr, call["method"].split("."), client)
        value = method(**arguments)
        if call.get("stream"):
            return {"events": [as_json(event) for event in value]}
        return {"value": value if isinstance(value, str) else as_json(value)}
    except Exception as error:
        response = getattr(error, "response", None)
        body = json.loads(response.text) if response is not None and response.text else None
        return {"error": type(error).__name__, "body": body, "message": str(error)}


def realtime(client: Any, call: dict[str, Any]) -> dict[str, Any]:
    """Transcribe base64 PCM over the realtime API; returns the types of all events, and the transcripts."""
    kinds, transcripts = [], []
    with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        source = {"transcription": {"model": "gpt-4o-transcribe"}, "turn_detection": None}
        connection.session.update(session={"type": "transcription", "audio": {"input": source}})
        connection.input_audio_buffer.append(audio=call["audio"])
        connection.input_audio_buffer.commit()
        for event in connection:
            kinds.append(event.type)
            if event.type.endswith("transcription.completed"):
                transcripts.append(event.transcript)
                break
    return {"kinds": kinds, "transcripts": transcripts}


def main() -> None:
    request = json.load(sys.stdin)
    make, results = client_class(request["client"]), []
    for call in request["calls"]:
        client = make(**{**request["options"], **call.get("options", {})})
        results.append(realtime(client, call) if call["method"] == "realtime" else result(client, call))
    print(json.dumps(results))


if __name__ == "__main__":
    main()
