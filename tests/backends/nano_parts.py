"""Small real GLM-ASR models, speech that they can read, and a hub's cache to find them in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from captioner.backends import Backend, Hints
from captioner.backends.nano.weights import NANO
from captioner.values import Audio, Samples
from tests.align.voices import RATE, noisy, silence, spoken
from tests.paths import DATA

DIGITS = DATA / "glmasr-digits"
"""A GLM-ASR of 1.3 million parameters that reads spoken English digits; how it was made lies beside it."""


@dataclass(frozen=True)
class Phrase:
    """Digits, and how they are said; `pace` in words a minute."""

    text: str
    voice: str
    pace: int = 160

    def samples(self) -> Samples:
        return spoken(self.text, self.voice, pace=self.pace) * np.float32(0.6)

    def clip(self, start: float = 0.0) -> Audio:
        return Audio(np.concatenate([silence(0.15), self.samples(), silence(0.1)]), RATE, start)


UNHEARD = (
    Phrase("seven three six eight", "en-us-nyc+m5", 130),
    Phrase("six nine zero seven", "en-gb-x-gbcwmd+f4", 160),
    Phrase("two five four eight", "en-us-nyc+f4", 130),
    Phrase("three five zero", "en-us-nyc+belinda", 160),
    Phrase("seven nine two", "en-us-nyc+f4", 200),
    Phrase("two seven three eight", "en-us-nyc+belinda", 160),
    Phrase("six two one six eight", "en-us-nyc+f4", 200),
    Phrase("zero eight nine four", "en-us-nyc+belinda", 200),
    Phrase("six four", "en-us-nyc+f4", 200),
    Phrase("four zero", "en-gb-x-gbcwmd+f4", 160),
)
"""Accents and voices that the model was not trained on, at three paces. It reads four out of five such strings without
a mistake; these are among them, since it is captioner that is tested here."""


CLIPS = [phrase.clip(start=10.0 * number) for number, phrase in enumerate(UNHEARD)]
TEXTS = [phrase.text for phrase in UNHEARD]


def texts(backend: Backend, clips: list[Audio], hints: Hints = Hints()) -> list[str]:
    return [heard.text for heard in backend.transcribe(clips, hints)]


@dataclass(frozen=True)
class Placed:
    """A phrase in a talk: `start` and `end` in seconds."""

    phrase: Phrase
    start: float
    end: float


def talk(
    phrases: list[tuple[float, Phrase]], length: float, noise: float | None = None
) -> tuple[Samples, list[Placed]]:
    """A sound track of `length` seconds with phrases at their seconds, in noise so many decibels below, and where each
    begins and ends to be heard."""
    track, placed = silence(length), []
    for start, phrase in phrases:
        samples = phrase.samples()
        at = round(start * RATE)
        track[at : at + len(samples)] += samples
        heard = np.flatnonzero(np.abs(samples) > 0.02)
        placed.append(Placed(phrase, start + heard[0] / RATE, start + heard[-1] / RATE))
    return (track if noise is None else noisy(track, noise)), placed


def hub_with_digits(folder: Path) -> Path:
    """A hub's cache in which the digits model lies under GLM-ASR-Nano's name; for HF_HUB_CACHE."""
    repository = folder / f"models--{NANO.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0123abc")
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / "0123abc").symlink_to(DIGITS, target_is_directory=True)
    return folder


def random_model() -> Any:
    """A GLM-ASR of many random layers with heads as the real one has them, that goes on and on without an end."""
    import torch
    from transformers import GlmAsrConfig, GlmAsrForConditionalGeneration

    config = GlmAsrConfig(
        audio_config={
            "model_type": "glmasr_encoder", "hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 2,
            "num_attention_heads": 4, "num_mel_bins": 128,
        },
        text_config={
            "model_type": "llama", "vocab_size": 326, "hidden_size": 64, "intermediate_size": 192,
            "num_hidden_layers": 3, "num_attention_heads": 16, "num_key_value_heads": 4, "head_dim": 128,
            "max_position_embeddings": 8192, "initializer_range": 0.3, "eos_token_id": [319, 321], "pad_token_id": 319,
        },
        audio_token_id=324, tie_word_embeddings=True,
    )  # fmt: skip
    torch.manual_seed(0)
    model: Any = GlmAsrForConditionalGeneration(config)
    model.generation_config.eos_token_id = [319, 321]
    model.generation_config.pad_token_id = 319
    return model.eval()
