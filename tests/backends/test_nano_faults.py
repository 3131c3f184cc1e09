"""Errors of glm-nano and their results: too little memory, missing weights, a text without an end."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from captioner.backends import Hints
from captioner.backends.nano.backend import GlmNano
from captioner.errors import BackendError, UsageError
from captioner.values import Audio
from tests.align.voices import RATE
from tests.backends.nano_parts import CLIPS, DIGITS, PHRASES, TEXTS, talk, texts


def test_the_batch_is_halved_when_memory_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from captioner.backends.nano import decoding, loaded_model

    batches: list[int] = []

    class Limited(decoding.BatchDecoder):
        """A device with memory for four slots."""

        def __init__(self, model: Any, slots: int, columns: int) -> None:
            batches.append(slots)
            super().__init__(model, slots, columns)

        def _decode_step(self) -> None:
            if self.cache.slots > 4:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
            super()._decode_step()

    monkeypatch.setattr(loaded_model, "BatchDecoder", Limited)
    backend = GlmNano(model=str(DIGITS), dtype="float32", batch=16)
    assert texts(backend, CLIPS + CLIPS) == TEXTS + TEXTS
    assert batches[:3] == [16, 8, 4]
    assert texts(backend, CLIPS[:5]) == TEXTS[:5]
    assert all(slots <= 4 for slots in batches[3:]), "the batch that fits is used again"
    backend.close()


def test_no_memory_for_one_clip_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from captioner.backends.nano.decoding import BatchDecoder

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(BatchDecoder, "_prefill", full)
    backend = GlmNano(model=str(DIGITS), dtype="float32", batch=2)
    with pytest.raises(BackendError, match="not enough memory even for one clip"):
        texts(backend, CLIPS)
    backend.close()


def test_no_memory_for_the_model_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import GlmAsrForConditionalGeneration

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(GlmAsrForConditionalGeneration, "to", full)
    with pytest.raises(BackendError, match="does not fit into the memory of cpu"):
        texts(GlmNano(model=str(DIGITS)), CLIPS)


def test_a_text_without_an_end_is_truncated(monkeypatch: pytest.MonkeyPatch) -> None:
    from captioner.backends.nano import loaded_model

    monkeypatch.setattr(loaded_model, "MOST_TOKENS", 2)
    backend = GlmNano(model=str(DIGITS), dtype="float32")
    track, _ = talk([(0.3, PHRASES[1]), (3.3, PHRASES[0])], 6.0)
    short, long = backend.transcribe([CLIPS[0], Audio(track, RATE)], Hints())
    assert (short.status, short.attempts) == ("truncated", 1)
    assert TEXTS[0].startswith(short.text)
    assert short.text not in ("", TEXTS[0])
    assert short.reason
    assert (long.status, long.attempts) == ("truncated", 3), "a long clip is split"
    backend.close()


def test_a_repeated_text_is_recognised_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from captioner.backends.nano.loaded_model import LoadedModel

    track, _ = talk([(0.3, PHRASES[0]), (3.3, PHRASES[1])], 6.0)
    text, repeated = LoadedModel.text, iter(["no " * 20])
    monkeypatch.setattr(LoadedModel, "text", lambda self, tokens: next(repeated, None) or text(self, tokens))
    backend = GlmNano(model=str(DIGITS), dtype="float32")
    (result,) = backend.transcribe([Audio(track, RATE)], Hints())
    assert (result.text, result.status, result.attempts) == (f"{TEXTS[0]} {TEXTS[1]}", "ok", 3)
    backend.close()


def copy_of_digits(folder: Path) -> Path:
    shutil.copytree(DIGITS, folder, ignore=shutil.ignore_patterns("recipe"))
    return folder


def test_each_error_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(
        BackendError, match=r"weights of zai-org/GLM-ASR-Nano-2512 are not on this machine; run: captio"
    ):
        GlmNano()
    with pytest.raises(
        BackendError, match=r"weights of me/mine at revision v2 are not .*run: captioner models pull me/m"
    ):
        GlmNano(model="me/mine", revision="v2")
    with pytest.raises(BackendError, match="there is no folder /no/such/folder"):
        GlmNano(model="/no/such/folder")
    with pytest.raises(BackendError, match=r"is not a model: its config\.json is missing"):
        GlmNano(model=str(tmp_path))
    with pytest.raises(UsageError, match="no dtype 'int3'"):
        GlmNano(model=str(DIGITS), dtype="int3")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="batch of glm-nano must be 1 or more"):
        GlmNano(model=str(DIGITS), batch=0)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "whisper"}')
    with pytest.raises(BackendError, match=r"is another kind of model \(whisper\)"):
        GlmNano(model=str(tmp_path))


@pytest.mark.parametrize("size", [5, 2_000_000])
def test_an_incomplete_download_is_refused(tmp_path: Path, size: int) -> None:
    folder = copy_of_digits(tmp_path / "digits")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:size])
    with pytest.raises(BackendError, match=r"truncated: 2000000 of 2594408|only the beginning of one"):
        GlmNano(model=str(folder))
    weights.unlink()
    with pytest.raises(BackendError, match=r"model\.safetensors is missing"):
        GlmNano(model=str(folder))


def test_each_error_of_loading_is_one_sentence(tmp_path: Path) -> None:
    folder = copy_of_digits(tmp_path / "digits")
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(BackendError, match="cannot load the model") as caught:
        texts(GlmNano(model=str(folder)), CLIPS)
    assert "\n" not in str(caught.value)
    with pytest.raises(BackendError, match="this machine has no device 'cuda:9'"):
        texts(GlmNano(model=str(DIGITS), device="cuda:9"), CLIPS)


def test_a_prompt_beyond_the_context_is_refused() -> None:
    with pytest.raises(UsageError, match="tokens, and glm-nano reads"):
        texts(GlmNano(model=str(DIGITS)), CLIPS[:1], Hints(prompt="again and " * 4000))


def test_a_closed_backend_raises() -> None:
    backend = GlmNano(model=str(DIGITS), dtype="float32")
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        texts(backend, CLIPS)
