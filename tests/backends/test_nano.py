"""The backend glm-nano, with a small real GLM-ASR model that recognises spoken digits."""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from captioner.backends import Hints, Recognition
from captioner.backends.nano.backend import LONGEST, GlmNano
from captioner.pipeline import caption
from captioner.values import Audio
from tests.align.voices import RATE, silence
from tests.backends.nano_parts import CLIPS, DIGITS, PHRASES, TEXTS, hub_with_digits, random_model, talk, texts
from tests.media.media_factory import ffmpeg
from tests.paths import DOCS


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the backend used the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def nano() -> Iterator[GlmNano]:
    backend = GlmNano(model=str(DIGITS), dtype="float32")
    yield backend
    backend.close()


def test_it_recognises_voices_it_was_not_trained_on(nano: GlmNano) -> None:
    results = list(nano.transcribe(CLIPS, Hints(language="en")))
    assert [result.text for result in results] == TEXTS
    assert {result.status for result in results} == {"ok"}
    assert {result.language for result in results} == {"en"}
    assert all(result.confidence is not None and 0.5 < result.confidence <= 1 for result in results)


@pytest.mark.parametrize("batch", [1, 2, 7, 32])
def test_batch_and_order_make_no_difference(batch: int) -> None:
    order = random.Random(batch).sample(range(len(CLIPS)), len(CLIPS))
    backend = GlmNano(model=str(DIGITS), batch=batch, dtype="float32")
    assert texts(backend, [CLIPS[number] for number in order]) == [TEXTS[number] for number in order]
    backend.close()


def test_bfloat16_recognises_them_too() -> None:
    backend = GlmNano(model=str(DIGITS), dtype="bfloat16")
    assert texts(backend, CLIPS[:3]) == TEXTS[:3]
    backend.close()


def test_one_window_of_clips_is_pulled_at_a_time() -> None:
    backend, pulled = GlmNano(model=str(DIGITS), dtype="float32", batch=2), 0

    def clips() -> Iterator[Audio]:
        nonlocal pulled
        for clip in CLIPS:
            pulled += 1
            yield clip

    results = backend.transcribe(clips(), Hints())
    assert next(results).text == TEXTS[0]
    assert pulled == 4
    backend.close()


def test_silence_and_noise_are_empty(nano: GlmNano) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * RATE).astype(np.float32)
    assert list(nano.transcribe([Audio(silence(3.0), RATE), Audio(noise, RATE)], Hints())) == [Recognition("empty")] * 2


