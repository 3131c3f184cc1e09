"""Speech models of several families with random weights: small, made in a moment, with tokenizers of our own words.

Their texts mean nothing. They are what transformers itself makes of the same weights by the usage in its documentation.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from captioner.sole_import import import_alone

SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")
WORDS = ("▁the", "▁a", "▁of", "▁sea", "▁sky", "▁sun", "▁moon", "▁rain", "▁light", "▁house", "▁tree", "▁stone", "▁song")
VOCABULARY = SPECIAL + WORDS


def library() -> Any:
    """Return the library transformers, which is slow to import and has few annotations."""
    return import_alone("transformers")


def word_tokenizer(specials: tuple[str, ...] = (), **named: str) -> Any:
    """Return a tokenizer with a token for each of `WORDS`, and for `specials` after them."""
    lib = library()
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    words = (*VOCABULARY, *specials)
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return lib.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        extra_special_tokens=named or list(specials),
    )  # fmt: skip


def save(folder: Path, model: Any, processor: Any) -> Path:
    """Write the model and its processor to a folder, as the hub has them."""
    if model.can_generate():
        model.generation_config._from_model_config = False  # else the file is not read
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def seeded(make: Callable[[], Any], seed: int = 0) -> Any:
    """Return a model with random weights that are the same every time."""
    import torch

    torch.manual_seed(seed)
    return make().eval()


def wav2vec2(folder: Path, model_class: str = "Wav2Vec2ForCTC") -> Path:
    """A CTC model on the samples themselves, whose letters are capitals."""
    lib = library()
    vocabulary = {token: number for number, token in enumerate((*SPECIAL, "|", *"ETAOINSHRDLU"))}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    tokenizer = lib.Wav2Vec2CTCTokenizer(str(folder / "vocab.json"))
    config = getattr(lib, model_class).config_class(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        conv_dim=(16,) * 7, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=2, initializer_range=0.4,
        pad_token_id=0,
    )  # fmt: skip
    model = seeded(lambda: getattr(lib, model_class)(config))
    return save(folder, model, lib.Wav2Vec2Processor(lib.Wav2Vec2FeatureExtractor(), tokenizer))


def hubert(folder: Path) -> Path:
    """A CTC model with wav2vec 2.0's processor."""
    return wav2vec2(folder, "HubertForCTC")


def wavlm(folder: Path) -> Path:
    """A CTC model with wav2vec 2.0's processor."""
    return wav2vec2(folder, "WavLMForCTC")


def _parakeet_encoder() -> dict[str, Any]:
    return {
        "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64,
        "subsampling_conv_channels": 8, "initializer_range": 0.4,
    }  # fmt: skip


def _parakeet_processor(decoder_type: str) -> Any:
    lib = library()

    plain = word_tokenizer(("<blank>",))
    tokenizer = lib.ParakeetTokenizer(tokenizer_object=plain.backend_tokenizer, pad_token="<pad>", unk_token="<unk>")
    return lib.ParakeetProcessor(
        lib.ParakeetFeatureExtractor(), tokenizer, decoder_type=decoder_type, blank_token="<blank>"
    )


def parakeet_ctc(folder: Path) -> Path:
    """A CTC model on a mel spectrogram."""
    lib = library()
    config = lib.ParakeetCTCConfig(vocab_size=len(VOCABULARY) + 1, encoder_config=_parakeet_encoder(), pad_token_id=0)
    return save(folder, seeded(lambda: lib.ParakeetForCTC(config)), _parakeet_processor("ctc"))


def parakeet_tdt(folder: Path) -> Path:
    """A token-and-duration transducer."""
    lib = library()
    config = lib.ParakeetTDTConfig(
        vocab_size=len(VOCABULARY) + 1, decoder_hidden_size=32, num_decoder_layers=1, pad_token_id=0,
        blank_token_id=len(VOCABULARY), encoder_config=_parakeet_encoder(),
    )  # fmt: skip
    model = seeded(lambda: lib.ParakeetForTDT(config))
    model.generation_config.decoder_start_token_id = len(VOCABULARY)
    model.generation_config.suppress_tokens = [len(VOCABULARY) + 1 + number for number in range(5)]  # its durations
    return save(folder, model, _parakeet_processor("tdt"))


