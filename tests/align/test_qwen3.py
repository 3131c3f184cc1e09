"""Qwen3-ForcedAligner through transformers' own classes: a small model with random weights."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from captioner.align import Aligner, load_aligner
from captioner.align.qwen3 import words_from_marks
from captioner.align.text_units import text_units
from captioner.errors import BackendError, UsageError
from captioner.values import Audio, Word
from tests.align.test_aligners import CLIPS, ODD, TEXTS, check
from tests.align.voices import RATE, silence, spoken

TEMPLATE = """\
{%- for message in messages %}{% for part in message['content'] %}{% if part['type'] == 'audio' -%}
<|audio_start|><|audio_pad|><|audio_end|>
{%- else %}{{ part['text'] }}<timestamp><timestamp>{% endif %}{% endfor %}{% endfor %}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that marks every word at 0.96 s, the twelfth of its steps of 80 ms."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers

    library: Any = import_module("transformers")
    letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=letters, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    names = {"audio": "<|audio_pad|>", "audio_bos": "<|audio_start|>", "audio_eos": "<|audio_end|>"}
    special = {f"{name}_token": token for name, token in names.items()} | {"timestamp_token": "<timestamp>"}
    wrapped = library.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<|end|>", eos_token="<|end|>", extra_special_tokens=special
    )
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8, "num_hidden_layers": 1}
    encoder = {"num_mel_bins": 16, "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 32}
    config = library.Qwen3ASRConfig(
        audio_config=encoder
        | {"model_type": "qwen3_asr_encoder", "d_model": 16, "output_dim": 16, "downsample_hidden_size": 8},
        text_config=heads
        | {"model_type": "qwen3", "vocab_size": len(wrapped), "hidden_size": 16, "intermediate_size": 32},
        audio_token_id=wrapped.convert_tokens_to_ids("<|audio_pad|>"),
        timestamp_token_id=wrapped.convert_tokens_to_ids("<timestamp>"),
        num_labels=100,
        token_classification_bias=True,
    )
    torch.manual_seed(0)
    model = library.Qwen3ASRForTokenClassification(config)
    with torch.no_grad():
        model.score.bias[12] = 1000
    made = tmp_path_factory.mktemp("qwen3")
    model.save_pretrained(made)
    extractor = library.Qwen3ASRFeatureExtractor(feature_size=16)
    library.Qwen3ASRProcessor(extractor, wrapped, chat_template=TEMPLATE).save_pretrained(made)
    return made


@pytest.fixture(scope="module")
def aligner(folder: Path) -> Aligner:
    return load_aligner(f"qwen3:{folder}")


@pytest.mark.parametrize("language", list(TEXTS))
def test_the_words_spell_the_text_in_every_language(aligner: Aligner, language: str) -> None:
    voice, text = TEXTS[language]
    clip = Audio(spoken(text, voice), RATE, 12.0)
    words = aligner.align(clip, text, language).words
    check(words, clip, text)
    if language not in ("ar", "hi", "th"):
        assert {word.start for word in words} == {12.96}


@pytest.mark.parametrize("sound", list(CLIPS))
@pytest.mark.parametrize("text", [text for text in ODD if not text.startswith("a long")])
def test_unusual_text_or_audio_raises_no_error(aligner: Aligner, text: str, sound: str) -> None:
    check(aligner.align(CLIPS[sound], ODD[text], None).words, CLIPS[sound], ODD[text])


def test_words_lie_where_the_model_marks_their_characters() -> None:
    """The model's words have no punctuation; one may hold two text units, and one unit may be several words."""
    text = "« Hello », GLM模型 — it's 3.5 %!"
    model_words = [("Hello", 0.1, 0.4), ("GLM", 0.5, 0.8), ("模型", 0.8, 1.2), ("it's", 1.6, 1.8), ("35", 1.9, 2.3)]
    words = words_from_marks(Audio(silence(3), RATE, 10.0), text, text_units(text), model_words)
    assert [(word.text, round(word.start - 10, 2), round(word.end - 10, 2)) for word in words] == [
        ("« Hello »,", 0.1, 0.4),
        (" GLM", 0.5, 0.8),
        ("模", 0.8, 1.0),
        ("型 —", 1.0, 1.2),
        (" it's", 1.6, 1.8),
        (" 3.5 %!", 1.9, 2.3),
    ]


def test_a_word_that_the_model_leaves_out_starts_where_the_previous_one_ends() -> None:
    words = words_from_marks(Audio(silence(2), RATE), "one two", text_units("one two"), [("one", 0.25, 1.0)])
    assert words == (Word(0.25, 1.0, "one"), Word(1.0, 1.0, " two"))


def test_a_language_that_it_does_not_know_is_timed_by_pauses(folder: Path) -> None:
    voice, text = TEXTS["th"]
    clip = Audio(spoken(text, voice), RATE)
    alignment = load_aligner(f"qwen3:{folder}").align(clip, text, "th")
    assert alignment.words == load_aligner("pauses").align(clip, text, "th").words
    assert alignment.doubt == "qwen3 does not know the language th"


def test_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(BackendError, match=r"nobody/nothing is not on this machine; run: captioner models pull nobody"):
        load_aligner("qwen3:nobody/nothing")


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="its files are incomplete"):
        load_aligner(f"qwen3:{tmp_path}")


def test_a_recognition_model_is_not_an_aligner(folder: Path, tmp_path: Path) -> None:
    """Qwen3-ASR has most of the weights; transformers would fill the missing ones with random numbers."""
    for path in folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (tmp_path / "config.json").unlink()
    (tmp_path / "config.json").write_text(json.dumps(config | {"architectures": ["Qwen3ASRForConditionalGeneration"]}))
    with pytest.raises(BackendError, match="is another kind of model"):
        load_aligner(f"qwen3:{tmp_path}")


def test_an_aligner_that_takes_no_model_rejects_one() -> None:
    with pytest.raises(UsageError, match="aligner pauses takes no model"):
        load_aligner("pauses:large")
