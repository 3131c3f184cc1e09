"""The backend `transformers`: speech recognition models of the library transformers on this machine.

It never uses the network: `captioner models pull` downloads the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from captioner.backends.clip_transcription import SHORTEST_TOO_LONG, TooLong, Transcription, transcribe_clip
from captioner.backends.contract import BackendInfo, Hints, Recognition, Traits
from captioner.backends.library_import import importing_libraries
from captioner.backends.transformers_asr.library_files import NAME, checked_files
from captioner.backends.unusable_clip import SHORTEST, result_without_model
from captioner.errors import BackendError, BackendNotInstalled, UsageError
from captioner.sole_import import import_alone
from captioner.values import Audio

if TYPE_CHECKING:
    from captioner.backends.transformers_asr.library_model import DecodedClip, LibraryModel

Dtype = Literal["auto", "float32", "bfloat16", "float16"]

LONGEST = 28.0
"""Seconds: most models were trained on clips up to 30 s, and the memory of CTC models grows with the length."""

TRUNCATED = "the text reached the limit for speech of this length"


def _missing_packages() -> Iterator[str]:
    return (package for package in ("torch", "transformers") if find_spec(package) is None)


def _missing() -> str | None:
    return next((f"{package} is not installed" for package in _missing_packages()), None)


class Transformers:
    """A speech recognition model by its name on the hub, or its folder.

    `device` is auto, cpu, cuda, cuda:1, mps ...; `dtype` is auto for float32 on a CPU, and for the dtype of the weights
    elsewhere. Clips are recognised one by one. The model is loaded in the background: an error of loading is raised by
    the first `transcribe`.
    """

    info = BackendInfo(
        needs="a speech recognition model: --model NAME or FOLDER", missing=_missing, gpu_memory=8_000_000_000
    )

    def __init__(
        self, *, model: str = "", revision: str | None = None, device: str = "auto", dtype: Dtype = "auto"
    ) -> None:
        if dtype not in get_args(Dtype):
            raise UsageError(f"{NAME} has no dtype {dtype!r}; choose one of {', '.join(get_args(Dtype))}")
        for package in _missing_packages():
            raise BackendNotInstalled(NAME, package)
        if not model:
            raise UsageError(f"backend {NAME} needs a model: --model OWNER/NAME of the hub, or a folder")
        files = checked_files(model, revision)
        longest = min(LONGEST, files.seconds or LONGEST)
        self.traits = Traits(
            NAME,
            model,
            shortest_clip=SHORTEST,
            longest_clip=longest,
            preferred_clip=longest,
            takes_context=files.kind == "whisper",
            fingerprint=f"weights={files.version} device={device} dtype={dtype}",
        )
        self._worker = ThreadPoolExecutor(1, NAME)
        self._worker.submit(import_alone, "transformers")  # a task of its own, so that closing cancels the load
        self._loading = self._worker.submit(_load, model, files.folder, device, dtype)

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            yield result_without_model(clip, NAME) or self._recognise(self._model(), clip, hints)

    def close(self) -> None:
        # The interpreter waits for a running load; one that has not started is cancelled.
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._loading = Future()
        self._loading.cancel()

    def _model(self) -> LibraryModel:
        try:
            return self._loading.result()
        except CancelledError:
            raise BackendError(NAME, "it was closed and cannot recognise any more clips") from None

    def _recognise(self, model: LibraryModel, clip: Audio, hints: Hints) -> Recognition:
        """Return the result of a clip. A doubtful text, or one without an end, is decoded again in parts."""
        attempts, unfinished = 0, []

        def ask(part: Audio, part_hints: Hints) -> Transcription:
            nonlocal attempts
            if part.duration < SHORTEST:
                return Transcription("")
            attempts += 1
            decoded = _decode(model, part, part_hints)
            if not decoded.ended:
                if part.duration >= SHORTEST_TOO_LONG:
                    raise TooLong(TRUNCATED)  # the clip is split
                unfinished.append(decoded.text)
            return Transcription(decoded.text, (), decoded.language or hints.language, decoded.confidence)

        result = replace(transcribe_clip(clip, hints, ask, longest=self.traits.longest_clip), attempts=attempts)
        if result.status == "ok" and any(text in result.text for text in unfinished):
            return replace(result, status="truncated", reason=result.reason or TRUNCATED)
        return result


def _decode(model: LibraryModel, clip: Audio, hints: Hints) -> DecodedClip:
    from captioner.backends.torch_device import is_out_of_memory

    try:
        return model.decode(clip, hints)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        reason = f"{model.device} has not enough memory for one clip; close other programs or use device=cpu"
        raise BackendError(NAME, reason) from error


def _load(model: str, folder: Path, device: str, dtype: str) -> LibraryModel:
    with importing_libraries(NAME):
        from captioner.backends.transformers_asr.library_model import load_library_model

    return load_library_model(model, folder, device, dtype)
