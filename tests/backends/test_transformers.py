"""The backend transformers, with tiny models of many families and a small real one that recognises digits."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from captioner.backends import Backend, Hints, Recognition, load_backend
from captioner.backends.transformers_asr.backend import Transformers
from captioner.errors import BackendError, UsageError
from captioner.values import Audio
from tests.align.voices import RATE, silence
from tests.backends import tiny_speech_models
from tests.backends.nano_parts import CLIPS, DIGITS, PHRASES, TEXTS, talk, texts
from tests.backends.tiny_speech_models import FAMILIES, NEEDS, SPECIAL, WORDS

CLIP = CLIPS[0]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of the tiny model of a family, made once."""
    made: dict[str, Path] = {}

    def folder_of(family: str) -> Path:
        if family not in made:
            made[family] = FAMILIES[family](tmp_path_factory.mktemp(family))
        return made[family]

    return folder_of


def one_result(folder: Path, hints: Hints = Hints(), clip: Audio = CLIP) -> Recognition:
    backend = Transformers(model=str(folder))
    (result,) = backend.transcribe([clip], hints)
    backend.close()
    return result


def test_a_real_model_recognises_voices_it_was_not_trained_on() -> None:
    backend: Backend = load_backend("transformers", model=str(DIGITS))
    results = list(backend.transcribe(CLIPS, Hints(language="en")))
    assert [result.text for result in results] == TEXTS
    assert {(result.status, result.language) for result in results} == {("ok", "en")}
    assert all(result.confidence is not None and 0.5 < result.confidence <= 1 for result in results)
    track, _ = talk([(0.3, PHRASES[0]), (16.3, PHRASES[1])], 32.0)
    (long,) = backend.transcribe([Audio(track, RATE)], Hints())
    assert (long.status, long.attempts) == ("ok", 2)
    backend.close()


INSTALLED = [family for family in FAMILIES if family not in NEEDS or find_spec(NEEDS[family])]
"""Without the families whose own packages are missing; these are no part of an extra."""


@pytest.mark.parametrize("family", INSTALLED)
def test_every_family_writes_text(folders: Callable[[str], Path], family: str) -> None:
    result = one_result(folders(family), Hints(language="en"))
    assert result.status in ("ok", "truncated")
    assert result.text == result.text.strip()
    assert result.text
    assert result.language == "en"
    assert result.confidence is not None
    assert 0 < result.confidence <= 1


# The usages of the documentation, by transformers itself.


def library(folder: Path, auto_class: str) -> tuple[Any, Any]:
    import transformers

    processor: Any = transformers.AutoProcessor.from_pretrained(folder)  # type: ignore[no-untyped-call]
    return processor, getattr(transformers, auto_class).from_pretrained(folder).eval()


def by_ctc(folder: Path) -> str:
    processor, model = library(folder, "AutoModelForCTC")
    inputs = processor(CLIP.samples, sampling_rate=RATE, return_tensors="pt")
    return str(processor.batch_decode(model(**inputs).logits.argmax(-1), skip_special_tokens=True)[0]).lower().strip()


def by_transducer(folder: Path) -> str:
    processor, model = library(folder, "AutoModelForTDT")
    inputs = processor(CLIP.samples, sampling_rate=RATE, return_tensors="pt")
    sequences = model.generate(**inputs, max_new_tokens=LIMITS["parakeet_tdt"]).sequences
    return str(processor.batch_decode(sequences, skip_special_tokens=True)[0])


def by_whisper(folder: Path) -> str:
    processor, model = library(folder, "AutoModelForSpeechSeq2Seq")
    inputs = processor(CLIP.samples, sampling_rate=RATE, return_tensors="pt")
    tokens = model.generate(**inputs, language="en", task="transcribe", max_new_tokens=LIMITS["whisper"])
    return str(processor.batch_decode(tokens, skip_special_tokens=True)[0]).strip()


def by_moonshine(folder: Path) -> str:
    processor, model = library(folder, "AutoModelForSpeechSeq2Seq")
    inputs = processor(CLIP.samples, sampling_rate=RATE, return_tensors="pt")
    return str(processor.batch_decode(model.generate(**inputs, max_new_tokens=LIMITS["moonshine"]), True)[0])


