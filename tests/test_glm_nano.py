"""GLM-ASR-Nano on this machine, shown on a small real model of its kind that reads spoken digits."""

from __future__ import annotations

import json
import random
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from captioner.backends import Heard, Hints, load_backend
from captioner.backends.choice import standing
from captioner.backends.glm_nano import LONGEST, GlmNano
from captioner.backends.nano.weights import NANO
from captioner.cli import main
from captioner.errors import BackendError, UsageError
from captioner.values import Audio
from tests.nano_parts import DIGITS, UNHEARD, hub_with_digits, random_model, talk
from tests.voices import RATE, silence

CLIPS = [phrase.clip(start=10.0 * number) for number, phrase in enumerate(UNHEARD)]
TEXTS = [phrase.text for phrase in UNHEARD]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def nano() -> Iterator[GlmNano]:
    backend = GlmNano(model=str(DIGITS))
    yield backend
    backend.close()


def texts(backend: GlmNano, clips: list[Audio], hints: Hints = Hints()) -> list[str]:
    return [heard.text for heard in backend.transcribe(clips, hints)]


def test_it_reads_voices_it_never_heard(nano: GlmNano) -> None:
    heard = list(nano.transcribe(CLIPS, Hints(language="en")))
    assert [one.text for one in heard] == TEXTS
    assert {one.status for one in heard} == {"ok"}
    assert {one.language for one in heard} == {"en"}
    assert all(one.confidence is not None and 0.5 < one.confidence <= 1 for one in heard)


@pytest.mark.parametrize("batch", [1, 2, 7, 32])
def test_batch_and_order_do_not_matter(batch: int) -> None:
    order = random.Random(batch).sample(range(len(CLIPS)), len(CLIPS))
    backend = GlmNano(model=str(DIGITS), batch=batch, dtype="float32")
    assert texts(backend, [CLIPS[number] for number in order]) == [TEXTS[number] for number in order]
    backend.close()


def test_a_window_of_clips_is_pulled_and_no_more() -> None:
    backend, pulled = GlmNano(model=str(DIGITS), batch=2), 0

    def clips() -> Iterator[Audio]:
        nonlocal pulled
        for clip in CLIPS:
            pulled += 1
            yield clip

    answers = backend.transcribe(clips(), Hints())
    assert next(answers).text == TEXTS[0]
    assert pulled == 4
    backend.close()


def test_silence_and_noise_are_empty(nano: GlmNano) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * RATE).astype(np.float32)
    assert list(nano.transcribe([Audio(silence(3.0), RATE), Audio(noise, RATE)], Hints())) == [Heard("empty")] * 2


def test_odd_clips_beside_good_ones(nano: GlmNano) -> None:
    broken = Audio(np.full(RATE, np.nan, np.float32), RATE)
    loud = Audio(CLIPS[3].samples * np.float32(1.0001 / np.abs(CLIPS[3].samples).max()), RATE)
    heard = list(nano.transcribe([Audio(silence(0.19), RATE), CLIPS[0], broken, loud], Hints()))
    assert [(one.status, one.text) for one in heard] == [
        ("empty", ""),
        ("ok", TEXTS[0]),
        ("failed", ""),
        ("ok", TEXTS[3]),
    ]
    assert heard[2].reason == "its samples are no numbers"


def test_what_is_longer_than_a_window_is_heard_in_parts(nano: GlmNano) -> None:
    track, _ = talk([(0.3, UNHEARD[0]), (16.3, UNHEARD[1])], 32.0)
    assert len(track) / RATE > LONGEST
    (heard,) = nano.transcribe([Audio(track, RATE)], Hints())
    assert (heard.status, heard.attempts) == ("ok", 2)


# Usages of the model's documentation, held against transformers itself.


@pytest.fixture(scope="module")
def reference() -> tuple[Any, Any]:
    """The processor and the model as the documentation loads them."""
    from transformers import AutoModelForSeq2SeqLM, AutoProcessor

    processor: Any = AutoProcessor.from_pretrained(DIGITS)  # type: ignore[no-untyped-call]
    return processor, AutoModelForSeq2SeqLM.from_pretrained(DIGITS, dtype="float32").eval()