def whisper(folder: Path) -> Path:
    """An encoder-decoder on windows of 30 s, with language and task as tokens."""
    lib = library()
    letters = [*"abcdefghijklmnopqrstuvwxyz", "Ġ", ",", ":"]
    specials = (
        "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|transcribe|>", "<|translate|>",
        "<|startofprev|>", "<|startoflm|>", "<|nospeech|>", "<|notimestamps|>",
    )  # fmt: skip
    vocabulary = {token: number for number, token in enumerate((*letters, *specials))}
    tokenizer = lib.WhisperTokenizer(
        vocabulary, [], additional_special_tokens=list(specials[1:]), pad_token=specials[0]
    )
    config = lib.WhisperConfig(
        vocab_size=len(vocabulary), d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, init_std=0.4, num_mel_bins=80,
        decoder_start_token_id=vocabulary["<|startoftranscript|>"], eos_token_id=vocabulary["<|endoftext|>"],
        bos_token_id=vocabulary["<|endoftext|>"], pad_token_id=vocabulary["<|endoftext|>"],
    )  # fmt: skip
    model = seeded(lambda: lib.WhisperForConditionalGeneration(config))
    generation = model.generation_config
    generation.is_multilingual, generation.no_timestamps_token_id = True, vocabulary["<|notimestamps|>"]
    generation.lang_to_id = {token: vocabulary[token] for token in ("<|en|>", "<|de|>")}
    generation.task_to_id = {task: vocabulary[f"<|{task}|>"] for task in ("transcribe", "translate")}
    generation.prev_sot_token_id = vocabulary["<|startofprev|>"]
    generation.suppress_tokens, generation.begin_suppress_tokens = list(vocabulary.values())[-9:], []
    return save(folder, model, lib.WhisperProcessor(lib.WhisperFeatureExtractor(), tokenizer))


def moonshine(folder: Path) -> Path:
    """An encoder-decoder on the samples themselves, of any length."""
    lib = library()
    config = lib.MoonshineConfig(
        vocab_size=len(VOCABULARY), hidden_size=32, intermediate_size=64, encoder_num_hidden_layers=1,
        decoder_num_hidden_layers=1, encoder_num_attention_heads=2, decoder_num_attention_heads=2,
        initializer_range=0.4, pad_token_id=0, max_position_embeddings=194,
    )  # fmt: skip
    processor = lib.Wav2Vec2Processor(lib.Wav2Vec2FeatureExtractor(), word_tokenizer())
    return save(folder, seeded(lambda: lib.MoonshineForConditionalGeneration(config)), processor)


def qwen3_asr(folder: Path) -> Path:
    """An audio language model whose request takes a language, and whose text begins with one."""
    lib = library()
    names = {
        "audio_token": "<|audio_pad|>", "audio_bos_token": "<|audio_start|>", "audio_eos_token": "<|audio_end|>",
        "turn_token": "<|im_start|>", "turn_end_token": "<|im_end|>", "marker": "<asr_text>", "english": "English",
        "german": "German",
    }  # fmt: skip
    tokenizer = word_tokenizer(tuple(names.values()), **names)
    audio_token = tokenizer.convert_tokens_to_ids("<|audio_pad|>")
    config = lib.Qwen3ASRConfig(
        audio_config={
            "num_mel_bins": 128, "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 64,
            "d_model": 32, "output_dim": 32, "downsample_hidden_size": 8,
        },
        text_config={
            "model_type": "qwen3", "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
            "initializer_range": 0.4,
        },
        audio_token_id=audio_token, timestamp_token_id=audio_token, pad_token_id=0, eos_token_id=[2],
    )  # fmt: skip
    template = (
        "{% for message in messages %}<|im_start|> {% if message['content'] is string %}{{ message['content'] }}"
        "{% else %}{% for part in message['content'] %}{% if part['type'] == 'audio' %}"
        "<|audio_start|><|audio_pad|><|audio_end|>{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}"
        "{% endfor %}{% endif %} <|im_end|> {% endfor %}{% if add_generation_prompt %}<|im_start|> {% endif %}"
    )
    processor = lib.Qwen3ASRProcessor(lib.Qwen3ASRFeatureExtractor(feature_size=128), tokenizer, chat_template=template)
    return save(folder, seeded(lambda: lib.Qwen3ASRForConditionalGeneration(config), seed=2), processor)


