"""GLM-ASR in the cloud of Zhipu AI: api.z.ai or open.bigmodel.cn. The audio of every clip leaves this machine."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from captioner.backends.clip_transcription import ClipRejected, Transcription, transcribe_clip
from captioner.backends.cloud.dispatcher import Dispatcher
from captioner.backends.cloud.http import HttpResponse, HttpTransport
from captioner.backends.cloud.responses import ErrorInStream, error_in, growing_text, json_object, text_in
from captioner.backends.cloud.retry import ClipRequest, NoResponse, RequestIdTaken, RetryableError, RetryPolicy
from captioner.backends.cloud.wav import wav_bytes
from captioner.backends.contract import BackendInfo, Hints, Recognition, Traits
from captioner.backends.glm.account import account_for, missing_key
from captioner.backends.glm.errors import ErrorContext, PromptTooLong, error_for
from captioner.backends.glm.service_rules import LONGEST, LONGEST_PROMPT, MOST_HOTWORDS, USER_ID_LENGTHS
from captioner.errors import BackendError, UsageError
from captioner.values import Audio

MARGIN = 0.5
"""Seconds below the limit of a model: the service does not document how it rounds."""

PREFERRED = 28.0
"""Seconds: the model works on windows of 30 s."""

SHORTEST = 0.2
"""Seconds: a shorter clip is padded with silence."""

SHORTEST_PROMPT = 100
"""Characters: a prompt that is still too long at this length is left out."""


class Glm:
    """GLM-ASR-2512, or the older `glm-asr`, over HTTP.

    `concurrency` is the most requests in flight: 5, 10, 15 or 20 by the tier of the account. `stream` requests the text
    as it grows. `timeout` is in seconds for one request. `temperature`, from 0 to 1, is for `glm-asr` only. Raises
    `UsageError` for an option out of its range, `BackendError` without a key.
    """

    info = BackendInfo(
        needs="a key of Zhipu AI (z.ai or bigmodel.cn) and the network; sends the audio to the cloud",
        missing=missing_key,
        notice="using glm: the audio is sent to GLM-ASR in the cloud",
        remote=True,
        takes_key=True,
    )

    def __init__(
        self,
        *,
        model: str = "glm-asr-2512",
        key: str | None = None,
        base_url: str | None = None,
        concurrency: int = 5,
        stream: bool = False,
        user_id: str | None = None,
        temperature: float | None = None,
        timeout: float = 60.0,
        policy: RetryPolicy | None = None,
    ) -> None:
        _check_options(model, concurrency, user_id, temperature)
        policy = policy or RetryPolicy()
        self.traits = Traits(
            "glm",
            model,
            shortest_clip=SHORTEST,
            longest_clip=LONGEST[model] - MARGIN,
            preferred_clip=PREFERRED,
            fingerprint=f"temperature={temperature}",
            remote=True,
            metered=True,
        )
        self._stream, self._user_id, self._temperature = stream, user_id, temperature
        account = account_for(key, base_url)
        self._url = f"{account.base_url}/audio/transcriptions"
        self._context = ErrorContext(account.key.source, urlsplit(self._url).hostname or self._url, model)
        self._http = HttpTransport("glm", account.key, timeout=timeout, connections=concurrency, clock=policy.clock)
        self._dispatcher = Dispatcher("glm", concurrency, policy)

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        """As in `Backend`. Raises `UsageError` at once for hotwords that the service does not take."""
        _check_hotwords(hints.hotwords)
        return self._dispatcher.run(clips, partial(self._transcribe_clip, hints))

    def close(self) -> None:
        self._dispatcher.close()
        self._http.close()

    def _transcribe_clip(self, hints: Hints, clip: Audio, request: ClipRequest) -> Recognition:
        request_text = partial(self._request_text, request)
        recognition = transcribe_clip(clip, hints, request_text, longest=self.traits.longest_clip)
        return replace(recognition, language=hints.language, attempts=request.attempts)

    def _request_text(self, request: ClipRequest, clip: Audio, hints: Hints) -> Transcription:
        """Return the text of one part of a clip; with less prompt and hotwords if the service refuses them."""
        wav = wav_bytes(clip, shortest=SHORTEST)
        prompt, hotwords = (hints.prompt or "")[-LONGEST_PROMPT:], hints.hotwords
        while True:
            fields = self._form_fields(prompt, hotwords)
            try:
                return Transcription(self._dispatcher.send(partial(self._post, fields, wav), request))
            except PromptTooLong:
                if not prompt:
                    raise
                prompt = prompt[-(len(prompt) // 4) :] if len(prompt) > SHORTEST_PROMPT else ""
            except ClipRejected as error:
                if error.status != "blocked" or not (prompt or hotwords):
                    raise
                prompt, hotwords = "", ()

    def _form_fields(self, prompt: str, hotwords: tuple[str, ...]) -> dict[str, str]:
        """Return the fields of one request, in the order of the vendor's SDK."""
        fields = {
            "model": self._context.model,
            "prompt": prompt,
            "hotwords": json.dumps(hotwords, ensure_ascii=False) if hotwords else "",
            "request_id": _new_request_id(),
            "user_id": self._user_id or "",
            "temperature": "" if self._temperature is None else f"{self._temperature:g}",
            "stream": "true" if self._stream else "",
        }
        return {name: value for name, value in fields.items() if value}

    def _post(self, fields: dict[str, str], wav: bytes) -> str:
        """Return one attempt. Attempts share their request id, except after one whose result is unknown."""
        try:
            with self._http.post(self._url, fields, wav) as response:
                return self._text(response)
        except (NoResponse, RequestIdTaken):
            fields["request_id"] = _new_request_id()
            raise

    def _text(self, response: HttpResponse) -> str:
        if response.status != 200:
            raise self._error(response, response.text())
        if response.is_stream:
            return self._streamed_text(response)
        body = response.text()
        content = json_object(body, response.printable)
        if content.get("error"):
            raise self._error(response, body)
        return text_in(content)

    def _streamed_text(self, response: HttpResponse) -> str:
        try:
            *_, text = growing_text(response.events(), response.printable)
        except ErrorInStream as error:
            raise self._error(response, error.body) from None
        return text

    def _error(self, response: HttpResponse, body: str) -> RetryableError | ClipRejected | BackendError:
        code, message = error_in(body, response.printable)
        return error_for(response.status, code, message, self._context, after=response.retry_after)


