"""What goes wrong with glm-nano, and what becomes of it: no memory, no weights, a text without an end."""

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
from tests.backends.nano_parts import CLIPS, DIGITS, TEXTS, UNHEARD, talk, texts


def test_a_smaller_batch_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from captioner.backends.nano import decoding, engine

    asked: list[int] = []

    class Limited(decoding.BatchDecoder):
        """A device with room for four."""

        def __init__(self, model: Any, slots: int, columns: int) -> None:
            asked.append(slots)
            super().__init__(model, slots, columns)

        def _write_one(self) -> None:
            if self.ring.slots > 4:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
            super()._write_one()

    monkeypatch.setattr(engine, "BatchDecoder", Limited)
    backend = GlmNano(model=str(DIGITS), dtype="float32", batch=16)
    assert texts(backend, CLIPS + CLIPS) == TEXTS + TEXTS
    assert asked[:3] == [16, 8, 4]
    assert texts(backend, CLIPS[:5]) == TEXTS[:5]
    assert all(slots <= 4 for slots in asked[3:]), "the batch that fits is remembered"
    backend.close()


def test_no_room_for_one_clip_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from captioner.backends.nano.decoding import BatchDecoder

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(BatchDecoder, "_read", full)
    backend = GlmNano(model=str(DIGITS), dtype="float32", batch=2)
    with pytest.raises(BackendError, match="not enough memory even for one clip"):
        texts(backend, CLIPS)
    backend.close()


def test_no_room_for_the_model_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import GlmAsrForConditionalGeneration

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(GlmAsrForConditionalGeneration, "to", full)
    with pytest.raises(BackendError, match="does not fit into the memory of cpu"):
        texts(GlmNano(model=str(DIGITS)), CLIPS)


def test_a_text_without_an_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from captioner.backends.nano import engine

    monkeypatch.setattr(engine, "MOST_TOKENS", 2)
    backend = GlmNano(model=str(DIGITS), dtype="float32")
    track, _ = talk([(0.3, UNHEARD[1]), (3.3, UNHEARD[0])], 6.0)
    short, long = backend.transcribe([CLIPS[0], Audio(track, RATE)], Hints())
    assert (short.status, short.attempts) == ("truncated", 1)
    assert TEXTS[0].startswith(short.text)
    assert short.text not in ("", TEXTS[0])
    assert short.reason
    assert (long.status, long.attempts) == ("truncated", 3), "a long one is asked for in halves"
    backend.close()


def test_a_loop_is_looked_at_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    from captioner.backends.nano.engine import Engine

    track, _ = talk([(0.3, UNHEARD[0]), (3.3, UNHEARD[1])], 6.0)
    text, looped = Engine.text, iter(["no " * 20])
    monkeypatch.setattr(Engine, "text", lambda self, tokens: next(looped, None) or text(self, tokens))
    backend = GlmNano(model=str(DIGITS), dtype="float32")
    (heard,) = backend.transcribe([Audio(track, RATE)], Hints())
    assert (heard.text, heard.status, heard.attempts) == (f"{TEXTS[0]} {TEXTS[1]}", "ok", 3)
    backend.close()


def copy_of_digits(folder: Path) -> Path:
    shutil.copytree(DIGITS, folder, ignore=shutil.ignore_patterns("recipe"))
    return folder


def test_each_fault_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    with pytest.raises(BackendError, match=r"holds no model: its config\.json is missing"):
        GlmNano(model=str(tmp_path))
    with pytest.raises(UsageError, match="no dtype 'int3'"):
        GlmNano(model=str(DIGITS), dtype="int3")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="batch of 1 or more"):
        GlmNano(model=str(DIGITS), batch=0)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "whisper"}')
    with pytest.raises(BackendError, match=r"is a model of another kind \(whisper\)"):
        GlmNano(model=str(tmp_path))


@pytest.mark.parametrize("left", [5, 2_000_000])
def test_a_download_that_broke_off_is_refused(tmp_path: Path, left: int) -> None:
    folder = copy_of_digits(tmp_path / "digits")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:left])
    with pytest.raises(BackendError, match=r"cut short: 2000000 of 2594408|only the beginning of one"):
        GlmNano(model=str(folder))
    weights.unlink()
    with pytest.raises(BackendError, match=r"model\.safetensors is missing"):
        GlmNano(model=str(folder))


def test_what_only_loading_finds_is_one_sentence_too(tmp_path: Path) -> None:
    folder = copy_of_digits(tmp_path / "digits")
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(BackendError, match="cannot be loaded") as caught:
        texts(GlmNano(model=str(folder)), CLIPS)
    assert "\n" not in str(caught.value)
    with pytest.raises(BackendError, match="there is no device 'cuda:9' here"):
        texts(GlmNano(model=str(DIGITS), device="cuda:9"), CLIPS)


def test_a_prompt_beyond_the_context_is_refused() -> None:
    with pytest.raises(UsageError, match="tokens, and glm-nano reads"):
        texts(GlmNano(model=str(DIGITS)), CLIPS[:1], Hints(prompt="again and " * 4000))


def test_closed_it_hears_no_more() -> None:
    backend = GlmNano(model=str(DIGITS), dtype="float32")
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        texts(backend, CLIPS)
