"""The translator `chat`: asks a chat model over HTTP. The text of the captions leaves this machine."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from captioner.backends.clip_transcription import ClipRejected
from captioner.backends.cloud.dispatcher import Dispatcher
from captioner.backends.cloud.http import ApiKey, HttpResponse, HttpTransport, checked_base_url
from captioner.backends.cloud.responses import error_in, json_object
from captioner.backends.cloud.retry import ClipRequest, RetryableError, RetryPolicy
from captioner.backends.glm.account import account_for
from captioner.backends.openai.account import key_from
from captioner.errors import BackendError, UsageError
from captioner.translate.chat.prompt import lines_in, messages_for
from captioner.translate.chat.server_errors import ChatServer, chat_error
from captioner.translate.chat.token_prices import TOKEN_PRICES, TokenUse
from captioner.translate.contract import LinesRefused, TranslatedLine, TranslationRequest, TranslatorTraits

GLM_HOSTS = ("z.ai", "bigmodel.cn")

FREE_MODEL = "glm-4.7-flash"
"""It costs nothing, and takes one request at a time."""

CONCURRENCY = 4
"""Requests at a time for other models."""

REFUSED = ("sensitive", "content_filter")
"""Values of `finish_reason` for an answer that the service withholds."""


@dataclass(frozen=True)
class _Account:
    base_url: str
    key: ApiKey | None

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or self.base_url

    @property
    def is_glm(self) -> bool:
        return any(self.host == name or self.host.endswith(f".{name}") for name in GLM_HOSTS)


class ChatTranslator:
    """A chat model of GLM, or of any server with OpenAI's chat API.

    `key` and `base_url` are as for the backend glm; a `base_url` of another host takes the key of OpenAI, or none.
    `concurrency` is the most requests in flight, `timeout` is in seconds for one request. Raises `BackendError` without
    a key, `UsageError` for an option out of its range.
    """

    def __init__(
        self,
        *,
        model: str = FREE_MODEL,
        key: str | None = None,
        base_url: str | None = None,
        concurrency: int | None = None,
        temperature: float = 0.0,
        timeout: float = 180.0,
        policy: RetryPolicy | None = None,
    ) -> None:
        concurrency = (1 if model == FREE_MODEL else CONCURRENCY) if concurrency is None else concurrency
        if concurrency < 1:
            raise UsageError(f"option concurrency of translator chat must be 1 or more, not {concurrency}")
        if not 0 <= temperature <= 2:
            raise UsageError(f"option temperature of translator chat must be from 0 to 2, not {temperature:g}")
        policy = policy or RetryPolicy()
        account = _account(key, base_url)
        self.traits = TranslatorTraits(
            "chat",
            model,
            fingerprint=f"temperature={temperature:g}",
            remote=True,
            echoes=True,
            takes_context=True,
            concurrency=concurrency,
        )
        self._url = f"{account.base_url}/chat/completions"
        self._server = ChatServer(account.host, model, account.key.source if account.key else "no variable")
        self._fixed: dict[str, Any] = {"model": model, "temperature": temperature, "stream": False}
        self._fixed["response_format"] = {"type": "json_object"}
        if account.is_glm and model.startswith("glm-4"):
            self._fixed["thinking"] = {"type": "disabled"}  # it would cost sixty times the tokens, and glm-5 refuses it
        self._http = HttpTransport("chat", account.key, timeout=timeout, connections=concurrency, clock=policy.clock)
        self._dispatcher = Dispatcher("chat", concurrency, policy)
        self._numbers, self._stop = count(), threading.Event()
        self._used, self._lock = TokenUse(), threading.Lock()

    @property
    def used(self) -> TokenUse:
        """The tokens that were paid for so far."""
        return self._used

    @property
    def cost(self) -> float | None:
        """What they cost, in US dollars; None if the price of the model is not known."""
        price = TOKEN_PRICES.get(self._server.model)
        return None if price is None else price.of(self._used)

    def translate(self, request: TranslationRequest) -> list[TranslatedLine | None]:
        """As in `Translator`."""
        content = {**self._fixed, "messages": messages_for(request)}
        turn = ClipRequest(next(self._numbers), self._stop)
        try:
            answer = self._dispatcher.send(partial(self._post, content), turn)
        except ClipRejected as error:
            raise LinesRefused(str(error)) from error
        return lines_in(answer, len(request.lines))

    def close(self) -> None:
        self._stop.set()
        self._dispatcher.close()
        self._http.close()

    def _post(self, content: dict[str, Any]) -> str:
        """Return the answer of the model, from one attempt."""
        with self._http.post_json(self._url, content) as response:
            body = response.text()
            if response.status != 200:
                raise self._error(response, body)
            answer = json_object(body, response.printable)
            if answer.get("error"):
                raise self._error(response, body)
        self._count(answer.get("usage"))
        return _content(answer)

    def _error(self, response: HttpResponse, body: str) -> RetryableError | LinesRefused | BackendError:
        code, message = error_in(body, response.printable)
        return chat_error(response.status, code, message, self._server, response.retry_after)

    def _count(self, usage: Any) -> None:
        if isinstance(usage, dict):
            counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
            read, written = (each if isinstance(each, int) and each > 0 else 0 for each in counts)
            with self._lock:
                self._used = TokenUse(self._used.read + read, self._used.written + written)


def _content(answer: dict[str, Any]) -> str:
    """Return the text of an answer. Raises `LinesRefused` for one that is withheld, `RetryableError` without one."""
    choices = answer.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    if choice.get("finish_reason") in REFUSED:
        raise LinesRefused("blocked by the content policy of the service")
    message = choice.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, str):
        raise RetryableError("the response has no text")
    return content


def _account(key: str | None, base_url: str | None) -> _Account:
    if base_url is not None:
        account = _Account(checked_base_url("chat", base_url, "http://127.0.0.1:8000/v1"), None)
        if not account.is_glm:  # a key of GLM is never sent to another server
            return _Account(account.base_url, key_from(key))
    glm = account_for(key, base_url)
    return _Account(glm.base_url, glm.key)
