"""GLM-ASR in the cloud of Zhipu AI: api.z.ai or open.bigmodel.cn. The sound of every clip leaves this machine."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from captioner.backends import Hints, Recognition, Traits
from captioner.backends.clip_transcription import Answer, transcribe_clip
from captioner.backends.cloud.dispatcher import Dispatcher
from captioner.backends.cloud.http import HttpResponse, HttpTransport
from captioner.backends.cloud.responses import ErrorInStream, error_in, json_object, text_in, texts_as_they_come
from captioner.backends.cloud.retry import (
    ClipRejected,
    ClipRequest,
    NoResponse,
    PromptTooLong,
    RequestIdTaken,
    RetryableError,
    RetryPolicy,
)
from captioner.backends.cloud.wav import wav_bytes
from captioner.backends.glm.account import account_for, missing_key
from captioner.backends.glm.errors import Asked, verdict
from captioner.errors import BackendError, UsageError
from captioner.values import Audio

LONGEST = {"glm-asr-2512": 30.0, "glm-asr": 60.0}
"""Seconds that each model takes."""

MARGIN = 0.5
"""Seconds below the limit: how the service rounds is not written anywhere."""

SHORTEST = 0.2
"""Seconds: a shorter clip gets silence behind it."""

LONGEST_PROMPT = 7999
"""Characters; the service asks for fewer than 8000."""

SHORTEST_PROMPT = 100
"""Characters: what is still too long at this length is left out."""

MOST_HOTWORDS = 100

USER_ID = range(6, 129)
"""Characters."""


class Glm:
    """GLM-ASR-2512, or the older `glm-asr`, over HTTP.

    `concurrency` is how many requests may be in flight: 5, 10, 15 or 20 by the tier of the account. `stream` asks for
    the text as it grows. `timeout` is in seconds for one request. `temperature`, from 0 to 1, is for `glm-asr` alone.
    """

    remote = True
    notice = "the sound is sent to GLM-ASR in the cloud"
    needs = "a key of Zhipu AI (z.ai or bigmodel.cn) and the network; the sound leaves this machine"

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
        _check(model, concurrency, user_id, temperature)
        policy = policy or RetryPolicy()
        self.traits = Traits("glm", model, shortest_clip=SHORTEST, longest_clip=LONGEST[model] - MARGIN)
        self.fingerprint = f"temperature={temperature}"
        self._stream, self._user_id, self._temperature = stream, user_id, temperature
        account = account_for(key, base_url)
        self._url = f"{account.base_url}/audio/transcriptions"
        self._asked = Asked(account.key.source, urlsplit(self._url).hostname or self._url, model)
        self._wire = HttpTransport("glm", account.key, timeout=timeout, connections=concurrency, clock=policy.clock)
        self._lane = Dispatcher("glm", concurrency, policy)

    @staticmethod
    def missing() -> str | None:
        return missing_key()

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        """As `Backend` has it. Raises `UsageError` at once for hotwords that the service does not take."""
        _check_hotwords(hints.hotwords)
        return self._lane.run(clips, partial(self._hear, hints))

    def close(self) -> None:
        self._lane.close()
        self._wire.close()

    def _hear(self, hints: Hints, clip: Audio, errand: ClipRequest) -> Recognition:
        heard = transcribe_clip(clip, hints, partial(self._ask, errand), longest=self.traits.longest_clip)
        return replace(heard, language=hints.language, attempts=errand.attempts)

    def _ask(self, errand: ClipRequest, clip: Audio, hints: Hints) -> Answer:
        """The answer for one clip, asked for with less and less beside the sound if that is what the service minds."""
        file = wav_bytes(clip, shortest=SHORTEST)
        prompt, hotwords = (hints.prompt or "")[-LONGEST_PROMPT:], hints.hotwords
        while True:
            fields = self._fields(prompt, hotwords)
            try:
                return Answer(self._lane.ask(partial(self._send, fields, file), errand))
            except PromptTooLong:
                if not prompt:
                    raise
                prompt = prompt[-(len(prompt) // 4) :] if len(prompt) > SHORTEST_PROMPT else ""
            except ClipRejected as refusal:
                if refusal.status != "blocked" or not (prompt or hotwords):
                    raise
                prompt, hotwords = "", ()

    def _fields(self, prompt: str, hotwords: tuple[str, ...]) -> dict[str, str]:
        """The form of one request, in the order of the vendor's SDK."""
        fields = {
            "model": self._asked.model,
            "prompt": prompt,
            "hotwords": json.dumps(hotwords, ensure_ascii=False) if hotwords else "",
            "request_id": _new_id(),
            "user_id": self._user_id or "",
            "temperature": "" if self._temperature is None else f"{self._temperature:g}",
            "stream": "true" if self._stream else "",
        }
        return {name: value for name, value in fields.items() if value}

    def _send(self, fields: dict[str, str], file: bytes) -> str:
        """One attempt. Attempts share their id, unless nobody knows what became of the one before."""
        try:
            return self._sent(fields, file)
        except (NoResponse, RequestIdTaken):
            fields["request_id"] = _new_id()
            raise

    def _sent(self, fields: dict[str, str], file: bytes) -> str:
        with self._wire.post(self._url, fields, file) as reply:
            if reply.status != 200:
                raise self._verdict(reply, reply.text())
            if reply.is_stream:
                return self._streamed(reply)
            body = reply.text()
            answer = json_object(body)
            if answer.get("error"):
                raise self._verdict(reply, body)
            return text_in(answer)

    def _streamed(self, reply: HttpResponse) -> str:
        try:
            *_, text = texts_as_they_come(reply.events())
        except ErrorInStream as error:
            raise self._verdict(reply, error.body) from None
        return text

    def _verdict(self, reply: HttpResponse, body: str) -> RetryableError | ClipRejected | BackendError:
        code, message = error_in(body)
        return verdict(reply.status, code, message, self._asked, after=reply.retry_after)


def _new_id() -> str:
    return str(uuid.uuid4())


def _check(model: str, concurrency: int, user_id: str | None, temperature: float | None) -> None:
    if model not in LONGEST:
        raise UsageError(f"glm has no model {model!r}; there is: {', '.join(LONGEST)}")
    if concurrency < 1:
        raise UsageError(f"glm needs a concurrency of 1 or more, and got {concurrency}")
    if user_id is not None and len(user_id) not in USER_ID:
        raise UsageError(f"a user_id for glm has {USER_ID.start} to {USER_ID.stop - 1} characters, not {len(user_id)}")
    if temperature is not None and (model != "glm-asr" or not 0 <= temperature <= 1):
        raise UsageError(f"glm takes a temperature from 0 to 1, and only for glm-asr: not {temperature:g} for {model}")


def _check_hotwords(hotwords: tuple[str, ...]) -> None:
    if len(hotwords) > MOST_HOTWORDS:
        raise UsageError(f"glm takes at most {MOST_HOTWORDS} hotwords, and got {len(hotwords)}; leave some out")
    for number, hotword in enumerate(hotwords, start=1):
        if not hotword.strip():
            raise UsageError(f"hotword {number} is empty; leave it out")