def granite_speech(folder: Path) -> Path:
    """An audio language model that gets its instruction as a chat."""
    lib = library()
    tokenizer = word_tokenizer(("<|audio|>",))
    tokenizer.chat_template = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
    config = lib.GraniteSpeechConfig(
        text_config={
            "model_type": "granite", "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "initializer_range": 0.4,
            "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
        },
        encoder_config={"num_layers": 1, "hidden_dim": 32, "num_heads": 2, "input_dim": 160, "output_dim": 8},
        projector_config={
            "model_type": "blip_2_qformer", "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": 64, "encoder_hidden_size": 32,
        },
        audio_token_index=tokenizer.convert_tokens_to_ids("<|audio|>"), has_lora_adapter=False,
    )  # fmt: skip
    processor = lib.GraniteSpeechProcessor(lib.GraniteSpeechFeatureExtractor(), tokenizer)
    return save(folder, seeded(lambda: lib.GraniteSpeechForConditionalGeneration(config)), processor)


def canary(folder: Path) -> Path:
    """An encoder-decoder whose request takes the language, and becomes the beginning of the text."""
    lib = library()
    tokenizer = word_tokenizer(("<|start|>", "<|English|>", "<|German|>"))
    start = tokenizer.convert_tokens_to_ids("<|start|>")
    config = lib.CanaryConfig(
        vocab_size=len(tokenizer), encoder_config=_parakeet_encoder() | {"num_mel_bins": 80},
        decoder_config={
            "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1,
            "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16, "pad_token_id": 0,
            "initializer_range": 0.4,
        },
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=start,
    )  # fmt: skip
    template = (
        "{% for message in messages %}{% for part in message['content'] %}{% if part['type'] == 'text' %}"
        "<|start|><|{{ part['source_language'] }}|>{% endif %}{% endfor %}{% endfor %}"
    )
    processor = lib.CanaryProcessor(lib.ParakeetFeatureExtractor(), tokenizer, chat_template=template)
    return save(folder, seeded(lambda: lib.CanaryForConditionalGeneration(config)), processor)


def cohere_asr(folder: Path) -> Path:
    """An encoder-decoder whose processor needs a language."""
    lib = library()
    names = ("startofcontext", "startoftranscript", "emo:undefined", "en", "de", "pnc", "noitn", "notimestamp")
    tokenizer = word_tokenizer(tuple(f"<|{name}|>" for name in (*names, "nodiarize")))
    config = lib.CohereAsrConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        encoder_config=_parakeet_encoder() | {"num_mel_bins": 128}, initializer_range=0.4, pad_token_id=0,
        bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    )  # fmt: skip
    processor = lib.CohereAsrProcessor(lib.CohereAsrFeatureExtractor(dither=0.0), tokenizer)
    return save(folder, seeded(lambda: lib.CohereAsrForConditionalGeneration(config)), processor)


