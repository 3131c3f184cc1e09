"""A backend whose libraries are installed but cannot be loaded."""

from __future__ import annotations

import sys

import pytest

from captioner.backends import Hints, load_backend
from captioner.backends.library_import import importing_libraries
from captioner.backends.selection import choose_backend
from captioner.backends.whisper import model_choice
from captioner.errors import BackendError
from tests.backends.nano_parts import CLIPS, DIGITS


@pytest.mark.parametrize(
    ("backend", "module", "options"),
    [
        ("whisper", "captioner.backends.whisper.engine", {"model": "tiny.en"}),
        ("glm-nano", "captioner.backends.nano.loaded_model", {"model": str(DIGITS)}),
        ("transformers", "captioner.backends.transformers_asr.library_model", {"model": str(DIGITS)}),
    ],
)
def test_a_library_that_cannot_be_loaded_is_one_sentence(
    backend: str, module: str, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    broken = load_backend(backend, **options)
    with pytest.raises(BackendError, match=rf"^{backend}: its libraries cannot be loaded: .*; install them again$"):
        next(broken.transcribe(CLIPS[:1], Hints()))
    broken.close()


def test_a_library_of_the_system_that_is_missing_is_no_fault_of_the_output() -> None:
    with pytest.raises(BackendError) as caught, importing_libraries("glm-nano"):
        raise OSError("libcudnn.so.9: cannot open shared object file\nmore")
    reason = "its libraries cannot be loaded: libcudnn.so.9: cannot open shared object file; install them again"
    assert str(caught.value) == f"glm-nano: {reason}"


@pytest.mark.parametrize(
    ("language", "advice"),
    [
        ("de", r"\(de\); run: pip install 'captioner\[whisper\]' && captioner models pull whisper-small$"),
        ("yue", r"\(yue\); run: pip install 'captioner\[whisper\]' && captioner models pull whisper-turbo$"),
        ("gsw", r"\(gsw\); name one that does with --backend$"),
    ],
)
def test_what_installs_a_backend_for_a_language_is_named(
    language: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_choice, "find_spec", lambda name: None)
    with pytest.raises(BackendError, match=advice):
        choose_backend(offline=True, language=language)
