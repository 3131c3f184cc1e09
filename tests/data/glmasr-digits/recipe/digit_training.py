"""Train the digits model: `PYTHONPATH=. python tests/data/glmasr-digits/recipe/digit_training.py FOLDER [MINUTES]`.

There are two losses: cross entropy on the text, and CTC on the encoder's output. Without CTC a model this small learns
nothing from so little data. Short strings come first. In the last quarter of the time half of the batches are padded to
30 s, as the processor pads them: the encoder has no mask and must learn to ignore the padding.
"""

from __future__ import annotations

import math
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from digit_speech import DIGITS, TRAINED_ACCENTS, TRAINED_VARIANTS, SpokenDigits, spoken_digits
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from torch.nn import functional
from transformers import (
    GlmAsrConfig,
    GlmAsrForConditionalGeneration,
    GlmAsrProcessor,
    PreTrainedTokenizerFast,
    WhisperFeatureExtractor,
)

INSTRUCTION = "Please transcribe this audio into text"
END, USER, SOUND = "<|endoftext|>", "<|user|>", "<|pad|>"
SPECIAL = ["<|system|>", USER, "<|assistant|>", "<|begin_of_audio|>", SOUND, "<|end_of_audio|>"]
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>\n{% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for c in m['content'] %}{% if c['type'] == 'audio' %}<|begin_of_audio|><|pad|><|end_of_audio|>"
    "{% elif c['type'] == 'text' %}<|user|>\n{{ c['text'] }}{% endif %}{% endfor %}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
SPOKEN = 8000
WIDTH = 128
SPREAD = 0.08
"""Standard deviation of the initial weights: the usual 0.02 is too small for layers this narrow."""

RATE = 2e-3
WHOLE_WINDOW = 3000
"""Frames in 30 s."""


@dataclass(frozen=True)
class Example:
    """A digit string to train on."""

    text: str

    features: Tensor
    """Log-mel features without padding, shape (128, frames)."""


@dataclass(frozen=True)
class Batch:
    """The inputs of the model, and its targets."""

    inputs: dict[str, Tensor]

    labels: Tensor
    """The target tokens; -100 where there is none."""

    digits: list[list[int]]
    """The target digits of each row, for CTC."""


def main(folder: Path, minutes: float) -> None:
    torch.manual_seed(0)
    random.seed(0)
    processor = new_processor()
    model = new_model(processor.tokenizer)
    strings = spoken_digits(SPOKEN, 1, TRAINED_ACCENTS, TRAINED_VARIANTS, held_out=False)
    examples = sorted((example(processor, digits) for digits in strings), key=lambda one: one.features.shape[1])
    train(model, processor.tokenizer, examples, 60 * minutes)
    model.eval().to(torch.bfloat16).save_pretrained(folder)
    processor.save_pretrained(folder)