def by_qwen3(folder: Path) -> str:
    processor, model = library(folder, "AutoModelForSpeechSeq2Seq")
    inputs = processor.apply_transcription_request(audio=CLIP.samples, language="en")
    tokens = model.generate(**inputs, max_new_tokens=LIMITS["qwen3_asr"])[:, inputs["input_ids"].shape[1] :]
    return str(processor.decode(tokens, return_format="transcription_only")[0])


_WRITTEN = 40 + int(15 * CLIP.duration)
LIMITS = {"whisper": _WRITTEN, "moonshine": _WRITTEN, "qwen3_asr": _WRITTEN}
LIMITS["parakeet_tdt"] = 40 + int(100 * CLIP.duration)


@pytest.mark.parametrize(
    ("family", "documented"),
    [
        ("wav2vec2", by_ctc),
        ("parakeet_ctc", by_ctc),
        ("parakeet_tdt", by_transducer),
        ("whisper", by_whisper),
        ("moonshine", by_moonshine),
        ("qwen3_asr", by_qwen3),
    ],
)
def test_the_text_is_that_of_the_documented_usage(
    folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, family: str, documented: Callable[[Path], str]
) -> None:
    from captioner.backends import clip_transcription

    monkeypatch.setattr(clip_transcription, "hallucination_reason", lambda *_: None)  # random texts are doubtful
    assert one_result(folders(family), Hints(language="en")).text == documented(folders(family))


# Hints


@pytest.mark.parametrize("family", ["whisper", "qwen3_asr"])
def test_the_language_reaches_the_model(folders: Callable[[str], Path], family: str) -> None:
    english, german = (one_result(folders(family), Hints(language=tag)).text for tag in ("en-GB", "de"))
    assert english != german


def test_a_prompt_and_hotwords_reach_the_model(folders: Callable[[str], Path]) -> None:
    hints = (Hints("en"), Hints("en", prompt="a sea"), Hints("en", hotwords=("moon",)))
    assert len({one_result(folders("whisper"), each).text for each in hints}) == 3


def test_whisper_detects_the_language(folders: Callable[[str], Path]) -> None:
    assert one_result(folders("whisper")).language in ("en", "de")


@pytest.mark.parametrize("family", ["canary", "cohere_asr", "seamless_m4t"])
def test_a_model_that_detects_no_language_asks_for_it(folders: Callable[[str], Path], family: str) -> None:
    with pytest.raises(UsageError, match="does not detect the language: name it with --language"):
        one_result(folders(family))


@pytest.mark.parametrize("family", ["whisper", "canary", "cohere_asr", "seamless_m4t", "qwen3_asr"])
def test_an_unknown_language_is_refused(folders: Callable[[str], Path], family: str) -> None:
    with pytest.raises(BackendError, match=r"does not know the language kl|refuses the request: .*kl"):
        one_result(folders(family), Hints(language="kl"))


