"""The backend `glm-nano`: GLM-ASR-Nano on this machine, with transformers and torch.

It never uses the network: `captioner models pull` downloads the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from captioner.backends.clip_transcription import SHORTEST_TOO_LONG, TooLong, Transcription, transcribe_clip
from captioner.backends.contract import BackendInfo, Hints, Recognition, Traits
from captioner.backends.library_import import importing_libraries
from captioner.backends.nano import weights
from captioner.backends.unusable_clip import SHORTEST, result_without_model
from captioner.errors import BackendError, BackendNotInstalled, UsageError
from captioner.models.catalogue import pull_command
from captioner.sole_import import import_alone
from captioner.values import Audio

if TYPE_CHECKING:
    from captioner.backends.nano.decoding import DecodedText
    from captioner.backends.nano.loaded_model import LoadedModel

Dtype = Literal["auto", "float32", "bfloat16", "float16"]

LONGEST = 28.0
"""Seconds: the model works on windows of 30 s and was trained on one."""

WINDOW = 2
"""Clips pulled for each slot of a batch: sorted by length, the short ones use the time that the long ones leave."""

TRUNCATED = "the text reached the limit for speech of this length"

T = TypeVar("T")


def _missing_packages() -> Iterator[str]:
    return (package for package in ("torch", "transformers") if find_spec(package) is None)


def _missing() -> str | None:
    for package in _missing_packages():
        return f"{package} is not installed"
    try:
        weights.checked_model(weights.NANO)
    except BackendError as error:
        return error.reason
    return None


class GlmNano:
    """GLM-ASR-Nano-2512, or another GLM-ASR model by its name on the hub or its folder.

    `device` is auto, cpu, cuda, cuda:1, mps ...; `dtype` is auto for the fastest on the device. `batch` is the number
    of clips to work on at once, None for as many as fit; if memory runs out it is halved, and stays so. The model is
    loaded in the background: an error of loading is raised by the first `transcribe`. `Hints.prompt` replaces the
    instruction ("Please transcribe this audio into text"); the model cannot use hotwords, which are ignored.
    """

    info = BackendInfo(
        needs=f"the weights of {weights.NANO} (4.5 GB): {pull_command(weights.NANO)}",
        missing=_missing,
        notice="using glm-nano: the audio stays on this machine; without a GPU it runs slower than real time",
        memory=10_000_000_000,  # 8.6 GB of weights in float32
        gpu_memory=8_000_000_000,  # 4.3 GB of weights in bfloat16, and 64 clips
    )

    def __init__(
        self,
        *,
        model: str = weights.NANO,
        revision: str | None = None,
        device: str = "auto",
        dtype: Dtype = "auto",
        batch: int | None = None,
    ) -> None:
        if dtype not in get_args(Dtype):
            raise UsageError(f"glm-nano has no dtype {dtype!r}; choose one of {', '.join(get_args(Dtype))}")
        if batch is not None and batch < 1:
            raise UsageError(f"option batch of glm-nano must be 1 or more, not {batch}")
        for package in _missing_packages():
            raise BackendNotInstalled("glm-nano", package)
        files = weights.checked_model(model, revision)
        self.traits = Traits(
            "glm-nano",
            model,
            shortest_clip=SHORTEST,
            longest_clip=LONGEST,
            preferred_clip=LONGEST,
            takes_context=False,
            fingerprint=f"weights={files.version} device={device} dtype={dtype}",
        )
        self._batch = batch
        self._worker = ThreadPoolExecutor(1, "glm-nano")
        self._loading = self._start_loading(files.folder, device, dtype)

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        clips = iter(clips)
        while first := list(islice(clips, 1)):
            model = self._model()
            window = first + list(islice(clips, WINDOW * self._batch_for(model) - 1))
            yield from in_order(self._recognise_all(model, window, hints))

    def close(self) -> None:
        # The interpreter waits for a running load; one that has not started is cancelled.
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._loading = _cancelled()

    def _start_loading(self, folder: Path, device: str, dtype: Dtype) -> Future[LoadedModel]:
        """Import torch, then load the model: two tasks, so that closing in between cancels the second."""
        self._worker.submit(import_alone, "captioner.backends.nano.loaded_model")

        def load() -> LoadedModel:
            with importing_libraries("glm-nano"):
                from captioner.backends.nano.loaded_model import load_model

            return load_model(folder, device, dtype, self._worker)

        return self._worker.submit(load)

    def _model(self) -> LoadedModel:
        try:
            return self._loading.result()
        except CancelledError:
            raise BackendError("glm-nano", "it was closed and cannot recognise any more clips") from None

    def _batch_for(self, model: LoadedModel) -> int:
        self._batch = self._batch or model.default_batch()
        return self._batch

    def _recognise_all(
        self, model: LoadedModel, clips: Sequence[Audio], hints: Hints
    ) -> Iterator[tuple[int, Recognition]]:
        """Yield the result of each clip with its number, in any order."""
        decodable = {}
        for number, clip in enumerate(clips):
            if (result := result_without_model(clip, "glm-nano")) is not None:
                yield number, result
            elif clip.duration > LONGEST:
                yield number, self._recognise(model, clip, hints, None)
            else:
                decodable[number] = clip
        for text in self._decode(model, decodable, hints.prompt):
            yield text.number, self._recognise(model, clips[text.number], hints, text)

    def _recognise(self, model: LoadedModel, clip: Audio, hints: Hints, decoded: DecodedText | None) -> Recognition:
        """Return the result of a clip, whose text may be `decoded` already.

        A doubtful text is decoded again in parts.
        """
        attempts, unfinished = 0, []

        def ask(part: Audio, part_hints: Hints) -> Transcription:
            nonlocal attempts
            attempts += 1
            known = decoded if part is clip and decoded else self._decode_one(model, part, part_hints.prompt)
            if known is None:
                return Transcription("")
            text = model.text(known.tokens)
            if not known.ended:
                if part.duration >= SHORTEST_TOO_LONG:
                    raise TooLong(TRUNCATED)  # the clip is split
                unfinished.append(text)
            return Transcription(text, confidence=known.confidence)

        result = replace(transcribe_clip(clip, hints, ask, longest=LONGEST), language=hints.language, attempts=attempts)
        if result.status == "ok" and any(text in result.text for text in unfinished):
            return replace(result, status="truncated", reason=result.reason or TRUNCATED)
        return result

    def _decode_one(self, model: LoadedModel, clip: Audio, prompt: str | None) -> DecodedText | None:
        """Return the text of a part of a clip; None if the part is too short."""
        if result_without_model(clip, "glm-nano") is not None:
            return None
        (text,) = self._decode(model, {0: clip}, prompt)
        return text

    def _decode(self, model: LoadedModel, clips: dict[int, Audio], prompt: str | None) -> Iterator[DecodedText]:
        """Yield the text of each clip, in any order. If memory runs out, the batch is halved."""
        from captioner.backends.torch_device import is_out_of_memory

        waiting = dict(sorted(clips.items(), key=lambda item: -len(item[1].samples)))
        while waiting:
            batch = self._batch_for(model)
            try:
                for text in model.decode(list(waiting.items()), prompt, batch):
                    del waiting[text.number]
                    yield text
                return
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if batch == 1:
                    raise BackendError("glm-nano", _NO_MEMORY.format(device=model.device)) from error
                self._batch = batch // 2
            model.free_memory()


_NO_MEMORY = "{device} has not enough memory even for one clip; close other programs or use device=cpu"


def in_order(numbered: Iterable[tuple[int, T]]) -> Iterator[T]:
    """Yield the values by their numbers from 0, each as soon as all values before it are known.

    >>> list(in_order([(1, "b"), (0, "a"), (2, "c")]))
    ['a', 'b', 'c']
    """
    ready: dict[int, T] = {}
    upcoming = 0
    for number, value in numbered:
        ready[number] = value
        while upcoming in ready:
            yield ready.pop(upcoming)
            upcoming += 1


def _cancelled() -> Future[LoadedModel]:
    future: Future[LoadedModel] = Future()
    future.cancel()
    return future