def test_unusual_clips_beside_good_ones(nano: GlmNano) -> None:
    broken = Audio(np.full(RATE, np.nan, np.float32), RATE)
    loud = Audio(CLIPS[3].samples * np.float32(1.0001 / np.abs(CLIPS[3].samples).max()), RATE)
    slow = Audio(CLIPS[0].samples, RATE // 2)
    results = list(nano.transcribe([Audio(silence(0.19), RATE), CLIPS[0], broken, loud, slow], Hints()))
    assert [(result.status, result.text) for result in results] == [
        ("empty", ""),
        ("ok", TEXTS[0]),
        ("failed", ""),
        ("ok", TEXTS[3]),
        ("failed", ""),
    ]
    assert results[2].reason == "the audio has samples that are not numbers"
    assert results[4].reason == "the audio has 8000 samples a second, and glm-nano needs 16000"


def test_a_clip_longer_than_a_window_is_recognised_in_parts(nano: GlmNano) -> None:
    track, _ = talk([(0.3, PHRASES[0]), (16.3, PHRASES[1])], 32.0)
    assert len(track) / RATE > LONGEST
    (result,) = nano.transcribe([Audio(track, RATE)], Hints())
    assert (result.status, result.attempts) == ("ok", 2)


# The usages of the model's documentation, compared with transformers itself.


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
    generated = model.generate(**inputs, do_sample=False, max_new_tokens=100)[:, inputs.input_ids.shape[1] :]
    documented = processor.batch_decode(generated, skip_special_tokens=True)
    assert texts(nano, clips, Hints(prompt=prompt)) == documented
    assert texts(nano, clips[:1], Hints(prompt=prompt)) == documented[:1]


def test_a_chat_style_prompt_as_documented(nano: GlmNano, reference: tuple[Any, Any]) -> None:
    processor, model = reference
    content = [{"type": "audio", "audio": CLIPS[1].samples}, {"type": "text", "text": "The digits, please."}]
    inputs = processor.apply_chat_template(
        [{"role": "user", "content": content}], tokenize=True, add_generation_prompt=True, return_dict=True
    )
    generated = model.generate(**inputs, do_sample=False, max_new_tokens=100)[:, inputs.input_ids.shape[1] :]
    documented = processor.batch_decode(generated, skip_special_tokens=True)
    assert texts(nano, [CLIPS[1]], Hints(prompt="The digits, please.")) == documented


def test_the_python_block_of_the_docs_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "glm-nano.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(hub_with_digits(tmp_path / "hub")))
    for name, clip in zip(("talk.mp4", "interview.wav", "yes.wav", "no.wav"), CLIPS, strict=False):
        ffmpeg("-f", "f32le", "-ar", str(RATE), "-i", write_raw(tmp_path / "raw", clip), tmp_path / name)
    exec(compile(code, "glm-nano.md", "exec"), {})
    output = capsys.readouterr().out
    assert f"text={TEXTS[0]!r}" in output
    assert f"ok {TEXTS[2]} 0." in output
    assert f"ok {TEXTS[3]} 0." in output


def write_raw(path: Path, clip: Audio) -> Path:
    path.write_bytes(clip.samples.astype("<f4").tobytes())
    return path


@pytest.mark.parametrize(("kind", "batch"), [("digits", 3), ("random", 1), ("random", 5)])
def test_the_tokens_are_those_of_generate(
    reference: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch, kind: str, batch: int
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from captioner.backends.nano import loaded_model

    monkeypatch.setattr(loaded_model, "TOKENS_A_SECOND", 2)  # so that limits differ and are reached
    processor, model = reference[0], reference[1] if kind == "digits" else random_model()
    generator = np.random.default_rng(1)
    noise = [
        generator.normal(0, 0.1, int(seconds * RATE)).astype(np.float32) for seconds in generator.uniform(0.3, 6, 3)
    ]
    clips = [Audio(samples, RATE) for samples in noise] + CLIPS[:2]
    clips.sort(key=lambda clip: -len(clip.samples))
    inputs = processor.apply_transcription_request([np.clip(clip.samples, -1, 1) for clip in clips])
    generated = model.generate(**inputs, do_sample=False, max_new_tokens=60)[:, inputs.input_ids.shape[1] :].tolist()
    ends = model.generation_config.eos_token_id
    with ThreadPoolExecutor(1) as worker:
        for text in loaded_model.LoadedModel(processor, model, worker).decode(list(enumerate(clips)), None, batch):
            expected = generated[text.number][: text.limit]
            while any(token in ends for token in expected):
                expected.pop()
            assert text.tokens == expected
            assert text.ended == (len(expected) < text.limit)


def test_neighbouring_regions_are_recognised_as_one_clip(
    nano: GlmNano, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from captioner.backends.nano.loaded_model import LoadedModel

    clips: list[float] = []
    decode = LoadedModel.decode

    def counted(self: LoadedModel, numbered: Any, *arguments: Any) -> Any:
        clips.extend(clip.duration for _, clip in numbered)
        return decode(self, numbered, *arguments)

    monkeypatch.setattr(LoadedModel, "decode", counted)
    track, placed = talk([(0.5, PHRASES[8]), (3.0, PHRASES[9]), (10.0, PHRASES[3])], 13.0)
    path = tmp_path / "talk.wav"
    ffmpeg("-f", "f32le", "-ar", str(RATE), "-i", write_raw(tmp_path / "raw", Audio(track, RATE)), path)
    captions = caption(path, backend=nano)
    assert len(clips) == 2
    assert " ".join(segment.text for segment in captions.transcript.segments) == " ".join(
        each.phrase.text for each in placed
    )
    for region, each in zip(captions.report.regions, placed, strict=True):
        assert region.text == each.phrase.text
        assert region.start <= each.start < each.end <= region.end
