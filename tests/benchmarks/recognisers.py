"""The models that `real_speech` measures, each in two ways: as captioner's backend, and alone on a whole recording."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from captioner.backends import Backend, Hints, load_backend
from captioner.text.joining import join_texts
from tests.benchmarks.measuring import read_whole
from tests.whisper_models import join_base, tiny_en_folder

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "captioner-tests"
"""Where the joined weights of Whisper base are kept."""


@dataclass(frozen=True)
class Recogniser:
    """A model, with functions that load it."""

    name: str

    english_only: bool

    backend: Callable[[], Backend]
    """Returns captioner's backend with the model."""

    alone: Callable[[Path, str | None], str]
    """Returns the text of a whole recording in a language (a code, None to detect it), by the model's own library."""

    alone_with_vad: Callable[[Path, str | None], str] | None = None
    """The same with the library's own voice activity detection, if it has one."""

    def knows(self, language: str | None) -> bool:
        return language == "en" or not self.english_only


def recognisers() -> Sequence[Recogniser]:
    """Return PocketSphinx, Whisper tiny.en and Whisper base."""
    return (
        Recogniser("PocketSphinx", True, sphinx, lambda path, _: _sphinx_alone(path)),
        _whisper("tiny.en", True, tiny_en_folder()),
        _whisper("base", False, join_base(CACHE / "whisper-base")),
    )


@cache
def sphinx() -> Backend:
    """Return PocketSphinx, loaded once."""
    return load_backend("sphinx")


def _sphinx_alone(path: Path) -> str:
    (result,) = sphinx().transcribe([read_whole(path)], Hints())
    return result.text


def _whisper(name: str, english_only: bool, folder: Path) -> Recogniser:
    """Return a Whisper model: captioner's backend and faster-whisper use the same weights, int8 on one thread."""

    @cache
    def backend() -> Backend:
        return load_backend("whisper", model=str(folder), device="cpu", compute_type="int8", threads=1)

    @cache
    def library() -> Any:
        from faster_whisper import WhisperModel

        return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def alone(path: Path, language: str | None, **options: bool) -> str:
        code = "en" if english_only else language
        segments, _ = library().transcribe(read_whole(path).samples, language=code, beam_size=5, **options)
        return join_texts(segment.text.strip() for segment in segments)

    return Recogniser(name, english_only, backend, alone, lambda path, language: alone(path, language, vad_filter=True))