def new_processor() -> Any:
    """Return a processor with a byte-level BPE in which each digit is a token, and the template of the real model."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=512, min_frequency=2, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([" ".join(DIGITS), " ".join(DIGITS[::-1]), INSTRUCTION] * 50, trainer)
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, eos_token=END, pad_token=END, additional_special_tokens=SPECIAL
    )
    extractor = WhisperFeatureExtractor(feature_size=128, return_attention_mask=True)  # type: ignore[no-untyped-call]
    return GlmAsrProcessor(extractor, fast, chat_template=TEMPLATE)  # type: ignore[no-untyped-call]


def new_model(tokenizer: Any) -> Any:
    end, user, sound = (tokenizer.convert_tokens_to_ids(token) for token in (END, USER, SOUND))
    config = GlmAsrConfig(
        audio_config={
            "model_type": "glmasr_encoder", "hidden_size": WIDTH, "intermediate_size": 4 * WIDTH,
            "num_hidden_layers": 3, "num_attention_heads": 4, "num_mel_bins": 128, "initializer_range": SPREAD,
        },
        text_config={
            "model_type": "llama", "vocab_size": len(tokenizer), "hidden_size": WIDTH, "intermediate_size": 3 * WIDTH,
            "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32,
            "max_position_embeddings": 8192, "initializer_range": SPREAD, "eos_token_id": [end, user],
            "pad_token_id": end,
        },
        audio_token_id=sound, tie_word_embeddings=True,
    )  # fmt: skip
    model: Any = GlmAsrForConditionalGeneration(config)
    model.generation_config.eos_token_id, model.generation_config.pad_token_id = [end, user], end
    return model


def example(processor: Any, digits: SpokenDigits) -> Example:
    features = processor.feature_extractor(
        digits.samples, sampling_rate=16_000, padding="longest", truncation=False, return_tensors="pt"
    )
    return Example(digits.text, features["input_features"][0])


def train(model: Any, tokenizer: Any, examples: list[Example], budget: float) -> None:
    """Train for `budget` seconds of CPU time."""
    ctc = torch.nn.Linear(WIDTH, len(DIGITS) + 1)
    weights = [*model.parameters(), *ctc.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.01, betas=(0.9, 0.98))
    model.train()
    started = time.process_time()
    while (done := (time.process_time() - started) / budget) < 1:
        cosine = 0.5 * (1 + math.cos(math.pi * done))
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, done / 0.05) * (0.02 + 0.98 * cosine)
        batch = padded(tokenizer, *chosen(examples, done))
        optimizer.zero_grad()
        loss(model, ctc, batch).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()


def chosen(examples: list[Example], done: float) -> tuple[list[Example], int]:
    """Return examples of similar length, short ones at first, and the number of frames to pad them to at least."""
    full_window = done > 0.72 and random.random() < 0.5
    top = len(examples) if done > 0.25 else int(len(examples) * (0.2 + 0.8 * done / 0.25))
    first = random.randint(0, top - 32)
    if full_window:
        return examples[first : first + 8], WHOLE_WINDOW
    return random.sample(examples[max(0, first - 150) : first + 182], 32), 600 * (done > 0.3 and random.random() < 0.2)


def padded(tokenizer: Any, examples: list[Example], frames: int) -> Batch:
    """Return a batch: features padded on the right to a multiple of 8 frames of silence, tokens padded on the left."""
    frames = max(frames, *(example.features.shape[1] for example in examples))
    frames += -frames % 8
    before = tokenizer.encode(f"{USER}\n<|begin_of_audio|>")
    after = tokenizer.encode(f"<|end_of_audio|>{USER}\n{INSTRUCTION}<|assistant|>\n")
    sound, end = tokenizer.convert_tokens_to_ids(SOUND), tokenizer.convert_tokens_to_ids(END)
    prompts = [before + [sound] * sound_tokens(one) + after for one in examples]
    answers = [[*tokenizer.encode(one.text), end] for one in examples]
    longest = max(len(prompt) + len(answer) for prompt, answer in zip(prompts, answers, strict=True))
    ids = torch.full((len(examples), longest), end)
    labels, mask = torch.full_like(ids, -100), torch.zeros_like(ids)
    features = torch.stack([masked(one.features, frames) for one in examples])
    features_mask = torch.stack([torch.arange(frames) < one.features.shape[1] for one in examples])
    for row, (prompt, answer) in enumerate(zip(prompts, answers, strict=True)):
        ids[row, longest - len(prompt) - len(answer) :] = torch.tensor(prompt + answer)
        mask[row, longest - len(prompt) - len(answer) :] = 1
        labels[row, longest - len(answer) :] = torch.tensor(answer)
    inputs = {"ids": ids, "mask": mask, "features": features, "features_mask": features_mask.long()}
    return Batch(inputs, labels, [[DIGITS.index(word) + 1 for word in one.text.split()] for one in examples])


def sound_tokens(one: Example) -> int:
    return int(((one.features.shape[1] - 1) // 2 + 1) // 4)


def masked(features: Tensor, frames: int) -> Tensor:
    """Return features with two frequency bands and two time ranges masked (SpecAugment), padded to `frames`."""
    count = features.shape[1]
    result = torch.full((128, frames), float(features.min()))
    result[:, :count] = features
    for _ in range(2):
        width = random.randint(0, 12)
        band = random.randint(0, 127 - width)
        result[band : band + width, :count] = features.mean()
        width = random.randint(0, 8)
        first = random.randint(0, max(1, count - width))
        result[:, first : first + width] = features.mean()
    return result


def loss(model: Any, ctc: torch.nn.Linear, batch: Batch) -> Tensor:
    inputs = batch.inputs
    audio = model.get_audio_features(inputs["features"], inputs["features_mask"], return_dict=True).pooler_output
    embeddings = model.get_input_embeddings()(inputs["ids"])
    is_audio = (inputs["ids"] == model.config.audio_token_id).unsqueeze(-1)
    embeddings = embeddings.masked_scatter(is_audio, audio)
    logits = model(inputs_embeds=embeddings, attention_mask=inputs["mask"], use_cache=False).logits
    text = functional.cross_entropy(logits[:, :-1].flatten(0, 1), batch.labels[:, 1:].flatten(), ignore_index=-100)
    lengths = is_audio.sum(dim=(1, 2))
    by_digit = torch.nn.utils.rnn.pad_sequence([*torch.split(functional.log_softmax(ctc(audio), -1), lengths.tolist())])
    targets = torch.tensor([digit for digits in batch.digits for digit in digits])
    counts = torch.tensor([len(digits) for digits in batch.digits])
    return text + 0.3 * functional.ctc_loss(by_digit, targets, lengths, counts, zero_infinity=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 18.0)