@pytest.mark.parametrize("prompt", [None, "Please transcribe this audio"])
def test_one_clip_and_a_batch_as_documented(nano: GlmNano, reference: tuple[Any, Any], prompt: str | None) -> None:
    processor, model = reference
    clips = CLIPS[:4]
    inputs = processor.apply_transcription_request([clip.samples for clip in clips], prompt=prompt)
    written = model.generate(**inputs, do_sample=False, max_new_tokens=100)[:, inputs.input_ids.shape[1] :]
    documented = processor.batch_decode(written, skip_special_tokens=True)
    assert texts(nano, clips, Hints(prompt=prompt)) == documented
    assert texts(nano, clips[:1], Hints(prompt=prompt)) == documented[:1]


def test_a_chat_style_prompt_as_documented(nano: GlmNano, reference: tuple[Any, Any]) -> None:
    processor, model = reference
    content = [{"type": "audio", "audio": CLIPS[1].samples}, {"type": "text", "text": "The digits, please."}]
    inputs = processor.apply_chat_template(
        [{"role": "user", "content": content}], tokenize=True, add_generation_prompt=True, return_dict=True
    )
    written = model.generate(**inputs, do_sample=False, max_new_tokens=100)[:, inputs.input_ids.shape[1] :]
    documented = processor.batch_decode(written, skip_special_tokens=True)
    assert texts(nano, [CLIPS[1]], Hints(prompt="The digits, please.")) == documented