def _new_request_id() -> str:
    return str(uuid.uuid4())


def _check_options(model: str, concurrency: int, user_id: str | None, temperature: float | None) -> None:
    if model not in LONGEST:
        raise UsageError(f"glm has no model {model!r}; choose from: {', '.join(LONGEST)}")
    if concurrency < 1:
        raise UsageError(f"option concurrency of backend glm must be 1 or more, not {concurrency}")
    if user_id is not None and len(user_id) not in USER_ID_LENGTHS:
        limits = f"{USER_ID_LENGTHS.start} to {USER_ID_LENGTHS.stop - 1}"
        raise UsageError(f"option user_id of backend glm must have {limits} characters, not {len(user_id)}")
    if temperature is not None and model != "glm-asr":
        raise UsageError(f"option temperature of backend glm is for model glm-asr only, not for {model}")
    if temperature is not None and not 0 <= temperature <= 1:
        raise UsageError(f"option temperature of backend glm must be from 0 to 1, not {temperature:g}")


def _check_hotwords(hotwords: tuple[str, ...]) -> None:
    if len(hotwords) > MOST_HOTWORDS:
        raise UsageError(f"glm takes at most {MOST_HOTWORDS} hotwords, not {len(hotwords)}; leave some out")
    for number, hotword in enumerate(hotwords, start=1):
        if not hotword.strip():
            raise UsageError(f"hotword {number} is empty; leave it out")
