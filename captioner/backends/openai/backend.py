"""Any server with OpenAI's transcription API: OpenAI itself, vLLM, SGLang, speaches, whisper.cpp; one or several.

This package neither uses nor hides the `openai` package: it sends its own HTTP requests.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from captioner.backends.clip_transcription import Transcription, transcribe_clip
from captioner.backends.cloud.dispatcher import Dispatcher
from captioner.backends.cloud.http import HttpResponse, HttpTransport
from captioner.backends.cloud.responses import ErrorInStream, error_in, growing_text, json_object, text_in
from captioner.backends.cloud.retry import ClipRequest, RetryableError, RetryPolicy
from captioner.backends.cloud.server_pool import ServerPool
from captioner.backends.cloud.wav import wav_bytes
from captioner.backends.contract import BackendInfo, Hints, Recognition, Traits
from captioner.backends.openai.account import OPENAI, base_urls_from, is_this_machine, key_from, missing_server
from captioner.backends.openai.errors import FormatRefused, error_for
from captioner.backends.word_spelling import words_with_text
from captioner.errors import BackendError, UsageError
from captioner.languages import asked_language
from captioner.values import Audio, Word

SHORTEST = 0.2
"""Seconds: a shorter clip is padded with silence. OpenAI refuses clips below 0.1."""

LONGEST = 29.5
"""Seconds: these servers run models with windows of 30 s."""

PREFERRED = 28.0
"""Seconds: what is left of a window lets the last word end."""

FormFields = dict[str, str | list[str]]


class OpenAI:
    """One server, or several: a request goes to the one with the fewest, and one that fails pauses for a while.

    `base_url` is one URL, several separated by commas, or a list. `concurrency` is the most requests in flight, over
    all servers. `word_times` requests the time of each word as `verbose_json`: whisper gives it, GLM-ASR under vLLM
    does not, and a server that refuses is used without. `stream` requests the text as it grows. `timeout` is in seconds
    for one request. Raises `UsageError` for options that exclude each other, `BackendError` for a malformed URL or key.
    """

    info = BackendInfo(
        needs="the base URL of a server with OpenAI's transcription API, and a key if the server asks for one",
        missing=missing_server,
        remote=True,
        takes_key=True,
    )

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
            raise UsageError(f"option concurrency of backend openai must be 1 or more, not {concurrency}")
        if word_times and stream:
            raise UsageError("openai cannot get word times from a stream; set only one of word_times and stream")
        policy = policy or RetryPolicy()
        base_urls, api_key = base_urls_from(base_url), key_from(key)
        if OPENAI in base_urls and (api_key is None or model is None):
            raise BackendError("openai", "api.openai.com needs a model (--model) and a key (OPENAI_API_KEY)")
        servers = "" if model else ",".join(sorted(base_urls))  # without a model, the server decides which one it is
        remote = not all(map(is_this_machine, base_urls))
        metered = remote and api_key is not None  # a self-hosted server without a key costs nothing
        self.traits = Traits(
            "openai",
            model,
            shortest_clip=SHORTEST,
            longest_clip=LONGEST,
            preferred_clip=PREFERRED,
            word_times=word_times,
            fingerprint=f"servers={servers} temperature={temperature} word_times={word_times}",
            remote=remote,
            metered=metered,
        )
        self._word_times, self._stream, self._temperature = word_times, stream, temperature
        self._servers = ServerPool(base_urls, policy.clock)
        self._http = HttpTransport("openai", api_key, timeout=timeout, connections=concurrency, clock=policy.clock)
        self._dispatcher = Dispatcher("openai", concurrency, policy)

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        return self._dispatcher.run(clips, partial(self._transcribe_clip, hints))

    def close(self) -> None:
        self._dispatcher.close()
        self._http.close()

    def _transcribe_clip(self, hints: Hints, clip: Audio, request: ClipRequest) -> Recognition:
        recognition = transcribe_clip(clip, hints, partial(self._request_text, request), longest=LONGEST)
        language = recognition.language or hints.language
        return replace(recognition, language=language, attempts=request.attempts)

    def _request_text(self, request: ClipRequest, clip: Audio, hints: Hints) -> Transcription:
        """Return the text of one part of a clip; without word times if the server refuses them."""
        post = partial(self._post, clip, hints, wav_bytes(clip, shortest=SHORTEST))
        try:
            return self._dispatcher.send(post, request)
        except FormatRefused:
            self._word_times = False  # for all clips: the server would refuse the next one as well
            return self._dispatcher.send(post, request)

    def _form_fields(self, hints: Hints) -> FormFields:
        prompt = " ".join(filter(None, (hints.prompt, ", ".join(hints.hotwords))))
        fields: FormFields = {
            "model": self.traits.model or "",
            "language": (hints.language or "").partition("-")[0],
            "prompt": prompt,
            "temperature": "" if self._temperature is None else f"{self._temperature:g}",
            "response_format": "verbose_json" if self._word_times else "json",
            "timestamp_granularities[]": ["word", "segment"] if self._word_times else [],
            "stream": "true" if self._stream else "",
        }
        return {name: value for name, value in fields.items() if value}

    def _post(self, clip: Audio, hints: Hints, wav: bytes) -> Transcription:
        """Return one attempt, at the server with the fewest requests."""
        fields = self._form_fields(hints)
        with self._servers.request() as base_url:
            try:
                with self._http.post(f"{base_url}/audio/transcriptions", fields, wav) as response:
                    return _transcription(response, clip, base_url, word_times="timestamp_granularities[]" in fields)
            except RetryableError as error:
                if not error.rate_limited:
                    self._servers.failed(base_url)
                raise


def _transcription(response: HttpResponse, clip: Audio, base_url: str, *, word_times: bool) -> Transcription:
    """Return the content of a response; `word_times` tells whether they were requested.

    Raises what `error_for` returns.
    """
    if response.is_stream:
        try:
            *_, text = growing_text(response.events(), response.printable)
        except ErrorInStream as error:
            raise error_for(500, *error_in(error.body, response.printable), base_url=base_url) from None
        return Transcription(text)
    body = response.text()
    if response.status != 200:
        code, message = error_in(body, response.printable)
        after = response.retry_after
        raise error_for(response.status, code, message, base_url=base_url, word_times=word_times, after=after)
    if response.is_plain_text:  # from servers that send nothing else, whatever was requested
        return Transcription(body.strip())
    return _transcription_in(json_object(body, response.printable), clip)


def _transcription_in(content: Mapping[str, Any], clip: Audio) -> Transcription:
    text = text_in(dict(content))
    return Transcription(
        text,
        words_with_text(text, _words(content.get("words"), clip)),
        _language(content.get("language")),
        _confidence(content.get("segments")),
    )


def _language(name: Any) -> str | None:
    """Return the tag of a language: servers send a tag, an English name such as "english", "auto" or "unknown"."""
    try:
        return asked_language(name) if isinstance(name, str) else None
    except UsageError:
        return None


def _words(words: Any, clip: Audio) -> list[Word]:
    """Return the words with times on the media's clock, within the clip and in order.

    Empty if one of them is malformed.
    """
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
    """Return the mean probability of a token, over all segments."""
    try:
        logprobs = [float(segment["avg_logprob"]) for segment in segments]
    except (KeyError, TypeError, ValueError):
        return None
    # Servers that do not know it write 0 for each segment.
    return min(1.0, math.exp(sum(logprobs) / len(logprobs))) if any(logprobs) else None