@pytest.mark.parametrize(("kind", "batch"), [("digits", 3), ("random", 1), ("random", 3), ("random", 7)])
def test_token_for_token_what_generate_writes(
    reference: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch, kind: str, batch: int
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from captioner.backends.nano import engine

    monkeypatch.setattr(engine, "TOKENS_A_SECOND", 2)  # so that limits differ, and none is far
    processor, model = reference[0], reference[1] if kind == "digits" else random_model()
    generator = np.random.default_rng(1)
    noise = [
        generator.normal(0, 0.1, int(seconds * RATE)).astype(np.float32) for seconds in generator.uniform(0.3, 6, 4)
    ]
    clips = [Audio(samples, RATE) for samples in noise] + CLIPS[:3]
    clips.sort(key=lambda clip: -len(clip.samples))
    inputs = processor.apply_transcription_request([np.clip(clip.samples, -1, 1) for clip in clips])
    generated = model.generate(**inputs, do_sample=False, max_new_tokens=60)[:, inputs.input_ids.shape[1] :].tolist()
    ends = model.generation_config.eos_token_id
    with ThreadPoolExecutor(1) as worker:
        for written in engine.Engine(processor, model, worker).write(list(enumerate(clips)), None, batch):
            expected = generated[written.number][: written.limit]
            while any(token in ends for token in expected):
                expected.pop()
            assert written.tokens == expected
            assert written.ended == (len(expected) < written.limit)


# What goes wrong.


def test_a_smaller_batch_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from captioner.backends.nano import engine, writing

    asked: list[int] = []

    class Limited(writing.Writer):
        """A device with room for four."""

        def __init__(self, model: Any, slots: int, columns: int) -> None:
            asked.append(slots)
            super().__init__(model, slots, columns)

        def _write_one(self) -> None:
            if self.ring.slots > 4:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
            super()._write_one()

    monkeypatch.setattr(engine, "Writer", Limited)
    backend = GlmNano(model=str(DIGITS), batch=16)
    assert texts(backend, CLIPS + CLIPS) == TEXTS + TEXTS
    assert asked[:3] == [16, 8, 4]
    assert texts(backend, CLIPS[:5]) == TEXTS[:5]
    assert max(asked[3:]) <= 4, "the batch that fits is remembered"
    backend.close()


def test_no_room_for_one_clip_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from captioner.backends.nano.writing import Writer

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(Writer, "_read", full)
    backend = GlmNano(model=str(DIGITS), batch=2)
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
    backend = GlmNano(model=str(DIGITS))
    track, _ = talk([(0.3, UNHEARD[1]), (3.3, UNHEARD[0])], 6.0)
    short, long = backend.transcribe([CLIPS[0], Audio(track, RATE)], Hints())
    assert (short.status, short.attempts) == ("truncated", 1)
    assert TEXTS[0].startswith(short.text)
    assert short.text not in ("", TEXTS[0])
    assert short.reason
    assert (long.status, long.attempts) == ("truncated", 3), "a long one is asked for in halves"
    backend.close()


def test_a_loop_is_looked_at_twice(nano: GlmNano, monkeypatch: pytest.MonkeyPatch) -> None:
    from captioner.backends.nano.engine import Engine

    track, _ = talk([(0.3, UNHEARD[0]), (3.3, UNHEARD[1])], 6.0)
    text, looped = Engine.text, iter(["no " * 20])
    monkeypatch.setattr(Engine, "text", lambda self, tokens: next(looped, None) or text(self, tokens))
    (heard,) = nano.transcribe([Audio(track, RATE)], Hints())
    assert (heard.text, heard.status, heard.attempts) == (f"{TEXTS[0]} {TEXTS[1]}", "ok", 3)


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
    with pytest.raises(BackendError, match=r"of another kind \(whisper\)"):
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


def test_a_prompt_beyond_the_context_is_refused(nano: GlmNano) -> None:
    with pytest.raises(UsageError, match="tokens, and glm-nano reads"):
        texts(nano, CLIPS[:1], Hints(prompt="again and " * 4000))


def test_closed_it_hears_no_more() -> None:
    backend = GlmNano(model=str(DIGITS))
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        texts(backend, CLIPS)


# By the command line.


def captions(folder: Path, film: Path, *flags: str) -> list[dict[str, Any]]:
    """The segments that the command line hears in a film."""
    where = ("-d", str(folder), "-f", "srt,json", "--backend", "glm-nano", "--model", str(DIGITS))
    assert main([str(film), *where, *flags]) == 0
    segments: list[dict[str, Any]] = json.loads((folder / f"{film.stem}.json").read_text("utf-8"))["segments"]
    return segments


@pytest.mark.parametrize("noise", [None, 20.0])
def test_a_film_of_digits_becomes_captions_in_time(tmp_path: Path, noise: float | None) -> None:
    track, placed = talk([(1.0, UNHEARD[0]), (5.5, UNHEARD[1]), (20.0, UNHEARD[3]), (24.0, UNHEARD[5])], 28.0, noise)
    segments = captions(tmp_path, film_of(track, tmp_path / "film.mp4"))
    assert [segment["text"] for segment in segments] == [place.phrase.text for place in placed]
    for segment, place in zip(segments, placed, strict=True):
        assert segment["start"] == pytest.approx(place.start, abs=0.4)
        assert segment["end"] == pytest.approx(place.end, abs=0.4)


def test_nine_digits_of_nine_in_32_seconds(tmp_path: Path) -> None:
    """Heard in one piece, the model makes five digits of them: it knows nothing beyond its window of 30 s."""
    track, _ = talk([(0.3, UNHEARD[3]), (15.0, UNHEARD[4]), (29.8, UNHEARD[3])], 32.4)
    segments = captions(tmp_path, film_of(track, tmp_path / "film.mp4"))
    assert " ".join(segment["text"] for segment in segments) == "three five zero seven nine two three five zero"


def film_of(track: Any, path: Path) -> Path:
    """The sound with a picture, as MP4."""
    import subprocess

    from captioner.media import find_ffmpeg

    raw = path.with_suffix(".raw")
    raw.write_bytes(np.clip(track, -1, 1).astype("<f4").tobytes())
    command = [find_ffmpeg(), "-v", "error", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", str(raw)]
    picture = ["-f", "lavfi", "-i", f"color=size=64x64:rate=5:duration={len(track) / RATE}", "-c:v", "mpeg4"]
    subprocess.run([*command, *picture, "-c:a", "aac", "-b:a", "128k", str(path)], check=True)
    return path


def test_pulled_weights_are_listed_and_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "none"))
    assert "not on this machine" in (standing("glm-nano").missing or "")
    assert main(["models"]) == 0
    assert capsys.readouterr().out == f"{NANO}: not here; 'captioner models pull' downloads its 4.5 GB\n"
    monkeypatch.setenv("HF_HUB_CACHE", str(hub_with_digits(tmp_path / "hub")))
    assert standing("glm-nano").ready
    assert main(["models"]) == 0
    assert (
        capsys.readouterr().out
        == f"{NANO}: 2.6 MB in {tmp_path}/hub/models--zai-org--GLM-ASR-Nano-2512/snapshots/0123abc\n"
    )
    backend = load_backend("glm-nano")
    assert [heard.text for heard in backend.transcribe(CLIPS[:1], Hints())] == TEXTS[:1]
    backend.close()


def test_only_a_name_can_be_pulled(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "pull", "./folder"]) == 2
    assert "is no name on the hub" in capsys.readouterr().err