def seamless_m4t(folder: Path) -> Path:
    """An encoder-decoder that has to be given the language to write."""
    lib = library()
    letters = {token: number for number, token in enumerate(("<pad>", "<unk>", "<s>", "</s>", "▁", *"abcdefghij"))}
    tokenizer = lib.SeamlessM4TTokenizer(letters, [], additional_special_tokens=["__eng__", "__deu__"], tgt_lang="eng")
    config = lib.SeamlessM4TConfig(
        vocab_size=len(tokenizer), hidden_size=32, initializer_range=0.4, decoder_layers=1, decoder_ffn_dim=64,
        decoder_attention_heads=2, speech_encoder_layers=1, speech_encoder_attention_heads=2,
        speech_encoder_intermediate_size=64, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=2,
        adaptor_kernel_size=8, pad_token_id=0, bos_token_id=2, eos_token_id=3, decoder_start_token_id=3,
        encoder_layers=1, encoder_ffn_dim=64, encoder_attention_heads=2,
    )  # fmt: skip
    model = seeded(lambda: lib.SeamlessM4TForSpeechToText(config))
    codes = {code: tokenizer.convert_tokens_to_ids(f"__{code}__") for code in ("eng", "deu")}
    model.generation_config.text_decoder_lang_to_code_id = codes
    return save(folder, model, lib.SeamlessM4TProcessor(lib.SeamlessM4TFeatureExtractor(), tokenizer))


def voxtral(folder: Path) -> Path:
    """An audio language model whose request is made by Mistral's own tokenizer, here with a token for each byte."""
    lib = library()
    names = re.findall(
        r"\S+",
        """
        <unk> <s> </s> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CALLS]
        [IMG] <pad> [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE] [SUFFIX] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT]
        <20> <21> <22> <23> [AUDIO] [BEGIN_AUDIO] <26> <27> <28> <29> <30> <31> <32> <33> [TRANSCRIBE]
        """,
    )
    special = [*names, *(f"<{number}>" for number in range(len(names), 100))]
    tekken = {
        "config": {
            "pattern": r"\S+|\s+", "num_vocab_tokens": 256, "default_vocab_size": 356,
            "default_num_special_tokens": 100, "version": "v7",
        },
        "vocab": [
            {"rank": byte, "token_bytes": b64encode(bytes([byte])).decode(), "token_str": chr(byte)}
            for byte in range(256)
        ],
        "special_tokens": [
            {"rank": rank, "token_str": name, "is_control": True} for rank, name in enumerate(special)
        ],
        "audio": {
            "sampling_rate": 16_000, "frame_rate": 12.5, "chunk_length_s": 30.0,
            "audio_encoding_config": {"num_mel_bins": 128, "hop_length": 160, "window_size": 400},
        },
    }  # fmt: skip
    (folder / "tekken.json").write_text(json.dumps(tekken))
    config = lib.VoxtralConfig(
        audio_config={
            "hidden_size": 32, "intermediate_size": 128, "num_hidden_layers": 1, "num_attention_heads": 2,
            "num_mel_bins": 128,
        },
        text_config={
            "model_type": "llama", "vocab_size": 356, "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
            "initializer_range": 0.4, "pad_token_id": 11, "bos_token_id": 1, "eos_token_id": 2,
        },
        audio_token_id=24,
    )  # fmt: skip
    model = seeded(lambda: lib.VoxtralForConditionalGeneration(config))
    model.generation_config.eos_token_id, model.generation_config.pad_token_id = 2, 11
    save(folder, model, lib.WhisperFeatureExtractor(feature_size=128))
    features = json.loads((folder / "preprocessor_config.json").read_text())
    (folder / "preprocessor_config.json").write_text(json.dumps(features | {"processor_class": "VoxtralProcessor"}))
    return folder


NEEDS = {"granite_speech": "torchaudio", "voxtral": "mistral_common"}
"""Packages that a family needs beside transformers, by their names for `import`."""

FAMILIES: dict[str, Callable[[Path], Path]] = {
    "wav2vec2": wav2vec2,
    "hubert": hubert,
    "wavlm": wavlm,
    "parakeet_ctc": parakeet_ctc,
    "parakeet_tdt": parakeet_tdt,
    "whisper": whisper,
    "moonshine": moonshine,
    "canary": canary,
    "cohere_asr": cohere_asr,
    "seamless_m4t": seamless_m4t,
    "qwen3_asr": qwen3_asr,
    "granite_speech": granite_speech,
    "voxtral": voxtral,
}