def test_the_language_that_a_model_writes_is_no_text(
    folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoTokenizer, Qwen3ASRForConditionalGeneration

    tokenizer = AutoTokenizer.from_pretrained(folders("qwen3_asr"))
    marker = tokenizer.convert_tokens_to_ids("<asr_text>")
    sea = len(SPECIAL) + WORDS.index("▁sea")

    def written(self: Any, input_ids: torch.Tensor, **_: Any) -> torch.Tensor:
        return torch.cat([input_ids, torch.tensor([[marker, sea, 2]])], dim=1)

    monkeypatch.setattr(Qwen3ASRForConditionalGeneration, "generate", written)
    assert one_result(folders("qwen3_asr")).text == "sea"


def test_a_text_without_an_end_is_truncated(folders: Callable[[str], Path]) -> None:
    result = one_result(folders("whisper"), Hints(language="en"))
    assert (result.status, result.reason) == ("truncated", "the text reached the limit for speech of this length")


def test_clips_without_speech_never_reach_the_model(folders: Callable[[str], Path]) -> None:
    backend = Transformers(model=str(folders("wav2vec2")))
    broken = Audio(np.full(RATE, np.nan, np.float32), RATE)
    short, nan, slow = backend.transcribe([Audio(silence(0.19), RATE), broken, Audio(CLIP.samples, 8000)], Hints())
    assert short == Recognition("empty")
    assert (nan.status, nan.reason) == ("failed", "the audio has samples that are not numbers")
    assert (slow.status, slow.reason) == ("failed", "the audio has 8000 samples a second, and transformers needs 16000")


# Errors: one sentence each.


@pytest.fixture
def no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


def test_a_model_that_is_not_here_is_refused(no_hub: Path) -> None:
    with pytest.raises(UsageError, match="backend transformers needs a model: --model OWNER/NAME of the hub, or a f"):
        Transformers()
    with pytest.raises(BackendError, match="me/mine is not on this machine; run: captioner models pull me/mine"):
        Transformers(model="me/mine")
    with pytest.raises(BackendError, match="there is no folder /no/such, and it is not a name on the hub"):
        Transformers(model="/no/such")
    with pytest.raises(BackendError, match=r"is not a model: its config\.json is missing"):
        Transformers(model=str(no_hub))
    (no_hub / "config.json").write_text('{"model_type": "whisper"}')
    with pytest.raises(BackendError, match=r"model\.safetensors is missing"):
        Transformers(model=str(no_hub))
    (no_hub / "config.json").write_text('{"alignment_heads": []}')
    with pytest.raises(BackendError, match="has Whisper in CTranslate2's format: use --backend whisper"):
        Transformers(model=str(no_hub))
    with pytest.raises(UsageError, match="no dtype 'int3'"):
        Transformers(model=str(DIGITS), dtype="int3")  # type: ignore[arg-type]


def test_an_incomplete_download_is_refused(tmp_path: Path) -> None:
    weights = FAMILIES["wav2vec2"](tmp_path) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(BackendError, match=r"model\.safetensors is truncated"):
        Transformers(model=str(tmp_path))


def test_weights_in_the_format_of_torch_are_read(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    before = one_result(FAMILIES["hubert"](tmp_path))
    weights = tmp_path / "model.safetensors"
    torch.save(load_file(weights), tmp_path / "pytorch_model.bin")
    weights.unlink()
    assert one_result(tmp_path) == before


@pytest.mark.parametrize(
    ("model_class", "reason"),
    [
        (
            "Wav2Vec2ForSequenceClassification",
            r"for another task \(Wav2Vec2ForSequenceClassification\), not for speech",
        ),
        ("Wav2Vec2Model", r"not trained to recognise speech: it has no weights for lm_head"),
    ],
)
def test_a_model_of_another_task_is_refused(tmp_path: Path, model_class: str, reason: str) -> None:
    tiny_speech_models.wav2vec2(tmp_path, model_class)
    with pytest.raises(BackendError, match=reason) as caught:
        one_result(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_model_of_text_is_refused(tmp_path: Path) -> None:
    FAMILIES["wav2vec2"](tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(BackendError, match=r"is no model for speech recognition that transformers knows \(bert\)"):
        one_result(tmp_path)


def test_files_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    FAMILIES["wav2vec2"](tmp_path)
    for name in ("tokenizer.json", "vocab.json", "tokenizer_config.json"):
        (tmp_path / name).write_text("{")
    with pytest.raises(BackendError, match="cannot load the model in") as caught:
        one_result(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_missing_package_is_one_sentence(folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import WhisperProcessor

    def missing(*_: object, **__: object) -> None:
        raise ImportError("\nIt requires the mistral-common library. Please restart your\nruntime.\n")

    monkeypatch.setattr(WhisperProcessor, "__call__", missing)
    with pytest.raises(BackendError, match=r"cannot be used: It requires the mistral-common library$"):
        one_result(folders("whisper"))


@pytest.mark.parametrize(
    ("method", "reason"), [("to", "does not fit into the memory of cpu"), ("forward", "not enough memory for one clip")]
)
def test_too_little_memory_is_one_sentence(
    folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, method: str, reason: str
) -> None:
    import torch
    from transformers import Wav2Vec2ForCTC

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(Wav2Vec2ForCTC, method, full)
    with pytest.raises(BackendError, match=reason):
        one_result(folders("wav2vec2"))


def test_a_closed_backend_raises() -> None:
    backend = Transformers(model=str(DIGITS))
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        texts(backend, CLIPS)
