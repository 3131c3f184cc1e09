"""Any server with OpenAI's transcription API: OpenAI itself, vLLM, SGLang, speaches, whisper.cpp; one or many of them.

The module is named like the `openai` package, which it neither uses nor hides: it speaks HTTP itself.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from captioner.backends import Hints, Recognition, Traits
from captioner.backends.clip_transcription import Answer, transcribe_clip
from captioner.backends.cloud.dispatcher import Dispatcher
from captioner.backends.cloud.http import HttpResponse, HttpTransport, Key
from captioner.backends.cloud.responses import ErrorInStream, error_in, json_object, text_in, texts_as_they_come
from captioner.backends.cloud.retry import ClipRequest, RetryableError, RetryPolicy
from captioner.backends.cloud.server_pool import ServerPool
from captioner.backends.cloud.wav import wav_bytes
from captioner.backends.openai.errors import FormatRefused, verdict
from captioner.backends.word_text import spelled
from captioner.errors import BackendError, UsageError
from captioner.values import Audio, Word

OPENAI = "https://api.openai.com/v1"

SHORTEST = 0.2
"""Seconds: a shorter clip gets silence behind it. OpenAI refuses below 0.1."""

LONGEST = 29.5
"""Seconds: what these servers run are models with windows of 30 s."""

Fields = dict[str, str | list[str]]


class OpenAI:
    """A server, or a fleet of them: `base_url` may be several, in a list or parted by commas. They are asked in turn,
    and one that fails is left alone for a while.

    `concurrency` is how many requests may be in flight, over all servers. `word_times` asks for the time of each word,
    which needs a server that knows `verbose_json`: whisper does, GLM-ASR under vLLM does not, and a server that
    refuses is asked without. `stream` asks for the text as it grows. `timeout` is in seconds for one request.
    """

    remote = True
    needs = "a server with OpenAI's transcription API: its base URL, and its key if it wants one"

    def __init__(
        self,
        *,
        base_url: str | Sequence[str] | None = None,
        model: str | None = None,
        key: str | None = None,
        concurrency: int = 5,
        word_times: bool = False,
        stream: bool = False,
        temperature: float | None = None,
        timeout: float = 60.0,
        policy: RetryPolicy | None = None,
    ) -> None:
        if concurrency < 1:
            raise UsageError(f"openai needs a concurrency of 1 or more, and got {concurrency}")
        if word_times and stream:
            raise UsageError("openai has no word times in a stream; choose one of word_times and stream")
        policy = policy or RetryPolicy()
        base_urls = _base_urls(base_url)
        found = _key(key)
        if OPENAI in base_urls and (found is None or model is None):
            raise BackendError("openai", "for api.openai.com it needs a model, and a key in OPENAI_API_KEY")
        self.traits = Traits("openai", model, shortest_clip=SHORTEST, longest_clip=LONGEST, word_times=word_times)
        servers = "" if model else ",".join(sorted(base_urls))  # without a model's name, they decide what it is
        self.fingerprint = f"servers={servers} temperature={temperature} word_times={word_times}"
        self._word_times, self._stream, self._temperature = word_times, stream, temperature
        self._fleet = ServerPool(base_urls, policy.clock)
        self._wire = HttpTransport("openai", found, timeout=timeout, connections=concurrency, clock=policy.clock)
        self._lane = Dispatcher("openai", concurrency, policy)

    @staticmethod
    def missing() -> str | None:
        if os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_KEY"):
            return None
        return "a base URL (OPENAI_BASE_URL), or a key of OpenAI (OPENAI_API_KEY)"

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        return self._lane.run(clips, partial(self._hear, hints))

    def close(self) -> None:
        self._lane.close()
        self._wire.close()

    def _hear(self, hints: Hints, clip: Audio, errand: ClipRequest) -> Recognition:
        heard = transcribe_clip(clip, hints, partial(self._ask, errand), longest=LONGEST)
        return replace(heard, language=heard.language or hints.language, attempts=errand.attempts)

    def _ask(self, errand: ClipRequest, clip: Audio, hints: Hints) -> Answer:
        file = wav_bytes(clip, shortest=SHORTEST)
        try:
            return self._lane.ask(partial(self._send, clip, hints, file), errand)
        except FormatRefused:
            self._word_times = False  # for good: the next clip would be refused as well
            return self._lane.ask(partial(self._send, clip, hints, file), errand)

    def _fields(self, hints: Hints) -> Fields:
        prompt = " ".join(filter(None, (hints.prompt, ", ".join(hints.hotwords))))
        fields: Fields = {
            "model": self.traits.model or "",
            "language": (hints.language or "").partition("-")[0],
            "prompt": prompt,
            "temperature": "" if self._temperature is None else f"{self._temperature:g}",
            "response_format": "verbose_json" if self._word_times else "json",
            "timestamp_granularities[]": ["word", "segment"] if self._word_times else [],
            "stream": "true" if self._stream else "",
        }
        return {name: value for name, value in fields.items() if value}

    def _send(self, clip: Audio, hints: Hints, file: bytes) -> Answer:
        base_url = self._fleet.next()
        fields = self._fields(hints)
        try:
            with self._wire.post(f"{base_url}/audio/transcriptions", fields, file) as reply:
                return self._answer(reply, fields, base_url, clip)
        except RetryableError as trouble:
            if not trouble.crowded:
                self._fleet.failed(base_url)
            raise

    def _answer(self, reply: HttpResponse, fields: Fields, base_url: str, clip: Audio) -> Answer:
        verbose = fields["response_format"] == "verbose_json"
        if reply.is_stream:
            try:
                *_, text = texts_as_they_come(reply.events())
            except ErrorInStream as error:
                raise verdict(500, *error_in(error.body), base_url=base_url) from None
            return Answer(text)
        body = reply.text()
        if reply.status != 200:
            raise verdict(reply.status, *error_in(body), base_url=base_url, verbose=verbose, after=reply.retry_after)
        if reply.is_plain_text:  # from servers that send nothing else, whatever was asked for
            return Answer(body.strip())
        return _answer_in(json_object(body), clip)


def _answer_in(answer: Mapping[str, Any], clip: Audio) -> Answer:
    text = text_in(dict(answer))
    language = answer.get("language")
    return Answer(
        text,
        spelled(text, _words(answer.get("words"), clip)),
        # A tag, or an English name such as "english", or "auto": only the first is a language to us.
        language if isinstance(language, str) and len(language) == 2 else None,
        _confidence(answer.get("segments")),
    )


def _words(words: Any, clip: Audio) -> list[Word]:
    """The words on the media's clock, inside the clip and in order; none where one of them makes no sense."""
    timed: list[Word] = []
    latest = clip.start
    for word in words if isinstance(words, list) else ():
        try:
            start, end = (min(clip.start + float(word[name]), clip.end) for name in ("start", "end"))
            latest = max(latest, start)
            timed.append(Word(latest, max(latest, end), str(word["word"])))
        except (KeyError, TypeError, ValueError):
            return []
    return timed


def _confidence(segments: Any) -> float | None:
    """The mean probability of a token, over all segments."""
    try:
        logprobs = [float(segment["avg_logprob"]) for segment in segments]
    except (KeyError, TypeError, ValueError):
        return None
    # 0 in every place is what servers write that do not know.
    return min(1.0, math.exp(sum(logprobs) / len(logprobs))) if any(logprobs) else None


def _base_urls(base_url: str | Sequence[str] | None) -> list[str]:
    """Raises `BackendError` for what is no address."""
    base_url = base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI
    given = base_url.split(",") if isinstance(base_url, str) else base_url
    base_urls = [one.strip().rstrip("/") for one in given if one.strip()]
    for one in base_urls or [""]:
        if urlsplit(one).scheme not in ("http", "https") or not urlsplit(one).hostname:
            raise BackendError("openai", f"the base URL {one!r} is no address; it looks like http://127.0.0.1:8000/v1")
    return base_urls


def _key(key: str | None) -> Key | None:
    if key is not None:
        return Key(key, "the options").checked("openai")
    if os.environ.get("OPENAI_API_KEY", "").strip():
        return Key(os.environ["OPENAI_API_KEY"], "OPENAI_API_KEY").checked("openai")
    return None
