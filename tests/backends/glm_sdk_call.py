"""One transcription with the vendor's SDK: reads the arguments as JSON, prints the response as JSON."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any


def client_class() -> Any:
    try:
        return importlib.import_module("zai").ZhipuAiClient
    except ImportError:
        return importlib.import_module("zhipuai").ZhipuAI


def main() -> None:
    call = json.load(sys.stdin)
    file = Path(call.pop("file"))
    client = client_class()(api_key=call.pop("key"), base_url=call.pop("base_url"), max_retries=0)
    response = client.audio.transcriptions.create(file=(file.name, file.read_bytes(), "audio/wav"), **call)
    if not call.get("stream"):
        print(json.dumps({"text": response.text, "request_id": response.request_id}))
        return
    chunks = list(response)
    deltas = [chunk.delta for chunk in chunks if chunk.type == "transcript.text.delta"]
    print(json.dumps({"text": chunks[-1].text, "deltas": deltas}))


if __name__ == "__main__":
    main()
